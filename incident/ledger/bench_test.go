package ledger_test

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"go.etcd.io/bbolt"

	"tocsin/incident/keys"
	"tocsin/incident/ledger"
)

// The benchmarks write the same rows through the ledger and through bare bbolt,
// its rival and its floor: what the ledger adds is sealing, an audit entry, the
// Merkle tree and a signature. See README.md for how to run them.

var row = note{strings.Repeat("about two hundred bytes of a task, a fact or a line of the timeline; ", 3)}

func openBench(b *testing.B) *ledger.DB {
	db, err := ledger.Open(ledger.Config{Path: filepath.Join(b.TempDir(), ledger.FileName), Keys: keys.Generate()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return db
}

func openBolt(b *testing.B) *bbolt.DB {
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "bare.db"), 0o600, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	if err := db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("notes")); return err }); err != nil {
		b.Fatal(err)
	}
	return db
}

func update1(db *ledger.DB, n, rows uint64) error {
	return db.Update(ctx, alice, func(tx *ledger.Tx) error {
		for i := range rows {
			if err := notes.Put(tx, ledger.K("inc-1", n*rows+i), row); err != nil {
				return err
			}
		}
		tx.Record("note.add", "incident/inc-1")
		return nil
	})
}

func bolt1(n, rows uint64) func(*bbolt.Tx) error {
	value := make([]byte, len(row.Text)+12)
	rand.Read(value)
	return func(tx *bbolt.Tx) error {
		bucket := tx.Bucket([]byte("notes"))
		for i := range rows {
			if err := bucket.Put(append([]byte("inc-1/"), binary.BigEndian.AppendUint64(nil, n*rows+i)...), value); err != nil {
				return err
			}
		}
		return nil
	}
}

func BenchmarkUpdate(b *testing.B) {
	for _, rows := range []uint64{1, 1000} {
		b.Run(fmt.Sprintf("rows=%d/ledger", rows), func(b *testing.B) {
			db := openBench(b)
			n := uint64(0)
			for b.Loop() {
				if err := update1(db, n, rows); err != nil {
					b.Fatal(err)
				}
				n++
			}
		})
		b.Run(fmt.Sprintf("rows=%d/bbolt.Update", rows), func(b *testing.B) {
			db := openBolt(b)
			n := uint64(0)
			for b.Loop() {
				if err := db.Update(bolt1(n, rows)); err != nil {
					b.Fatal(err)
				}
				n++
			}
		})
	}
}

func BenchmarkUpdateParallel(b *testing.B) {
	parallel := func(b *testing.B, act func(n uint64) error) {
		var n atomic.Uint64
		b.SetParallelism(32)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := act(n.Add(1)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	b.Run("ledger", func(b *testing.B) {
		db := openBench(b)
		parallel(b, func(n uint64) error { return update1(db, n, 1) })
	})
	b.Run("bbolt.Batch", func(b *testing.B) {
		db := openBolt(b)
		parallel(b, func(n uint64) error { return db.Batch(bolt1(n, 1)) })
	})
	b.Run("bbolt.Update", func(b *testing.B) {
		db := openBolt(b)
		parallel(b, func(n uint64) error { return db.Update(bolt1(n, 1)) })
	})
}

func BenchmarkView(b *testing.B) {
	db := openBench(b)
	if err := update1(db, 0, 1000); err != nil {
		b.Fatal(err)
	}
	b.Run("get", func(b *testing.B) {
		for b.Loop() {
			err := db.View(ctx, func(tx *ledger.Tx) error { _, err := notes.Get(tx, ledger.K("inc-1", 500)); return err })
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("scan1000", func(b *testing.B) {
		for b.Loop() {
			err := db.View(ctx, func(tx *ledger.Tx) error {
				return notes.Scan(tx, ledger.K("inc-1"), func(ledger.Key, note) error { return nil })
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	db := openBench(b)
	for n := range uint64(20) {
		if err := update1(db, n, 1000); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if r, err := db.Verify(ctx, nil); err != nil || !r.OK() {
			b.Fatal(r, err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), ledger.FileName)
	ring := keys.Generate()
	for b.Loop() {
		db, err := ledger.Open(ledger.Config{Path: path, Keys: ring})
		if err != nil {
			b.Fatal(err)
		}
		db.Close()
	}
}
