package outbox_test

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger/ledgertest"
	"tocsin/incident/vault"
	"tocsin/notify/filing"
	"tocsin/notify/outbox"
	"tocsin/notify/statute"
)

var forms = sync.OnceValues(func() (*filing.Library, error) {
	l, err := letters()
	if err != nil {
		return nil, err
	}
	return filing.Builtin(l)
})

// financial is a house under DORA and NIS2, with an open incident that is classified.
func financial(t *testing.T) *house {
	t.Helper()
	h := &house{store: ledgertest.New(t)}
	v, err := vault.New(h.store.DB, vault.Config{Dir: filepath.Join(h.store.Dir, vault.DirName)})
	must(t, err)
	h.Service, err = outbox.New(outbox.Deps{DB: h.store.DB, Vault: v, Rules: rules, Letters: letters, Forms: forms}, outbox.Config{
		Organisation: statute.Organisation{Role: "controller", EstablishedIn: []string{"DE"}, MainEstablishment: "DE-BY", RegulatedAs: []string{"insurer", "dora_financial_entity", "nis2_important", "nydfs_covered_entity"}, LicensedIn: []string{"US-NY"}},
		Letterhead:   letterhead(),
	})
	must(t, err)
	h.desk, err = casework.New(casework.Deps{DB: h.store.DB, Vault: v, Reactors: []casework.Reactor{h.Service}}, casework.Config{})
	must(t, err)
	h.open(t, false)
	h.mark(t, incident.Classified)
	h.mark(t, incident.Determined)
	return h
}

func (h *house) mark(t *testing.T, m incident.Milestone) {
	t.Helper()
	must(t, h.desk.SetMilestone(t.Context(), ana, h.ref, casework.SetMilestone{Milestone: m, At: h.store.Clock.Now(), Zone: "UTC", Reason: "written down"}))
}

func stageOf(t *testing.T, o *outbox.Obligation, name string) outbox.Stage {
	t.Helper()
	for _, s := range o.Stages {
		if s.Stage == name {
			return s
		}
	}
	t.Fatalf("%s has no stage %s: %+v", o.Rule, name, o.Stages)
	return outbox.Stage{}
}

// Every stage of every ladder that a form serves can be filed: the milestone is
// set, the stage is met, and what hangs on it begins to run.
func TestFilingEveryStageOfALadder(t *testing.T) {
	h := financial(t)
	for _, rule := range []string{"eu-dora-19-4", "eu-nis2-23-4", "us-nydfs-500.17"} {
		o := h.duty(t, rule)
		if o == nil {
			t.Fatalf("no duty of %s", rule)
		}
		for n, stage := range o.Stages {
			h.store.Clock.Advance(time.Minute)
			now := h.store.Clock.Now()
			must(t, h.RecordFiling(t.Context(), ana, h.ref, o.ID, outbox.RecordFiling{Stage: stage.Stage, At: now, Zone: "Europe/Berlin", Reference: "R-" + stage.Stage}))
			f, err := h.desk.File(t.Context(), ana, h.ref)
			must(t, err)
			set, ok := f.InForce[incident.Milestone("filed:"+rule+":"+stage.Stage)]
			if !ok || !set.At.Equal(now) {
				t.Errorf("%s %s: the milestone is %+v", rule, stage.Stage, set)
			}
			if met := stageOf(t, h.duty(t, rule), stage.Stage).Met; met == nil || !met.Equal(now) {
				t.Errorf("%s %s is not met", rule, stage.Stage)
			}
			versions, err := h.FilingVersions(t.Context(), ana, h.ref, o.ID)
			must(t, err)
			if len(versions) != n+1 || versions[n].N != n+1 || versions[n].Stage != stage.Stage {
				t.Errorf("%s %s: %d versions", rule, stage.Stage, len(versions))
			}
		}
	}
	kinds := []string{}
	all, err := h.FilingVersions(t.Context(), ana, h.ref, h.duty(t, "eu-dora-19-4").ID)
	must(t, err)
	for _, v := range all {
		kinds = append(kinds, v.Kind)
	}
	if !slices.Equal(kinds, []string{"initial", "update", "update", "final"}) {
		t.Errorf("DORA's versions are %v", kinds)
	}
}

