package smtp_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/notify"
	"tocsin/notify/notifytest"
	"tocsin/notify/smtp"
	"tocsin/notify/smtp/smtptest"
)

// identity is a certificate for signing mail, its key, and who issued it, as files.
type identity struct{ cert, key, ca string }

// identify makes one for the sender of config; change spoils it.
func identify(t *testing.T, key crypto.Signer, change func(*x509.Certificate)) identity {
	t.Helper()
	dir := t.TempDir()
	now := time.Now()
	above, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	fatal(t, err)
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Example Root"}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(2, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	rootRaw, err := x509.CreateCertificate(rand.Reader, root, root, above.Public(), above)
	fatal(t, err)
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Example Insurance"}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		EmailAddresses: []string{"Privacy@Insurer.example"}, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection},
	}
	change(leaf)
	raw, err := x509.CreateCertificate(rand.Reader, leaf, root, key.Public(), above)
	fatal(t, err)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rootRaw})
	return identity{
		cert: file(t, dir, "cert.pem", append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), ca...)),
		key:  keyFile(t, dir, "key.pem", key),
		ca:   file(t, dir, "ca.pem", ca),
	}
}

func file(t *testing.T, dir, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	fatal(t, os.WriteFile(path, text, 0o600))
	return path
}

func keyFile(t *testing.T, dir, name string, key crypto.Signer) string {
	t.Helper()
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	fatal(t, err)
	return file(t, dir, name, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}))
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func rsaKey(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	fatal(t, err)
	return key
}

func ecKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	fatal(t, err)
	return key
}

func whole(*x509.Certificate) {}

// TestSignedLetters: OpenSSL finds the signature of what came over the wire good, and
// bad once a word of it is another.
func TestSignedLetters(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		if os.Getenv(smtptest.Require) != "" {
			t.Fatal("openssl is required here and was not found")
		}
		t.Skip("openssl was not found")
	}
	for name, key := range map[string]crypto.Signer{"RSA": rsaKey(t, 2048), "ECDSA": ecKey(t)} {
		for _, html := range []bool{true, false} {
			who := identify(t, key, whole)
			s := notifytest.StartSafe(t, notifytest.Safety{Pipelining: true})
			cfg := config(s.Port)
			cfg.Sign = smtp.SignConfig{CertFile: who.cert, KeyFile: who.key}
			c, err := smtp.New(cfg, smtp.Deps{})
			fatal(t, err)
			m := notifytest.Letter(1)
			if !html {
				m.HTML = ""
			}
			if r := c.Send(t.Context(), m); r.Outcome != notify.Accepted {
				t.Fatalf("%s: %+v", name, r)
			}
			fatal(t, c.Close())
			sent := s.Messages()[0]
			if !strings.Contains(sent, "multipart/signed") {
				t.Fatalf("%s: no signed message:\n%s", name, sent)
			}
			verify := func(text string) (string, error) {
				run := exec.Command(openssl, "cms", "-verify", "-CAfile", who.ca, "-in", file(t, t.TempDir(), "letter.eml", []byte(text)))
				var out bytes.Buffer
				run.Stdout, run.Stderr = &out, &out
				err := run.Run()
				return out.String(), err
			}
			if said, err := verify(sent); err != nil {
				t.Errorf("%s, HTML %v: %s", name, html, said)
			}
			if said, err := verify(strings.Replace(sent, "your data", "his data", 1)); err == nil {
				t.Errorf("%s, HTML %v: a changed letter is good: %s", name, html, said)
			}
		}
	}
}

