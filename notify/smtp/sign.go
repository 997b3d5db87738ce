package smtp

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"net/mail"
	"os"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
)

// SignConfig makes letters S/MIME-signed (RFC 8551), so that people see in their mail
// program that a letter is the organisation's. Without files they are not.
type SignConfig struct {
	CertFile string `toml:"cert_file"` // PEM: the certificate for the address of from, then the one that issued it
	KeyFile  string `toml:"key_file"`  // PEM: its RSA or ECDSA key
}

// soon is how long before it ends a certificate is worth a warning.
const soon = 30 * 24 * time.Hour

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
