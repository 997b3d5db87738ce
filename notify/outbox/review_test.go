package outbox_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/notify/outbox"
)

func (h *house) set(t *testing.T, name string, values ...string) {
	t.Helper()
	must(t, h.desk.SetFacts(t.Context(), ana, h.ref, []casework.NewFact{{Name: name, Values: values, Source: "logs"}}))
}

func (h *house) conclude(t *testing.T, q outbox.Question, answer, reasons string) {
	t.Helper()
	f, err := outbox.Conclude(q, answer, reasons)
	must(t, err)
	must(t, h.desk.SetFacts(t.Context(), cora, h.ref, []casework.NewFact{f}))
}

// A conclusion overrides the proposal, is kept with what was known then, and says
// when its ground moved.
func TestAWrittenConclusion(t *testing.T) {
	h := lean(t)
	h.open(t, false)
	for _, wrong := range [][3]string{{"incident.key", "safe", "x"}, {"incident.risk", "none", "x"}, {"incident.rrosh", "yes", " "}} {
		_, err := outbox.Conclude(outbox.Question(wrong[0]), wrong[1], wrong[2])
		wantKind(t, err, incident.Invalid)
	}
	before, err := h.Standing(t.Context(), ana, h.ref)
	must(t, err)
	h.conclude(t, outbox.RiskQuestion, "high", "We know these attackers.")
	now, err := h.Standing(t.Context(), ana, h.ref)
	must(t, err)
	if now.Risk.Level != "high" || now.Risk.Proposed || now.Risk.Proposal != before.Risk.Proposal || len(now.Risk.Steps) < 8 {
		t.Errorf("%s, proposed %v beside %s", now.Risk.Level, now.Risk.Proposed, now.Risk.Proposal)
	}
	all, err := h.Conclusions(t.Context(), ana, h.ref)
	must(t, err)
	if len(all) != 1 || !all[0].Current || all[0].By != "cora" || all[0].Reasons != "We know these attackers." || all[0].Proposed != before.Risk.Proposal || all[0].Digest == "" || len(all[0].Changed) != 0 {
		t.Fatalf("%+v", all)
	}
	h.set(t, "incident.encryption", "strong")
	h.set(t, "incident.key", "safe")
	all, err = h.Conclusions(t.Context(), ana, h.ref)
	must(t, err)
	if got := strings.Join(all[0].Changed, "; "); got != "incident.encryption: none → strong; incident.key: not known → safe" {
		t.Errorf("changed: %s", got)
	}
	if s, err := h.Standing(t.Context(), ana, h.ref); err != nil || s.Risk.Level != "high" {
		t.Errorf("a changed fact undid what a person concluded: %s %v", s.Risk.Level, err)
	}
	h.conclude(t, outbox.RiskQuestion, "", "Wait for the report.")
	h.conclude(t, outbox.HIPAAQuestion, "no", "An attacker has it.")
	all, err = h.Conclusions(t.Context(), ana, h.ref)
	must(t, err)
	if len(all) != 3 || all[0].Current || all[1].Current || all[1].Answer != "" || !all[2].Current || all[2].Proposed == "" {
		t.Errorf("%+v", all)
	}
	if s, err := h.Standing(t.Context(), ana, h.ref); err != nil || !s.Risk.Proposed || s.Risk.HIPAA.Proposed || s.Risk.HIPAA.LowProbability != "no" {
		t.Errorf("withdrawn: proposed %v, HIPAA %+v, %v", s.Risk.Proposed, s.Risk.HIPAA.LowProbability, err)
	}
}