// DORA's final report hangs on the last intermediate one, the updated one too.
func TestTheUpdatedIntermediateReportMovesTheFinalOne(t *testing.T) {
	h := financial(t)
	file := func(stage string) {
		h.store.Clock.Advance(time.Hour)
		must(t, h.RecordFiling(t.Context(), ana, h.ref, h.duty(t, "eu-dora-19-4").ID, outbox.RecordFiling{Stage: stage, At: h.store.Clock.Now(), Zone: "UTC"}))
	}
	final := func() outbox.Stage { return stageOf(t, h.duty(t, "eu-dora-19-4"), "final_report") }
	if s := final(); s.State != "waiting" {
		t.Errorf("before any report: %+v", s)
	}
	file("initial")
	file("intermediate_report")
	first := final()
	if first.Due == nil || first.State != "running" {
		t.Fatalf("after the intermediate report: %+v", first)
	}
	h.store.Clock.Advance(10 * 24 * time.Hour)
	h.mark(t, incident.Recovered)
	file("updated_intermediate")
	if second := final(); second.Due == nil || !second.Due.After(*first.Due) {
		t.Errorf("after the updated one: %v, before %v", second.Due, first.Due)
	}
}

func TestALateFilingNeedsItsReasons(t *testing.T) {
	h := build(t, nil)
	h.open(t, false)
	h.settle(t, 10)
	o := h.duty(t, "eu-gdpr-33-1")
	due := *stageOf(t, o, "initial").Due
	wantKind(t, h.RecordFiling(t.Context(), ana, h.ref, o.ID, outbox.RecordFiling{At: h.store.Clock.Now(), LateReasons: "none"}), incident.Invalid)
	wantKind(t, h.RecordFiling(t.Context(), ana, h.ref, o.ID, outbox.RecordFiling{At: due.Add(time.Hour)}), incident.Invalid) // lies in the future
	h.store.Clock.Set(due.Add(2 * time.Hour))
	late := outbox.RecordFiling{At: due.Add(time.Second), Zone: "UTC", Reference: "SA-9"}
	for _, err := range []error{h.CheckFiling(t.Context(), ana, h.ref, o.ID, late), h.RecordFiling(t.Context(), ana, h.ref, o.ID, late)} {
		wantKind(t, err, incident.Invalid)
		if p := incident.ProblemsOf(err); len(p) != 1 || p[0].Where != "late_reasons" || !strings.Contains(p[0].What, due.UTC().Format("2006-01-02 15:04 UTC")) {
			t.Errorf("late, without reasons: %v", err)
		}
	}
	pack, err := h.FilingPack(t.Context(), ana, h.ref, o.ID)
	must(t, err)
	if !pack.Late || pack.Fileable() {
		t.Errorf("the form does not ask for the reasons: late %v", pack.Late)
	}
	late.LateReasons = "The vendor answered on the fourth day."
	must(t, h.RecordFiling(t.Context(), ana, h.ref, o.ID, late))
	all, err := h.Filings(t.Context(), ana, h.ref)
	must(t, err)
	if f := all[0]; !f.Late || f.LateReasons != late.LateReasons || f.Due == nil || !f.Due.Equal(due) || f.Version != 1 {
		t.Errorf("on record: %+v", f)
	}
	v, err := h.FilingVersion(t.Context(), ana, h.ref, o.ID, 1)
	must(t, err)
	if a := answerOf(t, v.Pack, "late_reasons"); a.Answer != late.LateReasons || !v.Pack.Late {
		t.Errorf("in the form: %+v", a)
	}
	// An amendment of what was filed is not late again, and other forms stay as they were.
	must(t, h.RecordFiling(t.Context(), ana, h.ref, o.ID, outbox.RecordFiling{At: h.store.Clock.Now(), Zone: "UTC"}))
	answers, err := h.FilingAnswers(t.Context(), ana, h.ref)
	must(t, err)
	if len(answers) != 1 || answers[0].Obligation != o.ID || answers[0].By != "ana" {
		t.Errorf("the reasons are for one authority: %+v", answers)
	}
}

