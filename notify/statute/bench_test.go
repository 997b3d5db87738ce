package statute_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/notify/statute"
)

// many is the shipped library with more rules, to n altogether at least.
func many(b *testing.B, n int) fstest.MapFS {
	b.Helper()
	folder := fstest.MapFS{}
	states := strings.Fields("al ak az ar co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy")
	for i := 0; len(folder) < n; i++ {
		st := states[i%len(states)]
		id := "us-" + st + "-bench" + strings.Repeat("x", i/len(states))
		folder[id+".toml"] = &fstest.MapFile{Data: []byte(ruleText(id, "US-"+strings.ToUpper(st), "individuals", `
[who]
roles = ["controller", "joint_controller"]
[covered]
elements = ["@us_basic", "name+medical", "name+health_insurance", "credentials"]
[when]
all = [{ use = "us_acquired" }, { use = "us_computerised" }]
[[exempt]]
name = "encrypted"
when = { use = "us_encrypted_with_safe_key" }
`+noticeNow))}
	}
	return folder
}

// BenchmarkLoad reads and checks the library as it is shipped.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		l, err := statute.Load(statute.Builtin())
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(l.List())), "rules")
	}
}

// BenchmarkLoadOwn is the same with as many rules of the operator's.
func BenchmarkLoadOwn(b *testing.B) {
	extra := many(b, 300)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := statute.Load(statute.Builtin(), extra); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAssess60 is a breach with people in sixty jurisdictions: every state
// of the US, and fifteen countries, of an insurer and bank that has half of its
// facts.
func BenchmarkAssess60(b *testing.B) {
	l := shippedLibrary(b)
	var groups []string
	places := strings.Fields("US-AL US-AK US-AZ US-AR US-CA US-CO US-CT US-DE US-FL US-GA US-HI US-ID US-IL US-IN US-IA US-KS US-KY US-LA US-ME US-MD " +
		"US-MA US-MI US-MN US-MS US-MO US-MT US-NE US-NV US-NH US-NJ US-NM US-NY US-NC US-ND US-OH US-OK US-OR US-PA US-RI US-SC US-SD US-TN US-TX " +
		"US-UT US-VT US-VA US-WA US-WV US-WI US-WY DE-BY FR IE GB CA-QC IN JP SG AU-NSW BR")
	for _, p := range places {
		groups = append(groups, `{"residence": "`+p+`", "people": 1200, "elements": ["name", "ssn", "medical"], "groups": ["customers"]}`)
	}
	f, err := statute.ParseFacts(strings.NewReader(`{"organisation": {"role": "controller", "established_in": ["DE", "US-CT"], "main_establishment": "DE-BY",
	   "regulated_as": ["insurer", "bank", "nydfs_covered_entity", "dora_financial_entity"], "licensed_in": ["US-CT", "US-NY", "US-OH"]},
	 "incident": {"confidentiality": "breached", "acquisition": "suspected", "encryption": "none", "medium": "electronic", "recipient": "attacker"},
	 "milestones": {"aware": "2026-03-01T00:00:00Z", "discovered": "2026-03-01"}, "affected": [` + strings.Join(groups, ",") + `]}`))
	if err != nil {
		b.Fatal(err)
	}
	obligations := 0
	b.ReportAllocs()
	for b.Loop() {
		obligations = len(l.Assess(f, asked).Obligations)
	}
	if obligations < 120 {
		b.Fatalf("%d obligations", obligations)
	}
	b.ReportMetric(float64(obligations), "obligations")
	b.ReportMetric(float64(len(places)), "jurisdictions")
}