func TestCounselsReview(t *testing.T) {
	h := lean(t)
	h.open(t, false)
	first := h.ref
	must(t, h.AskReview(t.Context(), ana, first, "Is this a high risk?"))
	wantKind(t, h.AskReview(t.Context(), ana, first, "Again?"), incident.Conflict)
	wantKind(t, h.AskReview(t.Context(), person("olga", incident.GrantAuditor), first, "?"), incident.Forbidden)

	// Another one with nothing known but an earlier deadline, and one without any.
	_, err := h.AddContract(t.Context(), cora, terms())
	must(t, err)
	queue, err := h.ReviewQueue(t.Context(), cora)
	must(t, err)
	if len(queue) != 1 || queue[0].Number != first || queue[0].Due == nil || queue[0].AskedBy != "ana" {
		t.Fatalf("%+v", queue)
	}
	quiet, err := h.desk.OpenIncident(t.Context(), ana, casework.NewIncident{Title: "Quiet", Kind: "phishing", Severity: incident.Low})
	must(t, err)
	must(t, h.AskReview(t.Context(), ana, quiet.Number, "Anything?"))
	urgent, err := h.desk.OpenIncident(t.Context(), ana, casework.NewIncident{Title: "Urgent", Kind: "phishing", Severity: incident.Low})
	must(t, err)
	must(t, h.desk.SetMilestone(t.Context(), ana, urgent.Number, casework.SetMilestone{Milestone: incident.Aware, At: h.store.Clock.Now().Add(-20 * time.Hour), Zone: "UTC", Reason: "log"}))
	must(t, h.AskReview(t.Context(), ana, urgent.Number, "Now?"))
	queue, err = h.ReviewQueue(t.Context(), cora)
	must(t, err)
	if len(queue) != 3 || queue[0].Number != urgent.Number || queue[1].Number != first || queue[2].Number != quiet.Number {
		t.Errorf("the order is %+v", queue)
	}
	if mine, err := h.ReviewQueue(t.Context(), ana); err != nil || len(mine) != 0 {
		t.Errorf("a responder sees counsel's queue: %v %v", mine, err)
	}

	// Notes are counsel's; remarks are everybody's.
	wantKind(t, h.AddReviewNote(t.Context(), ana, first, "mine"), incident.Forbidden)
	must(t, h.AddReviewNote(t.Context(), cora, first, "Our exposure is large."))
	must(t, h.RemarkOnDuty(t.Context(), cora, first, h.duty(t, "eu-gdpr-33-1").ID, "File early."))
	wantKind(t, h.RemarkOnDuty(t.Context(), cora, first, "no-such@DE", "x"), incident.NotFound)
	file, err := h.Review(t.Context(), ana, first)
	must(t, err)
	if len(file.Notes) != 0 || len(file.Remarks) != 1 {
		t.Errorf("a responder reads %d notes and %d remarks", len(file.Notes), len(file.Remarks))
	}
	if file, err = h.Review(t.Context(), cora, first); err != nil || len(file.Notes) != 1 {
		t.Errorf("counsel reads %d notes, %v", len(file.Notes), err)
	}

	// A sign-off is bound to what was read, and reopens when it moves.
	wantKind(t, h.SignReview(t.Context(), ana, first, file.Basis.Digest, "Fine."), incident.Forbidden)
	wantKind(t, h.SignReview(t.Context(), cora, first, strings.Repeat("0", 64), "Fine."), incident.Conflict)
	must(t, h.SignReview(t.Context(), cora, first, file.Basis.Digest, "Fine, but for the letters."))
	wantKind(t, h.SignReview(t.Context(), cora, first, file.Basis.Digest, "Twice."), incident.Conflict)
	if queue, err = h.ReviewQueue(t.Context(), cora); err != nil || len(queue) != 2 {
		t.Errorf("a signed review waits: %+v %v", queue, err)
	}
	h.ref = first
	h.set(t, "incident.encryption", "strong")
	file, err = h.Review(t.Context(), ana, first)
	must(t, err)
	if file.State != outbox.ReviewReopened || len(file.Changed) == 0 || file.Changed[0] != "incident.encryption: none → strong" || file.Last().ChangedAt == nil {
		t.Errorf("%s, changed %v", file.State, file.Changed)
	}
	if queue, err = h.ReviewQueue(t.Context(), cora); err != nil || len(queue) != 3 {
		t.Errorf("a reopened review does not wait: %+v %v", queue, err)
	}
	must(t, h.SignReview(t.Context(), cora, first, file.Basis.Digest, "Again."))
	// A new contract moves the ground, too, and so does the edition of the rules.
	more := terms()
	more.Partner = "Another"
	_, err = h.AddContract(t.Context(), cora, more)
	must(t, err)
	file, err = h.Review(t.Context(), cora, first)
	must(t, err)
	if got := strings.Join(file.Changed, "; "); file.State != outbox.ReviewReopened || !strings.Contains(got, "de-contract-2") || !strings.Contains(got, "rules edition") {
		t.Errorf("%s, changed %s", file.State, got)
	}
	if len(file.SignOffs) != 2 || file.SignOffs[0].Statement != "Fine, but for the letters." {
		t.Errorf("sign-offs: %+v", file.SignOffs)
	}
}

// A filing is what an assessment is for: it moves no ground.
func TestAFilingReopensNothing(t *testing.T) {
	h := lean(t)
	h.open(t, false)
	file, err := h.Review(t.Context(), cora, h.ref)
	must(t, err)
	must(t, h.SignReview(t.Context(), cora, h.ref, file.Basis.Digest, "Fine."))
	must(t, h.RecordFiling(t.Context(), cora, h.ref, h.duty(t, "eu-gdpr-33-1").ID, outbox.RecordFiling{Stage: "initial", At: h.store.Clock.Now(), Zone: "UTC", Reference: "A-1"}))
	file, err = h.Review(t.Context(), cora, h.ref)
	must(t, err)
	if file.State != outbox.ReviewSigned || len(file.Changed) != 0 {
		t.Errorf("%s: %v", file.State, file.Changed)
	}
	must(t, h.AskReview(t.Context(), ana, h.ref, "Look again."))
	must(t, h.WithdrawReview(t.Context(), ana, h.ref))
	wantKind(t, h.WithdrawReview(t.Context(), ana, h.ref), incident.Conflict)
}
