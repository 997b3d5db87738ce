package smtp

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// DKIMConfig makes letters DKIM-signed (RFC 6376) here. Without a key the relay does it.
type DKIMConfig struct {
	Domain   string `toml:"domain"`   // the domain of from if empty
	Selector string `toml:"selector"` // the key is published at <selector>._domainkey.<domain>
	KeyFile  string `toml:"key_file"` // PEM: RSA or Ed25519
}

const (
	// weakKey is the shortest RSA key a verifier may accept, goodKey what a signer
	// should have (RFC 8301, 3.2), in bits.
	weakKey, goodKey = 1024, 2048
	// longestDomain is what go-mail can sign for: it breaks a longer one over two
	// lines, after it signed it as one.
	longestDomain = 70
)

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
