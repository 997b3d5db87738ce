package console

import (
	"sync"

	"tocsin/notify/statute"
)

// libraryCache keeps what follows from a library alone and takes longer to work
// out than to show: which cases pass, what is covered. A library never changes;
// another one empties the cache.
type libraryCache struct {
	mu       sync.Mutex
	lib      *statute.Library
	coverage []statute.CoverageRow
	worked   map[string]statute.Worked
}

func (k *libraryCache) turn(lib *statute.Library) {
	if k.lib != lib {
		k.lib, k.coverage, k.worked = lib, nil, map[string]statute.Worked{}
	}
}

// coverageOf is what a library holds. It must not be changed.
func (k *libraryCache) coverageOf(lib *statute.Library) []statute.CoverageRow {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.turn(lib)
	if k.coverage == nil {
		k.coverage = lib.Coverage()
	}
	return k.coverage
}

// casesOf are the worked cases of a rule, played once. Mistakes are not kept.
func (k *libraryCache) casesOf(lib *statute.Library, id string) (statute.Worked, error) {
	k.mu.Lock()
	k.turn(lib)
	w, ok := k.worked[id]
	k.mu.Unlock()
	if ok {
		return w, nil
	}
	w, err := lib.Worked(id) // without the lock: two readers may both play them
	if err != nil {
		return w, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.turn(lib)
	k.worked[id] = w
	return w, nil
}
