package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"tocsin/incident"
	"tocsin/incident/keys"
)

// FileName is the store's usual name inside a data folder.
const FileName = "ledger.db"

// Config of a store. Path and Keys are required.
type Config struct {
	Path        string           // the file; made with its folder if absent, unless Inspect
	Clock       func() time.Time // time.Now if nil
	Keys        *keys.Ring       // unwraps the file's data keys
	Logger      *slog.Logger     // nothing is logged if nil
	LockTimeout time.Duration    // how long to wait for another process to let go; one second if 0

	// Inspect opens for Verify, Fsck, Export and reading alone: nothing is
	// written or migrated, and a damaged file opens as far as it can be read.
	Inspect bool

	// steps are the migrations; tests give fewer to make old files.
	steps []step
}

// A file opened with Inspect has its pages checked first, because bbolt cannot be
// trusted with damaged ones. Then only Verify and Fsck answer, with what is wrong.
func (db *DB) unreadable() error {
	return incident.Errorf(incident.Unavailable, "%s is damaged: run tocsin fsck to see where, or restore a backup", db.path)
}

// DB is an open store. It is safe for concurrent use.
type DB struct {
	path    string
	bolt    *bbolt.DB
	ring    *keys.Ring
	signer  *keys.Signer
	clock   func() time.Time
	logger  *slog.Logger
	inspect bool
	damaged *Report // what the page check found when the file was opened for inspection

	turn    chan struct{} // holds a value while someone writes
	waiting atomic.Int64  // who waits for the turn
	group   *group        // the open group; the turn guards it
	failed  error         // why no Update is taken any more; the turn guards it

	nesting nesting
	last    atomic.Int64 // instant of the last entry, in nanoseconds since 1970
	behind  atomic.Bool  // the clock was behind at the last reading
}

// Open opens the store, making it if there is none, and brings an older one to
// the present schema after copying it. Errors: Unavailable if another process
// has it (and which), if the disk refuses, or if the file is damaged; Invalid
// for a file of a newer version or a master key that is not its own.
func Open(cfg Config) (*DB, error) {
	if cfg.Path == "" || cfg.Keys == nil {
		return nil, incident.Errorf(incident.Internal, "ledger: Open needs a path and keys")
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.LockTimeout <= 0 {
		cfg.LockTimeout = time.Second
	}
	if cfg.steps == nil {
		cfg.steps = migrations()
	}
	if !cfg.Inspect {
		if err := os.MkdirAll(filepath.Dir(cfg.Path), 0o700); err != nil {
			return nil, incident.Because(incident.Unavailable, err, "the data folder %s cannot be made", filepath.Dir(cfg.Path))
		}
	}
	bolt, err := openFile(cfg)
	db := &DB{path: cfg.Path, bolt: bolt, ring: cfg.Keys, clock: cfg.Clock, logger: cfg.Logger,
		inspect: cfg.Inspect, turn: make(chan struct{}, 1)}
	if cfg.Inspect {
		if r := inspectPages(cfg.Path, err); !r.OK() {
			db.damaged = &r
			return db, nil
		}
	}
	if err != nil {
		return nil, err
	}
	db.warnOfMetas()
	if err := db.ready(cfg.steps); err != nil {
		bolt.Close()
		return nil, err
	}
	if !cfg.Inspect {
		if err := db.signLock(); err != nil {
			bolt.Close()
			return nil, err
		}
	}
	return db, nil
}

// inspectPages runs the page check, unless the file could not be had at all.
func inspectPages(path string, opened error) Report {
	r := Report{}
	if errors.Is(opened, bbolterrors.ErrTimeout) || errors.Is(opened, fs.ErrNotExist) || errors.Is(opened, fs.ErrPermission) {
		return r
	}
	f, err := os.Open(path)
	if err != nil {
		return r
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return r
	}
	m, problems := readMetas(f)
	for _, p := range problems {
		r.problem("file", "%s", p)
	}
	if m.pageSize != 0 {
		walkPages(context.Background(), f, info.Size(), m, &r, nil)
	}
	if r.OK() && opened != nil {
		r.problem("file", "bbolt cannot open it")
	}
	return r
}

// warnOfMetas logs that one of the file's two roots does not read: the mark of a
// power cut during a commit, which loses nothing that was confirmed, or of a
// change by hand.
func (db *DB) warnOfMetas() {
	f, err := os.Open(db.path)
	if err != nil {
		return
	}
	defer f.Close()
	if _, problems := readMetas(f); len(problems) > 0 {
		db.logger.Warn("the store's last commit was cut short, or its file was changed; the commit before it is used", "problems", problems)
	}
}

// openFile opens the bbolt file. bbolt trusts its pages and panics, or reads
// outside its memory map, where they are damaged; here that becomes an error.
func openFile(cfg Config) (bolt *bbolt.DB, err error) {
	if _, err := os.Stat(cfg.Path); cfg.Inspect && err != nil {
		return nil, incident.Because(incident.NotFound, err, "there is no store at %s", cfg.Path)
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = incident.Errorf(incident.Unavailable, "the file %s is damaged and cannot be opened: run tocsin fsck, or restore a backup", cfg.Path)
		}
	}()
	bolt, err = bbolt.Open(cfg.Path, 0o600, &bbolt.Options{
		Timeout:      cfg.LockTimeout,
		FreelistType: bbolt.FreelistMapType,
		ReadOnly:     cfg.Inspect,
		// A file that outgrows its memory map must wait for every reader before
		// it can be mapped anew, and readers then wait behind it. Mapping address
		// space ahead, which costs no memory, makes that rare.
		InitialMmapSize: initialMap,
	})
	switch {
	case errors.Is(err, bbolterrors.ErrTimeout):
		return nil, heldBy(cfg.Path, err)
	case errors.Is(err, os.ErrPermission):
		return nil, incident.Because(incident.Unavailable, err, "the file %s may not be opened by this user", cfg.Path)
	case err != nil:
		return nil, incident.Because(incident.Unavailable, err, "the file %s cannot be opened", cfg.Path)
	}
	bolt.AllocSize = allocate
	return bolt, nil
}

