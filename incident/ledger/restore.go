package ledger

import (
	"context"
	"errors"
	"strings"
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"
	"golang.org/x/mod/sumdb/note"

	"tocsin/incident"
)

// What incident/backup needs of a store besides Snapshot and Fsck.

// SignNote signs text (which ends in a newline) with the log's key, for what
// travels with the store.
func (db *DB) SignNote(text string) ([]byte, error) {
	if db.signer == nil {
		return nil, db.unreadable()
	}
	msg, err := note.Sign(&note.Note{Text: text}, db.signer)
	if err != nil {
		return nil, incident.Because(incident.Internal, err, "the text could not be signed")
	}
	return msg, nil
}

// OpenNote gives the text of what SignNote made. Invalid if this store did not sign it.
func (db *DB) OpenNote(msg []byte) (string, error) {
	if db.signer == nil {
		return "", db.unreadable()
	}
	n, err := note.Open(msg, note.VerifierList(db.signer.Verifier()))
	if err != nil {
		return "", incident.Because(incident.Invalid, err, "the text is not signed by this store")
	}
	return n.Text, nil
}

// Destroyed lists the incidents whose data key was destroyed.
func Destroyed(tx *Tx) ([]string, error) {
	if err := tx.usable(); err != nil {
		return nil, err
	}
	var out []string
	prefix := Key(caseKey(""))
	err := tx.walk(keysBucket, walk{start: prefix, prefix: prefix}, func(name Key, v []byte) error {
		if len(v) > 0 && v[0] == destroyed {
			out = append(out, strings.TrimPrefix(string(name), string(prefix)))
		}
		return nil
	})
	return out, err
}

// InUse is an Unavailable error that says which process has the store at path
// open; nil if none has, or there is none.
func InUse(path string) error {
	bolt, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: 200 * time.Millisecond})
	if errors.Is(err, bbolterrors.ErrTimeout) {
		return heldBy(path, err)
	}
	if err == nil {
		bolt.Close()
	}
	return nil
}

// StoreID is the id that the store was given when it was made.
func (db *DB) StoreID(ctx context.Context) (string, error) {
	var id string
	err := db.View(ctx, func(tx *Tx) error {
		id = string(tx.get(metaBucket, Key(storeName)))
		return nil
	})
	return id, err
}
