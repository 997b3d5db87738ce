package outbox_test

import (
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/notify/outbox"
	"tocsin/notify/statute"
)

func TestSupposingMovesDutiesAndWritesNothing(t *testing.T) {
	h := build(t, nil)
	h.open(t, false)
	h.settle(t, 10)
	held, err := h.Obligations(t.Context(), ana, h.ref)
	must(t, err)
	now := h.store.Clock.Now()
	before, after, err := h.Suppose(t.Context(), ana, h.ref, outbox.Supposition{
		Facts:      []casework.NewFact{{Name: "incident.risk", Values: []string{"unlikely"}}},
		Milestones: []casework.SetMilestone{{Milestone: incident.Aware, At: now.Add(-3 * time.Hour), Zone: "Europe/Berlin"}},
		People:     []outbox.SupposedPeople{{Residence: "US-CA", People: 700}, {Residence: "DE", People: 4}},
	})
	must(t, err)
	c := statute.Compare(before, after)
	gone, come := false, false
	for _, ch := range c.Changed {
		gone = gone || ch.After.Rule == "eu-gdpr-33-1" && ch.Turned() && ch.After.Applies.String() == "no"
	}
	for _, o := range c.Appeared {
		come = come || o.Rule == "us-ca-individuals" && o.Applies.String() == "yes"
	}
	if !gone || !come {
		t.Errorf("the filing fell: %v, California's letters appeared: %v", gone, come)
	}
	after2, err := h.Obligations(t.Context(), ana, h.ref)
	must(t, err)
	if len(after2) != len(held) {
		t.Errorf("%d obligations became %d", len(held), len(after2))
	}
	for n := range held {
		if held[n].Rule == "eu-gdpr-33-1" && after2[n].Applies != "yes" {
			t.Error("what was supposed is on record")
		}
	}
	// A value nobody can read says which fact; nothing supposed changes nothing.
	_, _, err = h.Suppose(t.Context(), ana, h.ref, outbox.Supposition{Facts: []casework.NewFact{{Name: "incident.encryption", Values: []string{"rot13"}}}})
	wantKind(t, err, incident.Invalid)
	before, after, err = h.Suppose(t.Context(), ana, h.ref, outbox.Supposition{})
	must(t, err)
	if c := statute.Compare(before, after); !c.IsZero() {
		t.Errorf("nothing supposed changes %+v", c)
	}
}
