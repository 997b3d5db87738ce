package smtp_test

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"tocsin/notify"
	"tocsin/notify/notifytest"
	"tocsin/notify/smtp"
)

var (
	spaces    = regexp.MustCompile(`[ \t]+`)
	folds     = regexp.MustCompile(`\r\n[ \t]`)
	signature = regexp.MustCompile(`(;\s*b=)[^;]*`)
)

// relaxed is a header field in RFC 6376's relaxed form (3.4.2).
func relaxed(field string) string {
	name, value, _ := strings.Cut(field, ":")
	value = spaces.ReplaceAllString(folds.ReplaceAllString(value, " "), " ")
	return strings.ToLower(strings.TrimSpace(name)) + ":" + strings.TrimSpace(value)
}

// verifyDKIM checks the signature on top of a message, as a receiver does (RFC 6376,
// 6.1.3). It is written from the RFC, and shares nothing with what signs.
func verifyDKIM(message string, key crypto.PublicKey) (tags map[string]string, err error) {
	header, body, _ := strings.Cut(message, "\r\n\r\n")
	fields := regexp.MustCompile(`\r\n([^ \t])`).Split(header, -1)
	starts := regexp.MustCompile(`\r\n([^ \t])`).FindAllStringSubmatch(header, -1)
	for n := range starts {
		fields[n+1] = starts[n][1] + fields[n+1]
	}
	if !strings.HasPrefix(strings.ToLower(fields[0]), "dkim-signature:") {
		return nil, errors.New("no signature on top")
	}
	tags = map[string]string{}
	_, list, _ := strings.Cut(fields[0], ":")
	for _, tag := range strings.Split(folds.ReplaceAllString(list, " "), ";") {
		name, value, _ := strings.Cut(tag, "=")
		tags[strings.TrimSpace(name)] = spaces.ReplaceAllString(strings.TrimSpace(value), "")
	}
	var lines strings.Builder
	for _, line := range strings.Split(strings.TrimRight(body, "\r\n")+"\r\n", "\r\n") {
		lines.WriteString(strings.TrimRight(spaces.ReplaceAllString(line, " "), " ") + "\r\n")
	}
	sum := sha256.Sum256([]byte(strings.TrimRight(lines.String(), "\r\n") + "\r\n"))
	if tags["c"] != "relaxed/relaxed" || tags["bh"] != base64.StdEncoding.EncodeToString(sum[:]) {
		return tags, errors.New("the body is another")
	}
	var signed strings.Builder
	used := map[string]int{}
	for _, name := range strings.Split(strings.ToLower(tags["h"]), ":") {
		// From the bottom up; one that is not there counts as nothing.
		skip := used[name]
		used[name]++
		for n := len(fields) - 1; n > 0; n-- {
			if f, _, _ := strings.Cut(fields[n], ":"); strings.EqualFold(strings.TrimSpace(f), name) {
				if skip == 0 {
					signed.WriteString(relaxed(fields[n]) + "\r\n")
					break
				}
				skip--
			}
		}
	}
	signed.WriteString(relaxed(signature.ReplaceAllString(fields[0], "$1")))
	digest := sha256.Sum256([]byte(signed.String()))
	raw, err := base64.StdEncoding.DecodeString(tags["b"])
	if err != nil {
		return tags, err
	}
	switch k := key.(type) {
	case *rsa.PublicKey:
		return tags, rsa.VerifyPKCS1v15(k, crypto.SHA256, digest[:], raw)
	case ed25519.PublicKey: // RFC 8463: the digest is what is signed
		if !ed25519.Verify(k, digest[:], raw) {
			return tags, errors.New("the signature is another's")
		}
	}
	return tags, nil
}

