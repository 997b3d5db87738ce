package outbox_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/incident/casework"
)

var rita = person("rita", incident.GrantRights)

// request takes a confirmed request in, linked to whom the id finds.
func (h *house) request(t *testing.T, right incident.Right, id string) string {
	t.Helper()
	ctx := t.Context()
	r, err := h.desk.ReceiveRight(ctx, rita, casework.NewRight{Right: right, Regime: "eu-gdpr", Channel: "mail", Asker: casework.Asker{CustomerID: id}})
	must(t, err)
	must(t, h.desk.CheckIdentity(ctx, rita, r.Number, "confirmed", "signed_in"))
	s := h.find(t, id)
	var hits []int
	for n, x := range s.Hits {
		if x.Where == "list" {
			hits = append(hits, n)
		}
	}
	must(t, h.desk.LinkHits(ctx, rita, s.ID, r.Number, hits))
	return r.Number
}

func (h *house) find(t *testing.T, id string) casework.PersonSearch {
	t.Helper()
	search, err := h.desk.BeginPersonSearch(t.Context(), rita, casework.PersonQuery{CustomerID: id})
	must(t, err)
	h.desk.Wait()
	s, err := h.desk.Search(t.Context(), rita, search)
	must(t, err)
	return s
}

func (h *house) copyOf(t *testing.T, number string) string {
	t.Helper()
	_, err := h.desk.MakeCopy(t.Context(), rita, number)
	must(t, err)
	_, size, body, err := h.desk.TakeCopy(t.Context(), rita, number)
	must(t, err)
	raw, err := io.ReadAll(body)
	must(t, err)
	must(t, body.Close())
	z, err := zip.NewReader(bytes.NewReader(raw), size)
	must(t, err)
	f, err := z.Open("held.json")
	must(t, err)
	text, err := io.ReadAll(f)
	must(t, err)
	return string(text)
}

// Corrected addresses are written to, restricted people are not, everybody
// gets their own letter in their copy, and who is erased is not told twice.
func TestRightsReachTheMailing(t *testing.T) {
	mail := &postman{got: map[string]int{}}
	h := build(t, mail)
	ctx := t.Context()
	h.ready(t, 8)
	one := h.request(t, incident.RightRectify, "c1")
	must(t, h.desk.CorrectPerson(ctx, rita, one, h.ref, map[string]string{"email": "moved@mail.example"}))
	three := h.request(t, incident.RightRestrict, "c3")
	must(t, h.desk.RestrictPerson(ctx, rita, three, h.ref))
	four := h.request(t, incident.RightErase, "c4")

	// A duty is open, and then a mailing: neither lets the person go.
	plan, err := h.desk.PlanErasure(ctx, rita, four, h.ref)
	must(t, err)
	if said := obstacles(plan); !strings.Contains(said, "A duty is open") {
		t.Errorf("in the way: %s", said)
	}
	m := h.release(t)
	plan, err = h.desk.PlanErasure(ctx, rita, four, h.ref)
	must(t, err)
	if said := obstacles(plan); !strings.Contains(said, "Mailing 1 is not over") {
		t.Errorf("in the way: %s", said)
	}
	wantKind(t, second(h.desk.EraseFrom(ctx, rita, four, h.ref)), incident.Conflict)
	got := h.run(t, m.ID, over)
	if mail.got["moved@mail.example"] != 1 || mail.got["p1@mail.example"] != 0 || mail.got["p3@mail.example"] != 0 || mail.got["p4@mail.example"] != 1 {
		t.Errorf("written to %v", mail.got)
	}
	if got.Excluded[casework.Restricted] != 1 || got.Pending() != 0 {
		t.Errorf("%+v", got)
	}

	text := h.copyOf(t, four)
	for _, want := range []string{`"outcome": "accepted"`, "Person 4", "support desk", `"letter"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the copy lacks %s:\n%s", want, text)
		}
	}
	for _, not := range []string{"Person 1", "Person 3", "p5@", "c6"} {
		if strings.Contains(text, not) {
			t.Errorf("the copy holds %s", not)
		}
	}

	plan, err = h.desk.EraseFrom(ctx, rita, four, h.ref)
	must(t, err)
	if plan.Notices != 1 {
		t.Errorf("%+v", plan)
	}
	for _, x := range h.find(t, "c4").Hits {
		if x.Where != "request" {
			t.Errorf("found still: %+v", x)
		}
	}
	// The letter counts as sent to the list that is left, so none is written anew.
	_, err = h.CreateDrafts(ctx, ana, h.ref)
	wantKind(t, err, incident.Conflict)
	done, err := h.Mailing(ctx, otto, h.ref, m.ID)
	must(t, err)
	if r, err := h.desk.Rosters(ctx, cora, h.ref); err != nil || done.Roster != r[0].Object || r[0].People != 7 {
		t.Errorf("the mailing is about another list: %v", err)
	}

	// A later list holds them again, as the directory does; they are known to have been told.
	h.settle(t, 9)
	must(t, second(h.CreateDrafts(ctx, ana, h.ref)))
	h.approve(t)
	later := h.run(t, h.release(t).ID, over)
	if mail.got["p4@mail.example"] != 1 || mail.got["p9@mail.example"] != 1 || later.Pending() != 0 {
		t.Errorf("written to %v, %+v", mail.got, later)
	}
}

func second[T any](_ T, err error) error { return err }

func obstacles(p casework.ErasurePlan) string {
	var out []string
	for _, o := range p.Obstacles {
		out = append(out, o.What)
	}
	return strings.Join(out, "\n")
}

// An incident that was erased leaves nothing of itself outside its key, and the
// parts that look for work pass it over.
func TestAnErasedIncidentIsPassedOver(t *testing.T) {
	h := build(t, &postman{got: map[string]int{}})
	ctx := t.Context()
	h.ready(t, 3)
	h.run(t, h.release(t).ID, over)
	must(t, h.desk.CloseIncident(ctx, ana, h.ref, "done", false))
	h.store.Clock.Advance(8 * 366 * 24 * 3600e9)
	err := h.desk.ProposeErasure(ctx, rita, h.ref)
	wantKind(t, err, incident.Conflict)
	if !strings.Contains(err.Error(), "A duty is open") { // the authority was never told
		t.Errorf("in the way: %v", err)
	}
	all, err := h.Obligations(ctx, incident.Operator(), h.ref)
	must(t, err)
	must(t, h.desk.ReopenIncident(ctx, ana, h.ref, "A duty was forgotten."))
	for _, o := range all {
		if o.Owed() && o.Due() != nil {
			must(t, h.DecideNotToNotify(ctx, cora, h.ref, o.ID, "Told by telephone, years ago."))
			must(t, h.ApproveDecision(ctx, otto, h.ref, o.ID, true))
		}
	}
	must(t, h.desk.CloseIncident(ctx, ana, h.ref, "done", false))
	h.store.Clock.Advance(8 * 366 * 24 * 3600e9)
	must(t, h.desk.ProposeErasure(ctx, rita, h.ref))
	must(t, h.desk.EraseIncident(ctx, cora, h.ref, h.ref))
	clocks, err := h.NextClocks(ctx, incident.Operator(), 0)
	must(t, err)
	if len(clocks) != 0 {
		t.Errorf("%d clocks run for it", len(clocks))
	}
	_, err = h.Obligations(ctx, incident.Operator(), h.ref)
	wantKind(t, err, incident.Gone)
	_, err = h.Mailings(ctx, incident.Operator(), h.ref)
	wantKind(t, err, incident.Gone)
	must(t, h.Tick(ctx))
}
