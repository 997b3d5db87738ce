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

// Address gives an address as it goes over the wire: an ASCII local part and a
// domain name with at least one dot. Most servers take nothing else, and a
// server that would cannot be told from one that drops the message later.
func Address(s string) (string, error) {
	a, err := mail.ParseAddress(strings.TrimSpace(s))
	if err != nil || a.Name != "" {
		return "", errAddress
	}
	at := strings.LastIndexByte(a.Address, '@')
	if at < 1 || at > 64 {
		return "", errAddress
	}
	local, domain := a.Address[:at], a.Address[at+1:]
	for i := range len(local) {
		if c := local[i]; c <= ' ' || c >= 0x7f || c == '"' {
			return "", errAddress
		}
	}
	domain, err = domains.ToASCII(domain)
	if err != nil || !strings.Contains(domain, ".") {
		return "", errAddress
	}
	return local + "@" + domain, nil
}
