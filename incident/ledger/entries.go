package ledger

import (
	"bytes"
	"context"
	"io"
	"strings"

	"tocsin/incident"
)

// Entries gives up to n entries from the given number on, oldest first. The
// first entry has number 1.
func Entries(tx *Tx, from uint64, n int) ([]Entry, error) {
	b, err := tx.logTable(entryBucket)
	if err != nil {
		return nil, err
	}
	var out []Entry
	c := b.Cursor()
	for k, leaf := c.Seek(number(from)); k != nil && len(out) < n; k, leaf = c.Next() {
		e, err := readEntry(k, leaf)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// EntriesBefore gives up to n entries below the given number, newest first; 0
// stands for the end of the log. With an object, such as "incident/7" or
// "incident", only its entries and those of objects below it.
func EntriesBefore(tx *Tx, before uint64, object string, n int) ([]Entry, error) {
	b, err := tx.logTable(entryBucket)
	if err != nil {
		return nil, err
	}
	if before == 0 {
		before = ^uint64(0)
	}
	object = strings.TrimSuffix(object, "/")
	index, prefix := b, []byte(nil)
	if object != "" {
		if index, err = tx.logTable(objectBucket); err != nil {
			return nil, err
		}
		prefix = append([]byte(object), 0)
	}
	var out []Entry
	c := index.Cursor()
	for k, _ := seekBefore(c, append(bytes.Clone(prefix), number(before)...)); k != nil && len(out) < n; k, _ = c.Prev() {
		if !bytes.HasPrefix(k, prefix) {
			break
		}
		e, err := readEntry(k[len(prefix):], b.Get(k[len(prefix):]))
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// EntryCount is the number of entries, which is also the number of the last.
func EntryCount(tx *Tx) (uint64, error) {
	if err := tx.usable(); err != nil {
		return 0, err
	}
	s, err := readLog(tx.b)
	return s.size, err
}

// Change is one write of an entry, for people: which key, and the digests of the
// sealed bytes before and after ("absent" where there were none).
type Change struct {
	Table  string `json:"table"`
	Key    string `json:"key"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Changes lists what one entry wrote.
func Changes(tx *Tx, entry uint64) ([]Change, error) {
	b, err := tx.logTable(writeBucket)
	if err != nil {
		return nil, err
	}
	list := b.Get(number(entry))
	if list == nil {
		return nil, incident.Errorf(incident.NotFound, "the audit log has no entry %d", entry)
	}
	var out []Change
	err = decodeWrites(list, func(w write) {
		key := string(w.Key)
		if strings.Contains(w.Bucket, "/") {
			key = w.Key.String()
		}
		out = append(out, Change{Table: w.Bucket, Key: key, Before: w.Before.String(), After: w.After.String()})
	})
	if err != nil {
		return nil, damagedLog("the list of writes does not read")
	}
	return out, nil
}

// exportPage is how many entries Export reads in one View, so that a slow
// reader of the export holds up nothing.
const exportPage = 2000

// Export writes the log to w, one entry a line, each line the exact bytes of the
// leaf: SHA-256(0x00 ‖ line) is its hash in the tree, so whoever holds the
// export, a head and VerifierKey can check the log without Tocsin. It ends with
// the entries there were when it began, and gives the head over exactly these.
func (db *DB) Export(ctx context.Context, w io.Writer) (head string, err error) {
	if head, err = db.Head(ctx); err != nil {
		return "", err
	}
	c, err := parseCheckpoint([]byte(head))
	if err != nil {
		return "", damagedLog(err.Error())
	}
	for from := uint64(1); from <= c.Size; from += exportPage {
		var page bytes.Buffer
		err := db.View(ctx, func(tx *Tx) error {
			b, err := tx.logTable(entryBucket)
			if err != nil {
				return err
			}
			for n := from; n <= c.Size && n < from+exportPage; n++ {
				page.Write(b.Get(number(n)))
				page.WriteByte('\n')
			}
			return nil
		})
		if err != nil {
			return "", err
		}
		if _, err := w.Write(page.Bytes()); err != nil {
			return "", err
		}
	}
	return head, nil
}
