package api_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/web/api"
)

func count(c *client) int {
	c.t.Helper()
	var l struct{ Items []any }
	c.get("/incidents?limit=200").want(200).into(&l)
	return len(l.Items)
}

func TestSameKeySameAnswer(t *testing.T) {
	h := build(t)
	c, other := h.token(incident.GrantResponder), h.token(incident.GrantResponder)
	const body = `{"title":"Leak","kind":"phishing","severity":"low"}`
	first := c.do("POST", "/incidents", body, "Idempotency-Key", "k1").want(201)
	again := func() answer { return c.do("POST", "/incidents", body, "Idempotency-Key", "k1") }
	if got := again(); got.body != first.body || got.status != 201 || got.header.Get("Location") != first.header.Get("Location") {
		t.Errorf("%d %s", got.status, got.body)
	}
	// Other spelling of the same object, and a restart, change nothing.
	c.do("POST", "/incidents", `{"severity":"low", "kind":"phishing","title":"Leak"}`, "Idempotency-Key", "k1").want(201)
	h.restart()
	if got := again(); got.body != first.body || got.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("after a restart: %d %s", got.status, got.body)
	}
	if n := count(c); n != 1 {
		t.Fatalf("%d incidents", n)
	}
	// Another body, path or token is another request.
	c.do("POST", "/incidents", `{"title":"Other"}`, "Idempotency-Key", "k1").want(409)
	c.do("POST", "/incidents/1/timeline", body, "Idempotency-Key", "k1").want(409)
	other.do("POST", "/incidents", body, "Idempotency-Key", "k1").want(201)
	c.do("POST", "/incidents", body, "Idempotency-Key", "k2").want(201)
	if n := count(c); n != 3 {
		t.Errorf("%d incidents", n)
	}
	c.do("POST", "/incidents", body, "Idempotency-Key", strings.Repeat("k", 256)).want(422)
	c.do("POST", "/incidents", body, "Idempotency-Key", "käse").want(422)

	// A key is kept for a week.
	h.store.Clock.Advance(8 * 24 * time.Hour)
	if got := again().want(201); got.body == first.body {
		t.Error("an answer was kept for more than a week")
	}
}

func TestWhatFailedMayBeSentAgain(t *testing.T) {
	h := build(t)
	c := h.token(incident.GrantResponder)
	c.do("POST", "/incidents", `{"title":""}`, "Idempotency-Key", "k").want(422)
	c.do("POST", "/incidents", `{"title":"Leak"}`, "Idempotency-Key", "k").want(201)
	if n := count(c); n != 1 {
		t.Errorf("%d incidents", n)
	}
}

func TestManyAtOnceAreOne(t *testing.T) {
	h := build(t)
	c := h.token(incident.GrantResponder)
	var wait sync.WaitGroup
	got := make([]int, 12)
	for n := range got {
		wait.Add(1)
		go func() {
			defer wait.Done()
			got[n] = c.do("POST", "/incidents", `{"title":"Leak"}`, "Idempotency-Key", "same").status
		}()
	}
	wait.Wait()
	for _, s := range got {
		if s != 201 && s != 409 {
			t.Errorf("status %d", s)
		}
	}
	if n := count(c); n != 1 {
		t.Errorf("%d incidents from %v", n, got)
	}
}

func TestAnAnswerIsForWhoMaySeeIt(t *testing.T) {
	h := build(t)
	c, other := h.token(incident.GrantResponder), h.token(incident.GrantResponder)
	number := other.open("Leak")
	c.do("POST", "/incidents/"+number+"/timeline", `{"text":"x"}`, "Idempotency-Key", "k").want(201)
	other.do("PATCH", "/incidents/"+number, `{"restricted":true}`).want(200)
	c.do("POST", "/incidents/"+number+"/timeline", `{"text":"x"}`, "Idempotency-Key", "k").want(404)
}

func TestAnswersGoWithTheirIncident(t *testing.T) {
	h := build(t)
	c := h.token(incident.GrantResponder)
	var i struct{ ID string }
	c.do("POST", "/incidents", `{"title":"Leak"}`, "Idempotency-Key", "k").want(201).into(&i)
	must(t, h.store.Update(t.Context(), incident.Operator(), func(tx *ledger.Tx) error {
		tx.Record("retention.destroy", "incident/"+i.ID)
		return tx.DestroyKey(i.ID)
	}))
	if got := c.do("POST", "/incidents", `{"title":"Leak"}`, "Idempotency-Key", "k"); got.status != 410 {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// A crash between the act and its answer: the store is copied as a kill would
// leave it, from inside the act and just after it.
func TestInterruptedRequests(t *testing.T) {
	for _, tt := range []struct {
		name  string
		acted bool // the act had committed when the program died
		want  int
	}{
		{"before the act", false, 201},
		{"after the act", true, 409},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := build(t)
			c := h.token(incident.GrantResponder)
			c.get("/incidents").want(200) // the token's use is noted
			c.do("POST", "/incidents", `{"title":"Earlier"}`).want(201)
			crash := &crashing{h: h, acted: tt.acted}
			desk, err := casework.New(casework.Deps{DB: h.store.DB, Vault: nowhere{}, Reactors: []casework.Reactor{crash}}, casework.Config{})
			must(t, err)
			deps := h.deps
			deps.Desk = desk
			a, err := api.New(deps, api.Config{})
			must(t, err)
			h.server.Config.Handler = a
			c.do("POST", "/incidents", `{"title":"Leak"}`, "Idempotency-Key", "k")
			if tt.acted {
				// As it was after the act and before the answer: the answer is taken away.
				must(t, h.store.Update(t.Context(), c.principal(), func(tx *ledger.Tx) error { return api.Interrupt(tx, c.id, "k") }))
			} else {
				h.store = crash.left
			}
			h.wire(api.Config{})
			got := c.do("POST", "/incidents", `{"title":"Leak"}`, "Idempotency-Key", "k")
			if got.status != tt.want {
				t.Errorf("%d %s", got.status, got.body)
			}
			if n := count(c); n != 2 {
				t.Errorf("%d incidents", n)
			}
			// The caller looked, and goes on with a new key.
			c.do("POST", "/incidents", `{"title":"Leak"}`, "Idempotency-Key", fmt.Sprint("k", tt.acted)).want(201)
		})
	}
}
