package bundle

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
)

// Signed notes (golang.org/x/mod/sumdb/note, c2sp.org/signed-note) are read here
// with the standard library alone, so that whoever doubts the program can follow
// each step: a verifier key is name+hash+base64(1, Ed25519 key), a note is text,
// an empty line, and lines "— name base64(hash, signature over the text)".

// noteKey is a verifier key taken apart.
type noteKey struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

var errKey = errors.New("not a verifier key")

func parseKey(text string) (noteKey, error) {
	name, rest, _ := strings.Cut(text, "+")
	hash, data, ok := strings.Cut(rest, "+")
	raw, err := base64.StdEncoding.DecodeString(data)
	h, herr := hex.DecodeString(hash)
	if !ok || err != nil || herr != nil || name == "" || len(h) != 4 || len(raw) != 1+ed25519.PublicKeySize || raw[0] != 1 {
		return noteKey{}, errKey
	}
	sum := sha256.Sum256(append([]byte(name+"\n"), raw...))
	k := noteKey{name, binary.BigEndian.Uint32(h), ed25519.PublicKey(raw[1:])}
	if binary.BigEndian.Uint32(sum[:4]) != k.hash {
		return noteKey{}, errKey
	}
	return k, nil
}

// open gives the text of a note that k signed.
func (k noteKey) open(note string) (string, bool) {
	at := strings.LastIndex(note, "\n\n")
	if at < 0 || !strings.HasSuffix(note, "\n") {
		return "", false
	}
	text := note[:at+1]
	for _, line := range strings.Split(strings.TrimSuffix(note[at+2:], "\n"), "\n") {
		name, data, ok := strings.Cut(strings.TrimPrefix(line, "— "), " ")
		raw, err := base64.StdEncoding.DecodeString(data)
		if !strings.HasPrefix(line, "— ") || !ok || err != nil || name != k.name || len(raw) != 4+ed25519.SignatureSize {
			continue
		}
		if binary.BigEndian.Uint32(raw) == k.hash && ed25519.Verify(k.key, []byte(text), raw[4:]) {
			return text, true
		}
	}
	return "", false
}

// signatures checks the two notes of a bag against its key, and that key
// against the one kept elsewhere.
func (v *verifier) signatures(expected string) {
	v.Signed = strings.TrimSpace(v.text("verifier-key.txt"))
	if expected != "" && expected != v.Signed {
		v.wrong("verifier-key.txt", "not the key you gave: the bag is not signed by that store")
	}
	k, err := parseKey(v.Signed)
	if err != nil {
		v.wrong("verifier-key.txt", "not a verifier key")
		return
	}
	head := v.text("ledger-head.txt")
	if _, ok := k.open(head); !ok {
		v.wrong("ledger-head.txt", "not signed by the key in the bag")
	}
	v.Head = head
	text, ok := k.open(v.text("signature.txt"))
	if !ok {
		v.wrong("signature.txt", "not signed by the key in the bag")
		return
	}
	lines := strings.Split(text, "\n")
	if len(lines) != 5 || lines[0] != "tocsin evidence bundle" {
		v.wrong("signature.txt", "not over an evidence bundle")
		return
	}
	v.Incident = lines[1]
	if have := v.sums["tagmanifest-sha256.txt"]; lines[2] != "tagmanifest-sha256 "+have {
		v.wrong("tagmanifest-sha256.txt", "differs from what was signed")
	}
}
