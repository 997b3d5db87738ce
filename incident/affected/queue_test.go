package affected

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/incident"
)

func queueOf(t testing.TB, list string) (*Queue, []byte) {
	t.Helper()
	var index bytes.Buffer
	digest := digestOf([]byte(list))
	if err := IndexConflicts(strings.NewReader(list), digest, &index, listKey); err != nil {
		t.Fatal(err)
	}
	q, err := OpenQueue(bytes.NewReader(index.Bytes()), int64(index.Len()), digest, listKey)
	if err != nil {
		t.Fatal(err)
	}
	return q, index.Bytes()
}

func TestQueue(t *testing.T) {
	q, _ := queueOf(t, "file,line,why,person,others\nf,2,x,1,5\nf,3,y,9,\nf,4,x,5,7+8\nf,5,x,9,\nf,6,z,2,3\n")
	want := "1 [1 5 7 8] [f:2 x 1 f:4 x 5] map[x:2] | 9 [9] [f:3 y 9 f:5 x 9] map[x:1 y:1] | 2 [2 3] [f:6 z 2] map[z:1] | "
	got := ""
	for n := range q.Len() {
		c, err := q.At(n)
		if err != nil {
			t.Fatal(err)
		}
		people, err := q.People(&c, 10)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := q.Rows(&c, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		var text []string
		for _, r := range rows {
			text = append(text, fmt.Sprintf("%s:%d %s %d", r.Path, r.Line, r.Why, r.Person))
		}
		got += fmt.Sprintf("%d %v %v %v | ", c.First, people, text, c.Why)
	}
	if got != want || q.Conflicts() != 5 {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if _, err := q.At(3); incident.KindOf(err) != incident.NotFound {
		t.Errorf("beyond the last: %v", err)
	}
	if _, err := q.Find(5); incident.KindOf(err) != incident.NotFound {
		t.Errorf("somebody whom no conflict is named by: %v", err)
	}
	empty, _ := queueOf(t, "file,line,why,person,others\n")
	if _, err := empty.Find(1); empty.Len() != 0 || incident.KindOf(err) != incident.NotFound {
		t.Errorf("%d, %v", empty.Len(), err)
	}
}

// TestQueueAgainstAPlainOne holds random conflicts against clusters that are put
// together the slow way.
func TestQueueAgainstAPlainOne(t *testing.T) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 1))
		people := 2 + r.IntN(300)
		var list strings.Builder
		list.WriteString("file,line,why,person,others\n")
		cluster := map[int]int{}
		of := func(p int) int {
			if cluster[p] == 0 {
				cluster[p] = p
			}
			return cluster[p]
		}
		type one struct {
			place  Place
			person int
		}
		var rows []one
		for n := range r.IntN(400) {
			file := []string{"a.csv", "b, c.csv"}[n%2]
			who := []int{1 + r.IntN(people)}
			for range r.IntN(3) {
				who = append(who, 1+r.IntN(people))
			}
			for _, p := range who {
				a, b := of(who[0]), of(p)
				for k, v := range cluster {
					if v == max(a, b) {
						cluster[k] = min(a, b)
					}
				}
			}
			others := strings.Trim(strings.ReplaceAll(fmt.Sprint(who[1:]), " ", "+"), "[]")
			fmt.Fprintf(&list, "%q,%d,why %d,%d,%s\n", file, 10*n, r.IntN(3), who[0], others)
			rows = append(rows, one{Place{file, uint64(10 * n)}, who[0]})
		}
		q, index := queueOf(t, list.String())
		_, again := queueOf(t, list.String())
		if !bytes.Equal(index, again) {
			t.Fatal("the index is not the same bytes every time")
		}
		want := map[int][]int64{}
		for p := range cluster {
			want[cluster[p]] = append(want[cluster[p]], int64(p))
		}
		var sizes []int
		seen := 0
		for n := range q.Len() {
			c, err := q.At(n)
			if err != nil {
				t.Fatal(err)
			}
			got, err := q.People(&c, c.People)
			slices.Sort(want[int(c.First)])
			if err != nil || !cmp.Equal(got, want[int(c.First)]) {
				t.Fatalf("cluster %d: %v (%v), want %v", c.First, got, err, want[int(c.First)])
			}
			if at, err := q.Find(c.First); err != nil || at != n {
				t.Fatalf("cluster %d: found at %d (%v), want %d", c.First, at, err, n)
			}
			for _, p := range []int64{c.First, got[len(got)-1]} {
				if has, err := q.Has(&c, p); !has || err != nil {
					t.Errorf("%d is not in its cluster: %v", p, err)
				}
			}
			if has, err := q.Has(&c, int64(people)+1); has || err != nil {
				t.Errorf("somebody else is in it: %v", err)
			}
			all, err := q.Rows(&c, 0, c.Rows)
			if err != nil || len(all) != c.Rows {
				t.Fatalf("%d rows (%v), want %d", len(all), err, c.Rows)
			}
			seen += len(all)
			sizes = append(sizes, -c.Rows)
		}
		if q.Len() != len(want) || seen != len(rows) || !sort.IntsAreSorted(sizes) {
			t.Fatalf("%d clusters of %d, %d rows of %d, %v", q.Len(), len(want), seen, len(rows), sizes)
		}
		for _, row := range rows {
			n, err := q.ClusterOf(row.place)
			if err != nil || n < 0 {
				t.Fatalf("%v: %d, %v", row.place, n, err)
			}
			if c, err := q.At(n); err != nil || int(c.First) != cluster[row.person] {
				t.Fatalf("%v is in %d (%v), want %d", row.place, c.First, err, cluster[row.person])
			}
		}
		for _, p := range []Place{{"a.csv", 5}, {"c.csv", 0}, {"b, c.csv", 1 << 40}} {
			if n, err := q.ClusterOf(p); n != -1 || err != nil {
				t.Errorf("%v: %d %v", p, n, err)
			}
		}
	}
}

func TestIndexConflictsRefusesWhatIsNone(t *testing.T) {
	for _, text := range []string{"", "a,b\n", "file,line,why,person,others\nf,x,y,1,\n", "file,line,why,person,others\nf,1,y,0,\n", "file,line,why,person,others\nf,1,y,1,2+\n", "file,line,why,person,others\nf,1,y,5000000000,\n", "file,line,why,person,others\nf,1\n"} {
		if err := IndexConflicts(strings.NewReader(text), digestOf(nil), &bytes.Buffer{}, listKey); incident.KindOf(err) != incident.Invalid {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzOpenQueue(f *testing.F) {
	list := "file,line,why,person,others\nf,2,x,1,5\nf,3,y,9,\nf,4,x,5,7+8\n"
	digest := digestOf([]byte(list))
	_, index := queueOf(f, list)
	_, pages := listHashes(listKey)
	plain, err := newPageReader(bytes.NewReader(index), int64(len(index)), pages)
	if err != nil {
		f.Fatal(err)
	}
	text := make([]byte, plain.size)
	if err := plain.readAt(text, 0); err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		var index bytes.Buffer
		w := newPageWriter(&index, pages)
		w.write(text)
		w.flush()
		q, err := OpenQueue(bytes.NewReader(index.Bytes()), int64(index.Len()), digest, listKey)
		if err != nil {
			return
		}
		for n := range min(q.Len(), 20) {
			c, err := q.At(n)
			if err != nil {
				continue
			}
			_, _ = q.People(&c, 20)
			_, _ = q.Rows(&c, 0, 20)
			_, _ = q.Has(&c, 5)
		}
		_, _ = q.Find(9)
		_, _ = q.ClusterOf(Place{"f", 3})
	})
}
