package post_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/notify/post"
)

func TestRunCutsFilesAndListsThem(t *testing.T) {
	cfg := german()
	cfg.Batch = 4
	s := shelf{}
	r, err := press(t, cfg).Run(ctx, post.Job{Name: "mailing-1", Date: date}, numbered(10, short), s)
	if err != nil {
		t.Fatal(err)
	}
	if r.Letters != 10 || r.Pages != 10 || r.Sheets != 10 || len(r.Excluded) != 0 {
		t.Errorf("report %+v", r)
	}
	rows, err := csv.NewReader(bytes.NewReader(s["manifest.csv"])).ReadAll()
	if err != nil || len(rows) != 11 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	var list struct {
		Letters int
		Files   []post.File
		Entries []post.Row
	}
	if err := json.Unmarshal(s["manifest.json"], &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Entries) != 10 || list.Letters != 10 || len(list.Files) != 4 {
		t.Fatalf("manifest.json has %d entries and %d files", len(list.Entries), len(list.Files))
	}
	for i, row := range rows[1:] {
		file, e := s[row[1]], list.Entries[i]
		sum := sha256.Sum256(file)
		if row[8] != hex.EncodeToString(sum[:]) {
			t.Errorf("row %d: the sum is of another file", i+1)
		}
		if want := fmt.Sprintf("%d,letters-%05d.pdf,%d,1,1,AB%06d,DE,domestic", i+1, i/4+1, i%4+1, i+1); strings.Join(row[:8], ",") != want {
			t.Errorf("row %v, want %s", row, want)
		}
		if e.Code != row[5] || e.FirstPage != i%4+1 || e.File != row[1] {
			t.Errorf("the JSON says %+v, the CSV %v", e, row)
		}
		// The page the manifest names is that person's.
		if !pageHas(t, file, e.FirstPage, e.Code) || !pageHas(t, file, e.FirstPage, fmt.Sprintf("Person %d", i+1)) {
			t.Errorf("letter %d is not on page %d of %s", i+1, e.FirstPage, e.File)
		}
	}
	for _, f := range list.Files {
		sum := sha256.Sum256(s[f.Name])
		if f.SHA256 != hex.EncodeToString(sum[:]) || f.Size != int64(len(s[f.Name])) || f.Ref != "" {
			t.Errorf("%s: listed as %+v", f.Name, f)
		}
	}
	sum := sha256.Sum256(s["manifest.json"])
	if r.Digest != hex.EncodeToString(sum[:]) {
		t.Error("the digest is not the manifest's")
	}
}

func pageHas(t *testing.T, file []byte, page int, words string) bool {
	all, _ := texts(t, file)
	for _, w := range all {
		if w.page == page && strings.Contains(w.words, words) {
			return true
		}
	}
	return false
}

func TestSameLettersSameBytes(t *testing.T) {
	var first shelf
	for range 5 {
		s := shelf{}
		if _, err := press(t, german()).Run(ctx, post.Job{Name: "same", Date: date}, these(golden(t, "gdpr-34.de", "DE"), golden2(t)), s); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = s
		}
		for name := range first {
			if !bytes.Equal(s[name], first[name]) {
				t.Fatalf("%s has other bytes", name)
			}
		}
	}
}

func golden2(t testing.TB) post.Letter {
	l := golden(t, "us-ca.en", "US")
	l.ID, l.Code = "p-2", "GOLD-0002-AB"
	return l
}

func TestDuplexBeginsOnAFront(t *testing.T) {
	cfg := german()
	cfg.Duplex = true
	long := func(i int) string { return "<h1>Hinweis</h1>" + strings.Repeat("<p>Ein Absatz.</p>", 1+i%3*40) }
	s := shelf{}
	r, err := press(t, cfg).Run(ctx, post.Job{Name: "duplex", Date: date}, numbered(6, long), s)
	if err != nil {
		t.Fatal(err)
	}
	var list struct{ Entries []post.Row }
	if err := json.Unmarshal(s["manifest.json"], &list); err != nil {
		t.Fatal(err)
	}
	sheets, odd := 0, false
	for _, e := range list.Entries {
		odd = odd || e.Pages%2 == 1
		if e.FirstPage%2 != 1 || e.Sheets != (e.Pages+1)/2 {
			t.Errorf("%+v does not begin on a front", e)
		}
		if !pageHas(t, s[e.File], e.FirstPage, "Seite 1 von "+fmt.Sprint(e.Pages)) {
			t.Errorf("%+v: its first page does not count its own pages", e)
		}
		sheets += e.Sheets
	}
	if !odd || sheets != r.Sheets || r.Sheets*2 == r.Pages {
		t.Errorf("report %+v, %d sheets listed, odd letters: %v", r, sheets, odd)
	}
}

func TestFailuresEndARun(t *testing.T) {
	boom := errors.New("the roster cannot be read")
	broken := func(yield func(post.Letter, error) bool) {
		for l := range numbered(3, short) {
			if !yield(l, nil) {
				return
			}
		}
		yield(post.Letter{}, boom)
	}
	p := press(t, german())
	if _, err := p.Run(ctx, post.Job{Name: "x", Date: date}, broken, shelf{}); !errors.Is(err, boom) {
		t.Errorf("error %v, want the source's", err)
	}
	if _, err := p.Run(ctx, post.Job{Name: "x", Date: date}, numbered(3, short), full{}); incident.KindOf(err) != incident.Unavailable {
		t.Errorf("error %v, want the store's", err)
	}
	for _, j := range []post.Job{{Date: date}, {Name: "../up", Date: date}, {Name: "x"}} {
		if _, err := p.Run(ctx, j, numbered(1, short), shelf{}); incident.KindOf(err) != incident.Invalid {
			t.Errorf("job %+v: %v", j, err)
		}
	}
}

// full is a disk that fills after some bytes.
type full struct{ shelf }

func (full) Put(_ context.Context, _ string, r io.Reader) (string, error) {
	io.CopyN(io.Discard, r, 100)
	return "", incident.Errorf(incident.Unavailable, "the disk is full")
}

// A file is stored as soon as it is full: what is in memory does not grow with
// the number of letters.
func TestFilesLeaveWhileLettersCome(t *testing.T) {
	cfg := german()
	cfg.Batch = 3
	given := 0
	source := func(yield func(post.Letter, error) bool) {
		for l := range numbered(10, short) {
			given++
			if !yield(l, nil) {
				return
			}
		}
	}
	w := &watching{shelf: shelf{}, given: &given}
	if _, err := press(t, cfg).Run(ctx, post.Job{Name: "stream", Date: date}, source, w); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(w.at, " "); got != "letters-00001.pdf:3 letters-00002.pdf:6 letters-00003.pdf:9 letters-00004.pdf:10 manifest.csv:10 manifest.json:10 excluded.csv:10" {
		t.Errorf("stored %s", got)
	}
}

type watching struct {
	shelf
	given *int
	at    []string
}

func (w *watching) Put(ctx context.Context, name string, r io.Reader) (string, error) {
	w.at = append(w.at, fmt.Sprintf("%s:%d", name, *w.given))
	return w.shelf.Put(ctx, name, r)
}
