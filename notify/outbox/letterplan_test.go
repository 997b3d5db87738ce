package outbox_test

import (
	"slices"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/casework/caseworktest"
	"tocsin/notify"
	"tocsin/notify/letter"
	"tocsin/notify/outbox"
)

const columns = "customer_id,name,email,country,region,language,elements,sources,groups\n"

func (h *house) list(t *testing.T, rows string) {
	t.Helper()
	_, err := caseworktest.Settle(t.Context(), h.desk, ana, h.ref, incident.Roster{}, strings.NewReader(columns+rows), nil)
	must(t, err)
}

// written makes the drafts and gives those to people, as "covers language letter", with a mark for
// readers and series.
func (h *house) written(t *testing.T) (names []string, by map[string]outbox.DraftView) {
	t.Helper()
	_, err := h.CreateDrafts(t.Context(), ana, h.ref)
	must(t, err)
	all, err := h.Drafts(t.Context(), ana, h.ref)
	must(t, err)
	by = map[string]outbox.DraftView{}
	for _, d := range all {
		if d.Audience != "individuals" {
			continue
		}
		name := strings.Join(d.Covers, "+") + " " + d.Language + " " + d.Current().Letter.Letter
		if d.Reader != "" {
			name += " to " + string(d.Reader)
		}
		if d.Series > 0 {
			name += " besides"
		}
		names, by[name] = append(names, name), d
	}
	slices.Sort(names)
	return names, by
}

func clinic(c *outbox.Config) {
	c.Organisation.RegulatedAs = []string{"hipaa_covered_entity"}
	c.Letterhead.CallCentre.Phone = "1-800-555-0142"
	c.Letterhead.Monitoring = &letter.Monitoring{Provider: "Example Watch", Service: "credit monitoring and identity restoration", Months: 24, Web: "https://watch.example", Phone: "1-800-555-0199"}
}

func TestLettersAreInTheLanguagesPeopleRead(t *testing.T) {
	for name, c := range map[string]struct{ rows, want string }{
		"their own":             {"1,A,a@mail.example,DE,,de,name+ssn,desk,\n2,B,b@mail.example,FR,,fr-BE,name+ssn,desk,\n3,C,c@mail.example,DE,,FR,name+ssn,desk,\n", "EU de gdpr-34, EU fr gdpr-34"},
		"that of their place":   {"1,A,a@mail.example,PT,,,name+ssn,desk,\n2,B,b@mail.example,IE,,,name+ssn,desk,\n", "EU en gdpr-34, EU pt gdpr-34"},
		"none has words for":    {"1,A,a@mail.example,DE,,fi,name+ssn,desk,\n", "EU de gdpr-34"},
		"nor has their place":   {"1,A,a@mail.example,FI,,fi,name+ssn,desk,\n", "EU en gdpr-34"},
		"spelt as no language":  {"1,A,a@mail.example,AT,,German?,name+ssn,desk,\n", "EU de gdpr-34"},
		"nobody lives anywhere": {"1,A,a@mail.example,DE,,de,name+ssn,desk,\n2,B,b@mail.example,,,pl,name+ssn,desk,\n", "EU de gdpr-34"},
	} {
		t.Run(name, func(t *testing.T) {
			h := build(t, nil)
			h.open(t, false)
			h.list(t, c.rows)
			got, by := h.written(t)
			if strings.Join(got, ", ") != c.want {
				t.Errorf("letters %q, want %s", got, c.want)
			}
			if name == "nor has their place" {
				for _, d := range by {
					if d.Current().Letter.Asked == "" || len(d.Findings) == 0 {
						t.Error("nobody is told that Finnish is wanting")
					}
				}
			}
		})
	}
}