// TestDKIM: a receiver finds the signature good, and bad once anything of it is another.
func TestDKIM(t *testing.T) {
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	fatal(t, err)
	dir := t.TempDir()
	for name, key := range map[string]crypto.Signer{"RSA": rsaKey(t, 2048), "Ed25519": edwards} {
		t.Run(name, func(t *testing.T) {
			s := notifytest.StartSafe(t, notifytest.Safety{Pipelining: true})
			cfg := config(s.Port)
			cfg.ReplyTo = "Questions <questions@insurer.example>"
			cfg.DKIM = smtp.DKIMConfig{Selector: "s2026", KeyFile: keyFile(t, dir, name, key), Domain: "insurer.example"}
			c, err := smtp.New(cfg, smtp.Deps{})
			fatal(t, err)
			defer c.Close()
			m := notifytest.Letter(1)
			m.Subject = strings.Repeat("Mitteilung über Ihre Daten ", 6)
			if r := c.Send(t.Context(), m); r.Outcome != notify.Accepted {
				t.Fatalf("%+v", r)
			}
			sent := s.Messages()[0]
			tags, err := verifyDKIM(sent, key.Public())
			if err != nil || tags["d"] != "insurer.example" || tags["s"] != "s2026" {
				t.Errorf("%v, %v in\n%s", err, tags, sent)
			}
			for _, change := range [][2]string{
				{"To: <p1@", "To: <p2@"}, {"your data", "his data"}, {"Reply-To:", "X-Reply-To:"},
				{"\r\nFrom: ", "\r\nFrom: Somebody <else@other.example>\r\nFrom: "}, {"\r\nMIME-Version:", "\r\nFrom: else@other.example\r\nMIME-Version:"},
			} {
				forged := strings.Replace(sent, change[0], change[1], 1)
				if forged == sent {
					t.Errorf("there is no %q in the letter", change[0])
				}
				if _, err := verifyDKIM(forged, key.Public()); err == nil {
					t.Errorf("%q for %q is not noticed", change[1], change[0])
				}
			}
		})
	}
}

// TestDKIMAndSMIME: both at once, the outer over the inner.
func TestDKIMAndSMIME(t *testing.T) {
	who, key := identify(t, ecKey(t), whole), rsaKey(t, 2048)
	s := notifytest.Start(t)
	cfg := config(s.Port)
	cfg.Sign = smtp.SignConfig{CertFile: who.cert, KeyFile: who.key}
	cfg.DKIM = smtp.DKIMConfig{Selector: "s2026", KeyFile: keyFile(t, t.TempDir(), "dkim.pem", key)}
	c, err := smtp.New(cfg, smtp.Deps{})
	fatal(t, err)
	defer c.Close()
	for n := range 20 { // by many at once, under the race detector
		go c.Send(t.Context(), notifytest.Letter(n))
	}
	if r := c.Send(t.Context(), notifytest.Letter(100)); r.Outcome != notify.Accepted {
		t.Fatalf("%+v", r)
	}
	for _, sent := range s.Messages() {
		if _, err := verifyDKIM(sent, key.Public()); err != nil || !strings.Contains(sent, "multipart/signed") {
			t.Errorf("%v in\n%s", err, sent)
		}
	}
}

func TestDKIMIsChecked(t *testing.T) {
	dir := t.TempDir()
	good := keyFile(t, dir, "good.pem", rsaKey(t, 2048))
	weak := keyFile(t, dir, "weak.pem", rsaKey(t, 1024))
	curve := keyFile(t, dir, "curve.pem", ecKey(t))
	for name, c := range map[string]struct {
		dkim        smtp.DKIMConfig
		where, what string
		warns       bool
	}{
		"good":            {dkim: smtp.DKIMConfig{Selector: "s", KeyFile: good}},
		"domain on top":   {dkim: smtp.DKIMConfig{Selector: "s", KeyFile: good, Domain: "example"}, where: "mail.dkim.domain", what: "nothing to do with"},
		"domain below":    {dkim: smtp.DKIMConfig{Selector: "s", KeyFile: good, Domain: "mail.insurer.example"}},
		"another domain":  {dkim: smtp.DKIMConfig{Selector: "s", KeyFile: good, Domain: "reinsurer.example"}, where: "mail.dkim.domain", what: "nothing to do with"},
		"long domain":     {dkim: smtp.DKIMConfig{Selector: "s", KeyFile: good, Domain: strings.Repeat("a.", 30) + "insurer.example"}, where: "mail.dkim.domain", what: "longer than"},
		"no selector":     {dkim: smtp.DKIMConfig{KeyFile: good}, where: "mail.dkim.selector", what: "published"},
		"odd selector":    {dkim: smtp.DKIMConfig{Selector: "a; d=b", KeyFile: good}, where: "mail.dkim.selector", what: "published"},
		"no key":          {dkim: smtp.DKIMConfig{Selector: "s"}, where: "mail.dkim.key_file", what: "missing"},
		"no file":         {dkim: smtp.DKIMConfig{Selector: "s", KeyFile: good + ".none"}, where: "mail.dkim.key_file", what: "cannot be read"},
		"another kind":    {dkim: smtp.DKIMConfig{Selector: "s", KeyFile: curve}, where: "mail.dkim.key_file", what: "not an RSA or Ed25519 key"},
		"a key too short": {dkim: smtp.DKIMConfig{Selector: "s", KeyFile: weak}, warns: true},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config(25)
			cfg.DKIM = c.dkim
			holds(t, cfg, c.where, c.what)
			if got := len(cfg.Warnings(time.Now())); (got > 0) != c.warns {
				t.Errorf("%d warnings", got)
			}
		})
	}
}
