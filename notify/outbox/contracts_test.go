package outbox_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/notify/outbox"
)

func terms() outbox.ContractTerms {
	return outbox.ContractTerms{
		Partner: "Warenhaus Example", Contact: "Security desk, Ms Beispiel", Email: "desk@warenhaus.example", Jurisdiction: "DE", Clause: "Framework agreement, clause 14.2",
		Amount: 24, Unit: "hours", From: "aware", ValidFrom: "2020-01-01",
	}
}

func (h *house) duty(t *testing.T, rule string) *outbox.Obligation {
	t.Helper()
	all, err := h.Obligations(t.Context(), ana, h.ref)
	must(t, err)
	for n := range all {
		if all[n].Rule == rule {
			return &all[n]
		}
	}
	return nil
}

// 24 hours to a named contact: a duty of the incident that is open already, and
// of the next one, without a restart.
func TestAContractIsADutyAtOnce(t *testing.T) {
	h := lean(t)
	h.open(t, false)
	c, err := h.AddContract(t.Context(), cora, terms())
	must(t, err)
	if c.Rule != "de-contract-1" {
		t.Errorf("the rule is %s", c.Rule)
	}
	o := h.duty(t, c.Rule)
	if o == nil {
		t.Fatal("the open incident has no such duty")
	}
	aware := h.store.Clock.Now().Add(-time.Hour)
	if o.Applies != "yes" || o.Due() == nil || !o.Due().Equal(aware.Add(24*time.Hour)) || o.Recipient != "Warenhaus Example" || o.Audience != "contract" || o.Citation != "Framework agreement, clause 14.2" {
		t.Errorf("%+v, due %v", o, o.Due())
	}
	next, err := h.desk.OpenIncident(t.Context(), ana, casework.NewIncident{Title: "Another", Kind: "phishing", Severity: incident.Low})
	must(t, err)
	h.ref = next.Number
	if o := h.duty(t, c.Rule); o == nil || o.Applies != "unknown" {
		t.Errorf("a new incident: %+v", o)
	}
	lib, err := h.Library()
	must(t, err)
	if len(lib.Versions(c.Rule)) != 1 {
		t.Error("the library does not hold it")
	}
	for _, s := range []string{"Beispiel", "desk@"} {
		if v := lib.Versions(c.Rule)[0]; strings.Contains(lib.Source(v), s) {
			t.Errorf("the rule's text names the contact: %s", s)
		}
	}
}

func TestAContractsConditions(t *testing.T) {
	h := lean(t)
	h.open(t, false)
	in := terms()
	in.Kinds, in.Elements, in.Groups, in.AtLeast = []string{"support_channel"}, []string{"communications"}, []string{"customers"}, 3
	c, err := h.AddContract(t.Context(), cora, in)
	must(t, err)
	if o := h.duty(t, c.Rule); o.Applies != "unknown" || !strings.Contains(strings.Join(o.Missing, " "), "affected.people") {
		t.Errorf("before anybody is known to be affected: %s, missing %v", o.Applies, o.Missing)
	}
	in.Kinds = []string{"ransomware"}
	_, err = h.EditContract(t.Context(), cora, c.ID, in)
	must(t, err)
	o := h.duty(t, c.Rule)
	if o.Applies != "no" || len(o.Changes) == 0 || !strings.Contains(o.Changes[len(o.Changes)-1].Why, "has a new version") {
		t.Errorf("of another kind: %s %v", o.Applies, o.Changes)
	}
	show, err := h.PreviewContract(t.Context(), cora, "", in)
	must(t, err)
	if !show.Passed() || len(show.Played.Cases) != 6 || !strings.Contains(show.Rule, `at_least = 3`) {
		t.Errorf("%d cases, passed %v\n%s", len(show.Played.Cases), show.Passed(), show.Rule)
	}
}

// An edit is a new version from its own day; what was known before stays under
// the version of its time. Nothing is overwritten.
func TestVersionsOfAContract(t *testing.T) {
	h := lean(t)
	h.open(t, false)
	c, err := h.AddContract(t.Context(), cora, terms())
	must(t, err)
	today := h.store.Clock.Now()
	tomorrow := terms()
	tomorrow.Amount, tomorrow.ValidFrom = 12, today.AddDate(0, 0, 1).Format(time.DateOnly)
	c, err = h.EditContract(t.Context(), cora, c.ID, tomorrow)
	must(t, err)
	if o := h.duty(t, c.Rule); o.Version != "2020-01-01" || !o.Due().Equal(today.Add(23*time.Hour)) {
		t.Errorf("a breach from before the new version: version %s, due %v", o.Version, o.Due())
	}
	if len(c.Versions) != 2 || c.Versions[0].Terms.Amount != 24 {
		t.Errorf("%+v", c.Versions)
	}
	early := terms()
	early.ValidFrom = "2019-01-01"
	_, err = h.EditContract(t.Context(), cora, c.ID, early)
	wantKind(t, err, incident.Invalid)
	moved := tomorrow
	moved.Jurisdiction = "FR"
	_, err = h.EditContract(t.Context(), cora, c.ID, moved)
	wantKind(t, err, incident.Invalid)
	wantKind(t, h.EndContract(t.Context(), cora, c.ID, "2019-12-31", "It ran out."), incident.Invalid)
	must(t, h.EndContract(t.Context(), cora, c.ID, tomorrow.ValidFrom, "It ran out."))
	all, err := h.Contracts(t.Context(), cora)
	must(t, err)
	if v := all[0].Current(); v.EndedBy != "cora" || v.EndedWhy != "It ran out." || !all[0].Ended(today.AddDate(0, 0, 2)) || all[0].Ended(today) {
		t.Errorf("%+v", v)
	}
}

