package smtp_test

import (
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"regexp"
	"strings"
	"testing"

	"tocsin/notify"
	"tocsin/notify/notifytest"
	"tocsin/notify/smtp"
)

// sent sends a message and gives it as the server has it.
func sent(t *testing.T, m notify.Message) string {
	t.Helper()
	s := notifytest.StartSafe(t, notifytest.Safety{Pipelining: true})
	c := open(t, s.Port, 0)
	defer c.Close()
	if r := c.Send(t.Context(), m); r.Outcome != notify.Accepted {
		t.Fatalf("%+v", r)
	}
	return s.Messages()[0]
}

// TestEveryLetter: a letter has the headers that are ours and no others, plain text
// before HTML, and in both just what it was given: nothing that tells who read it.
func TestEveryLetter(t *testing.T) {
	m := notifytest.Letter(7)
	read, err := mail.ReadMessage(strings.NewReader(sent(t, m)))
	fatal(t, err)
	for name := range read.Header {
		switch name {
		case "Auto-Submitted", "Date", "Mime-Version", "Message-Id", "Subject", "From", "To", "Content-Type":
		default:
			t.Errorf("a header %s: %q", name, read.Header[name])
		}
	}
	if id := read.Header.Get("Message-ID"); id != "<"+m.ID+"@insurer.example>" {
		t.Errorf("Message-ID %s", id)
	}
	kind, with, err := mime.ParseMediaType(read.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s, %v", kind, err)
	}
	parts := multipart.NewReader(read.Body, with["boundary"])
	for _, want := range []struct{ kind, text string }{{"text/plain", m.Text}, {"text/html", m.HTML}} {
		p, err := parts.NextRawPart()
		fatal(t, err)
		if kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type")); kind != want.kind {
			t.Errorf("%s where %s should be", kind, want.kind)
		}
		if p.Header.Get("Content-Disposition") != "" {
			t.Error("a part is attached")
		}
		text, err := io.ReadAll(quotedprintable.NewReader(p))
		fatal(t, err)
		if got := strings.ReplaceAll(string(text), "\r\n", "\n"); got != want.text {
			t.Errorf("%s became %q", want.kind, got)
		}
	}
	if _, err := parts.NextPart(); err != io.EOF {
		t.Errorf("more parts: %v", err)
	}
}

// TestTextAlone: a letter without HTML is plain text.
func TestTextAlone(t *testing.T) {
	m := notifytest.Letter(1)
	m.HTML = ""
	read, err := mail.ReadMessage(strings.NewReader(sent(t, m)))
	fatal(t, err)
	text, err := io.ReadAll(quotedprintable.NewReader(read.Body))
	fatal(t, err)
	if kind := read.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/plain") || strings.ReplaceAll(string(text), "\r\n", "\n") != m.Text {
		t.Errorf("%s: %q", kind, text)
	}
}

// TestNothingInjects: no field of a message makes a header, a recipient, a command or a
// second message.
func TestNothingInjects(t *testing.T) {
	const evil = "\r\nBcc: everyone@mail.example\r\n\r\n.\r\nMAIL FROM:<evil@mail.example>\r\n"
	for name, change := range map[string]func(*notify.Message){
		"subject":    func(m *notify.Message) { m.Subject += evil },
		"bare LF":    func(m *notify.Message) { m.Subject += strings.ReplaceAll(evil, "\r\n", "\n") },
		"bare CR":    func(m *notify.Message) { m.Subject += strings.ReplaceAll(evil, "\r\n", "\r") },
		"text":       func(m *notify.Message) { m.Text += evil },
		"bare LF .":  func(m *notify.Message) { m.Text += "\n.\nMAIL FROM:<evil@mail.example>\n" },
		"bare CR .":  func(m *notify.Message) { m.Text += "\r.\rMAIL FROM:<evil@mail.example>\r" },
		"HTML":       func(m *notify.Message) { m.HTML += evil },
		"a NUL":      func(m *notify.Message) { m.Subject += "\x00"; m.Text += "\x00" },
		"no subject": func(m *notify.Message) { m.Subject = "" },
	} {
		t.Run(name, func(t *testing.T) {
			s := notifytest.StartSafe(t, notifytest.Safety{Pipelining: true})
			c := open(t, s.Port, 0)
			defer c.Close()
			m := notifytest.Letter(1)
			change(&m)
			for range 2 {
				if r := c.Send(t.Context(), m); r.Outcome != notify.Accepted {
					t.Fatalf("%+v", r)
				}
			}
			if n := len(s.Messages()); n != 2 || len(s.Froms()) != 2 {
				t.Fatalf("%d messages of %v", n, s.Froms())
			}
			for _, text := range s.Messages() {
				if regexp.MustCompile(`[^\r]\n|\r[^\n]`).MatchString(text) {
					t.Errorf("a line does not end in CRLF:\n%q", text)
				}
				read, err := mail.ReadMessage(strings.NewReader(text))
				fatal(t, err)
				if read.Header.Get("Bcc") != "" || len(read.Header["To"]) != 1 || len(read.Header["From"]) != 1 || read.Header.Get("To") != "<p1@mail.example>" {
					t.Errorf("headers: %v", textproto.MIMEHeader(read.Header))
				}
			}
		})
	}
	for _, to := range []string{"p1@mail.example>\r\nRCPT TO:<p2@mail.example", "p1@mail.example, p2@mail.example", "p1@mail.example\n", "p1@mail.example>"} {
		s := notifytest.Start(t)
		c := open(t, s.Port, 0)
		m := notifytest.Letter(1)
		m.To = to
		if r := c.Send(t.Context(), m); r.Outcome == notify.Accepted && strings.TrimSpace(to) != "p1@mail.example" || len(s.Messages()) > 1 {
			t.Errorf("%q: %+v, %d messages", to, r, len(s.Messages()))
		}
		_ = c.Close()
	}
}

// TestEncryptedByDefault: who says nothing gets STARTTLS, and nobody can do without it
// but for a server on the same machine.
func TestEncryptedByDefault(t *testing.T) {
	cfg := smtp.Default()
	if cfg.TLS != "starttls" || cfg.Port != 587 {
		t.Errorf("%+v", cfg)
	}
	cfg.Host, cfg.From, cfg.TLS = "mail.insurer.example", "privacy@insurer.example", "none"
	holds(t, cfg, "mail.tls", "without encryption")
}
