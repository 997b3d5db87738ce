package smtp

import (
	"errors"
	"net/mail"
	"strings"

	"golang.org/x/net/idna"
)

// errAddress says that mail can never reach an address of this form. It does
// not repeat the address.
var errAddress = errors.New("not an address that mail can be sent to")

// domains turns international domain names into what every server understands.
var domains = idna.New(idna.MapForLookup(), idna.VerifyDNSLength(true), idna.StrictDomainName(true), idna.BidiRule(), idna.Transitional(false))

// Address gives an address as it goes over the wire: an ASCII local part without
// quotes, of at most 64 bytes, and a domain name with at least one dot. Most
// servers take nothing else, and a server that would cannot be told from one
// that drops the message later. The error does not repeat the address.
func Address(s string) (string, error) {
	a, err := mail.ParseAddress(strings.TrimSpace(s))
	if err != nil || a.Name != "" {
		return "", errAddress
	}
	out, err := ascii(a.Address)
	if err != nil || !strings.Contains(out[strings.LastIndexByte(out, '@'):], ".") {
		return "", errAddress
	}
	return out, nil
}

// ascii is a bare address with its domain as servers understand it. The domain
// may be a single word, for a sender on this machine.
func ascii(address string) (string, error) {
	at := strings.LastIndexByte(address, '@')
	if at < 1 || at > 64 {
		return "", errAddress
	}
	local := address[:at]
	for i := range len(local) {
		// What is left after parsing and is none of these needs no quotes.
		if c := local[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),:;<>@[\]`, c) >= 0 {
			return "", errAddress
		}
	}
	if local[0] == '.' || local[at-1] == '.' || strings.Contains(local, "..") {
		return "", errAddress
	}
	domain, err := domains.ToASCII(address[at+1:])
	if err != nil || domain == "" {
		return "", errAddress
	}
	return local + "@" + domain, nil
}

// mailbox reads an address of ours, with or without a display name.
func mailbox(s string) (*mail.Address, error) {
	a, err := mail.ParseAddress(s)
	if err != nil {
		return nil, errAddress
	}
	a.Address, err = ascii(a.Address)
	return a, err
}
