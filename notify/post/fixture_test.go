package post_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/notify/post"
)

var (
	ctx  = context.Background()
	date = time.Date(2026, time.March, 20, 0, 0, 0, 0, time.UTC)
)

// shelf is a store in memory, keyed by name.
type shelf map[string][]byte

func (s shelf) Put(_ context.Context, name string, r io.Reader) (string, error) {
	b, err := io.ReadAll(r)
	if err == nil {
		s[name] = b
	}
	return name, err
}

func (s shelf) Open(_ context.Context, ref string) (io.ReadCloser, error) {
	b, ok := s[ref]
	if !ok {
		return nil, incident.Errorf(incident.NotFound, "no such file")
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

func german() post.Config {
	return post.Config{Sender: []string{"Harbour & Vale Insurance", "1 Quay Street", "20457 Hamburg"}, Home: "DE"}
}

func american() post.Config {
	return post.Config{Paper: post.USLetter, Sender: []string{"Harbour & Vale Insurance", "1 Quay Street", "Hartford CT 06103"},
		Home: "US", Endorsement: "Return Service Requested"}
}

func press(t testing.TB, cfg post.Config) *post.Press {
	t.Helper()
	p, err := post.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func read(t testing.TB, path ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// golden is a letter as notify/letter makes it, addressed in its own words.
func golden(t testing.TB, name, country string) post.Letter {
	return post.Letter{ID: "p-1", Code: "GOLD-0001-AB", Variant: name, Language: "en", Date: "March 20, 2026",
		Address: []string{"14 Mill Lane", "Springfield"}, Country: country,
		HTML: read(t, "testdata", name+".html")}
}

// numbered gives n letters, short or long, as a source would.
func numbered(n int, body func(i int) string) iter.Seq2[post.Letter, error] {
	return func(yield func(post.Letter, error) bool) {
		for i := range n {
			l := post.Letter{ID: fmt.Sprintf("p-%06d", i+1), Code: fmt.Sprintf("AB%06d", i+1), Variant: "short", Language: "de", Date: "20. März 2026",
				Recipient: []string{fmt.Sprintf("Person %d", i+1), "Am Kai 3", "20457 Hamburg"}, Country: "DE", HTML: body(i)}
			if !yield(l, nil) {
				return
			}
		}
	}
}

func these(letters ...post.Letter) iter.Seq2[post.Letter, error] {
	return func(yield func(post.Letter, error) bool) {
		for _, l := range letters {
			if !yield(l, nil) {
				return
			}
		}
	}
}

func short(int) string { return "<h1>Hinweis</h1><p>Guten Tag!</p><p>Kurz.</p>" }