// On time at the very instant of the limit; the reasons on the case serve too.
func TestTheLimitItselfIsInTime(t *testing.T) {
	h := build(t, nil)
	h.open(t, false)
	h.settle(t, 10)
	o := h.duty(t, "eu-gdpr-33-1")
	due := *stageOf(t, o, "initial").Due
	h.store.Clock.Set(due.Add(time.Hour))
	must(t, h.CheckFiling(t.Context(), ana, h.ref, o.ID, outbox.RecordFiling{At: due}))
	h.set(t, outbox.FactLateReasons, "It was a holiday.")
	must(t, h.RecordFiling(t.Context(), ana, h.ref, o.ID, outbox.RecordFiling{At: due.Add(time.Minute), Zone: "UTC"}))
	all, err := h.Filings(t.Context(), ana, h.ref)
	must(t, err)
	if all[0].LateReasons != "It was a holiday." {
		t.Errorf("%+v", all[0])
	}
}

func answerOf(t *testing.T, p filing.Pack, id string) filing.Answer {
	t.Helper()
	for _, a := range p.Fields {
		if a.ID == id {
			return a
		}
	}
	t.Fatalf("no field %s", id)
	return filing.Answer{}
}

// One answer fills the forms of other authorities, is kept with its history, and
// gives way to the case again when it is withdrawn.
func TestAnAnswerFillsManyForms(t *testing.T) {
	h := financial(t)
	h.settle(t, 10)
	gdpr, nis := h.duty(t, "eu-gdpr-33-1"), h.duty(t, "eu-nis2-23-4")
	answer := func(o *outbox.Obligation, in map[string][]string) error {
		return h.AnswerFiling(t.Context(), ana, h.ref, o.ID, in)
	}
	shown := func(o *outbox.Obligation, id string) filing.Answer {
		p, err := h.FilingPackAt(t.Context(), ana, h.ref, o.ID, "initial")
		must(t, err)
		return answerOf(t, p, id)
	}
	must(t, answer(gdpr, map[string][]string{"affected_systems": {"The support desk."}, "edpb_subtype": {"Incomplete"}}))
	if a := shown(nis, "affected_systems"); a.Answer != "The support desk." || a.Source != "a person" {
		t.Errorf("in the other form: %+v", a)
	}
	must(t, answer(nis, map[string][]string{"our_reference": {"NIS-1"}, "what_happened": {"Otherwise."}}))
	if a := shown(gdpr, "what_happened"); a.Answer != "Otherwise." || a.CaseSays == "" {
		t.Errorf("against the case: %+v", a)
	}
	must(t, answer(gdpr, map[string][]string{"what_happened": nil, "affected_systems": {"The support desk."}}))
	if a := shown(nis, "what_happened"); a.Source != "what_happened" {
		t.Errorf("withdrawn: %+v", a)
	}
	all, err := h.FilingAnswers(t.Context(), ana, h.ref)
	must(t, err)
	if len(all) != 5 || all[4].Field != "what_happened" || len(all[4].Values) != 0 || all[4].Seq != 5 {
		t.Errorf("the history: %+v", all)
	}
	err = answer(gdpr, map[string][]string{"edpb_subtype": {"Half"}, "dora_lei": {"x"}, "reporter_name": {"x\ny"}})
	wantKind(t, err, incident.Invalid)
	if p := incident.ProblemsOf(err); len(p) != 3 || p[0].Where != "dora_lei" {
		t.Errorf("%v", err)
	}
	after, err := h.FilingAnswers(t.Context(), ana, h.ref)
	must(t, err)
	if len(after) != len(all) {
		t.Error("of a refused set something was kept")
	}
	wantKind(t, answer(gdpr, nil), incident.Invalid)
	wantKind(t, h.AnswerFiling(t.Context(), ana, h.ref, "nothing", map[string][]string{"x": {"y"}}), incident.NotFound)
	text := ""
	for _, e := range h.timeline(t, "filing.answer") {
		text += e.Text
	}
	if strings.Contains(text, "The support desk.") || !strings.Contains(text, "Systems, software, services") {
		t.Errorf("the timeline: %s", text)
	}
}

