package post_test

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/notify/post"
)

// Whatever a source gives, printed and set apart together are all of it.
func TestNobodyIsLost(t *testing.T) {
	bad := map[int]func(*post.Letter) error{
		3:  func(l *post.Letter) error { l.Code = ""; return nil },
		5:  func(l *post.Letter) error { l.ID = "p-000001"; return nil },
		6:  func(l *post.Letter) error { l.Code = "AB000002"; return nil },
		8:  func(l *post.Letter) error { l.Recipient = nil; return nil },
		9:  func(l *post.Letter) error { l.Recipient = []string{" ", "\u200b"}; return nil },
		11: func(l *post.Letter) error { l.Country = ""; return nil },
		12: func(l *post.Letter) error { l.Country = "ZZ"; return nil },
		14: func(l *post.Letter) error { l.Recipient[0] = "東"; return nil },
		15: func(l *post.Letter) error { l.HTML = "<p><img src='https://example.com/x'></p>"; return nil },
		16: func(l *post.Letter) error { l.HTML = " "; return nil },
		17: func(l *post.Letter) error { l.HTML = strings.Repeat("<p>x</p>", 9000); return nil },
		18: func(l *post.Letter) error { l.Class = "First Class"; return nil },
		20: func(l *post.Letter) error {
			return incident.Errorf(incident.Invalid, "no value for person.monitoring_code")
		},
	}
	want := "3 code;5 duplicate;6 duplicate;8 address;9 address;11 country;12 country;14 characters;15 contents;16 contents;17 too_many_pages;18 postage_class;20 contents;"
	source := func(yield func(post.Letter, error) bool) {
		for l := range numbered(25, short) {
			n := 0
			fmt.Sscanf(l.ID, "p-%d", &n)
			var err error
			if change := bad[n]; change != nil {
				err = change(&l)
			}
			if !yield(l, err) {
				return
			}
		}
	}
	cfg := german()
	cfg.Batch = 4
	got, s := "", shelf{}
	r, err := press(t, cfg).Run(ctx, post.Job{Name: "sums", Date: date, Excluded: func(e post.Excluded) error {
		got += fmt.Sprintf("%d %s;", e.Position, e.Reason)
		return nil
	}}, source, s)
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("set apart:\n%s, want\n%s", got, want)
	}
	apart := 0
	for _, n := range r.Excluded {
		apart += n
	}
	if r.Letters != 12 || r.Letters+apart != 25 || strings.Count(string(s["excluded.csv"]), "\n") != apart+1 || strings.Count(string(s["manifest.csv"]), "\n") != r.Letters+1 {
		t.Errorf("%d printed, %d set apart", r.Letters, apart)
	}
}

func TestNothingToPrint(t *testing.T) {
	s := shelf{}
	r, err := press(t, german()).Run(ctx, post.Job{Name: "none", Date: date}, these(), s)
	if err != nil || r.Letters != 0 || len(r.Files) != 3 || !strings.Contains(string(s["manifest.json"]), `"entries": [`) {
		t.Errorf("%+v, %v\n%s", r, err, s["manifest.json"])
	}
}

func TestProofsAreOneOfEachVariant(t *testing.T) {
	source := func(yield func(post.Letter, error) bool) {
		for l := range numbered(9, short) {
			n := int(l.ID[len(l.ID)-1] - '0')
			l.Variant = []string{"adult", "minor", "next-of-kin"}[n%3]
			if n == 2 {
				l.Code = "" // the first of its variant cannot be printed; the next one stands for it
			}
			if !yield(l, nil) {
				return
			}
		}
	}
	s := shelf{}
	proofs, err := press(t, german()).Proofs(ctx, post.Job{Name: "proofs", Date: date}, source, s)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, p := range proofs {
		got += p.Variant + " " + p.ID + ";"
		if !strings.Contains(words(t, s[p.File.Name]), "PROOF: not to be posted") {
			t.Errorf("%s could be taken for a letter", p.File.Name)
		}
	}
	if got != "minor p-000001;adult p-000003;next-of-kin p-000005;" {
		t.Errorf("proofs %s", got)
	}
}

func TestADrillSaysSoOnEveryPage(t *testing.T) {
	cfg := german()
	cfg.Drill = true
	file := printed(t, cfg, golden(t, "gdpr-34.de", "DE"))
	_, pages := texts(t, file)
	if n := strings.Count(words(t, file), "DRILL: not to be posted"); n != pages || pages < 2 {
		t.Errorf("%d of %d pages say it", n, pages)
	}
}
