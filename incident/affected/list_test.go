package affected

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/incident"
)

var listKey = [32]byte{1, 2, 3, 31: 9}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func indexOf(t testing.TB, roster []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := IndexRoster(t.Context(), bytes.NewReader(roster), digestOf(roster), &out, listKey, IndexOptions{Scratch: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func openList(roster, index []byte) (*List, error) {
	return OpenList(bytes.NewReader(roster), int64(len(roster)), digestOf(roster), bytes.NewReader(index), int64(len(index)), listKey)
}

// randomRoster has people who share ids, addresses and names, erased rows,
// rows of several lines, and rows longer than a block.
func randomRoster(r *rand.Rand, rows int) []byte {
	out := []byte("customer_id,name,email,country,region,language,elements,sources\n")
	for range rows {
		if r.IntN(20) == 0 {
			out = append(out, ",,,,,,,\n"...)
			continue
		}
		id, name, mail := "", fmt.Sprintf("Name  %d", r.IntN(rows)), fmt.Sprintf("P%d@X.example", r.IntN(rows))
		if r.IntN(5) > 0 {
			id = fmt.Sprintf("C-%d", r.IntN(2*rows))
		}
		switch r.IntN(30) {
		case 0:
			name = "Quote \"Q\"\nsecond line, " + name
		case 1:
			name = strings.Repeat("long ", 2000) + name
		case 2:
			mail = ""
		case 3:
			name = "Ｗｉｄｅ ſtraße " + name
		}
		out = append(appendCSV(out, id, name, mail, "DE", "", "de", "name+email", "crm"), '\n')
	}
	return out
}

// TestListAgainstScan holds every answer of a list against a reading of the
// whole roster.
func TestListAgainstScan(t *testing.T) {
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 4))
		roster := randomRoster(r, []int{0, 1, 7, 300, 3000}[seed%5])
		var all []Person
		for p, err := range ReadRoster(bytes.NewReader(roster)) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, p)
		}
		index := indexOf(t, roster)
		if !bytes.Equal(index, indexOf(t, roster)) {
			t.Fatal("the index is not the same bytes every time")
		}
		l, err := openList(roster, index)
		if err != nil {
			t.Fatal(err)
		}
		if l.Len() != len(all) {
			t.Fatalf("%d people, want %d", l.Len(), len(all))
		}
		for _, place := range []int{0, len(all) + 1, -3} {
			if _, err := l.At(t.Context(), place); incident.KindOf(err) != incident.NotFound {
				t.Errorf("place %d of %d: %v, want not found", place, len(all), err)
			}
		}
		for range min(len(all), 25) {
			at := 1 + r.IntN(len(all))
			p, err := l.At(t.Context(), at)
			if err != nil || !cmp.Equal(p, all[at-1]) {
				t.Fatalf("place %d: %v %v, want %v", at, p, err, all[at-1])
			}
			n, from := r.IntN(500), at
			for got, err := range l.Range(t.Context(), from, n) {
				if err != nil || got.Place != at || !cmp.Equal(got.Person, all[at-1]) {
					t.Fatalf("range from %d: place %d, %v, want %d", from, got.Place, err, at)
				}
				at++
			}
			if want := min(n, len(all)-from+1); at-from != want {
				t.Fatalf("range of %d from %d gave %d", n, from, at-from)
			}
		}
		h := listHasher{normal: newNormalizer()}
		for range min(len(all), 25) {
			who := all[r.IntN(len(all))]
			for _, key := range ListKeys() {
				value := who.key(key)
				var want []Placed
				for i, p := range all {
					if value != "" && h.same(key, p.key(key), value) {
						want = append(want, Placed{i + 1, p})
					}
				}
				for _, asked := range []string{value, strings.ToUpper(" " + value + " "), strings.ReplaceAll(value, " ", "  ")} {
					if key == "name" || asked != strings.ReplaceAll(value, " ", "  ") {
						got, err := l.Find(t.Context(), key, asked)
						if err != nil || !cmp.Equal(got, want) {
							t.Fatalf("%s %q: %d found (%v), want %d", key, asked, len(got), err, len(want))
						}
					}
				}
			}
		}
		for _, key := range ListKeys() {
			if got, err := l.Find(t.Context(), key, "nobody at all"); err != nil || got != nil {
				t.Errorf("%s: found %v (%v)", key, got, err)
			}
		}
	}
}

