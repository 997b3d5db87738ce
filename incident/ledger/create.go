package ledger

import (
	"strconv"

	"github.com/google/uuid"
	"go.etcd.io/bbolt"

	"tocsin/incident"
	"tocsin/incident/keys"
)

// origin is the first line of the log's checkpoints: unique to a store.
func origin(store string) string { return "tocsin/" + store }

// create writes a new store: its id, schema, system key, the log's key, and the
// first entry of the log, which covers all of these.
func (db *DB) create(schema int) error {
	id, err := uuid.NewV7()
	if err != nil {
		return incident.Because(incident.Internal, err, "no random id could be made")
	}
	sign := keys.New()
	signer, err := keys.NewSigner(origin(id.String()), sign)
	if err != nil {
		return err
	}
	b, err := db.bolt.Begin(true)
	if err != nil {
		return storeError(err)
	}
	defer b.Rollback() // does nothing after a commit
	for _, name := range append(logBuckets(), metaBucket, keysBucket) {
		if name == objectBucket && schema < 2 {
			continue
		}
		if _, err := b.CreateBucket([]byte(name)); err != nil {
			return storeError(err)
		}
	}
	tx := &Tx{db: db, b: b, writes: true, by: incident.Operator(), now: db.clock().Round(0).UTC()}
	rows := []row{
		{metaBucket, []byte(schemaName), []byte(strconv.Itoa(schema))},
		{metaBucket, []byte(storeName), []byte(id.String())},
		{keysBucket, []byte(systemKey), db.ring.Wrap(systemKey, keys.New())},
		{keysBucket, []byte(logKey), db.ring.Wrap(logKey, sign)},
	}
	for _, r := range rows {
		if err := tx.put(r.bucket, r.key, r.value); err != nil {
			return err
		}
	}
	tx.Record("store.create", "store/"+id.String())
	if err := tx.accepted(); err != nil {
		return err
	}
	s := logState{origin: origin(id.String())}
	if err := s.append(b, tx); err != nil {
		return storeError(err)
	}
	if err := s.sign(b, signer); err != nil {
		return storeError(err)
	}
	return storeError(b.Commit())
}

// schema is the file's schema number; 0 for a file that holds nothing yet.
func (db *DB) schema() (n int, err error) {
	err = db.bolt.View(func(b *bbolt.Tx) error {
		switch has := b.Bucket([]byte(metaBucket)) != nil; {
		case !has && !empty(b):
			return incident.Errorf(incident.Invalid, "%s is not a store of Tocsin", db.path)
		case !has:
			return nil
		}
		var ok bool
		if n, ok = schemaIn(b); !ok {
			return incident.Errorf(incident.Unavailable, "%s is damaged: meta/schema is no number", db.path)
		}
		return nil
	})
	return n, storeError(err)
}

func schemaIn(b *bbolt.Tx) (int, bool) {
	meta := b.Bucket([]byte(metaBucket))
	if meta == nil {
		return 0, false
	}
	text := string(meta.Get([]byte(schemaName)))
	n, err := strconv.Atoi(text)
	return n, err == nil && n > 0 && strconv.Itoa(n) == text
}

// Schema is the schema number of the open file.
func (db *DB) Schema() (int, error) {
	if db.damaged != nil {
		return 0, db.unreadable()
	}
	return db.schema()
}
