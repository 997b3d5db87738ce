package smtp

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"net/mail"
	"os"
	"slices"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"tocsin/incident"
)

// SignConfig makes letters S/MIME-signed (RFC 8551), so that people see in their mail
// program that a letter is the organisation's. Without files they are not.
type SignConfig struct {
	CertFile string `toml:"cert_file"` // PEM: the certificate for the address of from, then the one that issued it
	KeyFile  string `toml:"key_file"`  // PEM: its RSA or ECDSA key
}

// DKIMConfig makes letters DKIM-signed (RFC 6376) here. Without a key the relay does it.
type DKIMConfig struct {
	Domain   string `toml:"domain"`   // the domain of from if empty
	Selector string `toml:"selector"` // the key is published at <selector>._domainkey.<domain>
	KeyFile  string `toml:"key_file"` // PEM: RSA or Ed25519
}

const (
	// soon is how long before it ends a certificate is worth a warning.
	soon = 30 * 24 * time.Hour
	// weakKey is the shortest RSA key a verifier may accept, goodKey what a signer
	// should have (RFC 8301, 3.2), in bits.
	weakKey, goodKey = 1024, 2048
	// longestDomain is what go-mail can sign for: it breaks a longer one over two
	// lines, after it signed it as one.
	longestDomain = 70
)

// emailAddress is the attribute of a subject that held addresses before there
// were alternative names (RFC 8550, 3).
var emailAddress = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}

// finding is one about a key of the configuration.
type finding struct {
	key, what string
	bad       bool // else it is worth a warning
}

// certificate reads what letters are signed with; nil where nothing is configured or
// what is configured will not do.
func (c SignConfig) certificate(from string, now time.Time) (*tls.Certificate, []finding) {
	switch {
	case c.CertFile == "" && c.KeyFile == "":
		return nil, nil
	case c.CertFile == "":
		return nil, []finding{{"sign.cert_file", "missing, but a key is given", true}}
	case c.KeyFile == "":
		return nil, []finding{{"sign.key_file", "missing, but a certificate is given", true}}
	}
	chain, err := os.ReadFile(c.CertFile)
	if err != nil {
		return nil, []finding{{"sign.cert_file", "cannot be read: " + c.CertFile, true}}
	}
	key, err := os.ReadFile(c.KeyFile)
	if err != nil {
		return nil, []finding{{"sign.key_file", "cannot be read: " + c.KeyFile, true}}
	}
	pair, err := tls.X509KeyPair(chain, key)
	if err != nil {
		// The library's words do not repeat what is in the files.
		return nil, []finding{{"sign.key_file", "certificate and key do not go together: " + err.Error(), true}}
	}
	if pair.Leaf == nil {
		if pair.Leaf, err = x509.ParseCertificate(pair.Certificate[0]); err != nil {
			return nil, []finding{{"sign.cert_file", "not a certificate", true}}
		}
	}
	found := suits(&pair, from, now)
	if slices.ContainsFunc(found, func(f finding) bool { return f.bad }) {
		return nil, found
	}
	return &pair, found
}

// suits says what is wrong with signing the letters of from with a certificate.
func suits(pair *tls.Certificate, from string, now time.Time) (out []finding) {
	bad := func(format string, args ...any) {
		out = append(out, finding{"sign.cert_file", fmt.Sprintf(format, args...), true})
	}
	leaf := pair.Leaf
	switch pair.PrivateKey.(type) {
	case *rsa.PrivateKey, *ecdsa.PrivateKey:
	default:
		out = append(out, finding{"sign.key_file", "only an RSA or ECDSA key can sign letters", true})
	}
	switch {
	case now.Before(leaf.NotBefore):
		bad("not valid before %s", leaf.NotBefore.UTC().Format(time.DateOnly))
	case !now.Before(leaf.NotAfter):
		bad("expired on %s", leaf.NotAfter.UTC().Format(time.DateOnly))
	case leaf.NotAfter.Sub(now) < soon:
		out = append(out, finding{key: "sign.cert_file", what: "expires on " + leaf.NotAfter.UTC().Format(time.DateOnly)})
	}
	if !slices.ContainsFunc(addressesOf(leaf), func(a string) bool { return strings.EqualFold(a, from) }) {
		bad("not for the address of mail.from; mail programs would call the signature false (RFC 8550, 3)")
	}
	if leaf.KeyUsage != 0 && leaf.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		bad("its key may not sign (RFC 8550, 4.4.2)")
	}
	if len(leaf.ExtKeyUsage)+len(leaf.UnknownExtKeyUsage) > 0 && !slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageEmailProtection) && !slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageAny) {
		bad("not for e-mail (RFC 8550, 4.4.4)")
	}
	return out
}

