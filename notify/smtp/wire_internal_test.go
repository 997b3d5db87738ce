package smtp

import (
	"bufio"
	"bytes"
	"net"
	"net/textproto"
	"strings"
	"testing"

	"tocsin/notify"
)

// dotWriter is how the standard library, and with it go-mail, writes a text after DATA.
func dotWriter(t *testing.T, text []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := textproto.NewWriter(bufio.NewWriter(&out))
	d := w.DotWriter()
	if _, err := d.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// FuzzDotted: however a text comes in pieces, it goes over the wire as go-mail itself
// would send it, and comes out of a server as it was.
func FuzzDotted(f *testing.F) {
	for _, s := range []string{"a", "a\n", ".\n", ".", "a\r\n.b\r\n..\r\n", "\n\n.", "a\r", "\r\n", "a\rb\n.", "one\n.two\n..three"} {
		f.Add([]byte(s), 1)
		f.Add([]byte(s), 3)
	}
	f.Fuzz(func(t *testing.T, text []byte, piece int) {
		if len(text) == 0 || bytes.Contains(text, []byte("\r\r")) {
			return // the standard library adds a CR to two; none is ever written
		}
		d := &dotted{}
		piece = max(1, piece)
		for rest := text; len(rest) > 0; {
			n := min(piece, len(rest))
			if _, err := d.Write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		d.end()
		if want := dotWriter(t, text); !bytes.Equal(d.b, want) {
			t.Fatalf("%q became %q, not %q", text, d.b, want)
		}
		back, err := textproto.NewReader(bufio.NewReader(bytes.NewReader(d.b))).ReadDotBytes()
		if err != nil || bytes.Contains(text, []byte("\r")) {
			return
		}
		want := strings.TrimSuffix(string(text), "\n") + "\n"
		if string(back) != want {
			t.Fatalf("%q arrives as %q", text, back)
		}
		if size := len(strings.ReplaceAll(want, "\n", "\r\n")); d.size() != size {
			t.Fatalf("%q has %d bytes by RFC 1870, not %d", text, size, d.size())
		}
	})
}

// TestGoMailsOwnBytes: a letter goes over the wire byte for byte as the library sends it.
func TestGoMailsOwnBytes(t *testing.T) {
	cfg := Default()
	cfg.Host, cfg.TLS, cfg.From = "127.0.0.1", "none", "Example Insurance <privacy@insurer.example>"
	c, err := New(cfg, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	m := notify.Message{
		ID: "id-1.1", To: "p1@mail.example", Subject: "Ihre Daten: Übersicht, die über eine Zeile reicht, und noch ein wenig weiter",
		Text: ".\n.dot\n..two\n\nGrüße\r\nof both kinds\n" + strings.Repeat("x", 300) + "\n" + strings.Repeat(".", 200), HTML: "<p>.</p>\n.\n",
	}
	msg := c.message(m, m.To)
	msg.SetBoundary("boundary-of-the-test")
	var plain bytes.Buffer
	if _, err := msg.WriteTo(&plain); err != nil {
		t.Fatal(err)
	}
	d := &dotted{}
	if _, err := msg.WriteTo(d); err != nil {
		t.Fatal(err)
	}
	d.end()
	if want := dotWriter(t, plain.Bytes()); !bytes.Equal(d.b, want) {
		t.Errorf("ours:\n%s\nthe library's:\n%s", d.b, want)
	}
	if bytes.Contains(bytes.ReplaceAll(d.b, []byte("\r\n"), nil), []byte("\n")) || bytes.Contains(bytes.ReplaceAll(d.b, []byte("\r\n"), nil), []byte("\r")) {
		t.Error("a line does not end in CRLF")
	}
	for _, b := range d.b {
		if b >= 0x80 {
			t.Fatal("it is not 7-bit, and MAIL does not say 8BITMIME")
		}
	}
	if bytes.Count(d.b, []byte("\r\n.\r\n")) != 1 {
		t.Error("it does not end once")
	}
}

// FuzzReply: whatever a server sends, reading an answer ends, with a code it can have or
// with an error, and nothing of its words is kept but what has the form of an id.
func FuzzReply(f *testing.F) {
	for _, s := range []string{
		"250 2.0.0 Ok: queued as ABC\r\n", "250-one\r\n250 two id=1x-y.z\r\n", "550 5.1.1 <p@mail.example>\r\n", "250\r\n", "25", "250-\r\n550 no\r\n",
		"999 x\r\n", "250-a\n", "  250 x\r\n", "421 4.3.2\r\n", strings.Repeat("250-x\r\n", 200), strings.Repeat("x", 9000),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l := &line{c: &Channel{}, in: bufio.NewReader(strings.NewReader(s))}
		r, err := l.reply()
		if err != nil {
			if r != (reply{}) {
				t.Fatalf("%q: an error and %+v", s, r)
			}
			return
		}
		if r.code < firstCode || r.code > lastCode || len(r.queue) > 64 || len(r.enhanced) > len("5.999.999") {
			t.Fatalf("%q: %+v", s, r)
		}
		for _, c := range r.queue + r.enhanced {
			if !(c == '.' || c == '-' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z') {
				t.Fatalf("%q: %+v", s, r)
			}
		}
	})
}

func TestReply(t *testing.T) {
	for text, want := range map[string]reply{
		"250 2.0.0 Ok: queued as 4BzK1\r\n":         {code: 250, queue: "4BzK1"},
		"250-2.0.0 hello\r\n250 OK ID=1x-y.z\r\n":   {code: 250, queue: "1x-y.z"},
		"250 paid=12\r\n":                           {code: 250},
		"250\r\n":                                   {code: 250},
		"250 OK\n":                                  {code: 250},
		"550 5.1.1 <p@mail.example> unknown\r\n":    {code: 550, enhanced: "5.1.1"},
		"550-5.1.1 no\r\n550 5.2.2 more\r\n":        {code: 550, enhanced: "5.1.1"},
		"550 4.1.1 of another class\r\n":            {code: 550},
		"450 4.7.1234 too long\r\n":                 {code: 450},
		"451 4.7\r\n":                               {code: 451},
		"250-a\r\n251 b\r\n":                        {},
		"250_a\r\n":                                 {},
		"2500 a\r\n":                                {},
		"150 a\r\n":                                 {},
		"600 a\r\n":                                 {},
		"SSH-2.0-x\r\n":                             {},
		"\r\n":                                      {},
		"250-" + strings.Repeat("x", 5000) + "\r\n": {},
		strings.Repeat("250-x\r\n", 101) + "250 x\r\n": {},
		"250-never ending": {},
	} {
		l := &line{c: &Channel{}, in: bufio.NewReader(strings.NewReader(text))}
		if got, err := l.reply(); got != want || (err == nil) != (want.code != 0) {
			t.Errorf("%.60q: %+v, %v", text, got, err)
		}
	}
}

// TestHowMuchLeft: what write says of a line that breaks is never less than what left,
// whether the text is shorter than the library's buffer or longer.
func TestHowMuchLeft(t *testing.T) {
	for _, size := range []int{10, 4095, 4096, 4097, 100000} {
		for _, taken := range []int{0, 1, size / 2, size - 1} {
			ours, theirs := net.Pipe()
			got := make(chan int)
			go func() {
				n := 0
				b := make([]byte, taken)
				for n < taken {
					k, err := theirs.Read(b[n:])
					n += k
					if err != nil {
						break
					}
				}
				_ = theirs.Close()
				got <- n
			}()
			l := &line{c: &Channel{}, out: bufio.NewWriter(ours)}
			n, err := l.write(make([]byte, size))
			if read := <-got; err == nil || n < read || n > size {
				t.Errorf("%d of %d bytes left, write says %d and %v", read, size, n, err)
			}
		}
	}
}
