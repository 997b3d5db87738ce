package ledger

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"tocsin/incident"
	"tocsin/incident/keys"
)

// checkpoint is the log's size and root, as C2SP tlog-checkpoint writes it:
// origin, size, root in base64, each on a line, then the signature.
type checkpoint struct {
	Origin string
	Size   uint64
	Root   tlog.Hash
}

func (c checkpoint) sign(s *keys.Signer) ([]byte, error) {
	body := fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]))
	return note.Sign(&note.Note{Text: body}, s)
}

// parseCheckpoint reads the text and does not look at its signature.
func parseCheckpoint(text []byte) (checkpoint, error) {
	lines := strings.SplitN(string(text), "\n", 4)
	if len(lines) < 4 || lines[0] == "" {
		return checkpoint{}, errors.New("the checkpoint is not three lines and a signature")
	}
	size, err := strconv.ParseUint(lines[1], 10, 63)
	if err != nil || strconv.FormatUint(size, 10) != lines[1] {
		return checkpoint{}, errors.New("the checkpoint's size is no number")
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return checkpoint{}, errors.New("the checkpoint's root is no digest")
	}
	return checkpoint{Origin: lines[0], Size: size, Root: tlog.Hash(root)}, nil
}

// openCheckpoint is parseCheckpoint, for text that v has signed.
func openCheckpoint(text []byte, v note.Verifier) (checkpoint, error) {
	n, err := note.Open(text, note.VerifierList(v))
	if err != nil {
		return checkpoint{}, errors.New("the checkpoint is not signed by this store's key")
	}
	// The note format allows further signatures: a witness may add one to a head
	// that is kept elsewhere.
	return parseCheckpoint([]byte(n.Text + "\n"))
}

// Head is the log's signed checkpoint: keep it somewhere else, and VerifyHead
// proves later that nothing it covers was rewritten.
func (db *DB) Head(ctx context.Context) (string, error) {
	var head string
	err := db.View(ctx, func(tx *Tx) error {
		b := tx.b.Bucket([]byte(headBucket))
		if b == nil {
			return damagedLog("there is no checkpoint")
		}
		head = string(b.Get([]byte(headName)))
		return nil
	})
	return head, err
}

// VerifierKey is the public key that heads are signed with, in note format.
// It is empty for a file opened for inspection whose own key is damaged.
func (db *DB) VerifierKey() string {
	if db.signer == nil {
		return ""
	}
	return db.signer.VerifierKey()
}

// VerifyHead proves that the log still begins with the entries that head, kept
// elsewhere, was signed over. It relies on the tree's hashes, so it is a proof
// together with Verify, which checks those against the entries.
//
// Errors: Invalid for a head that is not this store's, Conflict if an entry it
// covers was rewritten or taken away.
func (db *DB) VerifyHead(ctx context.Context, head string) error {
	if db.signer == nil {
		return db.unreadable()
	}
	c, err := openCheckpoint([]byte(head), db.signer.Verifier())
	if err != nil {
		return incident.Because(incident.Invalid, err, "the head given is not one that this store signed")
	}
	return db.View(ctx, func(tx *Tx) error {
		now, err := readLog(tx.b)
		switch {
		case err != nil:
			return err
		case c.Origin != now.origin:
			return incident.Errorf(incident.Invalid, "the head given is of another store")
		case c.Size > now.size:
			return incident.Errorf(incident.Conflict, "the head given covers %d entries, the log has %d: entries were taken away", c.Size, now.size)
		}
		root, err := tlog.TreeHash(int64(c.Size), storedHashes(tx.b))
		if err != nil {
			return damagedLog(err.Error())
		}
		if root != c.Root {
			return incident.Errorf(incident.Conflict, "one of the first %d entries is not what it was when the head was signed: the log was rewritten", c.Size)
		}
		return nil
	})
}
