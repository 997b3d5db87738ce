package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"go.etcd.io/bbolt"

	"tocsin/incident"
)

// Snapshot describes a copy of the store's file.
type Snapshot struct {
	SHA256 string // of the copy, in hex
	Bytes  int64
	Head   string // its signed checkpoint
	Schema int
}

// Snapshot copies the store as it is at this moment to a new file, while work
// goes on. The copy is whole and on the disk when it returns, or not there. A
// transaction stays open while it is written, so path should be on a local disk.
func (db *DB) Snapshot(ctx context.Context, path string) (Snapshot, error) {
	var s Snapshot
	if db.damaged != nil {
		return s, db.unreadable()
	}
	fail := func(err error) (Snapshot, error) {
		if ctx.Err() != nil {
			return Snapshot{}, cancelled(ctx)
		}
		return Snapshot{}, storeError(err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".snapshot-*")
	if err != nil {
		return fail(err)
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	sum := sha256.New()
	err = db.bolt.View(func(b *bbolt.Tx) error {
		if head := b.Bucket([]byte(headBucket)); head != nil {
			s.Head = string(head.Get([]byte(headName)))
		}
		s.Bytes, err = b.WriteTo(io.MultiWriter(contextWriter{ctx, tmp}, sum))
		return err
	})
	if err != nil {
		return fail(err)
	}
	if s.Schema, err = db.schema(); err != nil {
		return fail(err)
	}
	if err := errors.Join(tmp.Sync(), tmp.Close()); err != nil {
		return fail(err)
	}
	if err := os.Link(tmp.Name(), path); errors.Is(err, os.ErrExist) {
		return Snapshot{}, incident.Errorf(incident.Conflict, "%s exists already", path)
	} else if err != nil {
		if err := os.Rename(tmp.Name(), path); err != nil { // a file system without links
			return fail(err)
		}
	}
	s.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return s, syncDir(filepath.Dir(path))
}

// contextWriter ends a copy when its context does.
type contextWriter struct {
	ctx context.Context
	w   io.Writer
}

func (c contextWriter) Write(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.w.Write(p)
}

// syncDir makes a new name durable; Windows does it by itself.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return storeError(err)
	}
	return storeError(errors.Join(d.Sync(), d.Close()))
}
