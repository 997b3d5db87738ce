package detect

import (
	"bytes"
	"net/netip"
)

// addresses finds IP addresses by which a person could be found: private ones,
// loopback, multicast and the unspecified are of no person (RFC 6890).
func (f *Finder) addresses(text []byte) {
	for i := range f.words {
		if w := &f.words[i]; w.class == digits && w.to-w.from <= 3 {
			f.ipv4(text, i)
		}
	}
	f.ipv6(text)
}

func (f *Finder) ipv4(text []byte, i int) {
	if i+3 >= len(f.words) {
		return
	}
	for k := i; k < i+3; k++ {
		next := &f.words[k+1]
		if next.class != digits || next.to-next.from > 3 || next.from-f.words[k].to != 1 || text[f.words[k].to] != '.' {
			return
		}
	}
	from, to := int(f.words[i].from), int(f.words[i+3].to)
	if from > 0 && bytes.IndexByte([]byte(".-"), text[from-1]) >= 0 || to+1 < len(text) && text[to] == '.' && kindOf(text[to+1]) != 0 {
		return
	}
	f.address(text, from, to)
}

func (f *Finder) ipv6(text []byte) {
	hex := func(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f' || c == ':' }
	for at := 0; ; {
		i := bytes.IndexByte(text[at:], ':')
		if i < 0 {
			return
		}
		from, to := at+i, at+i+1
		for from > at && hex(text[from-1]) {
			from--
		}
		for to < len(text) && hex(text[to]) {
			to++
		}
		at = to
		n := bytes.Count(text[from:to], []byte{':'})
		if n < 2 || to-from < 6 || to-from > 39 || n < 7 && !bytes.Contains(text[from:to], []byte("::")) {
			continue
		}
		if from > 0 && kindOf(text[from-1]) != 0 || to < len(text) && kindOf(text[to]) != 0 {
			continue
		}
		f.address(text, from, to)
	}
}

func (f *Finder) address(text []byte, from, to int) {
	a, err := netip.ParseAddr(string(text[from:to]))
	if err != nil || !a.IsGlobalUnicast() || a.IsPrivate() || a.Is4() && a.As4()[0] == 0 {
		return
	}
	near := text[max(0, from-10):from]
	if says(lower(nil, near), []string{"version", "v", "release", "build"}) {
		return
	}
	f.add(from, to, &f.set.special.ip, Shape, []byte(a.String()))
}
