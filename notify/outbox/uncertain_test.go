package outbox_test

import (
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/notify"
	"tocsin/notify/outbox"
)

// guessing is a mailing of 30 people of whom nine are uncertain.
func guessing(t *testing.T) (*house, *postman, outbox.Mailing) {
	t.Helper()
	post := &postman{got: map[string]int{}}
	post.answer = func(m notify.Message) notify.Outcome {
		if post.got[m.To] == 1 && len(m.To) == len("p1@mail.example") {
			return notify.Uncertain
		}
		return notify.Accepted
	}
	h := buildWith(t, post, func(c *outbox.Config) { c.Canary, c.Batch = 30, 5 })
	h.readyFor(t, nameless(30, func(int) bool { return false }))
	m := h.walk(t, h.release(t).ID, func(m outbox.Mailing) bool {
		if m.State == outbox.MailingPaused {
			must(t, h.Resume(t.Context(), otto, h.ref, m.ID))
		}
		return over(m)
	})
	if m.Counts.Uncertain != 9 {
		t.Fatalf("counts %+v", m.Counts)
	}
	return h, post, m
}

func TestUncertainLettersAreListed(t *testing.T) {
	h, _, m := guessing(t)
	all, err := h.Uncertain(t.Context(), cora, h.ref, outbox.UncertainQuery{Mailing: m.ID, People: true})
	must(t, err)
	if len(all) != 9 {
		t.Fatalf("%d of 9 are listed", len(all))
	}
	for _, u := range all {
		if u.MessageID != u.Key+".1" || u.Batch == 0 || u.Line < 1 || u.Line > 9 || u.Detail == "" || u.Try != 1 || u.At.IsZero() {
			t.Errorf("%+v", u)
		}
		if !strings.Contains(u.Email, "…") || strings.Contains(u.Email, "mail.example") || u.Name == "" {
			t.Errorf("shown as %q, %q", u.Name, u.Email)
		}
	}
	// Page by page they are the same.
	var paged []outbox.UncertainDelivery
	for after := ""; ; after = paged[len(paged)-1].Key {
		some, err := h.Uncertain(t.Context(), cora, h.ref, outbox.UncertainQuery{After: after, Limit: 4})
		must(t, err)
		if len(some) == 0 {
			break
		}
		paged = append(paged, some...)
	}
	for n := range all {
		if len(paged) != 9 || paged[n].Key != all[n].Key || paged[n].Email != "" {
			t.Fatalf("page by page: %d, first %+v", len(paged), paged[0])
		}
	}
	reasons, err := h.UncertainReasons(t.Context(), cora, h.ref, m.ID)
	must(t, err)
	if len(reasons) != 1 || reasons[0].People != 9 {
		t.Errorf("%+v", reasons)
	}
	_, err = h.Uncertain(t.Context(), cora, h.ref, outbox.UncertainQuery{Mailing: "none"})
	wantKind(t, err, incident.NotFound)
}

func TestUncertainLettersAreSettledOneByOne(t *testing.T) {
	h, post, m := guessing(t)
	settle := func(st outbox.Settlement) (int, error) { return h.Settle(t.Context(), otto, h.ref, st) }
	all, err := h.Uncertain(t.Context(), cora, h.ref, outbox.UncertainQuery{})
	must(t, err)
	for _, st := range []outbox.Settlement{{}, {As: "perhaps"}, {As: outbox.SettleArrived, Note: strings.Repeat("x", 501)}} {
		_, err := settle(st)
		wantKind(t, err, incident.Invalid)
	}
	for _, st := range []outbox.Settlement{{As: outbox.SettleArrived, Key: "none"}, {As: outbox.SettleArrived, Mailing: "none"}} {
		_, err := settle(st)
		wantKind(t, err, incident.NotFound)
	}
	_, err = settle(outbox.Settlement{As: outbox.SettleArrived, Reason: "another"})
	wantKind(t, err, incident.Conflict)
	_, err = h.Settle(t.Context(), rene, h.ref, outbox.Settlement{As: outbox.SettleArrived})
	wantKind(t, err, incident.Forbidden)

	// One arrived, one gets a letter, one is sent again, a batch arrived, the rest
	// is sent again.
	for _, c := range []struct {
		st   outbox.Settlement
		want int
	}{
		{outbox.Settlement{Key: all[0].Key, As: outbox.SettleArrived, Note: "queued as 4F2A"}, 1},
		{outbox.Settlement{Key: all[1].Key, As: outbox.SettleLetter}, 1},
		{outbox.Settlement{Key: all[2].Key, As: outbox.SettleAgain}, 1},
	} {
		n, err := settle(c.st)
		must(t, err)
		if n != c.want {
			t.Fatalf("%+v settled %d", c.st, n)
		}
	}
	_, err = settle(outbox.Settlement{Key: all[0].Key, As: outbox.SettleArrived})
	wantKind(t, err, incident.Conflict) // it is no longer uncertain
	if h.told(t) {
		t.Error("a clock stopped while somebody's letter is uncertain")
	}
	now, err := h.Mailing(t.Context(), otto, h.ref, m.ID)
	must(t, err)
	if c := now.Counts; c.Accepted != 22 || c.Bounced != 1 || c.Deferred != 1 || c.Uncertain != 6 || now.NeedLetter() != 1 {
		t.Errorf("counts %+v, %d need a letter", c, now.NeedLetter())
	}
	h.sums(t, now)
	batch := all[3].Batch
	inBatch := 0
	for _, u := range all[3:] {
		if u.Batch == batch {
			inBatch++
		}
	}
	n, err := settle(outbox.Settlement{Mailing: m.ID, Batch: batch, As: outbox.SettleArrived})
	must(t, err)
	if n != inBatch {
		t.Errorf("%d settled, batch %d has %d", n, batch, inBatch)
	}
	if rest := 6 - inBatch; rest > 0 {
		n, err = settle(outbox.Settlement{Mailing: m.ID, Reason: all[3].Detail, As: outbox.SettleAgain})
		must(t, err)
		if n != rest {
			t.Errorf("%d settled of %d", n, rest)
		}
	}
	m = h.walk(t, m.ID, over)
	h.sums(t, m)
	if m.Counts.Accepted != 29 || m.Counts.Bounced != 1 {
		t.Errorf("counts %+v", m.Counts)
	}
	twice := 0
	for _, n := range post.got {
		if n > 2 {
			t.Errorf("somebody was written to %d times", n)
		}
		if n == 2 {
			twice++
		}
	}
	if twice != 1+6-inBatch {
		t.Errorf("%d were sent again, and a person said so of %d", twice, 1+6-inBatch)
	}
	// Whom the letter is for stands with those whose mail came back, and the duty is
	// open until somebody says how they were told.
	back, err := h.Unreached(t.Context(), cora, h.ref, m.ID, 0)
	must(t, err)
	if len(back.Letters) != 1 || back.Letters[0].Line != all[1].Line || !strings.Contains(back.Letters[0].Reason, "a letter is sent instead") {
		t.Errorf("%+v", back.Letters)
	}
	if h.told(t) {
		t.Error("the duty counts as met, and a letter is still to be sent")
	}
	_, err = h.LettersPosted(t.Context(), otto, h.ref, m.ID, "letter of 3 March")
	must(t, err)
	if !h.told(t) {
		t.Error("everybody was told, and the duty is open")
	}
}
