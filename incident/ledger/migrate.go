package ledger

import (
	"context"
	"fmt"
	"os"
	"strconv"

	"go.etcd.io/bbolt"

	"tocsin/incident"
)

// A step brings a file from the schema before it to its own: steps[0] makes
// schema 2 of schema 1. It runs once per file, in one transaction with the new
// number and an audit entry, and must decode what it reads inside that
// transaction.
type step struct {
	what string // what changes, for the log
	run  func(*Tx) error
}

// migrations is append-only: a step that has been released is never changed,
// because files it has run on are out there.
func migrations() []step {
	return []step{
		{"index the audit log by object", indexObjects},
	}
}

// CurrentSchema is the schema number that this program writes.
func CurrentSchema() int { return 1 + len(migrations()) }

// migrate copies the file and runs the steps it has not had yet.
func (db *DB) migrate(from int, steps []step) error {
	copyTo := fmt.Sprintf("%s.schema-%d", db.path, from)
	db.logger.Info("bringing the store to a newer schema", "from", from, "to", 1+len(steps), "copy", copyTo)
	if _, err := os.Stat(copyTo); err == nil {
		// A copy of an earlier attempt: the file is still of that schema, so a
		// fresh one is as good, and later acts may be in it.
		if err := os.Remove(copyTo); err != nil {
			return storeError(err)
		}
	}
	if _, err := db.Snapshot(context.Background(), copyTo); err != nil {
		return incident.Because(incident.Unavailable, err, "the store could not be copied before bringing it to a newer schema; nothing was changed")
	}
	for i := from - 1; i < len(steps); i++ {
		schema := i + 2
		err := db.Update(context.Background(), incident.Operator(), func(tx *Tx) error {
			if err := steps[i].run(tx); err != nil {
				return err
			}
			if err := tx.put(metaBucket, Key(schemaName), []byte(strconv.Itoa(schema))); err != nil {
				return err
			}
			tx.Record("store.migrate", "store/schema-"+strconv.Itoa(schema))
			return nil
		})
		if err != nil {
			return incident.Because(incident.KindOf(err), err, "the store could not be brought to schema %d (%s); it is as it was, and a copy is at %s", schema, steps[i].what, copyTo)
		}
		db.logger.Info("store migrated", "schema", schema, "what", steps[i].what)
	}
	return nil
}

// indexObjects makes schema 2: log/objects, by which the entries of one incident
// are found without reading all.
func indexObjects(tx *Tx) error {
	b, err := tx.b.CreateBucketIfNotExists([]byte(objectBucket))
	if err != nil {
		return storeError(err)
	}
	return eachEntry(tx.b, func(e Entry) error {
		for _, k := range objectKeys(e) {
			if err := b.Put(k, []byte{}); err != nil {
				return storeError(err)
			}
		}
		return nil
	})
}

func eachEntry(b *bbolt.Tx, fn func(Entry) error) error {
	entries := b.Bucket([]byte(entryBucket))
	if entries == nil {
		return damagedLog(entryBucket + " is gone")
	}
	return entries.ForEach(func(k, leaf []byte) error {
		e, err := decodeEntry(leaf)
		if err != nil {
			n, _ := numberOf(k)
			return damagedLog(fmt.Sprintf("entry %d does not read", n))
		}
		return fn(e)
	})
}
