package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/keys"
	"tocsin/incident/ledger"
	"tocsin/incident/vault"
)

// Target is where an archive is restored to.
type Target struct {
	Dir      string     // the data folder; made if absent
	Keys     *keys.Ring // with the master key of the archive's time
	Clock    func() time.Time
	Logger   *slog.Logger
	Tables   []ledger.Checker // opened into their types while verifying
	Progress ledger.Progress  // may be nil
}

// Result says what a restore did.
type Result struct {
	Manifest
	Kept   string   // where the store that was there before is now; empty if there was none
	Erased []string // incidents erased since the backup, and erased again
}

// Restore puts an archive in place of what is in t.Dir. First everything is
// unpacked beside it and verified: sizes, digests, the manifest's signature, the
// whole store as by fsck, each object of the vault to its last byte. Only then is
// the evidence put in, object by object, and last, in one step, the store.
// Until that step the folder works as it did; the store it had is kept under
// another name. Evidence that the archive lacks stays.
//
// An incident whose key was destroyed since the backup was made stays erased:
// its key is destroyed in the restored store too.
//
// Errors: Invalid for an archive that is damaged or whose master key is another,
// Unavailable if the folder is in use or a disk is full.
func Restore(ctx context.Context, r io.Reader, t Target) (Result, error) {
	live := filepath.Join(t.Dir, ledger.FileName)
	if err := os.MkdirAll(t.Dir, 0o700); err != nil {
		return Result{}, diskError(err)
	}
	if err := ledger.InUse(live); err != nil {
		return Result{}, err
	}
	dir, err := os.MkdirTemp(t.Dir, ".restore-*")
	if err != nil {
		return Result{}, diskError(err)
	}
	defer os.RemoveAll(dir)
	u, err := unpack(ctx, r, dir)
	if err != nil {
		return Result{}, err
	}
	res := Result{Manifest: u.Manifest}
	if err := verify(ctx, t, u, dir); err != nil {
		return Result{}, err
	}
	if res.Erased, err = mark(ctx, t, live, filepath.Join(dir, ledgerName)); err != nil {
		return Result{}, err
	}
	if err := ledger.InUse(live); err != nil {
		return Result{}, err
	}
	if res.Kept, err = install(t, u, dir, live, res.Erased); err != nil {
		return Result{}, err
	}
	return res, nil
}

// verify checks the unpacked archive as if it were a folder of its own.
func verify(ctx context.Context, t Target, u unpacked, dir string) error {
	db, err := ledger.Open(ledger.Config{Path: filepath.Join(dir, ledgerName), Keys: t.Keys, Clock: t.Clock, Inspect: true})
	if err != nil {
		return err
	}
	defer db.Close()
	// Without page damage there is a signer; with it, Fsck says what is wrong.
	report, err := db.Fsck(ctx, ledger.Checks{Tables: t.Tables}, t.Progress)
	if err != nil {
		return err
	}
	if !report.OK() {
		return &incident.Error{Kind: incident.Invalid, Message: "the backup is damaged, and nothing was changed", Problems: report.Problems}
	}
	if err := openManifest(db, u.signed); err != nil {
		return err
	}
	if report.Head != u.Head {
		return damaged("the store in it is not the one of its manifest")
	}
	v, err := vault.New(db, vault.Config{Dir: filepath.Join(dir, vault.DirName), ReadOnly: true})
	if err != nil {
		return err
	}
	objects := u.objects()
	for i, o := range objects {
		if t.Progress != nil {
			t.Progress("evidence", uint64(i+1), uint64(len(objects)))
		}
		err := v.VerifyFile(ctx, o)
		switch kind := incident.KindOf(err); {
		case err == nil, kind == incident.Gone: // erased: sealed for good, and of no use
		case kind == incident.Unavailable:
			return err
		default:
			return damaged("the evidence %s does not open", o.Path())
		}
	}
	return nil
}

func (u unpacked) objects() []vault.File {
	var out []vault.File
	for _, f := range u.Files {
		if path, ok := strings.CutPrefix(f.Path, vaultPrefix); ok {
			if o, err := vault.ParsePath(path); err == nil {
				out = append(out, o)
			}
		}
	}
	return out
}

// mark brings the restored store to the present schema, erases again what the
// present store has erased, and records the restore in its log.
func mark(ctx context.Context, t Target, live, restored string) ([]string, error) {
	db, err := ledger.Open(ledger.Config{Path: restored, Keys: t.Keys, Clock: t.Clock, Logger: t.Logger})
	if err != nil {
		return nil, err
	}
	store, err := db.StoreID(ctx)
	if err != nil {
		db.Close()
		return nil, err
	}
	erased := erasedIn(ctx, t, live, store)
	var again []string
	err = db.Update(ctx, incident.Operator(), func(tx *ledger.Tx) error {
		before, err := ledger.Destroyed(tx)
		if err != nil {
			return err
		}
		have := map[string]bool{}
		for _, id := range before {
			have[id] = true
		}
		for _, id := range erased {
			if have[id] {
				continue
			}
			if err := tx.DestroyKey(id); err != nil {
				return err
			}
			tx.Record("incident.erase", "incident/"+id)
			again = append(again, id)
		}
		tx.Record("store.restore", "store/"+store)
		return nil
	})
	return again, errors.Join(err, db.Close())
}

// erasedIn lists what the present store has erased; nothing if it is another
// store, or cannot be read, which is a reason to restore.
func erasedIn(ctx context.Context, t Target, live, store string) []string {
	if _, err := os.Stat(live); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var ids []string
	db, err := ledger.Open(ledger.Config{Path: live, Keys: t.Keys, Clock: t.Clock, Inspect: true})
	if err == nil {
		err = db.View(ctx, func(tx *ledger.Tx) error {
			ids, err = ledger.Destroyed(tx)
			return err
		})
		if id, _ := db.StoreID(ctx); id != store {
			ids = nil
		}
		db.Close()
	}
	if err != nil && t.Logger != nil {
		t.Logger.Warn("the present store cannot be read: what was erased since the backup was made is not erased again", "error", incident.Sentence(err))
	}
	return ids
}

// install moves the verified files into place, the store last.
func install(t Target, u unpacked, dir, live string, erased []string) (kept string, err error) {
	v, err := vault.New(nil, vault.Config{Dir: filepath.Join(t.Dir, vault.DirName)})
	if err != nil {
		return "", err
	}
	for _, o := range u.objects() {
		if slices.Contains(erased, o.Scope) {
			continue
		}
		if err := v.Adopt(o, filepath.Join(dir, vault.DirName, o.Scope, o.Name)); err != nil {
			return "", err
		}
	}
	if _, err := os.Stat(live); err == nil {
		kept = fmt.Sprintf("%s.before-restore-%s", live, t.Clock().UTC().Format("20060102T150405.000Z"))
		// A second name, not a move: the folder is never without a store.
		if err := os.Link(live, kept); err != nil {
			if err := os.Rename(live, kept); err != nil { // a file system without links
				return "", diskError(err)
			}
		}
	}
	if err := os.Rename(filepath.Join(dir, ledgerName), live); err != nil {
		return kept, diskError(err)
	}
	return kept, syncDir(t.Dir)
}

// syncDir makes a new name durable; Windows does it by itself.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return diskError(err)
	}
	return diskError(errors.Join(d.Sync(), d.Close()))
}
