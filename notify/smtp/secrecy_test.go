package smtp_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/notify"
	"tocsin/notify/notifytest"
	"tocsin/notify/smtp"
)

const password = "correct-horse-battery"

// certificate is one for 127.0.0.1 that nobody vouches for but itself.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	raw, err := x509.CreateCertificate(rand.Reader, about, about, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	read, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(read)
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}, roots
}

// safe starts a server with that certificate and one user; with early, TLS
// begins at once and not by STARTTLS.
func safe(t *testing.T, cert tls.Certificate, early bool) int {
	t.Helper()
	return notifytest.StartSafe(t, notifytest.Safety{Config: &tls.Config{Certificates: []tls.Certificate{cert}}, Early: early, Password: password}).Port
}

// TestOnlyATrustedServerGetsAnything: the certificate is checked, and a server
// that offers no encryption gets neither letter nor password.
func TestOnlyATrustedServerGetsAnything(t *testing.T) {
	cert, roots := certificate(t)
	for _, c := range []struct {
		name   string
		mode   string
		port   int
		roots  *x509.CertPool
		secret string
		want   notify.Outcome
		detail string
	}{
		{"starttls", "starttls", safe(t, cert, false), roots, password, notify.Accepted, ""},
		{"starttls, nobody vouches", "starttls", safe(t, cert, false), nil, password, notify.Deferred, "certificate"},
		{"tls", "tls", safe(t, cert, true), roots, password, notify.Accepted, ""},
		{"tls, nobody vouches", "tls", safe(t, cert, true), nil, password, notify.Deferred, "certificate"},
		{"starttls is not offered", "starttls", notifytest.Start(t).Port, roots, password, notify.Deferred, "does not answer as it should"},
		{"wrong password", "starttls", safe(t, cert, false), roots, "wrong-" + password, notify.Deferred, "sign in"},
		{"no server", "starttls", closedPort(t), roots, password, notify.Deferred, "cannot be reached"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := config(c.port)
			cfg.TLS, cfg.User, cfg.SecretEnv = c.mode, "tocsin", "MAIL_PASSWORD"
			ch, err := smtp.New(cfg, smtp.Deps{Roots: c.roots, Env: func(string) string { return c.secret }})
			if err != nil {
				t.Fatal(err)
			}
			defer ch.Close()
			r := ch.Send(t.Context(), notifytest.Letter(1))
			if r.Outcome != c.want || !strings.Contains(r.Detail, c.detail) {
				t.Errorf("%+v, want %s: %s", r, c.want, c.detail)
			}
			if strings.Contains(fmt.Sprintf("%+v", r), password) {
				t.Errorf("the password is in %+v", r)
			}
		})
	}
}

func closedPort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func TestPasswordIsReadAndNotTold(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct {
		name, env, file string
		ok              bool
	}{
		{"in the environment", password, "", true},
		{"in a file, with its line end", "", file("good", password+"\n"), true},
		{"in neither", "", "", false},
		{"in an empty file", "", file("empty", " \n"), false},
		{"in a file that is not there", "", filepath.Join(dir, "none"), false},
	} {
		cfg := config(25)
		cfg.User, cfg.SecretEnv, cfg.SecretFile = "tocsin", "MAIL_PASSWORD", c.file
		_, err := smtp.New(cfg, smtp.Deps{Env: func(string) string { return c.env }})
		if (err == nil) != c.ok || err != nil && incident.KindOf(err) != incident.Invalid {
			t.Errorf("%s: %v", c.name, err)
		}
		if err != nil && strings.Contains(err.Error(), password) {
			t.Errorf("%s: the error tells the password", c.name)
		}
	}
}
