package casework

import (
	"context"
	"io"
	"sync"

	"tocsin/incident/affected"
	"tocsin/incident/ledger"
)

// Lists reads lists of affected people by place and by person. The index of a
// list is made after the run that made the list; where there is none, as of older lists,
// it is made when it is first needed. Safe for concurrent use.
type Lists struct{ indexer *indexer }

// NewLists gives a Lists. scratch is the folder of sealed temporary files; "":
// the system's.
func NewLists(db *ledger.DB, v Vault, scratch string) *Lists {
	return &Lists{&indexer{db: db, vault: v, scratch: scratch, making: map[string]*sync.Mutex{}}}
}

// Lists is the desk's own, for whoever reads lists besides.
func (d *Desk) Lists() *Lists { return d.lists }

// Read calls fn with a list, which object names. It asks nobody's leave: whoever
// calls has done so. Where the index turns out damaged while fn reads, it is made again and
// fn called once more, from the start: what fn gathered before is to be thrown away. Errors
// are those of the vault and of [affected.IndexRoster], and fn's.
func (l *Lists) Read(ctx context.Context, incidentID, object string, fn func(*affected.List) error) error {
	return l.indexer.use(ctx, l.of(incidentID, object), func(index io.ReaderAt, indexSize int64, key [32]byte) error {
		list, size, err := openAt(ctx, l.indexer.vault, incidentID, object)
		if err != nil {
			return err
		}
		defer list.Close()
		open, err := affected.OpenList(list, size, object, index, indexSize, key)
		if err != nil {
			return err
		}
		return fn(open)
	})
}

// of is the index of a list.
func (l *Lists) of(incidentID, object string) indexed {
	return indexed{incidentID, object, "list", func(ctx context.Context, list io.Reader, w io.Writer, key [32]byte) error {
		return affected.IndexRoster(ctx, list, object, w, key, affected.IndexOptions{Scratch: l.indexer.scratch})
	}}
}

// ofConflicts is the index of a conflicts.csv.
func ofConflicts(incidentID, object string) indexed {
	return indexed{incidentID, object, "conflicts", func(_ context.Context, list io.Reader, w io.Writer, key [32]byte) error {
		return affected.IndexConflicts(list, object, w, key)
	}}
}

// Queue calls fn with the conflicts of a list, as Read does with the list itself.
func (l *Lists) queue(ctx context.Context, incidentID, object string, fn func(*affected.Queue) error) error {
	return l.indexer.use(ctx, ofConflicts(incidentID, object), func(index io.ReaderAt, size int64, key [32]byte) error {
		q, err := affected.OpenQueue(index, size, object, key)
		if err != nil {
			return err
		}
		return fn(q)
	})
}
