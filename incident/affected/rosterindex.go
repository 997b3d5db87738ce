package affected

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"strings"

	"tocsin/incident"
)

// ListKeys are what a [List] finds people by.
func ListKeys() []string { return []string{"customer_id", "email", "name"} }

// listBlock is how much of a roster lies between two marks: what is read to
// reach one person.
const listBlock = 32 << 10

// listMagic begins the last bytes of an index, and says its layout.
const listMagic = "TOCSINL1"

// listTrailer is what an index ends with.
type listTrailer struct {
	digest [sha256.Size]byte // of the roster
	size   int64             // of the roster, in bytes
	people int64             // rows, those of erased people included
	header int64             // bytes before the first row
	marks  int64             // place of the marks
	marked int64             // how many
	keys   tablePlace
}

const listTrailerSize = 8 + sha256.Size + 8*8 + 1

// markSize is what a mark takes on the disk: the byte, and how many rows lie before.
const markSize = 16

// IndexOptions are what IndexRoster may be told.
type IndexOptions struct {
	Scratch string              // folder of its sealed temporary file; "": the system's
	Each    func(*Person) error // called with everyone, in order; may be nil
}

// IndexRoster reads a roster to its end and writes the index with which [OpenList]
// reads it by place and by person. digest is the roster's SHA-256 in hex. key must be the
// roster's own: derived from the incident's key and the digest, so that no index passes for
// another's. The index holds places and keyed hashes alone, and is the same bytes
// every time. It takes a few megabytes of memory, and a twentieth of that of the keys beyond
// some hundred million. Errors are those of ReadRoster, TooLarge, and Unavailable where the
// index cannot be written.
func IndexRoster(ctx context.Context, roster io.Reader, digest string, w io.Writer, key [32]byte, opt IndexOptions) error {
	t := listTrailer{}
	if !t.setDigest(digest) {
		return incident.Errorf(incident.Invalid, "a roster is named by the 64 hex digits of its SHA-256")
	}
	keys, pages := listHashes(key)
	table := &tableWriter{scratch: opt.Scratch}
	defer table.close()
	var marks []byte
	hasher := listHasher{key: keys, normal: newNormalizer()}
	read := rosterReading{block: listBlock, began: func(at int64) {
		marks = binary.LittleEndian.AppendUint64(marks, uint64(at))
		marks = binary.LittleEndian.AppendUint64(marks, uint64(t.people))
	}}
	var failed error
	read.people(roster, func(p Person, err error) bool {
		if failed = err; err != nil {
			return false
		}
		if t.people++; t.people >= maxPeople {
			failed = incident.Errorf(incident.TooLarge, "the roster has more than %d people", maxPeople)
			return false
		}
		for i, name := range ListKeys() {
			if h, ok := hasher.of(name, [...]string{p.CustomerID, p.Email, p.Name}[i]); ok && failed == nil {
				failed = table.add(h, uint32(t.people))
			}
		}
		if failed == nil && opt.Each != nil {
			failed = opt.Each(&p)
		}
		if t.people%4096 == 0 && failed == nil {
			failed = ctx.Err()
		}
		return failed == nil
	})
	if failed != nil {
		return failed
	}
	t.size, t.header = read.total, read.header
	out := newPageWriter(w, pages)
	var err error
	if t.keys, err = table.write(out); err != nil {
		return err
	}
	t.marks, t.marked = out.at(), int64(len(marks)/markSize)
	out.write(marks)
	out.write(t.append(nil))
	out.flush()
	return out.err
}

func (t *listTrailer) setDigest(digest string) bool {
	raw, err := hex.DecodeString(digest)
	return err == nil && copy(t.digest[:], raw) == sha256.Size && len(raw) == sha256.Size
}

func (t *listTrailer) append(b []byte) []byte {
	b = append(append(b, listMagic...), t.digest[:]...)
	for _, n := range []int64{t.size, t.people, t.header, t.marks, t.marked, t.keys.entries, t.keys.starts} {
		b = binary.LittleEndian.AppendUint64(b, uint64(n))
	}
	return append(binary.LittleEndian.AppendUint64(b, t.keys.count), t.keys.bits)
}

// parse reads what append wrote, and refuses what no index says of itself.
func (t *listTrailer) parse(b []byte, size int64) bool {
	if len(b) != listTrailerSize || !bytes.HasPrefix(b, []byte(listMagic)) {
		return false
	}
	b = b[copy(t.digest[:], b[len(listMagic):])+len(listMagic):]
	for _, n := range []*int64{&t.size, &t.people, &t.header, &t.marks, &t.marked, &t.keys.entries, &t.keys.starts} {
		*n, b = int64(binary.LittleEndian.Uint64(b)), b[8:]
		if *n < 0 {
			return false
		}
	}
	t.keys.count, t.keys.bits = binary.LittleEndian.Uint64(b), b[8]
	return t.keys.bits >= 8 && t.keys.bits <= 32 && t.keys.count < 1<<32 && t.people < maxPeople && t.header <= t.size &&
		t.keys.entries == 0 && t.keys.starts == int64(t.keys.count)*entrySize && t.marks == t.keys.starts+4<<t.keys.bits &&
		t.marked <= size/markSize && t.marks+t.marked*markSize+listTrailerSize == size
}

// listHashes are the keys of an index: for what people are found by, and for its
// pages. They are others once values are compared otherwise, so that an index of before is refused.
func listHashes(key [32]byte) (keys, pages hashKey) {
	sum := sha256.Sum256(append(key[:], keyForms(ListKeys()...)...))
	n := func(i int) uint64 { return binary.LittleEndian.Uint64(sum[i:]) }
	return hashKey{n(0), n(8)}, hashKey{n(16), n(24)}
}

// listHasher makes keyed hashes of what people are found by. Case, compatibility
// forms and blanks make no difference: a place that is found is compared again.
type listHasher struct {
	key    hashKey
	normal *normalizer
	buf    []byte
}

func (h *listHasher) of(name, value string) (uint64, bool) {
	if value == "" {
		return 0, false
	}
	h.buf = append(h.buf[:0], value...)
	form := h.normal.key(name, h.buf, "")
	if len(form) == 0 {
		return 0, false
	}
	h.buf = append(append(h.buf[:0], name...), 0)
	if name == "name" {
		for i, word := range bytes.Fields(form) {
			if i > 0 {
				h.buf = append(h.buf, ' ')
			}
			h.buf = append(h.buf, word...)
		}
	} else {
		h.buf = append(h.buf, form...)
	}
	hi, _ := h.key.sum(h.buf)
	return hi, true
}

// same reports whether two values of a kind are one to a List.
func (h *listHasher) same(name, a, b string) bool {
	form := func(s string) string {
		return strings.Join(strings.Fields(string(h.normal.key(name, []byte(s), ""))), " ")
	}
	return form(a) == form(b)
}
