package web_test

import (
	"net/url"
	"regexp"
	"testing"
)

// Pages of letters and forms of a case with 120 duties, every letter that is owed
// written.
func BenchmarkNoticePages(b *testing.B) {
	ada, base := manyDuties(b, 120)
	if got := ada.Post(base+"/facts/wording", url.Values{"notice.what_happened": {"A share could be opened by anybody."}, "notice.measures": {"We closed it."}, "notice.consequences": {"Somebody may use your data."}, "notice.place": {"a share"}}); got.Status >= 400 {
		b.Fatal(got.Status)
	}
	if got := ada.Post(base+"/obligations/drafts", nil); got.Status >= 400 {
		b.Fatal(got.Status)
	}
	list := ada.Get(base + "/notices").Body
	letters := draftLink.FindAllStringSubmatch(list, -1)
	if len(letters) < 60 {
		b.Fatalf("only %d letters", len(letters))
	}
	form := regexp.MustCompile(`href="(/incidents/[^"]+/filing)"`).FindStringSubmatch(ada.Get(base + "/filings").Body)
	if form == nil {
		b.Fatal("no form")
	}
	for name, path := range map[string]string{"filings": base + "/filings", "form": form[1], "notices": base + "/notices", "letter": letters[0][1], "obligations": base + "/obligations", "release": base + "/notices/release"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if got := ada.Get(path); got.Status != 200 && got.Status != 403 {
					b.Fatal(got.Status)
				}
			}
		})
	}
}