func addressesOf(leaf *x509.Certificate) []string {
	out := slices.Clone(leaf.EmailAddresses)
	for _, name := range leaf.Subject.Names {
		if s, ok := name.Value.(string); ok && name.Type.Equal(emailAddress) {
			out = append(out, s)
		}
	}
	return out
}

// signer reads the key that letters are DKIM-signed with; nil as in certificate.
func (c DKIMConfig) signer(from string, now func() time.Time) (*gomail.DKIMSigner, []finding) {
	if c == (DKIMConfig{}) {
		return nil, nil
	}
	var out []finding
	bad := func(key, what string) { out = append(out, finding{"dkim." + key, what, true}) }
	of := from[strings.LastIndexByte(from, '@')+1:]
	domain := of
	if c.Domain != "" {
		var err error
		if domain, err = domains.ToASCII(c.Domain); err != nil {
			bad("domain", "not a domain")
		} else if !strings.EqualFold(domain, of) && (!strings.Contains(domain, ".") || !within(of, domain) && !within(domain, of)) {
			bad("domain", "has nothing to do with the domain of mail.from, so that DMARC does not count the signature (RFC 7489, 3.1.1)")
		}
	}
	if len(domain) > longestDomain {
		bad("domain", fmt.Sprintf("longer than %d characters", longestDomain))
	}
	if name, err := domains.ToASCII(c.Selector); err != nil || name != c.Selector || c.Selector == "" {
		bad("selector", "give the name under which the key is published")
	}
	if c.KeyFile == "" {
		bad("key_file", "missing, but other keys of mail.dkim are set")
		return nil, out
	}
	key, weak, err := dkimKey(c.KeyFile)
	if err != nil {
		bad("key_file", err.Error())
	} else if weak {
		out = append(out, finding{key: "dkim.key_file", what: fmt.Sprintf("a key of fewer than %d bits (RFC 8301, 3.2)", goodKey)})
	}
	if slices.ContainsFunc(out, func(f finding) bool { return f.bad }) {
		return nil, out
	}
	s := gomail.NewDKIMSigner(domain, c.Selector, key)
	s.NowFunc = now
	s.SignHeaders("From", "To", "Subject", "Date", "Message-ID", "Content-Type", "MIME-Version", "Reply-To")
	s.OversignHeaders("From") // so that nobody can add a second one (RFC 6376, 8.15)
	// The library settles the algorithm at the first signature, which must not be made by
	// two at once.
	if _, err := s.Sign([]byte("From: "+from+"\r\n"), nil); err != nil {
		bad("key_file", "cannot sign")
		return nil, out
	}
	return s, out
}

// dkimKey reads a private key; weak ones are shorter than they should be.
func dkimKey(file string) (key crypto.Signer, weak bool, err error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, false, errors.New("cannot be read: " + file)
	}
	if key, err = gomail.PrivKeyFromPEM(raw); err != nil {
		return nil, false, errors.New("not an RSA or Ed25519 key in PEM")
	}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if k.N.BitLen() < weakKey {
			return nil, false, fmt.Errorf("a key of fewer than %d bits, which nobody may trust (RFC 8301, 3.2)", weakKey)
		}
		return key, k.N.BitLen() < goodKey, nil
	case ed25519.PrivateKey:
		return key, false, nil
	}
	return nil, false, errors.New("not an RSA or Ed25519 key")
}

// within reports whether a domain is another or below it.
func within(name, of string) bool {
	return strings.EqualFold(name, of) || len(name) > len(of) && strings.EqualFold(name[len(name)-len(of)-1:], "."+of)
}

// findings are those of both kinds of signature, for the address of from.
func (c Config) findings(now time.Time) []finding {
	from := &mail.Address{}
	if a, err := mailbox(c.From); err == nil {
		from = a
	} else if c.Sign != (SignConfig{}) || c.DKIM != (DKIMConfig{}) {
		return nil // that is said already
	}
	_, out := c.Sign.certificate(from.Address, now)
	_, more := c.DKIM.signer(from.Address, func() time.Time { return now })
	return append(out, more...)
}

// Warnings are what is right now and will not stay so: Where is the key.
func (c Config) Warnings(now time.Time) []incident.Problem {
	var out []incident.Problem
	if c.On() {
		for _, f := range c.findings(now) {
			if !f.bad {
				out = append(out, incident.Problem{Where: "mail." + f.key, What: f.what})
			}
		}
	}
	return out
}
