package register_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/casework/caseworktest"
	"tocsin/notify/register"
)

// What is erased after its retention stays in the register as a line of dates
// and counts; nothing of its own words does.
func TestAnErasedCaseStaysInTheRegister(t *testing.T) {
	h := build(t)
	ctx, ana, cora, rita := t.Context(), person("ana", incident.GrantResponder), person("cora", incident.GrantCounsel), person("rita", incident.GrantRights)
	i, err := h.desk.OpenIncident(ctx, ana, casework.NewIncident{Title: "Ticket of Mia Probe", Summary: "Mia Probe complained", Kind: "misdirected"})
	must(t, err)
	_, err = caseworktest.Settle(ctx, h.desk, ana, i.Number, incident.Roster{}, strings.NewReader("customer_id,name,email,country,region,language,elements,sources\nC-1,Mia Probe,mia@probe.example,JP,,,email,x\n"), map[string]io.Reader{})
	must(t, err)
	must(t, h.desk.SetMilestone(ctx, ana, i.Number, casework.SetMilestone{Milestone: incident.IndividualsNotified, At: h.Clock.Now(), Reason: "Mia Probe was called"}))
	must(t, h.desk.SetFacts(ctx, ana, i.Number, []casework.NewFact{{Name: "incident.risk", Values: []string{"unlikely"}, Source: "counsel"}}))
	must(t, h.desk.CloseIncident(ctx, ana, i.Number, "Mia Probe is content", false))
	h.Clock.Advance(8 * 366 * 24 * time.Hour)
	all, err := h.outbox.Obligations(ctx, cora, i.Number)
	must(t, err)
	must(t, h.desk.ReopenIncident(ctx, ana, i.Number, "x"))
	for _, o := range all {
		if o.Owed() && o.Due() != nil {
			must(t, h.outbox.DecideNotToNotify(ctx, cora, i.Number, o.ID, "x"))
			must(t, h.outbox.ApproveDecision(ctx, person("otto", incident.GrantApprover), i.Number, o.ID, true))
		}
	}
	must(t, h.desk.CloseIncident(ctx, ana, i.Number, "Mia Probe is content", false))
	h.Clock.Advance(8 * 366 * 24 * time.Hour)
	must(t, h.desk.ProposeErasure(ctx, rita, i.Number))
	must(t, h.desk.EraseIncident(ctx, cora, i.Number, i.Number))
	got := h.read(t, person("audra", incident.GrantAuditor))
	if len(got) != 1 || got[0].Number != i.Number || got[0].Status != "erased" || *got[0].People != 1 || got[0].Jurisdictions["JP"] != 1 || len(got[0].Told) != 1 {
		t.Fatalf("%+v", got)
	}
	if len(h.read(t, person("adam", incident.GrantAdmin))) != 0 {
		t.Error("an administrator reads the register by an erasure")
	}
	var b strings.Builder
	must(t, register.CSV(&b, got))
	must(t, register.JSON(&b, got))
	if strings.Contains(b.String(), "Mia") || strings.Contains(b.String(), "content") {
		t.Errorf("it says\n%s", b.String())
	}
}
