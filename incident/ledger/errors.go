package ledger

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
	"syscall"

	"tocsin/incident"
)

// storeError says in one sentence what the disk would not do. Whatever it was,
// the transaction was not committed.
func storeError(err error) error {
	var have *incident.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &have):
		return err
	case isClosed(err):
		return incident.Because(incident.Unavailable, err, "the store is closed")
	case isFull(err):
		return incident.Because(incident.Unavailable, err, "the disk is full: nothing was saved or changed; free some space and try again")
	}
	return incident.Because(incident.Unavailable, err, "the store could not be written: nothing was changed")
}

// isFull looks at the text too, because bbolt keeps only that of some errors
// (db.grow: "file resize error: %s").
func isFull(err error) bool {
	for _, e := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, e) || strings.HasSuffix(err.Error(), ": "+e.Error()) {
			return true
		}
	}
	return false
}

func sorted[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
