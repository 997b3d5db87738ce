package post_test

import (
	"strings"
	"testing"

	"tocsin/notify/post"
)

// window is where a sheet's address is seen, in millimetres: stated here again,
// from the same sources, so that a slip in sheet.go shows.
type window struct{ left, top, right, bottom float64 }

var windows = map[post.Paper]window{
	post.A4:       {20, 62.7, 105, 90},
	post.USLetter: {12.7, 51.87, 101.6, 74.1},
}

func configs() map[post.Paper]post.Config {
	return map[post.Paper]post.Config{post.A4: german(), post.USLetter: american()}
}

func TestAddressStandsInTheWindow(t *testing.T) {
	for name, lines := range map[string][]string{
		"usual": {"Jordan Ng", "14 Mill Lane", "Springfield"},
		"long":  {"To the personal representative of Maria Immaculata von und zu Hohenstein-Waldenburg", "c/o Harbour View Residences for the Elderly", "Building 14, Staircase C, Apartment 1207", "Springfield"},
		"many":  {"Firma", "Abteilung", "Frau Kim", "Am Kai 3", "Hinterhaus", "20457 Hamburg"},
	} {
		for paper, cfg := range configs() {
			l := golden(t, "gdpr-34.de", cfg.Home)
			l.Recipient = lines
			s := printed(t, cfg, l)
			w, seen := windows[paper], ""
			all, _ := texts(t, s)
			for _, x := range all {
				// The address is what stands between the window's top and the text, at the left.
				if x.page == 1 && x.y > w.top && x.y < w.bottom+3 && x.x < w.right {
					seen += " " + x.words
					if x.x < w.left || x.y > w.bottom {
						t.Errorf("%s on %s: %q stands at %.1f, %.1f", name, paper, x.words, x.x, x.y)
					}
				}
			}
			if bare(seen) != bare(strings.Join(lines, "")) {
				t.Errorf("%s on %s: the window shows %q", name, paper, seen)
			}
		}
	}
}

func bare(s string) string { return strings.ReplaceAll(s, " ", "") }

func printed(t testing.TB, cfg post.Config, l post.Letter) []byte {
	t.Helper()
	s := shelf{}
	var why post.Excluded
	r, err := press(t, cfg).Run(ctx, post.Job{Name: "one", Date: date, Excluded: func(e post.Excluded) error { why = e; return nil }}, these(l), s)
	if err != nil || r.Letters != 1 {
		t.Fatalf("%d letters, %v, %+v", r.Letters, err, why)
	}
	return s["letters-00001.pdf"]
}

// excluded is why a letter is set apart.
func excluded(t testing.TB, cfg post.Config, l post.Letter) post.Excluded {
	t.Helper()
	var why []post.Excluded
	_, err := press(t, cfg).Run(ctx, post.Job{Name: "one", Date: date, Excluded: func(e post.Excluded) error { why = append(why, e); return nil }}, these(l), shelf{})
	if err != nil || len(why) != 1 {
		t.Fatalf("%d set apart, %v", len(why), err)
	}
	return why[0]
}

func TestAddressThatDoesNotFit(t *testing.T) {
	for paper, cfg := range configs() {
		l := golden(t, "gdpr-34.de", cfg.Home)
		l.Recipient = strings.Split(strings.Repeat("A line of the address,", 10), ",")
		if e := excluded(t, cfg, l); e.Reason != post.BigAddress || e.ID != "p-1" || e.Position != 1 {
			t.Errorf("%s: %+v", paper, e)
		}
	}
}

func TestCountryIsNamedAbroadOnly(t *testing.T) {
	for _, c := range []struct {
		home, to string
		address  []string
		last     string
	}{
		{"DE", "DE", []string{"A", "B", "20457 Hamburg"}, "20457 Hamburg"},
		{"DE", "FR", []string{"A", "B", "75001 Paris"}, "FRANCE"},
		{"DE", "FR", []string{"A", "B", "75001 Paris", "France"}, "FRANCE"},
		{"DE", "GB", []string{"A", "B", "London", "GB"}, "UNITED KINGDOM"},
		{"US", "DE", []string{"A", "B", "20457 Hamburg"}, "GERMANY"},
	} {
		cfg := german()
		cfg.Home = c.home
		l := golden(t, "gdpr-34.de", c.to)
		l.Recipient = c.address
		w, last, n := windows[post.A4], "", 0
		all, _ := texts(t, printed(t, cfg, l))
		for _, x := range all {
			if x.page == 1 && x.y > w.top && x.y < w.bottom && x.x < w.right {
				last = x.words
				n++
			}
		}
		if last != c.last || n > 4 {
			t.Errorf("%s to %s: the last of %d lines is %q, want %q", c.home, c.to, n, last, c.last)
		}
	}
}

// The letter's own words are the address block: a parent is written to as a
// parent, and nothing is printed twice or lost.
func TestAddressFromTheLettersWords(t *testing.T) {
	l := golden(t, "us-ca.en", "US")
	l.HTML = strings.Replace(l.HTML, "<p>Jordan Ng<br>", "<p>To the parent or guardian of Jordan Ng<br>", 1)
	cfg := american()
	cfg.Sender[2] = "Hartford, CT 06103"
	all, _ := texts(t, printed(t, cfg, l))
	count := map[string]int{}
	for _, x := range all {
		if x.page == 1 {
			count[x.words]++
		}
		if x.words == "To the parent or guardian of Jordan Ng" && (x.y < 51 || x.y > 75) {
			t.Errorf("the parent stands at %.1f mm", x.y)
		}
	}
	for words, n := range map[string]int{"To the parent or guardian of Jordan Ng": 1, "14 Mill Lane": 1, "Springfield": 1,
		"March 20, 2026": 1, "1 Quay Street": 1, "Dear Jordan Ng,": 1} {
		if count[words] != n {
			t.Errorf("%q is printed %d times, want %d", words, count[words], n)
		}
	}
	l.Address = []string{"14 Mill Lane", "Shelbyville"}
	if e := excluded(t, cfg, l); e.Reason != post.NoAddress {
		t.Errorf("an address the letter does not have: %+v", e)
	}
}

func TestConfigIsChecked(t *testing.T) {
	for name, change := range map[string]func(*post.Config){
		"points":      func(c *post.Config) { c.Points = 9.5 },
		"paper":       func(c *post.Config) { c.Paper = "a5" },
		"home":        func(c *post.Config) { c.Home = "UK" },
		"sender":      func(c *post.Config) { c.Sender = nil },
		"long sender": func(c *post.Config) { c.Sender = []string{strings.Repeat("Long ", 60), strings.Repeat("Lane ", 90)} },
		"class":       func(c *post.Config) { c.Domestic = "=1+1" },
		"batch":       func(c *post.Config) { c.Batch = -1 },
		"letters":     func(c *post.Config) { c.Sender[0] = "会社" },
		"font":        func(c *post.Config) { c.Fonts = []post.Font{{Name: "x.ttf", Data: []byte("no font")}} },
	} {
		cfg := german()
		change(&cfg)
		if _, err := post.New(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
