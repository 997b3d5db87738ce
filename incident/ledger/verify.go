package ledger

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"go.etcd.io/bbolt"
)

// Verify proves the audit log and, against it, the store: that the file's pages
// are whole, that each entry has its number, its place in the tree and its list
// of writes, that the signed checkpoint is over exactly these entries, and that
// the value of every key is the one the log last recorded. A byte changed
// anywhere is in the report with its place.
//
// It holds one view of the store while work goes on; the error is only for what
// could not be looked at. It needs no memory that grows with the store. That a
// whole file was put back to an earlier state shows only against a head kept
// elsewhere: see VerifyHead.
func (db *DB) Verify(ctx context.Context, progress Progress) (Report, error) {
	return db.examine(ctx, progress, nil)
}

// examine runs the page check, the checks of the log and of the values, and then
// more, all on the same state of the store.
func (db *DB) examine(ctx context.Context, progress Progress, more func(*Tx, *Report) error) (Report, error) {
	r := Report{}
	marked, leave, err := db.nesting.enter(ctx, "a check of the store")
	if err != nil {
		return r, err
	}
	defer leave()
	if db.damaged != nil { // found when it was opened for inspection
		return *db.damaged, nil
	}
	b, m, err := db.freeze(ctx, &r)
	if err != nil {
		return r, err
	}
	defer b.Rollback()
	if err := db.walkFile(ctx, m, &r, progress); err != nil {
		return r, err
	}
	if !r.OK() {
		return r, nil // bbolt must not be asked to read such pages
	}
	tx := &Tx{db: db, b: b, ctx: marked}
	defer tx.ended.Store(true)
	err = guard(&r, func() error {
		c := &check{tx: tx, r: &r, progress: progress, tally: newTally()}
		if err := c.log(); err != nil {
			return err
		}
		if err := c.values(); err != nil {
			return err
		}
		if more != nil {
			return more(tx, &r)
		}
		return nil
	})
	return r, err
}

// guard turns a panic on damaged pages into a problem. The page check has seen
// them whole a moment ago, so this is for a disk that fails while it is read.
func guard(r *Report, fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			r.problem("file", "its pages could not be read: %v", p)
			err = nil
		}
	}()
	return fn()
}

// freeze begins a reading transaction and reads the roots it stands on: while
// nobody commits, so that they are the same.
func (db *DB) freeze(ctx context.Context, r *Report) (*bbolt.Tx, meta, error) {
	if err := db.takeTurn(ctx); err != nil {
		return nil, meta{}, err
	}
	defer db.passTurn()
	f, err := os.Open(db.path)
	if err != nil {
		return nil, meta{}, storeError(err)
	}
	defer f.Close()
	m, problems := readMetas(f)
	for _, p := range problems {
		r.problem("file", "%s: the last commit was cut short by a crash, or the file was changed", p)
	}
	b, err := db.bolt.Begin(false)
	if err != nil {
		return nil, meta{}, storeError(err)
	}
	return b, m, nil
}

func (db *DB) walkFile(ctx context.Context, m meta, r *Report, progress Progress) error {
	if m.pageSize == 0 {
		return nil // neither root can be read, and the report says so
	}
	f, err := os.Open(db.path)
	if err != nil {
		return storeError(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return storeError(err)
	}
	return walkPages(ctx, f, info.Size(), m, r, progress)
}

// check is one examination under way.
type check struct {
	tx       *Tx
	r        *Report
	progress Progress
	tally    *tally
}

// values checks that the live values are those the log last recorded.
func (c *check) values() error {
	err := c.eachValue(func(bucket string, k Key, v []byte) error {
		c.r.Values++
		c.progress.at("values", c.r.Values, 0)
		c.tally.take(bucket, k, digestOf(v))
		return nil
	})
	if err != nil {
		return err
	}
	wrong, found := c.tally.wrong(), len(c.r.Problems)
	if len(wrong) == 0 {
		return nil
	}
	if err := c.locate(wrong); err != nil {
		return err
	}
	if len(c.r.Problems) == found && c.r.More == 0 {
		c.r.problem("log", "the values are not those that the log recorded, and the place was not found")
	}
	return nil
}

// eachValue visits every key that the log covers.
func (c *check) eachValue(fn func(bucket string, k Key, v []byte) error) error {
	log := map[string]bool{}
	for _, name := range logBuckets() {
		log[name] = true
	}
	n := 0
	return c.tx.b.ForEach(func(name []byte, b *bbolt.Bucket) error {
		bucket := string(name)
		if log[bucket] {
			return nil
		}
		if !covered(bucket) {
			c.r.problem(bucket, "there is no such table")
			return nil
		}
		return b.ForEach(func(k, v []byte) error {
			if n++; n%every == 0 && c.tx.ctx.Err() != nil {
				return cancelled(c.tx.ctx)
			}
			return fn(bucket, k, v)
		})
	})
}

func covered(bucket string) bool {
	switch bucket {
	case metaBucket, keysBucket, sequenceBucket:
		return true
	}
	return strings.HasPrefix(bucket, casePrefix) || strings.HasPrefix(bucket, systemPrefix)
}

// wrote is the last word of the log on one key.
type wrote struct {
	entry uint64
	after Digest
}

// locate goes through the log again for the few parts that did not add up, this
// time remembering each key, and says which differ and since when.
func (c *check) locate(wrong map[int]bool) error {
	type at struct {
		bucket, key string
	}
	last := map[at]wrote{}
	err := c.eachWrite(func(entry uint64, w write) {
		if !wrong[partOf(w.Bucket, w.Key)] {
			return
		}
		k := at{w.Bucket, string(w.Key)}
		if was := last[k]; was.after != w.Before {
			c.r.problem(where(w.Bucket, w.Key), "the value that entry %d replaced was not the one entry %d had written: it was changed in between", entry, was.entry)
		}
		last[k] = wrote{entry, w.After}
	})
	if err != nil {
		return err
	}
	err = c.eachValue(func(bucket string, k Key, v []byte) error {
		if !wrong[partOf(bucket, k)] {
			return nil
		}
		key := at{bucket, string(k)}
		switch was, known := last[key]; {
		case !known:
			c.r.problem(where(bucket, k), "no entry of the log has written this value")
		case was.after == Digest{}:
			c.r.problem(where(bucket, k), "entry %d deleted this value, and it is here", was.entry)
		case was.after != digestOf(v):
			c.r.problem(where(bucket, k), "the value is not the one that entry %d wrote", was.entry)
		}
		delete(last, key)
		return nil
	})
	if err != nil {
		return err
	}
	for k, was := range last {
		if was.after != (Digest{}) {
			c.r.problem(where(k.bucket, Key(k.key)), "the value that entry %d wrote is gone", was.entry)
		}
	}
	return nil
}

func where(bucket string, k Key) string {
	if strings.HasPrefix(bucket, casePrefix) || strings.HasPrefix(bucket, systemPrefix) {
		return bucket + " " + k.String()
	}
	return bucket + " " + fmt.Sprintf("%q", string(k))
}
