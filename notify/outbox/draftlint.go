package outbox

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"sync"

	"tocsin/notify/letter"
)

// lintCache keeps what the lint found, by everything it goes by: a page of a hundred
// letters is read again and again while none of them changes.
type lintCache struct {
	sync.Mutex
	found map[[sha256.Size]byte][]letter.Finding
}

// lintKept is how many are kept before the cache begins anew.
const lintKept = 4096

func (c *lintCache) of(lib *letter.Library, text letter.Draft, scope letter.Scope) ([]letter.Finding, error) {
	// The previews follow from the source, and what is open in it does not matter.
	key, err := json.Marshal([]any{text.Letter, text.Jurisdiction, text.Language, text.Channel, text.Audience, text.Duties, text.Without, text.Elements, text.Subject, text.Source, scope})
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(key)
	c.Lock()
	found, ok := c.found[sum]
	c.Unlock()
	if ok {
		return slices.Clone(found), nil
	}
	found = lib.Lint(text, scope)
	c.Lock()
	defer c.Unlock()
	if c.found == nil || len(c.found) >= lintKept {
		c.found = map[[sha256.Size]byte][]letter.Finding{}
	}
	c.found[sum] = found
	return slices.Clone(found), nil
}