// TestSigningIsChecked: what a mail program would call false is found by config check.
func TestSigningIsChecked(t *testing.T) {
	rsa2048 := rsaKey(t, 2048)
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	fatal(t, err)
	inSubject := func(c *x509.Certificate) {
		c.EmailAddresses = nil
		c.Subject.ExtraNames = []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}, Value: "privacy@insurer.example"}}
	}
	for name, c := range map[string]struct {
		key    crypto.Signer
		change func(*x509.Certificate)
		spoil  func(*smtp.Config)
		where  string // "" is good
		what   string
		warns  bool
	}{
		"good":           {key: ecKey(t), change: whole},
		"RSA":            {key: rsa2048, change: whole},
		"old form":       {key: ecKey(t), change: inSubject},
		"expired":        {key: ecKey(t), change: func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, where: "mail.sign.cert_file", what: "expired on"},
		"not yet valid":  {key: ecKey(t), change: func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Hour) }, where: "mail.sign.cert_file", what: "not valid before"},
		"ends soon":      {key: ecKey(t), change: func(c *x509.Certificate) { c.NotAfter = time.Now().AddDate(0, 0, 10) }, warns: true},
		"another's":      {key: ecKey(t), change: func(c *x509.Certificate) { c.EmailAddresses = []string{"privacy@other.example"} }, where: "mail.sign.cert_file", what: "not for the address"},
		"a web server's": {key: ecKey(t), change: func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }, where: "mail.sign.cert_file", what: "not for e-mail"},
		"for encryption": {key: rsa2048, change: func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }, where: "mail.sign.cert_file", what: "may not sign"},
		"Ed25519":        {key: edwards, change: whole, where: "mail.sign.key_file", what: "only an RSA or ECDSA key"},
		"another key": {key: ecKey(t), change: whole, where: "mail.sign.key_file", what: "do not go together",
			spoil: func(c *smtp.Config) { c.Sign.KeyFile = keyFile(t, t.TempDir(), "other.pem", ecKey(t)) }},
		"no key":         {key: ecKey(t), change: whole, where: "mail.sign.key_file", what: "missing", spoil: func(c *smtp.Config) { c.Sign.KeyFile = "" }},
		"no certificate": {key: ecKey(t), change: whole, where: "mail.sign.cert_file", what: "missing", spoil: func(c *smtp.Config) { c.Sign.CertFile = "" }},
		"no such file":   {key: ecKey(t), change: whole, where: "mail.sign.cert_file", what: "cannot be read", spoil: func(c *smtp.Config) { c.Sign.CertFile += ".none" }},
	} {
		t.Run(name, func(t *testing.T) {
			who := identify(t, c.key, c.change)
			cfg := config(25)
			cfg.Sign = smtp.SignConfig{CertFile: who.cert, KeyFile: who.key}
			if c.spoil != nil {
				c.spoil(&cfg)
			}
			holds(t, cfg, c.where, c.what)
			if n := len(cfg.Warnings(time.Now())); (n > 0) != c.warns {
				t.Errorf("%d warnings", n)
			}
		})
	}
}

// holds checks a configuration that has one problem, or none.
func holds(t *testing.T, cfg smtp.Config, where, what string) {
	t.Helper()
	problems := cfg.Check(time.Now())
	if where == "" && len(problems) == 0 || len(problems) == 1 && problems[0].Where == where && strings.Contains(problems[0].What, what) {
		_, err := smtp.New(cfg, smtp.Deps{})
		if (err == nil) != (where == "") || err != nil && incident.KindOf(err) != incident.Invalid {
			t.Errorf("New: %v", err)
		}
		return
	}
	t.Errorf("%+v, want %s: %s", problems, where, what)
}

// TestNothingGoesOutUnsigned: a certificate that ends while the program runs puts
// letters off.
func TestNothingGoesOutUnsigned(t *testing.T) {
	who := identify(t, ecKey(t), whole)
	s := notifytest.Start(t)
	cfg := config(s.Port)
	cfg.Sign = smtp.SignConfig{CertFile: who.cert, KeyFile: who.key}
	now := time.Now()
	c, err := smtp.New(cfg, smtp.Deps{Clock: func() time.Time { return now }})
	fatal(t, err)
	defer c.Close()
	now = now.AddDate(1, 0, 1)
	if r := c.Send(t.Context(), notifytest.Letter(1)); r.Outcome != notify.Deferred || !strings.Contains(r.Detail, "expired") {
		t.Errorf("%+v", r)
	}
	if len(s.Messages()) != 0 {
		t.Error("it went out")
	}
}
