package keys

import (
	"crypto/ed25519"

	"golang.org/x/mod/sumdb/note"
)

// Signer signs checkpoints of the audit log: Ed25519 in the note format of the
// Go checksum database. Its seed is derived from a data key of its own, so it
// stays the same through rotations of the master key, and heads kept elsewhere
// keep verifying.
type Signer struct {
	note.Signer
	text string
}

// NewSigner derives the signer called name from k.
func NewSigner(name string, k *Key) (*Signer, error) {
	seed := k.Derive("checkpoint/ed25519")
	private := ed25519.NewKeyFromSeed(seed[:])
	text, err := note.NewEd25519VerifierKey(name, private.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, err
	}
	v, err := note.NewVerifier(text)
	if err != nil {
		return nil, err
	}
	return &Signer{Signer: signer{v.Name(), v.KeyHash(), private}, text: text}, nil
}

// VerifierKey is the public half, as text: with it anyone checks a head without
// the data folder.
func (s *Signer) VerifierKey() string { return s.text }

// Verifier checks what this signer signed.
func (s *Signer) Verifier() note.Verifier {
	v, err := note.NewVerifier(s.text)
	if err != nil {
		panic(err) // NewSigner has parsed this very text
	}
	return v
}

type signer struct {
	name    string
	hash    uint32
	private ed25519.PrivateKey
}

func (s signer) Name() string                    { return s.name }
func (s signer) KeyHash() uint32                 { return s.hash }
func (s signer) Sign(msg []byte) ([]byte, error) { return ed25519.Sign(s.private, msg), nil }
