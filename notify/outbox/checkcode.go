package outbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"tocsin/incident"
	"tocsin/incident/keys"
)

// A check code is 80 bits, written as sixteen letters and digits in fours. The
// first 32 bits are the beginning of the delivery's name, turned by a mask of the
// incident; the name is itself an HMAC under a key of the incident, and the table
// of deliveries is ordered by it, so a code is looked up by one step into that table
// and needs no index beside it. The other 48 are an HMAC of the whole name.
//
// Whoever guesses has to meet both halves: among ten million letters one guess
// in 2^57 is right, so that a hundred guesses a second for a year find one with a
// chance of 1 in 40 million. The page allows far fewer.
const (
	codeChars  = 16
	codePrefix = 4 // bytes of the delivery's name
)

// codesOf is the key of an incident's check codes. It is gone with the incident's key.
func codesOf(k *keys.Key) [keys.Size]byte { return k.Derive("letter check codes") }

// checkCode is what a person enters to see that a letter is genuine: the same
// whenever that letter is made out, by whichever channel.
func checkCode(codes [keys.Size]byte, delivery string) string {
	raw := rawCode(codes, delivery)
	s := codeLetters.EncodeToString(raw[:])
	return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]
}

type codeBytes [10]byte

func rawCode(codes [keys.Size]byte, delivery string) (out codeBytes) {
	var start uint64
	if len(delivery) >= 2*codePrefix {
		start, _ = strconv.ParseUint(delivery[:2*codePrefix], 16, 32) // names are hexadecimal: see personKey
	}
	binary.BigEndian.PutUint32(out[:], uint32(start)^codeMask(codes))
	copy(out[codePrefix:], codeSum(codes, delivery))
	return out
}

// codeMask keeps a code from saying how the key of a row begins.
func codeMask(codes [keys.Size]byte) uint32 {
	return binary.BigEndian.Uint32(codeSum(codes, "\x00mask"))
}

func codeSum(codes [keys.Size]byte, what string) []byte {
	mac := hmac.New(sha256.New, codes[:])
	mac.Write([]byte(what))
	return mac.Sum(nil)
}

// begins is how the name of the delivery begins that a code of this incident would be of.
func (c codeBytes) begins(codes [keys.Size]byte) string {
	return fmt.Sprintf("%08x", binary.BigEndian.Uint32(c[:])^codeMask(codes))
}

// is tells, in a time that does not depend on the answer, whether it is a delivery's code.
func (c codeBytes) is(codes [keys.Size]byte, delivery string) bool {
	want := rawCode(codes, delivery)
	return hmac.Equal(c[:], want[:])
}

// codeLetters leaves out the letters that are read as digits or as each other
// (Crockford's base 32).
var codeLetters = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// ReadCode takes a check code as people type it: small letters, spaces, hyphens
// and points anywhere, O for 0, I and L for 1. It gives the code as letters print it. Errors:
// Invalid for what is no code; the error does not repeat it.
func ReadCode(typed string) (string, error) {
	if len(typed) > 200 {
		return "", errNoCode()
	}
	var b strings.Builder
	for _, r := range strings.ToUpper(typed) {
		switch {
		case strings.ContainsRune(" \t\r\n\u00a0\u202f-.\u2010\u2011\u2012\u2013\u2014\u2212\u00ad", r):
			continue
		case r == 'O':
			r = '0'
		case r == 'I' || r == 'L':
			r = '1'
		}
		if r > 'Z' || !strings.ContainsRune("0123456789ABCDEFGHJKMNPQRSTVWXYZ", r) || b.Len() == codeChars {
			return "", errNoCode()
		}
		b.WriteRune(r)
	}
	s := b.String()
	if len(s) != codeChars {
		return "", errNoCode()
	}
	return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:], nil
}

func errNoCode() error {
	return incident.Errorf(incident.Invalid, "A code has %d letters and digits.", codeChars)
}

// codeOf is a code's bytes. Errors: as ReadCode.
func codeOf(typed string) (out codeBytes, err error) {
	s, err := ReadCode(typed)
	if err != nil {
		return out, err
	}
	raw, err := codeLetters.DecodeString(strings.ReplaceAll(s, "-", ""))
	if err != nil || len(raw) != len(out) {
		return out, errNoCode()
	}
	return codeBytes(raw), nil
}