// allocate is how many bytes the file grows at a time.
const allocate = 1 << 20

// ready makes an empty file a store, migrates an old one, and loads the signer.
func (db *DB) ready(steps []step) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil { // bbolt's way of saying that a page is damaged
			err = incident.Because(incident.Unavailable, fmt.Errorf("panic: %v", r), "%s", incident.Sentence(db.unreadable()))
		}
	}()
	schema, err := db.schema()
	if err != nil {
		return err
	}
	newest := 1 + len(steps)
	switch {
	case schema > newest:
		return incident.Errorf(incident.Invalid,
			"%s was written by a newer version of Tocsin (schema %d, this program knows up to %d): use that version or a later one; nothing was changed", db.path, schema, newest)
	case schema == 0 && db.inspect:
		return incident.Errorf(incident.NotFound, "%s holds no store", db.path)
	case schema == 0:
		if err := db.create(newest); err != nil {
			return err
		}
	}
	if err := db.loadSigner(); err != nil {
		return err
	}
	if schema != 0 && schema < newest && !db.inspect {
		if err := db.migrate(schema, steps); err != nil {
			return err
		}
	}
	return db.bolt.View(func(b *bbolt.Tx) error {
		s, err := readLog(b)
		if err != nil && db.inspect {
			return nil // Verify will say where
		}
		db.last.Store(s.last.UnixNano())
		return err
	})
}

func (db *DB) loadSigner() error {
	return db.View(context.Background(), func(tx *Tx) error {
		k, err := tx.openingKey(logKey)
		if err != nil {
			// If another key opens, the master key is right and this one is damaged.
			_, other := tx.openingKey(systemKey)
			if incident.KindOf(err) == incident.Unavailable && other != nil {
				return incident.Because(incident.Invalid, err, "the master key given is not the one %s was sealed with", db.path)
			}
			if db.inspect {
				return nil // Verify will say so
			}
			return incident.Because(incident.Unavailable, err, "%s: the key of the audit log cannot be read: keys/%s", db.path, logKey)
		}
		name := "tocsin"
		if store := tx.get(metaBucket, Key(storeName)); store != nil && plainID(string(store)) {
			name = origin(string(store))
		}
		db.signer, err = keys.NewSigner(name, k)
		return err
	})
}

// Path is the file's path.
func (db *DB) Path() string { return db.path }

// Close waits for the transactions under way and lets the file go.
func (db *DB) Close() error {
	db.turn <- struct{}{} // whoever writes has passed the turn on; any group is committed
	defer func() { <-db.turn }()
	if db.damaged != nil {
		if db.bolt != nil {
			return storeError(db.bolt.Close())
		}
		return nil
	}
	if g := db.group; g != nil {
		db.group = nil
		db.finish(g)
	}
	if db.failed == nil {
		db.failed = incident.Errorf(incident.Unavailable, "the store is closed")
	}
	db.dropLock()
	if err := db.bolt.Close(); err != nil {
		return storeError(err)
	}
	return nil
}
