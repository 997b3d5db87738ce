package keys

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"sync"

	"tocsin/incident"
)

// idSize is the length of a master key's id, in bytes. The id is a hash: it
// names the key in what it wrapped and gives nothing of it away.
const idSize = 8

type master struct {
	secret [Size]byte
	id     [idSize]byte
	wrap   *Key
}

func newMaster() master {
	var s [Size]byte
	rand.Read(s[:])
	return masterOf(s)
}

func masterOf(s [Size]byte) master {
	id := derive(s, "master/id")
	return master{secret: s, id: [idSize]byte(id[:idSize]), wrap: fromSecret(derive(s, "master/wrap"))}
}

// Ring holds the master keys: the current one, which wraps, and older ones,
// which only unwrap until a rotation has retired them. Safe for concurrent use.
type Ring struct {
	mu      sync.RWMutex
	masters []master // [0] is current
	file    string   // where to write a rotation; empty when from the environment
}

// Generate makes a ring with one new master key that is kept nowhere: for tests
// and for the demo's throw-away folder.
func Generate() *Ring { return &Ring{masters: []master{newMaster()}} }

// Wrap seals a data key under the current master for one purpose, such as
// "incident/<id>". The result can only be unwrapped for the same purpose.
func (r *Ring) Wrap(purpose string, k *Key) []byte {
	r.mu.RLock()
	defer r.mu.RUnlock()
	m := r.masters[0]
	return append(append([]byte{layout}, m.id[:]...), m.wrap.Seal([]byte(purpose), k.secret[:])...)
}

// Unwrap opens what Wrap made. The error is Unavailable when the master key
// that wrapped it is not on the ring, and Internal when the bytes are damaged.
func (r *Ring) Unwrap(purpose string, wrapped []byte) (*Key, error) {
	if len(wrapped) != 1+idSize+Size+Overhead || wrapped[0] != layout {
		return nil, incident.Errorf(incident.Internal, "the wrapped key %q is damaged", purpose)
	}
	id := [idSize]byte(wrapped[1:])
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, m := range r.masters {
		if m.id != id {
			continue
		}
		secret, err := m.wrap.Open([]byte(purpose), wrapped[1+idSize:])
		if err != nil {
			return nil, incident.Because(incident.Internal, err, "the wrapped key %q is damaged", purpose)
		}
		return fromSecret([Size]byte(secret)), nil
	}
	return nil, incident.Errorf(incident.Unavailable,
		"the master key %x that this data was sealed with is not the one given (%x)", id, r.masters[0].id)
}

// Current reports whether wrapped was made by the current master key.
func (r *Ring) Current(wrapped []byte) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(wrapped) > 1+idSize && [idSize]byte(wrapped[1:]) == r.masters[0].id
}

// ID names the current master key, for people to compare: 16 hex digits of a hash.
func (r *Ring) ID() string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return fmt.Sprintf("%x", r.masters[0].id)
}

// String never shows a secret, so that a ring in a log line leaks nothing.
func (r *Ring) String() string { return "keys.Ring(" + r.ID() + ")" }

// GoString is String: %#v must not print the secrets either.
func (r *Ring) GoString() string { return r.String() }

// checksum guards the text form of a master key against a lost or mistyped character.
func checksum(s [Size]byte) []byte {
	sum := sha256.Sum256(append([]byte("tocsin/master/1"), s[:]...))
	return sum[:4]
}
