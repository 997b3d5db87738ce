package smtp_test

import (
	"crypto/tls"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/notify"
	"tocsin/notify/notifytest"
	"tocsin/notify/smtp"
	"tocsin/notify/smtp/smtptest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func config(port int) smtp.Config {
	c := smtp.Default()
	c.Host, c.Port, c.TLS, c.From, c.Connections = "127.0.0.1", port, "none", "Example Insurance <privacy@insurer.example>", 3
	c.Envelope = "bounces@insurer.example"
	return c
}

func open(t *testing.T, port int, patience time.Duration) notify.Channel {
	t.Helper()
	c, err := smtp.New(config(port), smtp.Deps{
		Clock:    func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) },
		Patience: patience, Grace: patience,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestChannelConforms(t *testing.T) { notifytest.Conform(t, open, notifytest.Safety{}, "") }

// TestChannelConformsEncrypted: the same through STARTTLS and sign-in, where what left
// and what is lost is counted beneath the encryption.
func TestChannelConformsEncrypted(t *testing.T) {
	cert, roots := certificate(t)
	safety := notifytest.Safety{Config: &tls.Config{Certificates: []tls.Certificate{cert}}, Password: password}
	notifytest.Conform(t, func(t *testing.T, port int, patience time.Duration) notify.Channel {
		cfg := config(port)
		cfg.TLS, cfg.User, cfg.SecretEnv = "starttls", "tocsin", "MAIL_PASSWORD"
		c, err := smtp.New(cfg, smtp.Deps{Roots: roots, Env: func(string) string { return password }, Patience: patience, Grace: patience})
		fatal(t, err)
		return c
	}, safety, password)
}

func TestConnectionsAreKept(t *testing.T) {
	s := notifytest.Start(t)
	c := open(t, s.Port, 0)
	defer c.Close()
	for n := range 20 {
		if r := c.Send(t.Context(), notifytest.Letter(n)); r.Outcome != notify.Accepted || r.Queue == "" {
			t.Fatalf("%+v", r)
		}
	}
	if s.Sessions() > 3 {
		t.Errorf("%d connections for 20 messages", s.Sessions())
	}
	// EHLO for each connection, then MAIL, RCPT and DATA for each message.
	if s.Commands() != s.Sessions()+3*20 {
		t.Errorf("%d commands for 20 messages over %d connections", s.Commands(), s.Sessions())
	}
}

// TestForeignNamesOfOurs: a sender with an international domain goes out in the
// form that every server takes.
func TestForeignNamesOfOurs(t *testing.T) {
	s := notifytest.Start(t)
	cfg := config(s.Port)
	cfg.From, cfg.ReplyTo, cfg.Envelope = "Versicherung <schutz@bücher.example>", "Auskunft <frage@bücher.example>", ""
	c, err := smtp.New(cfg, smtp.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if r := c.Send(t.Context(), notifytest.Letter(1)); r.Outcome != notify.Accepted {
		t.Fatalf("%+v", r)
	}
	header, _, _ := strings.Cut(s.Messages()[0], "\r\n\r\n")
	for _, want := range []string{"Message-ID: <id-1.1@xn--bcher-kva.example>", "<schutz@xn--bcher-kva.example>", "<frage@xn--bcher-kva.example>"} {
		if !strings.Contains(header, want) {
			t.Errorf("no %s in\n%s", want, header)
		}
	}
	if from := s.Froms()[0]; !strings.Contains(from, "<schutz@xn--bcher-kva.example>") {
		t.Errorf("envelope: %s", from)
	}
}

// TestRateHolds: 20 messages a second leave 50 ms between two.
func TestRateHolds(t *testing.T) {
	s := notifytest.Start(t)
	cfg := config(s.Port)
	cfg.Rate = 20
	c, err := smtp.New(cfg, smtp.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	begin := time.Now()
	for n := range 5 {
		c.Send(t.Context(), notifytest.Letter(n))
	}
	if took := time.Since(begin); took < 190*time.Millisecond {
		t.Errorf("5 messages at 20 a second took %s", took)
	}
}

// TestWireText holds the message as it goes over the wire against a file that
// people can read.
func TestWireText(t *testing.T) {
	s := notifytest.Start(t)
	c := open(t, s.Port, 0)
	defer c.Close()
	m := notifytest.Letter(1)
	m.Subject = "Notice\r\nBcc: everyone@mail.example"
	c.Send(t.Context(), m)
	c.Send(t.Context(), notifytest.Letter(1))
	got := s.Messages()
	if len(got) != 2 {
		t.Fatalf("%d messages", len(got))
	}
	if regexp.MustCompile(`(?mi)^bcc:`).MatchString(got[0]) {
		t.Errorf("a subject made a header:\n%s", got[0])
	}
	text := strings.ReplaceAll(got[1], "\r\n", "\n")
	if b := regexp.MustCompile(`boundary=([0-9A-Za-z]+)`).FindStringSubmatch(text); b != nil {
		text = strings.ReplaceAll(text, b[1], "BOUNDARY")
	}
	golden := filepath.Join("testdata", "letter.eml")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("the message is now:\n%s", text)
	}
	for _, from := range s.Froms() {
		if strings.Contains(from, "SMTPUTF8") || !strings.Contains(from, "<bounces@insurer.example>") {
			t.Errorf("envelope: %s", from)
		}
	}
}

func TestAddress(t *testing.T) {
	for in, want := range map[string]string{
		"a@mail.example": "a@mail.example", " A.b+c@Mail.Example ": "A.b+c@mail.example", "x@bücher.example": "x@xn--bcher-kva.example",
		"a@b": "", "a@[127.0.0.1]": "", "a@mail..example": "", "ä@mail.example": "", "a": "", "": "", "Ana <a@mail.example>": "",
		`"a b"@mail.example`: "", `"a"@mail.example`: "a@mail.example", `"a@b"@mail.example`: "", `".a"@mail.example`: "", "a..b@mail.example": "", "a@-b.example": "",
		"a@mail.example.": "", "a@" + strings.Repeat("b", 64) + ".example": "", "a@mail.example\r\nRCPT TO:<b@mail.example>": "", strings.Repeat("a", 65) + "@mail.example": "",
	} {
		got, err := smtp.Address(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q became %q (%v), want %q", in, got, err, want)
		}
	}
}

func FuzzAddress(f *testing.F) {
	f.Add("a@mail.example")
	f.Add("x@bücher.example")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := smtp.Address(s)
		if err != nil {
			return
		}
		for i := range len(got) {
			if got[i] <= ' ' || got[i] > '~' {
				t.Fatalf("%q became %q", s, got)
			}
		}
		if again, err := smtp.Address(got); err != nil || again != got {
			t.Fatalf("%q became %q and that %q (%v)", s, got, again, err)
		}
	})
}

func TestConfigNamesWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*smtp.Config)
		where  string
	}{
		"remote without encryption": {func(c *smtp.Config) { c.Host = "mail.insurer.example" }, "mail.tls"},
		"no sender":                 {func(c *smtp.Config) { c.From = "" }, "mail.from"},
		"user without password":     {func(c *smtp.Config) { c.User = "u" }, "mail.user"},
		"remote by address":         {func(c *smtp.Config) { c.Host = "192.0.2.1" }, "mail.tls"},
		"sender without domain":     {func(c *smtp.Config) { c.From = "Insurer" }, "mail.from"},
		"two reply addresses":       {func(c *smtp.Config) { c.ReplyTo = "a@x.example, b@x.example" }, "mail.reply_to"},
		"envelope":                  {func(c *smtp.Config) { c.Envelope = "ä@x.example" }, "mail.envelope"},
		"greeting":                  {func(c *smtp.Config) { c.Name = "a\r\nMAIL" }, "mail.name"},
		"rate":                      {func(c *smtp.Config) { c.Rate = -1 }, "mail.rate"},
		"port":                      {func(c *smtp.Config) { c.Port = 70000 }, "mail.port"},
		"connections":               {func(c *smtp.Config) { c.Connections = 0 }, "mail.connections"},
		"tls word":                  {func(c *smtp.Config) { c.TLS = "maybe" }, "mail.tls"},
	} {
		cfg := config(25)
		c.change(&cfg)
		_, err := smtp.New(cfg, smtp.Deps{})
		var e *incident.Error
		if !errors.As(err, &e) || e.Kind != incident.Invalid || len(e.Problems) != 1 || e.Problems[0].Where != c.where {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRealServer hands letters to a mail server that is not ours.
func TestRealServer(t *testing.T) {
	c := open(t, smtptest.Sink(t), 0)
	defer c.Close()
	for n := range 50 {
		if r := c.Send(t.Context(), notifytest.Letter(n)); r.Outcome != notify.Accepted {
			t.Fatalf("%+v", r)
		}
	}
}
