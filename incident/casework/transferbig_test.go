package casework_test

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"runtime/metrics"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
)

// generated is a stream of so many bytes that are the same each time.
func generated(size int64) io.Reader {
	return io.LimitReader(rand.NewChaCha8([32]byte{4}), size)
}

// heapPeak watches the heap until it is stopped, and gives the most it took.
func heapPeak() (stop func() uint64) {
	var peak atomic.Uint64
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		for {
			metrics.Read(sample)
			peak.Store(max(peak.Load(), sample[0].Value.Uint64()))
			select {
			case <-quit:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(quit); <-done; return peak.Load() }
}

// TestALargeUploadIsTakenUpAgain sends a file whose connection breaks three
// times, over a restart of the program and a full disk, within a bounded memory. With
// TOCSIN_BIG=1 it has 2 GB, and says how fast that was.
func TestALargeUploadIsTakenUpAgain(t *testing.T) {
	size := int64(70 << 20)
	if testing.Short() {
		size = 36 << 20
	}
	if os.Getenv("TOCSIN_BIG") != "" {
		size = 2_000_000_000
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, generated(size)); err != nil {
		t.Fatal(err)
	}
	b := newBench(t, casework.Config{UploadLimit: size})
	tr, err := b.NewTransfer(t.Context(), ana, b.i.ID, "big.csv", size)
	must(t, err)
	stop, began := heapPeak(), time.Now()

	send := func(from, until int64, end error) (casework.Transfer, error) {
		in := bufio.NewReaderSize(generated(size), 1<<20)
		if _, err := io.CopyN(io.Discard, in, from); err != nil {
			t.Fatal(err)
		}
		var body io.Reader = io.LimitReader(in, until-from)
		if end != nil {
			body = io.MultiReader(body, failing{end})
		}
		return b.Append(t.Context(), ana, b.i.ID, tr.ID, from, body)
	}
	lost := errors.New("connection lost")
	for _, until := range []int64{size / 4, size / 2, 3 * size / 4} {
		now, err := b.Transfer(t.Context(), ana, b.i.ID, tr.ID)
		must(t, err)
		now, err = send(now.Offset, until, lost)
		if !errors.Is(err, lost) || until-now.Offset > 17<<20 || now.Offset > until {
			t.Fatalf("broken off at %d: %v, %d were kept", until, err, now.Offset)
		}
		if until == size/2 {
			b.Reopen(t)
			b.wire(t, casework.Config{UploadLimit: size})
		}
	}
	now, err := b.Transfer(t.Context(), ana, b.i.ID, tr.ID)
	must(t, err)
	b.vault.full = func(n int64) bool { return n > 3<<20 }
	_, err = send(now.Offset, size, nil)
	wantKind(t, err, incident.Unavailable)
	if !errors.Is(err, syscall.ENOSPC) || incident.Sentence(err) != "The server's disk is full. What has come is kept: have some space freed, and go on with the upload." {
		t.Errorf("%v", err)
	}
	b.vault.full = nil
	again, err := b.Transfer(t.Context(), ana, b.i.ID, tr.ID)
	must(t, err)
	if again.Offset != now.Offset {
		t.Errorf("at %d after the disk was full, at %d before", again.Offset, now.Offset)
	}
	now, err = send(now.Offset, size, nil)
	must(t, err)
	if now.Offset != size {
		t.Fatalf("at %d of %d", now.Offset, size)
	}
	sealed := time.Since(began)
	b.vault.full = func(n int64) bool { return n > size/2 }
	_, err = b.Finish(t.Context(), ana, b.i.ID, tr.ID)
	wantKind(t, err, incident.Unavailable)
	b.vault.full = nil
	finishing := time.Now()
	whole, err := b.Finish(t.Context(), ana, b.i.ID, tr.ID)
	must(t, err)
	peak := stop()
	if whole.SHA256 != hex.EncodeToString(sum.Sum(nil)) {
		t.Error("what was put together is not what was sent")
	}
	if n := b.objects(t); n != 1 {
		t.Errorf("%d objects, want the file alone", n)
	}
	if peak > 64<<20 {
		t.Errorf("the heap took up to %d MB", peak>>20)
	}
	t.Logf("%d MB: taken in within %.1f s (with what was sent again), put together within %.1f s; heap up to %d MB",
		size/1_000_000, sealed.Seconds(), time.Since(finishing).Seconds(), peak>>20)
	must(t, b.Drop(t.Context(), ana, b.i.ID, tr.ID))
	if n := b.objects(t); n != 0 {
		t.Errorf("%d objects are left of an upload that was given up", n)
	}
}
