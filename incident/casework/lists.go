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

// listKind is the kind of index a list of affected people has.
const listKind = "list"

var indexes = ledger.NewCaseTable[Index]("indexes") // incident, SHA-256 of what it is of, kind

// Lists reads lists of affected people by place and by person. The index of a
// list is made after the run that made the list; where there is none, as of older lists,
// it is made when it is first needed. Safe for concurrent use.
type Lists struct {
	db      *ledger.DB
	vault   Vault
	scratch string

	mu     sync.Mutex
	making map[string]*sync.Mutex // by incident and list
}

// NewLists gives a Lists. scratch is the folder of sealed temporary files; "":
// the system's.
func NewLists(db *ledger.DB, v Vault, scratch string) *Lists {
	return &Lists{db: db, vault: v, scratch: scratch, making: map[string]*sync.Mutex{}}
}

// Lists is the desk's own, for whoever reads lists besides.
func (d *Desk) Lists() *Lists { return d.lists }

// Read calls fn with a list, which object names. It asks nobody's leave: whoever
// calls has done so. Where the index turns out damaged while fn reads, it is made again and
// fn called once more, from the start: what fn gathered before is to be thrown away. Errors
// are those of the vault and of [affected.IndexRoster], and fn's.
func (l *Lists) Read(ctx context.Context, incidentID, object string, fn func(*affected.List) error) error {
	err := l.read(ctx, incidentID, object, fn)
	if !affected.IndexDamaged(err) {
		return err
	}
	if err := l.make(ctx, incidentID, object, true); err != nil {
		return err
	}
	return l.read(ctx, incidentID, object, fn)
}

func (l *Lists) read(ctx context.Context, incidentID, object string, fn func(*affected.List) error) error {
	have, err := l.index(ctx, incidentID, object)
	if err != nil {
		return err
	}
	if have == "" {
		if err := l.make(ctx, incidentID, object, false); err != nil {
			return err
		}
		if have, err = l.index(ctx, incidentID, object); err != nil {
			return err
		}
	}
	key, err := l.key(ctx, incidentID, object)
	if err != nil {
		return err
	}
	list, size, err := openAt(ctx, l.vault, incidentID, object)
	if err != nil {
		return err
	}
	defer list.Close()
	index, indexSize, err := openAt(ctx, l.vault, incidentID, have)
	if k := incident.KindOf(err); err != nil && (k == incident.NotFound || k == incident.Internal) {
		// Missing, or the vault says it was altered: the list itself says whether all is lost.
		if err := l.make(ctx, incidentID, object, true); err != nil {
			return err
		}
		if have, err = l.index(ctx, incidentID, object); err != nil {
			return err
		}
		index, indexSize, err = openAt(ctx, l.vault, incidentID, have)
	}
	if err != nil {
		return err
	}
	defer index.Close()
	open, err := affected.OpenList(list, size, object, index, indexSize, key)
	if err != nil {
		return err
	}
	return fn(open)
}

// index is the object of a list's index; "" where there is none.
func (l *Lists) index(ctx context.Context, incidentID, object string) (sum string, err error) {
	err = l.db.View(ctx, func(tx *ledger.Tx) error {
		x, err := indexes.Get(tx, ledger.K(incidentID, object, listKind))
		if incident.KindOf(err) == incident.NotFound && err != nil {
			return nil
		}
		sum = x.Object
		return err
	})
	return sum, err
}

// key is what an index is made with: the list's own, and gone with the incident's.
func (l *Lists) key(ctx context.Context, incidentID, object string) (out [32]byte, err error) {
	k, err := l.db.DataKey(ctx, incidentID)
	if err != nil {
		return out, err
	}
	return k.Derive("index/" + listKind + "/" + object), nil
}

// make makes the index of a list and keeps it. again says that the one there is
// cannot be believed. Two who need the same one wait for one making.
func (l *Lists) make(ctx context.Context, incidentID, object string, again bool) error {
	l.mu.Lock()
	one := l.making[incidentID+object]
	if one == nil {
		one = &sync.Mutex{}
		l.making[incidentID+object] = one
	}
	l.mu.Unlock()
	one.Lock()
	defer one.Unlock()
	if have, err := l.index(ctx, incidentID, object); err != nil || have != "" && !again {
		return err
	}
	key, err := l.key(ctx, incidentID, object)
	if err != nil {
		return err
	}
	list, err := l.vault.Open(ctx, incidentID, object)
	if err != nil {
		return err
	}
	defer list.Close()
	made, err := putFrom(ctx, l.vault, incidentID, func(w io.Writer) error {
		return affected.IndexRoster(ctx, bufferedList(list), object, w, key, affected.IndexOptions{Scratch: l.scratch})
	})
	if err != nil {
		return err
	}
	err = l.db.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
		if refers, err := refersTo(tx, incidentID, object); err != nil || !refers {
			return errors.Join(err, incident.Errorf(incident.NotFound, "This list of affected people is there no longer."))
		}
		tx.Record("roster.index", "incident/"+incidentID)
		return indexes.Put(tx, ledger.K(incidentID, object, listKind), Index{made.SHA256})
	})
	if err != nil {
		return errors.Join(err, ignoreMissing(l.vault.Delete(context.WithoutCancel(ctx), incidentID, made.SHA256)))
	}
	return nil
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

// dropIndexes forgets every index of an object that goes, and gives their own objects.
func dropIndexes(tx *ledger.Tx, incidentID, object string) ([]string, error) {
	var out []string
	var kinds []ledger.Key
	if err := indexes.Scan(tx, ledger.K(incidentID, object), func(k ledger.Key, x Index) error {
		out, kinds = append(out, x.Object), append(kinds, slices.Clone(k))
		return nil
	}); err != nil {
		return nil, err
	}
	for _, k := range kinds {
		if err := indexes.Delete(tx, k); err != nil {
			return nil, err
		}
	}
	return out, nil
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
