package statute_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/incident"
	"tocsin/notify/statute"
)

func TestParseFactsNamesEveryProblem(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"not JSON", `{"incident": `, "the facts are not JSON: line 1: the text ends too early"},
		{"text after it", `{} {}`, "there is text after the end"},
		{"null", `null`, "the facts are null, not an object"},
		{"a list", `[]`, "the facts are a list, not an object"},
		{"an unknown place among places", `{"organisation": {"established_in": ["unknown"]}}`, "organisation.established_in[0]: is no place"},
		{"unknown top key", `{"incidents": {}}`, `incidents: unknown key "incidents" (did you mean "incident"?)`},
		{"unknown key deep down", `{"affected": [{"residence": "US-CA", "count": 1}]}`, `affected[0].count: unknown key "count"`},
		{"a key given twice", `{"incident": {"key": "safe", "key": "safe"}}`, "incident.key: the key is given twice"},
		{"a word that is none", `{"incident": {"encryption": "aes"}}`, `incident.encryption: "aes" is not one of strong, weak, hashed_salted, none, unknown`},
		{"a word of the wrong kind", `{"incident": {"malicious": true}}`, "incident.malicious: is true or false, not text"},
		{"risk cannot be suspected", `{"incident": {"risk": "suspected"}}`, `incident.risk: "suspected" is not one of`},
		{"a duration", `{"incident": {"unavailable_for": "30 hours"}}`, `incident.unavailable_for: "30 hours" is not a duration`},
		{"a negative duration", `{"contract": {"notice_within": "-1h"}}`, "contract.notice_within"},
		{"no such country", `{"organisation": {"established_in": ["DE", "UK"]}}`, "organisation.established_in[1]: \"UK\": the code of the United Kingdom is GB"},
		{"no such state", `{"affected": [{"residence": "US-XX"}]}`, "affected[0].residence: \"US-XX\": US has no subdivision"},
		{"half a person", `{"affected": [{"people": 1.5}]}`, "affected[0].people: 1.5 is not a whole number"},
		{"minus one", `{"affected": [{"people": -1}]}`, "affected[0].people: -1 is not a whole number"},
		{"text for a number", `{"affected": [{"people": "900"}]}`, "affected[0].people: is text, not a number"},
		{"no such element", `{"affected": [{"elements": ["name", "snn"]}]}`, `affected[0].elements[1]: "snn" is not one of`},
		{"a list that is a word", `{"affected": [{"elements": "name"}]}`, "affected[0].elements: is text, not a list"},
		{"no such milestone", `{"milestones": {"discoverd": "2026-01-01"}}`, `milestones.discoverd: unknown key "discoverd": there is no such milestone (did you mean "discovered"?)`},
		{"not a date", `{"milestones": {"aware": "2026-02-30"}}`, "milestones.aware: \"2026-02-30\" is neither an instant with offset"},
		{"an instant without offset", `{"milestones": {"aware": "2026-02-03T10:00:00"}}`, "milestones.aware"},
		{"a filing of nothing", `{"milestones": {"filed:": "2026-02-03"}}`, "there is no such milestone"},
		{"a hold without a form", `{"holds": [{"authority": "FBI", "from": "2026-01-01"}]}`, "holds[0]: form is missing"},
		{"an oral hold without a beginning", `{"holds": [{"form": "oral"}]}`, "holds[0]: from is missing"},
		{"a hold that ends before it begins", `{"holds": [{"form": "written", "from": "2026-02-01", "until": "2026-01-01"}]}`, "holds[0].until: lies before from"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := statute.ParseFacts(strings.NewReader(tc.text))
			if incident.KindOf(err) != incident.Invalid || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
	_, err := statute.ParseFacts(strings.NewReader(`{"organisation": {"rol": "x", "role": "boss"}, "milestones": {"aware": 1}, "affected": {}}`))
	if n := len(incident.ProblemsOf(err)); n != 4 {
		t.Errorf("of four mistakes %d were named: %v", n, err)
	}
}

func TestFactsMistakesAreNamedWithTheirLine(t *testing.T) {
	_, err := statute.ParseFacts(strings.NewReader("{\n \"organisation\": {\n  \"rle\": \"controller\"},\n \"affected\": [\n  {\"residence\": \"DE\",\n   \"elements\": [\"name\",\n    \"snn\"]}]\n}\n"))
	for _, want := range []string{`line 3: organisation.rle: unknown key "rle"`, `line 7: affected[0].elements[1]: "snn"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestAbsentNullAndUnknownAreTheSame(t *testing.T) {
	want, err := statute.ParseFacts(strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		`{"organisation": null, "incident": null, "milestones": null, "affected": null, "holds": null, "contract": null}`,
		`{"organisation": {"role": "unknown", "established_in": null, "main_establishment": "unknown"},
		  "incident": {"risk": null, "key": "unknown", "unavailable_for": "unknown"}, "contract": {"notice_within": null}}`,
	} {
		got, err := statute.ParseFacts(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		a, _ := json.Marshal(want)
		b, _ := json.Marshal(got)
		if diff := cmp.Diff(string(a), string(b)); diff != "" {
			t.Error(diff)
		}
	}
	none, err := statute.ParseFacts(strings.NewReader(`{"organisation": {"regulated_as": []}, "affected": []}`))
	if err != nil || none.Organisation.RegulatedAs == nil || none.Affected == nil {
		t.Errorf("[] must be known to be none: %+v, %v", none, err)
	}
}

func FuzzParseFacts(f *testing.F) {
	f.Add(`{"organisation": {"role": "controller", "established_in": ["DE"], "regulated_as": []}, "incident": {"kind": "ransomware", "unavailable_for": "30h"}}`)
	f.Add(`{"milestones": {"aware": "2026-03-01T00:00:00Z", "discovered": "2026-03-01", "filed:eu-gdpr-33-1": "2026-03-02"}}`)
	f.Add(`{"affected": [{"residence": "PR", "people": 900, "elements": ["name", "ssn"], "groups": []}], "holds": [{"authority": "FBI", "form": "oral", "from": "2026-01-01"}]}`)
	f.Add(`{"contract": {"notice_within": "48h"}}`)
	f.Add(`[[[[`)
	f.Fuzz(func(t *testing.T, text string) {
		facts, err := statute.ParseFacts(strings.NewReader(text))
		if err != nil {
			if k := incident.KindOf(err); k != incident.Invalid {
				t.Fatalf("kind %s: %v", k, err)
			}
			return
		}
		b, err := json.Marshal(facts)
		if err != nil {
			t.Fatal(err)
		}
		again, err := statute.ParseFacts(strings.NewReader(string(b)))
		if err != nil {
			t.Fatalf("%v in %s", err, b)
		}
		c, _ := json.Marshal(again)
		if string(b) != string(c) {
			t.Fatalf("%s\n%s", b, c)
		}
	})
}
