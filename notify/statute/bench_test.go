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

func BenchmarkLoad(b *testing.B) {
	extra := many(b, 300)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := statute.Load(statute.Builtin(), extra); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAssess(b *testing.B) {
	l, err := statute.Load(statute.Builtin(), many(b, 300))
	if err != nil {
		b.Fatal(err)
	}
	var groups []string
	for _, r := range strings.Fields("CA NY TX FL MA WA CT AL AZ CO GA IL OH PA VA") {
		groups = append(groups, `{"residence": "US-`+r+`", "people": 1200, "elements": ["name", "ssn", "medical"], "groups": ["customers"]}`)
	}
	f, err := statute.ParseFacts(strings.NewReader(`{"organisation": {"role": "controller", "established_in": ["DE"], "main_establishment": "DE-BY", "regulated_as": ["insurer"], "licensed_in": ["US-CT"]},
	 "incident": {"confidentiality": "breached", "acquisition": "suspected", "encryption": "none", "medium": "electronic", "recipient": "attacker"},
	 "milestones": {"aware": "2026-03-01T00:00:00Z", "discovered": "2026-03-01"}, "affected": [` + strings.Join(groups, ",") + `]}`))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if a := l.Assess(f, asked); len(a.Obligations) < 15 {
			b.Fatal("too few obligations")
		}
	}
}
