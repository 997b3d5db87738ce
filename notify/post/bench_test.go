package post_test

import (
	"path/filepath"
	"runtime/metrics"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/incident/ledger/ledgertest"
	"tocsin/incident/vault"
	"tocsin/notify/post"
)

// BenchmarkTenThousand prints 10,000 letters of three pages into a real vault
// and packs them, as a mailing by post does. peak-MB is the most memory that Go
// held from the system for its heap at any moment, sampled.
func BenchmarkTenThousand(b *testing.B) {
	const n = 10000
	store := realVault(b)
	p := press(b, german())
	page := read(b, "testdata", "gdpr-34.de.html")
	for b.Loop() {
		var peak atomic.Uint64
		stop := watch(&peak)
		from := time.Now()
		r, err := p.Run(ctx, post.Job{Name: "ten-thousand", Date: date}, numbered(n, func(int) string { return page }), store)
		if err != nil || r.Letters != n {
			b.Fatal(r.Letters, err)
		}
		printed := time.Since(from)
		size := &counting{}
		if err := p.Pack(ctx, size, store, r); err != nil {
			b.Fatal(err)
		}
		stop()
		b.ReportMetric(float64(n)/printed.Seconds(), "letters/s")
		b.ReportMetric(float64(r.Pages), "pages")
		b.ReportMetric(float64(size.n)/1e6, "package-MB")
		b.ReportMetric(float64(peak.Load())/1e6, "peak-MB")
	}
}

func BenchmarkOneLetter(b *testing.B) {
	p := press(b, german())
	l := golden(b, "gdpr-34.de", "DE")
	for b.Loop() {
		if _, err := p.Run(ctx, post.Job{Name: "one", Date: date}, these(l), shelf{}); err != nil {
			b.Fatal(err)
		}
	}
}

// watch samples the heap until it is stopped.
func watch(peak *atomic.Uint64) (stop func()) {
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"}}
		for {
			metrics.Read(sample)
			peak.Store(max(peak.Load(), sample[0].Value.Uint64()+sample[1].Value.Uint64()))
			select {
			case <-done:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return func() { close(done); <-gone }
}

type counting struct{ n int64 }

func (c *counting) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}

// realVault is a vault over a real store that knows one incident.
func realVault(t testing.TB) post.VaultStore {
	t.Helper()
	s := ledgertest.New(t)
	cases := ledger.NewCaseTable[string]("cases")
	err := s.DB.Update(ctx, incident.Operator(), func(tx *ledger.Tx) error {
		tx.Record("test.act", "test/1")
		return cases.Put(tx, ledger.K("inc"), "one")
	})
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.New(s.DB, vault.Config{Dir: filepath.Join(s.Dir, vault.DirName)})
	if err != nil {
		t.Fatal(err)
	}
	return post.VaultStore{Vault: v, Scope: "inc"}
}
