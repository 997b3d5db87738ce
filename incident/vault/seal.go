package vault

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"

	"filippo.io/age"

	"tocsin/incident/keys"
)

// A file is magic, binding, age file. The binding is an HMAC over the file's
// random id (which its age header carries, authenticated), the plaintext's
// digest and its size. It ties the name to the content: a file renamed to
// another object's name does not open.
const (
	magic      = "TOCSINV1"
	headerSize = len(magic) + sha256.Size
)

// stanza is the name of our wrapping in the age header. Its one argument is the
// file's id, its body the file key, sealed under a key derived from the
// incident's for this purpose.
const stanza = "tocsin-vault-1"

var errStanza = errors.New("vault: the file key does not open")

// sealer derives what a scope's data key is used for in the vault.
type sealer struct {
	wrap *keys.Key // wraps file keys
	bind [keys.Size]byte
	name [keys.Size]byte
}

func newSealer(k *keys.Key) sealer {
	return sealer{wrap: k.Sub("vault/wrap"), bind: k.Derive("vault/bind"), name: k.Derive("vault/name")}
}

// fileName is the keyed hash that stands for a digest on the disk.
func (s sealer) fileName(digest [sha256.Size]byte) string {
	m := hmac.New(sha256.New, s.name[:])
	m.Write(digest[:])
	return hex.EncodeToString(m.Sum(nil))
}

func (s sealer) binding(id string, digest [sha256.Size]byte, size int64) []byte {
	m := hmac.New(sha256.New, s.bind[:])
	m.Write([]byte(id))
	m.Write(digest[:])
	m.Write(binary.BigEndian.AppendUint64(nil, uint64(size)))
	return m.Sum(nil)
}

// fileKey wraps and unwraps one file's key; it is both ends of age's interface.
type fileKey struct {
	wrap *keys.Key
	id   string // set by Wrap and by Unwrap
}

func (f *fileKey) Wrap(key []byte) ([]*age.Stanza, error) {
	var id [16]byte
	rand.Read(id[:])
	f.id = hex.EncodeToString(id[:])
	return []*age.Stanza{{Type: stanza, Args: []string{f.id}, Body: f.wrap.Seal([]byte(f.id), key)}}, nil
}

func (f *fileKey) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, s := range stanzas {
		if s.Type != stanza || len(s.Args) != 1 {
			continue
		}
		key, err := f.wrap.Open([]byte(s.Args[0]), s.Body)
		if err != nil {
			return nil, errStanza
		}
		f.id = s.Args[0]
		return key, nil
	}
	return nil, age.ErrIncorrectIdentity
}
