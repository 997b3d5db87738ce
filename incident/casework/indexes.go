package casework

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
	"tocsin/incident/vault"
)

// Index is what is kept beside a file of the vault so that a little of it can
// be read without the rest: a sealed object itself, made from the file, and made again
// where it is missing or damaged. It holds no person, only places and keyed hashes.
type Index struct {
	Object string `json:"object"` // its name in the vault
}

var indexes = ledger.NewCaseTable[Index]("indexes") // incident, SHA-256 of what it is of, kind

// indexer makes indexes and keeps them. Safe for concurrent use.
type indexer struct {
	db      *ledger.DB
	vault   Vault
	scratch string // folder of sealed temporary files

	mu     sync.Mutex
	making map[string]*sync.Mutex // by incident, object and kind
}

// indexed is one index: of which object, and how it is made.
type indexed struct {
	incident, object string
	kind             string // one of those that its maker knows; part of the key
	build            func(ctx context.Context, file io.Reader, w io.Writer, key [32]byte) error
}

// use calls fn with an index. Where there is none it is made; where the vault or
// fn says that it is damaged, it is made again and fn called once more.
func (x *indexer) use(ctx context.Context, of indexed, fn func(index io.ReaderAt, size int64, key [32]byte) error) error {
	for again := false; ; again = true {
		key, err := x.key(ctx, of)
		if err != nil {
			return err
		}
		sum, err := x.ready(ctx, of, again)
		if err != nil {
			return err
		}
		err = x.with(ctx, of.incident, sum, func(index io.ReaderAt, size int64) error { return fn(index, size, key) })
		if again || !damagedIndex(err) {
			return err
		}
	}
}

// errNoIndex is in the chain where an index cannot be opened, which says nothing of what it is of.
var errNoIndex = errors.New("casework: the index is not in the vault, or was altered there")

// damagedIndex reports whether an error means that an index is to be made again.
func damagedIndex(err error) bool { return affected.IndexDamaged(err) || errors.Is(err, errNoIndex) }

// open opens an index's object.
func (x *indexer) open(ctx context.Context, incidentID, sum string) (at, int64, error) {
	index, size, err := openAt(ctx, x.vault, incidentID, sum)
	if k := incident.KindOf(err); err != nil && (k == incident.NotFound || k == incident.Internal) {
		return nil, 0, incident.Because(k, errors.Join(errNoIndex, err), "an index cannot be opened")
	}
	return index, size, err
}

func (x *indexer) with(ctx context.Context, incidentID, sum string, fn func(io.ReaderAt, int64) error) error {
	index, size, err := x.open(ctx, incidentID, sum)
	if err != nil {
		return err
	}
	defer index.Close()
	return fn(index, size)
}

// key is what an index is made with: its own, and gone with the incident's.
func (x *indexer) key(ctx context.Context, of indexed) (out [32]byte, err error) {
	k, err := x.db.DataKey(ctx, of.incident)
	if err != nil {
		return out, err
	}
	return k.Derive("index/" + of.kind + "/" + of.object), nil
}

// have is the object of an index; "" where there is none.
func (x *indexer) have(ctx context.Context, of indexed) (sum string, err error) {
	err = x.db.View(ctx, func(tx *ledger.Tx) error {
		index, err := indexes.Get(tx, ledger.K(of.incident, of.object, of.kind))
		if incident.KindOf(err) == incident.NotFound && err != nil {
			return nil
		}
		sum = index.Object
		return err
	})
	return sum, err
}