func TestWhoMayKeepContracts(t *testing.T) {
	h := lean(t)
	_, err := h.AddContract(t.Context(), person("olga", incident.GrantAuditor), terms())
	wantKind(t, err, incident.Forbidden)
	_, err = h.Contracts(t.Context(), person("admin", incident.GrantAdmin))
	wantKind(t, err, incident.Forbidden)
	c, err := h.AddContract(t.Context(), cora, terms())
	must(t, err)
	_, _, err = h.Contract(t.Context(), person("olga", incident.GrantAuditor), c.ID)
	must(t, err)
	_, _, err = h.Contract(t.Context(), cora, "9")
	wantKind(t, err, incident.NotFound)
}

func TestTermsThatCannotBe(t *testing.T) {
	h := lean(t)
	for field, spoil := range map[string]func(*outbox.ContractTerms){
		"partner":      func(t *outbox.ContractTerms) { t.Partner = " " },
		"contact":      func(t *outbox.ContractTerms) { t.Contact = "a\x00b" },
		"email":        func(t *outbox.ContractTerms) { t.Email = "desk at warenhaus" },
		"jurisdiction": func(t *outbox.ContractTerms) { t.Jurisdiction = "XX" },
		"clause":       func(t *outbox.ContractTerms) { t.Clause = "" },
		"amount":       func(t *outbox.ContractTerms) { t.Amount = 0 },
		"unit":         func(t *outbox.ContractTerms) { t.Unit = "weeks" },
		"from":         func(t *outbox.ContractTerms) { t.From = "ransom_paid" },
		"kinds":        func(t *outbox.ContractTerms) { t.Kinds = []string{"flood"} },
		"elements":     func(t *outbox.ContractTerms) { t.Elements = []string{"shoe_size"} },
		"groups":       func(t *outbox.ContractTerms) { t.Groups = []string{"strangers"} },
		"at_least":     func(t *outbox.ContractTerms) { t.AtLeast = -1 },
		"valid_from":   func(t *outbox.ContractTerms) { t.ValidFrom = "soon" },
		"valid_until":  func(t *outbox.ContractTerms) { t.ValidUntil = "2019-12-31" },
	} {
		in := terms()
		spoil(&in)
		_, err := h.AddContract(t.Context(), cora, in)
		wantKind(t, err, incident.Invalid)
		if p := incident.ProblemsOf(err); len(p) != 1 || p[0].Where != field {
			t.Errorf("%s: %v", field, p)
		}
	}
	if all, err := h.Contracts(t.Context(), cora); err != nil || len(all) != 0 {
		t.Errorf("%d contracts were kept, %v", len(all), err)
	}
}

// Whatever is typed in, the rule reads back as what was meant.
func FuzzContractText(f *testing.F) {
	f.Add("A \"quoted\" partner", `clause\n 1 '''`, "notes # and [tables]")
	f.Add("Größe & Söhne", "§ 3", "two\nlines")
	f.Fuzz(func(t *testing.T, partner, clause, notes string) {
		in := terms()
		in.Partner, in.Clause, in.Notes = partner, clause, notes
		rule, name, err := outbox.ReadBack(in)
		if incident.KindOf(err) == incident.Invalid && err != nil {
			return
		}
		if err != nil || rule != "de-contract-0" || name != strings.TrimSpace(partner) {
			t.Errorf("%q became %q of %q: %v", partner, name, rule, err)
		}
	})
}

// A contract that can no longer be read binds nobody, says so, and takes nothing
// else with it; edited, it binds again.
func TestABrokenContractDisablesItselfLoudly(t *testing.T) {
	h := lean(t)
	h.open(t, false)
	c, err := h.AddContract(t.Context(), cora, terms())
	must(t, err)
	must(t, outbox.BreakContract(t.Context(), h.Service, c.ID))
	h.set(t, "incident.encryption", "weak")
	if o := h.duty(t, c.Rule); o.Applies != "no" || o.Fallen == "" {
		t.Errorf("%s, fallen %q", o.Applies, o.Fallen)
	}
	if o := h.duty(t, "eu-gdpr-33-1"); o == nil || o.Applies != "yes" {
		t.Errorf("the law went with it: %+v", o)
	}
	standing, err := h.Standing(t.Context(), ana, h.ref)
	must(t, err)
	if got := strings.Join(standing.Notices, "; "); !strings.Contains(got, c.Rule) || !strings.Contains(got, "is not used") {
		t.Errorf("the notices say nothing: %s", got)
	}
	if kept, _, err := h.Contract(t.Context(), cora, c.ID); incident.KindOf(err) != incident.Invalid || kept.ID != c.ID || !strings.Contains(incident.ProblemsOf(err)[0].What, "strangers") {
		t.Errorf("the contract's page: %v", err)
	}
	_, err = h.EditContract(t.Context(), cora, c.ID, terms())
	must(t, err)
	if o := h.duty(t, c.Rule); o.Applies != "yes" {
		t.Errorf("edited, it is %s", o.Applies)
	}
}

// What is kept is there after a restart, and an act that is undone leaves
// nothing of its library behind.
func TestContractsAfterARestart(t *testing.T) {
	h := lean(t)
	bad := terms()
	bad.ValidUntil = "2019-01-01"
	_, err := h.AddContract(t.Context(), cora, bad)
	wantKind(t, err, incident.Invalid)
	c, err := h.AddContract(t.Context(), cora, terms())
	must(t, err)
	again, err := outbox.New(h.Deps, outbox.Config{})
	must(t, err)
	lib, err := again.Library()
	must(t, err)
	if len(lib.Versions(c.Rule)) != 1 || len(lib.Broken()) != 0 {
		t.Errorf("%d versions, broken %v", len(lib.Versions(c.Rule)), lib.Broken())
	}
}
