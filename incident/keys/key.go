package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
)

// Size of every secret here, in bytes.
const Size = 32

// layout is the first byte of everything sealed: AES-256-GCM, the random
// 96-bit nonce in front, the 128-bit tag behind.
const layout = 1

// Overhead is how many bytes longer a sealed text is than its plaintext.
const Overhead = 1 + 12 + 16

var errOpen = errors.New("keys: sealed bytes do not open: altered, or sealed under another key or for another place")

// Key seals and opens. It is safe for concurrent use.
//
// Nonces are random, so one key should seal fewer than 2^32 messages (NIST SP
// 800-38D, 8.3): an incident's lifetime is orders of magnitude below that.
type Key struct {
	secret [Size]byte
	aead   cipher.AEAD
}

// New makes a data key from the system's random source.
func New() *Key {
	var s [Size]byte
	rand.Read(s[:]) // never fails: crypto/rand ends the program instead
	return fromSecret(s)
}

func fromSecret(s [Size]byte) *Key {
	block, err := aes.NewCipher(s[:])
	if err != nil {
		panic(err) // a 32-byte key is always an AES-256 key
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // AES has the block size GCM wants
	}
	return &Key{secret: s, aead: aead}
}

// Seal encrypts plaintext and binds it to aad: the place it belongs to, such as
// table and key. The result is len(plaintext)+Overhead bytes, and differs each time.
func (k *Key) Seal(aad, plaintext []byte) []byte {
	out := make([]byte, 1, len(plaintext)+Overhead)
	out[0] = layout
	return k.aead.Seal(out, nil, plaintext, aad)
}

// Open is the reverse of Seal. Any change to sealed or aad is an error, which
// says nothing of the content.
func (k *Key) Open(aad, sealed []byte) ([]byte, error) {
	if len(sealed) < Overhead || sealed[0] != layout {
		return nil, errOpen
	}
	plain, err := k.aead.Open(nil, nil, sealed[1:], aad)
	if err != nil {
		return nil, errOpen
	}
	return plain, nil
}

// Derive makes an independent secret for one purpose. The same key and purpose
// always give the same bytes.
func (k *Key) Derive(purpose string) [Size]byte {
	return derive(k.secret, purpose)
}

func derive(secret [Size]byte, purpose string) [Size]byte {
	b, err := hkdf.Key(sha256.New, secret[:], nil, "tocsin/"+purpose, Size)
	if err != nil {
		panic(err) // 32 bytes are within HKDF's limit
	}
	return [Size]byte(b)
}

// Sub is the key of Derive, ready to seal with.
func (k *Key) Sub(purpose string) *Key { return fromSecret(k.Derive(purpose)) }

// String never shows the secret.
func (k *Key) String() string { return "keys.Key" }

// GoString is String: %#v must not print the secret either.
func (k *Key) GoString() string { return k.String() }
