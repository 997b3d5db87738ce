package outbox_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/casework/caseworktest"
	"tocsin/notify/filing"
	"tocsin/notify/letter"
	"tocsin/notify/outbox"
	"tocsin/notify/statute"
)

// audiences are all there are, with how each is told.
var audiences = map[string]string{
	"regulator": "form", "csirt": "form",
	"individuals": "mailing",
	"media":       "letter", "consumer_reporting_agencies": "letter", "processor_to_controller": "letter", "parents": "letter", "insurer": "letter",
	"card_brands": "letter", "contract": "letter", "internal": "letter",
}

// audienceRules is a law with one duty towards each audience but a partner, whose
// duty comes of a contract.
func audienceRules() fstest.MapFS {
	files := fstest.MapFS{}
	for audience := range audiences {
		if audience == "contract" {
			continue
		}
		id := "de-test-" + strings.ReplaceAll(audience, "_", "-")
		text := fmt.Sprintf(`id = %q
version = "2020-01-01"
title = "Tell the audience %s"
jurisdiction = "DE"
regime = "Test law"
audience = %q
citation = "section 1"
sources = ["https://law.example/1"]
reviewed = 2026-11-24
confidence = "high"
when = { fact = "incident.confidentiality", is = ["breached"] }

[in_force]
from = 2020-01-01

[recipient]
route = "named"
name = "the %s"

[channel]
type = "letter"

[[stage]]
name = "notice"
from = ["discovered"]
amount = 30
unit = "calendar_days"
`, id, audience, audience, strings.ReplaceAll(audience, "_", " "))
		files[id+".toml"] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

func (h *house) dutyTo(t *testing.T, audience string) outbox.Obligation {
	t.Helper()
	all, err := h.Obligations(t.Context(), ana, h.ref)
	must(t, err)
	for _, o := range all {
		if o.Audience == audience {
			return o
		}
	}
	t.Fatalf("there is no duty towards %s", audience)
	return outbox.Obligation{}
}

// Whoever is owed a notice is told: from the duty that is owed, by the letter or the
// form made for it, approved by one and handed over by another, to the duty that is done.
func TestEveryAudienceFromOwedToDone(t *testing.T) {
	h := build(t, &postman{got: map[string]int{}})
	h.Rules = statute.OnFirstUse(audienceRules())
	h.open(t, false)
	_, err := h.AddContract(t.Context(), cora, outbox.ContractTerms{Partner: "Warenhaus Example", Contact: "Ms Beispiel", Email: "desk@warenhaus.example", Jurisdiction: "DE", Clause: "Clause 14.2",
		Amount: 72, Unit: "hours", From: "aware", ValidFrom: "2020-01-01"})
	must(t, err)
	must(t, h.desk.SetFacts(t.Context(), ana, h.ref, []casework.NewFact{{Name: outbox.FactPlace, Values: []string{"the support desk"}, Source: "logs"},
		{Name: outbox.FactPlanned, Values: []string{"2026-03-20"}, Source: "plan"}}))
	list := roster(5) + "c6,Kim Kind,kim@mail.example,DE,,de,name+email,desk\n"
	list = strings.Replace(list, "elements,sources\n", "elements,sources,guardian\n", 1)
	list = strings.ReplaceAll(list, ",desk\n", ",desk,\n")
	list = strings.Replace(list, "c6,Kim Kind,kim@mail.example,DE,,de,name+email,desk,\n", "c6,Kim Kind,kim@mail.example,DE,,de,name+email,desk,Pat Kind\n", 1)
	_, err = caseworktest.Settle(t.Context(), h.desk, ana, h.ref, incident.Roster{}, strings.NewReader(list), nil)
	must(t, err)
	_, err = h.CreateDrafts(t.Context(), ana, h.ref)
	must(t, err)

	drafts, err := h.Drafts(t.Context(), cora, h.ref)
	must(t, err)
	draftFor := func(audience string) outbox.DraftView {
		o := h.dutyTo(t, audience)
		for _, d := range drafts {
			if d.Meets(o.ID) {
				return d
			}
		}
		t.Fatalf("there is no letter for %s", o.ID)
		return outbox.DraftView{}
	}
	receipt, err := h.desk.CollectEvidence(t.Context(), ana, h.ref, casework.NewEvidence{Title: "Confirmation", Kind: "receipt", FileName: "r.txt", MediaType: "text/plain"}, strings.NewReader("received"))
	must(t, err)

	h.approve(t)
	m := h.run(t, h.release(t).ID, over)
	if m.Excluded["a minor: the parent or guardian is to be written to"] != 1 {
		t.Fatalf("left out %v", m.Excluded)
	}
	for audience, way := range audiences {
		t.Run(audience, func(t *testing.T) {
			o := h.dutyTo(t, audience)
			if way == "mailing" {
				if o.Applies != "yes" || o.Next() != nil {
					t.Errorf("after the mailing: applies %s, %+v", o.Applies, o.Stages)
				}
				return
			}
			if o.Applies != "yes" || o.Next() == nil {
				t.Fatalf("it is not owed: applies %s, %+v", o.Applies, o.Stages)
			}
			in := outbox.RecordFiling{At: h.store.Clock.Now(), Reference: "R-" + audience, Receipt: receipt.ID}
			switch way {
			case "form":
				h.answerAll(t, o.ID)
				v, err := h.FreezeFiling(t.Context(), ana, h.ref, o.ID, "")
				must(t, err)
				wantKind(t, h.ApproveFiling(t.Context(), cora, h.ref, o.ID, v.N, "other"), incident.Conflict)
				must(t, h.ApproveFiling(t.Context(), cora, h.ref, o.ID, v.N, v.Digest))
				in.Version = v.N
				lead := person("cora", incident.GrantCounsel)
				wantKind(t, h.RecordFiling(t.Context(), lead, h.ref, o.ID, in), incident.Forbidden)
			case "letter":
				d := draftFor(audience)
				if !d.Ready() {
					t.Fatalf("the letter is not ready: open %v, findings %v", d.Current().Letter.Open, d.Findings)
				}
				in.Draft = d.ID
				wantKind(t, h.RecordFiling(t.Context(), ana, h.ref, o.ID, in), incident.Conflict) // nobody approved it
				must(t, h.Approve(t.Context(), cora, h.ref, d.ID, d.Current().Digest))
				wantKind(t, h.RecordFiling(t.Context(), cora, h.ref, o.ID, in), incident.Forbidden)
				if audience == "contract" {
					if d.Recipient.Email != "desk@warenhaus.example" || !strings.Contains(d.Current().Letter.Text, "Ms Beispiel") {
						t.Errorf("it is addressed to %+v", d.Recipient)
					}
					mail, _, err := h.DraftFile(t.Context(), ana, h.ref, d.ID, outbox.DraftAs{Format: "eml"})
					must(t, err)
					if !strings.Contains(string(mail), "To: \"Ms Beispiel\" <desk@warenhaus.example>") {
						t.Errorf("the message goes to nobody: %.200s", mail)
					}
				}
				for _, format := range []string{"txt", "html", "pdf", "eml"} {
					if body, _, err := h.DraftFile(t.Context(), ana, h.ref, d.ID, outbox.DraftAs{Format: format, Variant: d.Current().Letter.Audience.Variant()}); err != nil || len(body) == 0 {
						t.Errorf("%s: %v", format, err)
					}
				}
			}
			must(t, h.RecordFiling(t.Context(), ana, h.ref, o.ID, in))
			if o = h.dutyTo(t, audience); o.Next() != nil || o.Stages[0].Met == nil {
				t.Errorf("it is not done: %+v", o.Stages)
			}
			all, err := h.Filings(t.Context(), ana, h.ref)
			must(t, err)
			f := all[len(all)-1]
			if f.Obligation != o.ID || f.Receipt != receipt.ID || f.Approved != "cora" || f.By != "ana" {
				t.Errorf("on record: %+v", f)
			}
			if way == "letter" {
				wantKind(t, h.RecordFiling(t.Context(), ana, h.ref, o.ID, in), incident.Conflict) // it went out
			}
		})
	}
}

// answerAll answers every required field of a form that the case leaves open.
func (h *house) answerAll(t *testing.T, obligation string) {
	t.Helper()
	pack, err := h.FilingPack(t.Context(), ana, h.ref, obligation)
	must(t, err)
	in := map[string][]string{}
	for _, a := range pack.Missing() {
		switch {
		case len(a.Options) > 0:
			in[a.ID] = a.Options[:1]
		case a.Kind == filing.Number:
			in[a.ID] = []string{"1"}
		case a.Kind == filing.Date:
			in[a.ID] = []string{"2026-03-01"}
		case a.Kind == filing.Instant:
			in[a.ID] = []string{"2026-03-01T08:00:00Z"}
		default:
			in[a.ID] = []string{"as told"}
		}
	}
	if len(in) > 0 {
		must(t, h.AnswerFiling(t.Context(), ana, h.ref, obligation, in))
	}
}

// An approved version that the case has left behind is no longer approved; where two
// people are asked for, it is not recorded.
func TestAFilingIsApprovedAsTheCaseStands(t *testing.T) {
	for _, strict := range []bool{false, true} {
		h := buildWith(t, nil, func(c *outbox.Config) { c.FilingsByTwo = strict })
		h.open(t, false)
		h.settle(t, 5)
		o := h.dutyTo(t, "regulator")
		h.answerAll(t, o.ID)
		v, err := h.FreezeFiling(t.Context(), cora, h.ref, o.ID, "")
		must(t, err)
		wantKind(t, h.ApproveFiling(t.Context(), ana, h.ref, o.ID, v.N, v.Digest), incident.Forbidden)
		wantKind(t, h.ApproveFiling(t.Context(), cora, h.ref, o.ID, v.N, v.Digest), incident.Forbidden) // who froze it
		must(t, h.ApproveFiling(t.Context(), otto, h.ref, o.ID, v.N, v.Digest))
		got, err := h.FilingVersion(t.Context(), ana, h.ref, o.ID, v.N)
		must(t, err)
		if got.Approval == nil || got.Approval.By != "otto" || got.Void != nil {
			t.Fatalf("approval %+v, void %v", got.Approval, got.Void)
		}
		must(t, h.desk.SetFacts(t.Context(), ana, h.ref, []casework.NewFact{{Name: outbox.FactWhatHappened, Values: []string{"It was worse."}, Source: "logs"}}))
		got, err = h.FilingVersion(t.Context(), ana, h.ref, o.ID, v.N)
		must(t, err)
		if len(got.Void) == 0 || !strings.Contains(got.Void[0], "It would say otherwise now") {
			t.Errorf("void %v", got.Void)
		}
		in := outbox.RecordFiling{At: h.store.Clock.Now(), Version: v.N}
		err = h.RecordFiling(t.Context(), ana, h.ref, o.ID, in)
		if strict {
			wantKind(t, err, incident.Conflict)
			in.Version = 0
			wantKind(t, h.RecordFiling(t.Context(), ana, h.ref, o.ID, in), incident.Conflict)
			continue
		}
		must(t, err)
		all, err := h.Filings(t.Context(), ana, h.ref)
		must(t, err)
		if f := all[0]; f.Approved != "" || f.Version != v.N {
			t.Errorf("on record: %+v", f)
		}
	}
}

func TestAnAuthorityIsWrittenToInItsLanguage(t *testing.T) {
	h := build(t, nil)
	h.open(t, false)
	h.settle(t, 5)
	_, err := h.CreateDrafts(t.Context(), ana, h.ref)
	must(t, err)
	all, err := h.Drafts(t.Context(), cora, h.ref)
	must(t, err)
	seen := false
	for _, d := range all {
		if d.Rule == "eu-gdpr-33-1" {
			seen = true
			if d.Language != "de" || d.Current().Letter.Letter != "regulator-cover" || !strings.Contains(d.Current().Letter.Text, "Die Verletzung") {
				t.Errorf("to %s: %s, %.80s", d.Recipient.Name, d.Language, d.Current().Letter.Text)
			}
		}
	}
	if !seen {
		t.Error("there is no letter to the authority")
	}
	lib, err := letters()
	must(t, err)
	if !strings.Contains(fmt.Sprint(languagesOf(lib, "regulator-cover")), "pl") {
		t.Error("the cover letter has no Polish")
	}
}

func languagesOf(lib *letter.Library, id string) []string {
	for _, info := range lib.Letters() {
		if info.ID == id {
			return info.Languages
		}
	}
	return nil
}
