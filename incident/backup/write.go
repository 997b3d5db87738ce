package backup

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/incident/vault"
)

// Source is what is backed up.
type Source struct {
	Ledger *ledger.DB
	Vault  *vault.Vault     // nil where there is none
	Clock  func() time.Time // for the manifest
	// Progress is told the bytes written so far; it may be nil.
	Progress func(bytes int64)
}

// Write streams an archive of s to w while work goes on. The store is copied
// first, at one moment and beside its file, so a slow w holds nothing up; then
// the evidence. An object deleted meanwhile is left out.
//
// Errors: Unavailable if a disk is full or ctx ends. What was written to w then
// ends without a manifest, and Restore refuses it.
func Write(ctx context.Context, s Source, w io.Writer) (Manifest, error) {
	dir, err := os.MkdirTemp(filepath.Dir(s.Ledger.Path()), ".backup-*")
	if err != nil {
		return Manifest{}, diskError(err)
	}
	defer os.RemoveAll(dir)
	copied := filepath.Join(dir, ledgerName)
	snap, err := s.Ledger.Snapshot(ctx, copied)
	if err != nil {
		return Manifest{}, err
	}
	store, err := s.Ledger.StoreID(ctx)
	if err != nil {
		return Manifest{}, err
	}
	a := &archive{ctx: ctx, s: s, m: Manifest{Format: 1, Created: s.Clock().UTC(), Store: store, Schema: snap.Schema, Head: snap.Head}}
	a.tar = tar.NewWriter(&counter{w: w, tell: s.Progress})
	if err := a.write(copied); err != nil {
		if ctx.Err() != nil {
			return Manifest{}, incident.Because(incident.Unavailable, context.Cause(ctx), "the backup was stopped before it was complete")
		}
		return Manifest{}, diskError(err)
	}
	return a.m, nil
}

type archive struct {
	ctx context.Context
	s   Source
	tar *tar.Writer
	m   Manifest
}

func (a *archive) write(copied string) error {
	if err := a.text(formatName, []byte(formatText)); err != nil {
		return err
	}
	f, err := os.Open(copied)
	if err != nil {
		return err
	}
	if err := a.file(ledgerName, f); err != nil {
		return err
	}
	if a.s.Vault != nil {
		err := a.s.Vault.Walk(a.ctx, func(o vault.File) error {
			f, err := a.s.Vault.OpenFile(o)
			if incident.KindOf(err) == incident.NotFound && err != nil {
				return nil
			}
			if err != nil {
				return err
			}
			return a.file(vaultPrefix+o.Path(), f)
		})
		if err != nil {
			return err
		}
	}
	msg, err := a.m.sign(a.s.Ledger)
	if err != nil {
		return err
	}
	if err := a.text(manifestName, msg); err != nil {
		return err
	}
	return a.tar.Close()
}

// file copies f into the archive, closes it, and notes it in the manifest.
func (a *archive) file(path string, f *os.File) error {
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := a.header(path, info.Size()); err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(a.tar, sum), reader{a.ctx, f}); err != nil {
		return err
	}
	a.m.Files = append(a.m.Files, File{Path: path, Size: info.Size(), SHA256: hex.EncodeToString(sum.Sum(nil))})
	return nil
}

func (a *archive) text(name string, text []byte) error {
	if err := a.header(name, int64(len(text))); err != nil {
		return err
	}
	_, err := a.tar.Write(text)
	return err
}

func (a *archive) header(name string, size int64) error {
	return a.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600,
		ModTime: a.m.Created.Truncate(time.Second), Format: tar.FormatPAX})
}

// reader ends with its context.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

type counter struct {
	w    io.Writer
	n    int64
	tell func(int64)
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	if c.tell != nil {
		c.tell(c.n)
	}
	return n, err
}

// validPath reports whether a path is one that Write makes.
func validPath(path string) bool {
	if path == ledgerName {
		return true
	}
	object, ok := strings.CutPrefix(path, vaultPrefix)
	if !ok {
		return false
	}
	_, err := vault.ParsePath(object)
	return err == nil
}
