package statute_test

import (
	"os"
	"strings"
	"testing"

	"tocsin/notify/statute"
)

// A folder of contracts works as any folder of rules does: checked, played, and
// laid over the library.
func TestContractsFromAFolder(t *testing.T) {
	folder := "testdata/contracts"
	problems, err := statute.Lint(os.DirFS(folder), folder)
	if err != nil || len(problems) > 0 {
		t.Fatalf("%v %v", err, problems)
	}
	results, err := statute.Test(os.DirFS(folder), folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if len(r.Failed) > 0 {
			t.Errorf("%s: %v", r.Case, r.Failed)
		}
	}
	l, err := statute.Load(statute.Builtin(), statute.Dir(folder))
	if err != nil {
		t.Fatal(err)
	}
	// Nobody lives in Germany and nobody is established there: the partner is told all the same.
	a := l.Assess(facts(t, `{"organisation": {"role": "controller", "established_in": ["US-CT"], "regulated_as": [], "licensed_in": []},
		"incident": {"confidentiality": "suspected"}, "milestones": {"aware": "2026-11-20T10:00:00Z"},
		"affected": [{"residence": "US-CT", "people": 3, "elements": ["name"], "groups": ["customers"]}]}`), noon)
	for _, o := range a.Obligations {
		if o.Rule == "de-contract-warenhaus" {
			if due, ok := o.Due(); !ok || due.UTC().Format("2006-01-02T15:04") != "2026-11-21T10:00" || o.Audience != "contract" || o.Recipient != "Warenhaus Example, security desk" {
				t.Errorf("%+v", o)
			}
			return
		}
	}
	t.Error("the contract is not among the obligations")
}

func TestALayerOverALibrary(t *testing.T) {
	base := shippedLibrary(t)
	good, err := os.ReadFile("testdata/contracts/de-contract-warenhaus.toml")
	if err != nil {
		t.Fatal(err)
	}
	with, err := base.With("contracts", map[string][]byte{
		"de-contract-warenhaus.toml": good,
		"de-contract-2.toml":         []byte(strings.NewReplacer("de-contract-warenhaus", "de-contract-2", `"customers"`, `"strangers"`).Replace(string(good))),
	})
	if err != nil {
		t.Fatal(err)
	}
	if with.Edition() == base.Edition() || len(with.Versions("de-contract-warenhaus")) != 1 || len(with.Versions("eu-gdpr-33-1")) == 0 {
		t.Error("the layer is not in it, or the library is not")
	}
	broken := with.Broken()
	if len(broken) != 1 || broken[0].Rule != "de-contract-2" || !strings.Contains(broken[0].Problems[0].What, "strangers") {
		t.Errorf("broken: %+v", broken)
	}
	if len(base.Versions("de-contract-warenhaus")) != 0 || len(base.Broken()) != 0 {
		t.Error("the library below changed")
	}
}