// TestListFindsEveryFlip changes an index byte by byte, and cuts it: it is
// refused, or says what it said before.
func TestListFindsEveryFlip(t *testing.T) {
	roster := randomRoster(rand.New(rand.NewPCG(1, 1)), 900)
	index := indexOf(t, roster)
	r := rand.New(rand.NewPCG(2, 2))
	var all []Person
	for p, err := range ReadRoster(bytes.NewReader(roster)) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	// Everything is read: every page that holds the byte must be refused by one of the readings.
	everything := func(index []byte) error {
		l, err := openList(roster, index)
		if err != nil {
			return err
		}
		for place := 1; place <= len(all); place += 40 {
			p, err := l.At(t.Context(), place)
			if err != nil {
				return err
			}
			if !cmp.Equal(p, all[place-1]) {
				t.Fatalf("a damaged index gave another person at %d", place)
			}
		}
		for page := range (l.pages.size + pageRoom - 1) / pageRoom {
			if _, err := l.pages.load(page); err != nil {
				return err
			}
		}
		return nil
	}
	if err := everything(index); err != nil {
		t.Fatal(err)
	}
	for range 200 {
		bad := bytes.Clone(index)
		bad[r.IntN(len(bad))] ^= 1 << r.IntN(8)
		if err := everything(bad); !IndexDamaged(err) {
			t.Fatalf("a changed byte was not found: %v", err)
		}
	}
	for _, n := range []int{0, 1, pageSum, pageSize, len(index) - 1, len(index) - pageSize} {
		if err := everything(index[:n]); !IndexDamaged(err) {
			t.Errorf("an index cut to %d bytes was taken: %v", n, err)
		}
	}
	other := randomRoster(rand.New(rand.NewPCG(9, 9)), 900)
	if _, err := openList(other, index); !IndexDamaged(err) {
		t.Errorf("the index of another roster was taken: %v", err)
	}
	if _, err := OpenList(bytes.NewReader(roster), int64(len(roster)), digestOf(roster), bytes.NewReader(index), int64(len(index)), [32]byte{7}); !IndexDamaged(err) {
		t.Errorf("an index under another key was taken: %v", err)
	}
	swapped := bytes.Clone(index)
	copy(swapped[:pageSize], index[pageSize:2*pageSize])
	if err := everything(swapped); !IndexDamaged(err) {
		t.Errorf("a page in another's place was taken: %v", err)
	}
}

// TestIndexRosterSpills has more keys than are held in memory.
func TestIndexRosterSpills(t *testing.T) {
	roster := []byte("customer_id,name,email,country,region,language,elements,sources\n")
	const people = tableHeld/3 + 20_000
	for i := range people {
		roster = append(roster, fmt.Sprintf("C-%d,Name %d,p%d@x.example,DE,,de,email,crm\n", i, i%(8+992*(i/90_000)), i)...)
	}
	l, err := openList(roster, indexOf(t, roster))
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{0, 1, 777, people / 2, people - 1} {
		got, err := l.Find(t.Context(), "customer_id", fmt.Sprintf("C-%d", i))
		if err != nil || len(got) != 1 || got[0].Place != i+1 {
			t.Errorf("C-%d: %v %v", i, got, err)
		}
	}
	// The first is shared by more than a table gives the places of.
	for _, name := range []int{7, 500} {
		want := 0
		for i := range people {
			if i%(8+992*(i/90_000)) == name {
				want++
			}
		}
		got, err := l.Find(t.Context(), "name", fmt.Sprintf("name %d", name))
		if err != nil || len(got) != want {
			t.Errorf("%d of name %d (%v), want %d", len(got), name, err, want)
		}
	}
}

func TestIndexRosterRefusesAnUnsoundRoster(t *testing.T) {
	err := IndexRoster(t.Context(), strings.NewReader("customer_id,name\nC1,x\n"), strings.Repeat("a", 64), &bytes.Buffer{}, listKey, IndexOptions{})
	if incident.KindOf(err) != incident.Invalid {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = IndexRoster(ctx, bytes.NewReader(randomRoster(rand.New(rand.NewPCG(3, 3)), 9000)), strings.Repeat("a", 64), &bytes.Buffer{}, listKey, IndexOptions{})
	if err == nil {
		t.Error("a cancelled reading went on to its end")
	}
}

// FuzzOpenList gives anything for an index: it is refused, or found out.
func FuzzOpenList(f *testing.F) {
	roster := randomRoster(rand.New(rand.NewPCG(1, 1)), 30)
	var whole bytes.Buffer
	if err := IndexRoster(f.Context(), bytes.NewReader(roster), digestOf(roster), &whole, listKey, IndexOptions{}); err != nil {
		f.Fatal(err)
	}
	_, pages := listHashes(listKey)
	plain, err := newPageReader(bytes.NewReader(whole.Bytes()), int64(whole.Len()), pages)
	if err != nil {
		f.Fatal(err)
	}
	text := make([]byte, plain.size)
	if err := plain.readAt(text, 0); err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(listMagic))
	f.Fuzz(func(t *testing.T, text []byte) {
		// Sealed as an index is, so that what lies behind the pages' sums is met too.
		var index bytes.Buffer
		w := newPageWriter(&index, pages)
		w.write(text)
		w.flush()
		l, err := openList(roster, index.Bytes())
		if err != nil {
			return
		}
		for range l.Range(t.Context(), 1, 100) {
		}
		_, _ = l.Find(t.Context(), "email", "p1@x.example")
		_, _ = l.At(t.Context(), l.Len())
	})
}
