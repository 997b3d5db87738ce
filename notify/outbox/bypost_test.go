package outbox_test

import (
	"testing"

	"tocsin/incident/casework"
	"tocsin/notify"
	"tocsin/notify/outbox"
)

// Whoever asks, on the page of their letter, to be written to by post gets no further
// letter by e-mail: they are left out with that reason, and wait for one on paper.
func TestNoFurtherLettersByEmail(t *testing.T) {
	codes := map[string]string{}
	post := &postman{got: map[string]int{}}
	post.answer = func(m notify.Message) notify.Outcome {
		codes[m.To] = printedCode.FindString(m.Text)
		return notify.Accepted
	}
	h := buildWith(t, post, func(c *outbox.Config) {
		clinic(c)
		c.Letterhead.CheckPage = "https://clinic.example/letter"
	})
	h.press(t)
	h.open(t, false)
	must(t, h.desk.SetFacts(t.Context(), ana, h.ref, []casework.NewFact{{Name: outbox.FactPoliceDelay, Values: []string{"no"}, Source: "their letter"}}))
	h.list(t, "1,A,ca@mail.example,US,CA,en,name+ssn+medical,desk,patients\n2,B,ma@mail.example,US,MA,en,name+ssn+medical,desk,patients\n")
	h.written(t)
	h.approve(t)
	h.run(t, h.release(t).ID, over)

	g, err := h.CheckLetter(t.Context(), codes["ma@mail.example"])
	must(t, err)
	mine, err := h.OwnPage(t.Context(), h.desk.Lists(), g)
	must(t, err)
	_, _, err = h.desk.ReceiveFromLetter(t.Context(), outbox.Outsider(), casework.LetterRequest{Incident: g.Incident, Letter: g.Delivery, Person: mine.Person, Ask: casework.AskByPost})
	must(t, err)

	second := h.run(t, h.release(t).ID, over)
	if second.Series != 1 || second.Counts.Accepted != 0 || second.Excluded["asked to be written to by post"] != 1 || post.got["ma@mail.example"] != 1 {
		t.Errorf("the further letter: series %d, counts %+v, left out %v, %d to Massachusetts", second.Series, second.Counts, second.Excluded, post.got["ma@mail.example"])
	}
	plan, err := h.PlanPosting(t.Context(), otto, h.ref, 1, false)
	must(t, err)
	if plan.Excluded["no postal address"] != 1 { // the list has none, or it would be printed
		t.Errorf("on paper: %d printed, left out %v, %s", plan.Printed, plan.Excluded, plan.Blocked)
	}
}
