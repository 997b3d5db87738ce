package ledger

import (
	"context"
	"time"

	"tocsin/incident"
	"tocsin/incident/keys"
)

// Names of data keys in keysBucket. They are also the purpose they are wrapped
// for, so a wrapped key cannot stand in for another.
const (
	systemKey = "system"
	logKey    = "log"
)

func caseKey(incidentID string) string { return "case/" + incidentID }

// destroyed is the first byte of the mark that stands where a wrapped key was;
// RFC 3339 text of the instant follows. No wrapped key starts with it.
const destroyed = 0

// openingKey unwraps the data key of this name. Errors: Gone if it was
// destroyed, NotFound if it never was.
func (tx *Tx) openingKey(name string) (*keys.Key, error) {
	if k := tx.data[name]; k != nil {
		return k, nil
	}
	wrapped := tx.get(keysBucket, Key(name))
	switch {
	case wrapped == nil:
		return nil, incident.Errorf(incident.NotFound, "there is no data key for %s", name)
	case len(wrapped) > 0 && wrapped[0] == destroyed:
		return nil, incident.Errorf(incident.Gone, "this incident's data was erased on %s: its key has been destroyed", dayOf(wrapped[1:]))
	}
	k, err := tx.db.ring.Unwrap(name, wrapped)
	if err != nil {
		return nil, err
	}
	if tx.data == nil {
		tx.data = map[string]*keys.Key{}
	}
	tx.data[name] = k
	return k, nil
}

func dayOf(instant []byte) string {
	t, err := time.Parse(time.RFC3339Nano, string(instant))
	if err != nil {
		return "an unreadable date"
	}
	return t.Format(time.DateOnly)
}

// sealingKey is openingKey, making the key where there is none yet.
func (tx *Tx) sealingKey(name string) (*keys.Key, error) {
	k, err := tx.openingKey(name)
	if incident.KindOf(err) != incident.NotFound {
		return k, err
	}
	k = keys.New()
	if err := tx.put(keysBucket, Key(name), tx.db.ring.Wrap(name, k)); err != nil {
		return nil, err
	}
	if tx.data == nil {
		tx.data = map[string]*keys.Key{}
	}
	tx.data[name] = k
	return k, nil
}

// DestroyKey erases all that was sealed for an incident, by destroying its data
// key: reading any of it is Gone from then on, and so is writing. The rows stay
// as bytes nobody can open, so the audit log still verifies. Destroying twice
// keeps the first instant.
//
// A backup made before holds the wrapped key as it was. It stops being readable
// when the master key of that time is retired by Rotate.
func (tx *Tx) DestroyKey(incidentID string) error {
	if err := tx.usable(); err != nil {
		return err
	}
	if !tx.writes || incidentID == "" {
		return incident.Errorf(incident.Internal, "destroying a key needs an Update and an incident")
	}
	name := caseKey(incidentID)
	if old := tx.get(keysBucket, Key(name)); len(old) > 0 && old[0] == destroyed {
		return nil
	}
	delete(tx.data, name)
	mark := append([]byte{destroyed}, tx.now.Format(time.RFC3339Nano)...)
	return tx.put(keysBucket, Key(name), mark)
}

// DataKey is an incident's data key, for what is sealed outside the file:
// incident/vault. Errors: NotFound for an incident that has stored nothing yet,
// Gone after DestroyKey. Do not keep the key: ask again for each use.
func (db *DB) DataKey(ctx context.Context, incidentID string) (*keys.Key, error) {
	var k *keys.Key
	err := db.View(ctx, func(tx *Tx) error {
		var err error
		k, err = tx.openingKey(caseKey(incidentID))
		return err
	})
	return k, err
}

// Rotate puts a new master key in place of the old one and wraps every data key
// anew, in one act with its entry; then the old master key is retired. If it is
// interrupted, running it again finishes it.
func (db *DB) Rotate(ctx context.Context, by incident.Principal) error {
	if err := db.ring.Begin(); err != nil {
		return err
	}
	err := db.Update(ctx, by, func(tx *Tx) error {
		wrapped := map[string][]byte{}
		err := tx.walk(keysBucket, walk{}, func(name Key, old []byte) error {
			if len(old) > 0 && old[0] != destroyed && !db.ring.Current(old) {
				k, err := db.ring.Unwrap(string(name), old)
				if err != nil {
					return err
				}
				wrapped[string(name)] = db.ring.Wrap(string(name), k)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, name := range sorted(wrapped) {
			if err := tx.put(keysBucket, Key(name), wrapped[name]); err != nil {
				return err
			}
		}
		tx.Record("key.rotate", "store/master-key")
		return nil
	})
	if err != nil {
		return err
	}
	return db.ring.Retire()
}