// ready gives the object of an index, made where there is none. again says that
// the one there is cannot be believed. Two who need the same one wait for one making.
func (x *indexer) ready(ctx context.Context, of indexed, again bool) (string, error) {
	x.mu.Lock()
	one := x.making[of.incident+of.object+of.kind]
	if one == nil {
		one = &sync.Mutex{}
		x.making[of.incident+of.object+of.kind] = one
	}
	x.mu.Unlock()
	one.Lock()
	defer one.Unlock()
	if sum, err := x.have(ctx, of); err != nil || sum != "" && !again {
		return sum, err
	}
	key, err := x.key(ctx, of)
	if err != nil {
		return "", err
	}
	file, err := x.vault.Open(ctx, of.incident, of.object)
	if err != nil {
		return "", err
	}
	defer file.Close()
	made, err := putFrom(ctx, x.vault, of.incident, func(w io.Writer) error { return of.build(ctx, bufferedList(file), w, key) })
	if err != nil {
		return "", err
	}
	err = x.db.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
		if refers, err := refersTo(tx, of.incident, of.object); err != nil || !refers {
			return errors.Join(err, incident.Errorf(incident.NotFound, "What was to be indexed is there no longer."))
		}
		tx.Record("index.make", "incident/"+of.incident)
		return indexes.Put(tx, ledger.K(of.incident, of.object, of.kind), Index{made.SHA256})
	})
	if err != nil {
		return "", errors.Join(err, ignoreMissing(x.vault.Delete(context.WithoutCancel(ctx), of.incident, made.SHA256)))
	}
	return made.SHA256, nil
}

func ignoreMissing(err error) error {
	if k := incident.KindOf(err); k == incident.NotFound || k == incident.Gone {
		return nil
	}
	return err
}

// refersTo reports whether something of the case refers to an object.
func refersTo(tx *ledger.Tx, incidentID, sum string) (found bool, err error) {
	err = objectsIn(tx, incidentID, func(have, _ string) error {
		if found = have == sum; found {
			return ledger.Stop
		}
		return nil
	})
	return found, err
}

// dropIndexes forgets those indexes under a key that drop says, and gives their objects.
func dropIndexes(tx *ledger.Tx, under ledger.Key, drop func(of, kind string) bool) ([]string, error) {
	var out []string
	var keys []ledger.Key
	if err := indexes.Scan(tx, under, func(k ledger.Key, x Index) error {
		if drop(k.Text(1), k.Text(2)) {
			out, keys = append(out, x.Object), append(keys, slices.Clone(k))
		}
		return nil
	}); err != nil {
		return nil, err
	}
	for _, k := range keys {
		if err := indexes.Delete(tx, k); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// dropIndexesOf forgets every index of an object that goes.
func dropIndexesOf(tx *ledger.Tx, incidentID, object string) ([]string, error) {
	return dropIndexes(tx, ledger.K(incidentID, object), func(string, string) bool { return true })
}

// at is an object of the vault that is read at any place.
type at interface {
	io.ReaderAt
	io.Closer
}

// openAt opens an object for reading at any place, and gives its size.
func openAt(ctx context.Context, v Vault, scope, sum string) (at, int64, error) {
	r, err := v.Open(ctx, scope, sum)
	if err != nil {
		return nil, 0, err
	}
	size, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, 0, errors.Join(err, r.Close())
	}
	if direct, ok := r.(at); ok {
		return direct, size, nil
	}
	return &sought{r: r}, size, nil
}

// sought reads at any place what can only seek. For one goroutine.
type sought struct{ r io.ReadSeekCloser }

func (s *sought) ReadAt(p []byte, off int64) (int, error) {
	if _, err := s.r.Seek(off, io.SeekStart); err != nil {
		return 0, err
	}
	return io.ReadFull(s.r, p)
}

func (s *sought) Close() error { return s.r.Close() }

// putFrom stores what write writes, sealed as it comes. After an error nothing is stored.
func putFrom(ctx context.Context, v Vault, scope string, write func(io.Writer) error) (vault.Object, error) {
	read, to := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := write(to)
		to.CloseWithError(err)
		done <- err
	}()
	made, err := v.Put(ctx, scope, read)
	read.CloseWithError(errors.Join(err, io.ErrClosedPipe)) // ends a writer that is still at it
	if wrote := <-done; wrote != nil && err == nil {
		err = wrote
	}
	return made, err
}