func TestVersionsNeverChange(t *testing.T) {
	h := build(t, nil)
	h.open(t, false)
	h.settle(t, 10)
	o := h.duty(t, "eu-gdpr-33-1")
	first, err := h.FreezeFiling(t.Context(), ana, h.ref, o.ID, "")
	must(t, err)
	if first.N != 1 || first.Kind != "initial" || first.Stage != "initial" || len(first.Digest) != 64 {
		t.Errorf("%+v", first)
	}
	_, err = h.FreezeFiling(t.Context(), ana, h.ref, o.ID, "")
	wantKind(t, err, incident.Conflict)
	must(t, h.AnswerFiling(t.Context(), ana, h.ref, o.ID, map[string][]string{"measures_before": {"Training."}}))
	second, err := h.FreezeFiling(t.Context(), ana, h.ref, o.ID, "initial")
	must(t, err)
	must(t, h.RecordFiling(t.Context(), ana, h.ref, o.ID, outbox.RecordFiling{At: h.store.Clock.Now(), Zone: "UTC", Version: 1, Reference: "SA-1"}))
	again, err := h.FilingVersion(t.Context(), ana, h.ref, o.ID, 1)
	must(t, err)
	a, err := first.Pack.JSON()
	must(t, err)
	b, err := again.Pack.JSON()
	must(t, err)
	if !bytes.Equal(a, b) || again.Digest != first.Digest {
		t.Error("v1 changed")
	}
	diff, err := h.CompareFilings(t.Context(), ana, h.ref, o.ID, first.N, second.N)
	must(t, err)
	if len(diff) != 1 || diff[0].ID != "measures_before" || diff[0].Was != filing.Unknown || diff[0].Is != "Training." {
		t.Errorf("%+v", diff)
	}
	all, err := h.Filings(t.Context(), ana, h.ref)
	must(t, err)
	if all[0].Version != 1 {
		t.Errorf("filed with v%d", all[0].Version)
	}
	p, err := h.FilingPack(t.Context(), ana, h.ref, o.ID)
	must(t, err)
	if p.Stage != "phased_information" || p.Phase != "follow_up" || answerOf(t, p, "previous_reference").Answer != "SA-1" {
		t.Errorf("the next filing: %s, %s", p.Stage, p.Phase)
	}
	for _, wrong := range []outbox.RecordFiling{{Version: 9}, {Version: 1, Stage: "phased_information"}} {
		wrong.At = h.store.Clock.Now()
		if err := h.RecordFiling(t.Context(), ana, h.ref, o.ID, wrong); err == nil {
			t.Errorf("%+v was recorded", wrong)
		}
	}
	pdf, err := outbox.FilingPDF(first.Pack, first.At)
	must(t, err)
	same, err := outbox.FilingPDF(again.Pack, again.At)
	must(t, err)
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || !bytes.Equal(pdf, same) {
		t.Errorf("the PDF of a version is not always the same %d bytes", len(pdf))
	}
}

func TestFilingDutiesSayHowFarTheyAre(t *testing.T) {
	h := financial(t)
	h.settle(t, 10)
	all, err := h.FilingDuties(t.Context(), ana, h.ref)
	must(t, err)
	forms := map[string]outbox.FilingDuty{}
	for _, d := range all {
		forms[d.Form] = d
		if d.Asked == 0 || d.Answered > d.Asked || d.Filed == nil {
			t.Errorf("%+v", d)
		}
	}
	for _, want := range []string{"eu-gdpr-33", "eu-dora", "eu-nis2"} {
		if forms[want].Title == "" || forms[want].Missing == 0 {
			t.Errorf("%s: %+v", want, forms[want])
		}
	}
	must(t, h.RecordFiling(t.Context(), ana, h.ref, forms["eu-nis2"].Obligation.ID, outbox.RecordFiling{At: h.store.Clock.Now(), Zone: "UTC", Reference: "CSIRT-5"}))
	p, err := h.FilingPack(t.Context(), ana, h.ref, forms["eu-gdpr-33"].Obligation.ID)
	must(t, err)
	if a := answerOf(t, p, "other_authorities"); !strings.Contains(a.Answer, "reference CSIRT-5") {
		t.Errorf("one authority is told of the filing with the other: %+v", a)
	}
	_, err = h.FilingDuties(t.Context(), person("nobody"), h.ref)
	if err == nil {
		t.Error("anybody reads the forms")
	}
}
