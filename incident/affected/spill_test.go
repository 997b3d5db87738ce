package affected

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"tocsin/incident"
)

func TestSpillGivesBackWhatItTook(t *testing.T) {
	dir := t.TempDir()
	s, err := newSpill(dir, 64)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	tapes := s.tapes(3)
	for i := range uint64(1000) {
		rec, err := tapes[i%3].room(8)
		if err != nil {
			t.Fatal(err)
		}
		binary.LittleEndian.PutUint64(rec, i)
	}
	if err := flushAll(tapes); err != nil {
		t.Fatal(err)
	}
	for n, tp := range tapes {
		want := uint64(n)
		err := tp.each(func(records []byte) error {
			for ; len(records) > 0; records = records[8:] {
				if got := binary.LittleEndian.Uint64(records); got != want {
					t.Fatalf("tape %d: got %d, want %d", n, got, want)
				}
				want += 3
			}
			return nil
		})
		if err != nil || want < 1000 {
			t.Errorf("tape %d ends at %d: %v", n, want, err)
		}
	}
	// Nothing of it can be read, or found once the run is over.
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("the file has a name: %v", left)
	}
	raw := make([]byte, s.end)
	if _, err := s.file.ReadAt(raw, 0); err != nil {
		t.Fatal(err)
	}
	if plain := binary.LittleEndian.AppendUint64(nil, 300); bytes.Contains(raw, plain) {
		t.Error("the file holds a record in the clear")
	}
	raw[70] ^= 1
	if _, err := s.file.WriteAt(raw[70:71], 70); err != nil {
		t.Fatal(err)
	}
	broken := 0
	for _, tp := range tapes {
		if err := tp.each(func([]byte) error { return nil }); incident.KindOf(err) == incident.Unavailable {
			broken++
		}
	}
	if broken != 1 {
		t.Errorf("a flipped bit was noticed %d times", broken)
	}
}

// A run within a limit that the tables do not fit into gives the same bytes as
// one without, from files of a real size.
func TestResolveWithinMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("700,000 people")
	}
	spec := mustParse(t, madeUpSpec)
	spec.Exposures[0].Check = map[string]string{"birth_date": "born"}
	from := sharing(rand.New(rand.NewPCG(11, 12)), 700_000, 60_000)
	lim := limits{block: 64 << 10, record: maxRecord}
	want := resolveAll(t, spec, from, Options{}, lim)
	dir := t.TempDir()
	var stages []string
	got := resolveAll(t, spec, from, Options{Memory: 36e6, Workers: 2, Scratch: dir, Progress: func(p Progress) {
		if len(stages) == 0 || stages[len(stages)-1] != p.Stage {
			stages = append(stages, p.Stage)
		}
	}}, lim)
	if want.people != got.people || want.conflicts != got.conflicts || want.unmatched != got.unmatched || want.rejected != got.rejected {
		t.Error("the outputs differ")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if len(stages) < 4 || stages[2] != "join" {
		t.Errorf("it was not matched in parts: %v", stages)
	}
}

func TestNarrowRunStops(t *testing.T) {
	spec := mustParse(t, madeUpSpec)
	from := sharing(rand.New(rand.NewPCG(5, 6)), 3000, 20000)
	for _, stage := range []string{"index", "match", "join", "list", "write"} {
		dir := t.TempDir()
		ctx, cancel := context.WithCancel(t.Context())
		_, err := resolve(ctx, spec, from, Outputs{}, Options{Scratch: dir, Progress: func(p Progress) {
			if p.Stage == stage {
				cancel()
			}
		}}, limits{block: 1 << 10, record: 1 << 10, narrow: true})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v", stage, err)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s: left behind %v", stage, left)
		}
	}
	_, err := resolve(t.Context(), spec, from, Outputs{}, Options{Scratch: "/no/such/folder"}, limits{block: 1 << 10, record: 1 << 10, narrow: true})
	if incident.KindOf(err) != incident.Unavailable {
		t.Errorf("no folder to spill into: got %v", err)
	}
}
