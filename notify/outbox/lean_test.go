package outbox_test

import (
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"tocsin/notify/statute"
)

// gdpr is the shipped library cut down to the GDPR's duties: laying contracts
// over it takes no time worth speaking of.
var gdpr = sync.OnceValues(func() (*statute.Library, error) {
	some := fstest.MapFS{}
	err := fs.WalkDir(statute.Builtin(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if strings.HasPrefix(p, "authorities/") || strings.HasPrefix(p, "rules/eu/eu-gdpr-3") || strings.HasSuffix(p, "/shared.toml") {
			data, err := fs.ReadFile(statute.Builtin(), p)
			some[p] = &fstest.MapFile{Data: data}
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return statute.Load(some)
})

func lean(t *testing.T) *house {
	t.Helper()
	h := build(t, nil)
	h.Rules = gdpr
	return h
}