// California's letter meets HIPAA as well: one draft for both duties, one letter.
// Massachusetts forbids what HIPAA asks for: two letters, sent one after the other,
// and HIPAA's duty is open until the second is through.
func TestOneLetterWhereTheLawAllowsAndTwoWhereItDoesNot(t *testing.T) {
	post := &postman{got: map[string]int{}}
	texts := map[string][]string{}
	post.answer = func(m notify.Message) notify.Outcome {
		texts[m.To] = append(texts[m.To], m.Text)
		return notify.Accepted
	}
	h := buildWith(t, post, clinic)
	h.open(t, false)
	must(t, h.desk.SetFacts(t.Context(), ana, h.ref, []casework.NewFact{{Name: outbox.FactPoliceDelay, Values: []string{"no"}, Source: "their letter"}}))
	h.list(t, "1,A,ca@mail.example,US,CA,en,name+ssn+medical,desk,patients\n2,B,ma@mail.example,US,MA,en,name+ssn+medical,desk,patients\n")
	got, by := h.written(t)
	want := []string{"US-CA en us-ca", "US-MA en hipaa-individual besides", "US-MA en us-ma"}
	if !slices.Equal(got, want) {
		t.Fatalf("letters %q, want %q", got, want)
	}
	both := by[want[0]]
	if !both.Meets("us-ca-individuals@US-CA") || !both.Meets("us-hipaa-individuals@US") || both.Apart != "" {
		t.Errorf("California's letter meets %q", both.Obligations)
	}
	apart := by[want[1]]
	if !apart.Meets("us-hipaa-individuals@US") || apart.Meets("us-ma-individuals@US-MA") || apart.Apart == "" {
		t.Errorf("the further letter meets %q, apart because %q", apart.Obligations, apart.Apart)
	}
	_, err := h.CreateDrafts(t.Context(), ana, h.ref)
	wantKind(t, err, incident.Conflict)

	h.approve(t)
	plan, err := h.PlanRelease(t.Context(), otto, h.ref)
	must(t, err)
	if plan.Series != 0 || plan.Reach != 2 || len(plan.Letters) != 2 || len(plan.Further) != 1 || len(plan.Uncovered) != 0 {
		t.Errorf("plan: series %d, %d letters, %d after, uncovered %v", plan.Series, len(plan.Letters), len(plan.Further), plan.Uncovered)
	}
	met := func(id string) bool {
		all, err := h.Obligations(t.Context(), ana, h.ref)
		must(t, err)
		for _, o := range all {
			if o.ID == id {
				return o.Stages[0].Met != nil
			}
		}
		t.Fatalf("no duty %s", id)
		return false
	}
	first := h.run(t, h.release(t).ID, over)
	if first.Counts.Accepted != 2 || len(texts["ma@mail.example"]) != 1 || strings.Contains(texts["ma@mail.example"][0], "copied messages") {
		t.Errorf("counts %+v; to Massachusetts:\n%s", first.Counts, texts["ma@mail.example"])
	}
	if !met("us-ma-individuals@US-MA") || met("us-hipaa-individuals@US") {
		t.Error("after the first letters: Massachusetts's duty is to be met, HIPAA's is not")
	}
	second := h.run(t, h.release(t).ID, over)
	if second.Series != 1 || second.Counts.Accepted != 1 || second.Counts.Earlier != 0 || second.Left() != 1 || second.Pending() != 0 || len(texts["ca@mail.example"]) != 1 || len(texts["ma@mail.example"]) != 2 {
		t.Errorf("second mailing: series %d, counts %+v, left out %v", second.Series, second.Counts, second.Excluded)
	}
	if !met("us-hipaa-individuals@US") {
		t.Error("HIPAA's duty is still open")
	}
}

// A duty that comes later is met by the letter that is there, written anew, and
// what was approved for fewer laws is approved no more.
func TestALaterDutyVoidsTheApproval(t *testing.T) {
	h := buildWith(t, nil, clinic)
	h.open(t, false)
	h.list(t, "1,A,ca@mail.example,US,CA,en,name+ssn,desk,customers\n")
	got, by := h.written(t)
	if len(got) != 1 {
		t.Fatalf("letters %q", got)
	}
	before := by[got[0]]
	h.list(t, "1,A,ca@mail.example,US,CA,en,name+ssn+medical,desk,patients\n")
	must(t, h.desk.SetFacts(t.Context(), ana, h.ref, []casework.NewFact{{Name: outbox.FactPoliceDelay, Values: []string{"no"}, Source: "their letter"}}))
	after, by := h.written(t)
	if !slices.Equal(got, after) || by[after[0]].ID != before.ID {
		t.Fatalf("letters %q, then %q", got, after)
	}
	if now := by[after[0]]; len(now.Obligations) <= len(before.Obligations) || len(now.Versions) != 2 || now.Approval != nil {
		t.Errorf("met %q, now %q in %d versions", before.Obligations, now.Obligations, len(now.Versions))
	}
}

func TestEmployeesReadWordsOfTheirOwn(t *testing.T) {
	post := &postman{got: map[string]int{}}
	texts := map[string]string{}
	post.answer = func(m notify.Message) notify.Outcome {
		texts[m.To] = m.Text
		return notify.Accepted
	}
	h := build(t, post)
	h.open(t, false)
	h.list(t, "1,A,staff@mail.example,DE,,en,name+ssn,desk,employees\n2,B,customer@mail.example,DE,,en,name+ssn,desk,customers\n")
	got, _ := h.written(t)
	if want := []string{"EU en gdpr-34", "EU en gdpr-34 to employee"}; !slices.Equal(got, want) {
		t.Fatalf("letters %q, want %q", got, want)
	}
	h.approve(t)
	h.run(t, h.release(t).ID, over)
	if !strings.Contains(texts["staff@mail.example"], "personnel records") || texts["customer@mail.example"] == "" || strings.Contains(texts["customer@mail.example"], "personnel records") {
		t.Errorf("to staff:\n%s\nto a customer:\n%s", texts["staff@mail.example"], texts["customer@mail.example"])
	}
}
