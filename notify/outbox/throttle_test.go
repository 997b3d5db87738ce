package outbox_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework/caseworktest"
	"tocsin/notify"
	"tocsin/notify/outbox"
)

// listOf makes a list of people at domains, in turn.
func listOf(n int, domains ...string) string {
	var b strings.Builder
	b.WriteString("customer_id,name,email,country,region,language,elements,sources\n")
	for k := 1; k <= n; k++ {
		fmt.Fprintf(&b, "c%d,Person %d,p%d@%s,DE,,de,name+email+communications+ssn,desk\n", k, k, k, domains[k%len(domains)])
	}
	return b.String()
}

// readyFor goes as far as approved letters for a list.
func (h *house) readyFor(t testing.TB, list string) {
	t.Helper()
	h.open(t, false)
	_, err := caseworktest.Settle(t.Context(), h.desk, ana, h.ref, incident.Roster{}, strings.NewReader(list), nil)
	must(t, err)
	_, err = h.CreateDrafts(t.Context(), ana, h.ref)
	must(t, err)
	h.approve(t)
}

// walk lets the sender look again and again, two minutes apart, until done says so.
func (h *house) walk(t testing.TB, id string, done func(outbox.Mailing) bool) outbox.Mailing {
	t.Helper()
	var m outbox.Mailing
	for range 2000 {
		must(t, outbox.Round(t.Context(), h.Service))
		var err error
		m, err = h.Mailing(t.Context(), otto, h.ref, id)
		must(t, err)
		if done(m) {
			return m
		}
		h.store.Clock.Advance(2 * time.Minute)
	}
	t.Fatalf("the mailing did not get there: %+v", m)
	return m
}

// hours is a channel that notes when each domain was written to.
type hours struct {
	mu     sync.Mutex
	clock  func() time.Time
	of     map[string][]time.Time
	answer func(domain string, n int) notify.Receipt
}

func (p *hours) Name() string     { return "hours" }
func (p *hours) Close() error     { return nil }
func (p *hours) Connections() int { return 4 }
func (p *hours) Send(_ context.Context, m notify.Message) notify.Receipt {
	p.mu.Lock()
	defer p.mu.Unlock()
	domain := m.To[strings.IndexByte(m.To, '@')+1:]
	p.of[domain] = append(p.of[domain], p.clock())
	if p.answer != nil {
		return p.answer(domain, len(p.of[domain]))
	}
	return notify.Receipt{Outcome: notify.Accepted, Code: 250}
}

// most is the most letters in any hour.
func (p *hours) most(domain string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	most := 0
	for n, from := range p.of[domain] {
		k := 0
		for _, at := range p.of[domain][n:] {
			if at.Sub(from) < time.Hour {
				k++
			}
		}
		most = max(most, k)
	}
	return most
}

func (p *hours) sent(domain string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.of[domain])
}

// A domain at its limit waits and holds nobody else up; a restart forgets nothing;
// a second mailing under another incident shares the limit.
func TestLimitsAnHour(t *testing.T) {
	post := &hours{of: map[string][]time.Time{}}
	limits := func(c *outbox.Config) {
		c.Canary, c.Batch = 3, 10
		c.Throttle = outbox.Throttle{DomainPerHour: 24, Domains: []outbox.DomainLimit{{Name: "Big.example", PerHour: 12}}}
	}
	h := buildWith(t, post, limits)
	post.clock = h.store.Clock.Now
	h.readyFor(t, listOf(60, "big.example", "small.example", "Own.example"))
	id := h.release(t).ID
	held := h.walk(t, id, func(m outbox.Mailing) bool { return len(m.Held) > 0 })
	if held.State != outbox.MailingCanary && held.State != outbox.MailingSending || held.NextPass == nil {
		t.Fatalf("held back in state %s, next pass %v", held.State, held.NextPass)
	}
	named := false
	for _, one := range held.Held {
		named = named || one.Domain == "big.example" && one.PerHour == 12
		if one.Domain != "" && one.Domain != "big.example" {
			t.Errorf("a domain is named that the configuration does not name: %q", one.Domain)
		}
		if one.People == 0 || !one.Until.After(h.store.Clock.Now().Add(-time.Hour)) || one.Clear.Before(one.Until) {
			t.Errorf("%+v", one)
		}
	}
	if !named {
		t.Errorf("held: %+v", held.Held)
	}
	if held.Counts.Rejected+held.Counts.Deferred > 0 {
		t.Errorf("waiting counts as a failed try: %+v", held.Counts)
	}
	if l := held.Outlook; l == nil || l.Held == 0 || l.Left != held.Pending() || l.Ends == nil || l.Ends.Before(*held.NextPass) {
		t.Errorf("outlook %+v at next pass %v", l, held.NextPass)
	}

	// A restart in the middle: another service on the same store.
	h = again(t, h, post, limits)
	half := h.walk(t, id, func(m outbox.Mailing) bool { return post.sent("big.example") > 6 })
	if half.State == outbox.MailingDone {
		t.Fatal("it is done already")
	}
	m := h.walk(t, id, over)
	if m.Counts.Accepted != 60 || m.Pending() != 0 || len(m.Held) != 0 {
		t.Errorf("counts %+v, held %+v", m.Counts, m.Held)
	}
	for domain, limit := range map[string]int{"big.example": 12, "small.example": 24, "Own.example": 24} {
		if got := post.most(domain); got > limit || post.sent(domain) != 20 {
			t.Errorf("%s: %d letters, %d in one hour, limit %d", domain, post.sent(domain), got, limit)
		}
	}

	// Another incident's mailing, at once: the hour is the same hour.
	h.readyFor(t, listOf(30, "big.example"))
	h.walk(t, h.release(t).ID, over)
	if got := post.most("big.example"); got > 12 || post.sent("big.example") != 50 {
		t.Errorf("with a second mailing %d letters in one hour, %d in all", got, post.sent("big.example"))
	}
}

// Neither the store nor what is logged names a domain.
func TestDomainsStayOutOfTheStore(t *testing.T) {
	post := &hours{of: map[string][]time.Time{}}
	h := buildWith(t, post, func(c *outbox.Config) { c.Throttle.DomainPerHour = 12 })
	post.clock = h.store.Clock.Now
	post.answer = func(string, int) notify.Receipt { return notify.Receipt{Outcome: notify.Deferred, Code: 450} }
	h.readyFor(t, listOf(20, "ada-lovelace.example"))
	h.walk(t, h.release(t).ID, func(m outbox.Mailing) bool { return len(m.Held) > 0 })
	if left, err := outbox.Sweep(t.Context(), h.Service); err != nil || left == 0 {
		t.Fatalf("nothing is counted (%v)", err)
	}
	raw, err := os.ReadFile(h.store.Path())
	must(t, err)
	if bytes.Contains(raw, []byte("lovelace")) {
		t.Error("the store's file names a domain")
	}
}

// again is a restart: a new service on the store as it is.
func again(t *testing.T, old *house, mail notify.Channel, change func(*outbox.Config)) *house {
	t.Helper()
	old.store.Reopen(t)
	return houseOn(t, old.store, old.ref, mail, change)
}

func TestALimitOnEverything(t *testing.T) {
	post := &hours{of: map[string][]time.Time{}}
	h := buildWith(t, post, func(c *outbox.Config) { c.Throttle.PerHour = 24; c.Batch = 10 })
	post.clock = h.store.Clock.Now
	h.readyFor(t, listOf(30, "mail.example"))
	id := h.release(t).ID
	m := h.walk(t, id, func(m outbox.Mailing) bool { return len(m.Held) > 0 })
	if one := m.Held[0]; !one.All || one.People != m.Pending() || one.PerHour != 24 {
		t.Errorf("%+v with %d pending", one, m.Pending())
	}
	m = h.walk(t, id, over)
	if m.Counts.Accepted != 30 || post.most("mail.example") > 24 {
		t.Errorf("%d accepted, %d in one hour", m.Counts.Accepted, post.most("mail.example"))
	}
}

// A provider that answers "not now" to everyone after a few letters gets them more
// slowly by itself, and everybody is told in the end; others are not slowed.
func TestADomainThatPutsLettersOffIsAskedLess(t *testing.T) {
	post := &hours{of: map[string][]time.Time{}}
	var lately []time.Time
	refused := 0
	post.answer = func(domain string, _ int) notify.Receipt {
		now := post.clock()
		for len(lately) > 0 && now.Sub(lately[0]) > 4*time.Minute {
			lately = lately[1:]
		}
		if domain == "strict.example" {
			if len(lately) >= 6 {
				refused++
				return notify.Receipt{Outcome: notify.Deferred, Code: 450, Enhanced: "4.7.1"}
			}
			lately = append(lately, now)
		}
		return notify.Receipt{Outcome: notify.Accepted, Code: 250}
	}
	h := buildWith(t, post, func(c *outbox.Config) {
		c.Canary, c.Batch = 2, 20
		c.Retry = make([]time.Duration, 12)
		for n := range c.Retry {
			c.Retry[n] = time.Minute
		}
	})
	post.clock = h.store.Clock.Now
	h.readyFor(t, listOf(120, "strict.example", "easy.example"))
	id := h.release(t).ID
	m := h.walk(t, id, func(m outbox.Mailing) bool { return len(m.Held) > 0 })
	if one := m.Held[0]; !one.Rest || one.Domain != "" || one.People == 0 {
		t.Errorf("%+v", m.Held)
	}
	if post.sent("easy.example") != 60 {
		t.Errorf("%d of 60 at the other domain were written to meanwhile", post.sent("easy.example"))
	}
	m = h.walk(t, id, over)
	if m.Counts.Accepted != 120 {
		t.Errorf("counts %+v", m.Counts)
	}
	if refused > 100 {
		t.Errorf("its servers had to refuse %d times", refused)
	}
}

// A domain with few connections gets no more letters at once, and the others do
// not wait for it.
func TestConnectionsOfADomain(t *testing.T) {
	post := &crowd{at: map[string]int{}, most: map[string]int{}}
	h := buildWith(t, post, func(c *outbox.Config) {
		c.Canary, c.Batch = 1, 50
		c.Throttle.Domains = []outbox.DomainLimit{{Name: "narrow.example", Connections: 1}}
	})
	h.readyFor(t, listOf(40, "narrow.example", "wide.example"))
	m := h.walk(t, h.release(t).ID, over)
	if m.Counts.Accepted != 40 || post.most["narrow.example"] != 1 || post.most["wide.example"] < 2 {
		t.Errorf("%d accepted, at most %v at once", m.Counts.Accepted, post.most)
	}
}

// crowd counts how many letters to each domain are under way at once.
type crowd struct {
	mu       sync.Mutex
	at, most map[string]int
}

func (p *crowd) Name() string     { return "crowd" }
func (p *crowd) Close() error     { return nil }
func (p *crowd) Connections() int { return 4 }
func (p *crowd) Send(_ context.Context, m notify.Message) notify.Receipt {
	domain := m.To[strings.IndexByte(m.To, '@')+1:]
	p.mu.Lock()
	p.at[domain]++
	p.most[domain] = max(p.most[domain], p.at[domain])
	p.mu.Unlock()
	time.Sleep(2 * time.Millisecond)
	p.mu.Lock()
	p.at[domain]--
	p.mu.Unlock()
	return notify.Receipt{Outcome: notify.Accepted, Code: 250}
}

// A mail server that cannot be reached is not asked for each of a list's people, and
// whom it was not asked for has lost no attempt.
func TestAMailServerThatIsDown(t *testing.T) {
	asked, up := 0, false
	post := &postman{got: map[string]int{}}
	post.answer = func(notify.Message) notify.Outcome {
		asked++
		if up {
			return notify.Accepted
		}
		return notify.Deferred
	}
	h := buildWith(t, post, func(c *outbox.Config) {
		c.Canary, c.Batch, c.Retry = 5, 50, []time.Duration{time.Minute, time.Minute, time.Minute}
	})
	h.readyFor(t, nameless(300, func(int) bool { return false }))
	id := h.release(t).ID
	up = true
	must(t, outbox.Round(t.Context(), h.Service))
	if m, err := h.Mailing(t.Context(), otto, h.ref, id); err != nil || m.State != outbox.MailingDone {
		t.Fatalf("%v %+v", err, m)
	}

	// The same, with a server that goes away.
	h.readyFor(t, nameless(300, func(int) bool { return false }))
	id = h.release(t).ID
	asked, up = 0, false
	post.got = map[string]int{}
	post.answer = func(notify.Message) notify.Outcome {
		if asked++; asked <= 20 || up {
			return notify.Accepted
		}
		return notify.Deferred
	}
	for range 12 { // twelve minutes, and the ladder has three
		must(t, outbox.Round(t.Context(), h.Service))
		h.store.Clock.Advance(61 * time.Second)
	}
	m, err := h.Mailing(t.Context(), otto, h.ref, id)
	must(t, err)
	h.sums(t, m)
	if len(m.Held) != 1 || !m.Held[0].Down || m.Held[0].People != 280 || m.Counts.Accepted != 20 {
		t.Errorf("held %+v, counts %+v", m.Held, m.Counts)
	}
	if asked > 20+12*24 {
		t.Errorf("it was asked %d times", asked)
	}
	up = true
	m = h.walk(t, id, over)
	if m.Counts.Accepted != 300 {
		t.Errorf("counts %+v", m.Counts)
	}
	h.sums(t, m)
}

// A mailing that is stuck does not keep another incident's from its end.
func TestMailingsSideBySide(t *testing.T) {
	stuck := make(chan struct{})
	post := &gatekeeper{stuck: stuck}
	h := buildWith(t, post, func(c *outbox.Config) { c.Canary, c.Batch = 3, 20 })
	h.readyFor(t, listOf(40, "slow.example"))
	slow, ref := h.release(t).ID, h.ref
	h.readyFor(t, listOf(40, "quick.example"))
	quick := h.release(t).ID
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	wait := func(ref, id string) {
		t.Helper()
		for range 400 {
			m, err := h.Mailing(t.Context(), otto, ref, id)
			must(t, err)
			if over(m) {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Error("it does not come to its end")
	}
	wait(h.ref, quick)
	if m, err := h.Mailing(t.Context(), otto, ref, slow); err != nil || m.Counts.Accepted != 0 {
		t.Errorf("%v %+v", err, m.Counts)
	}
	close(stuck)
	wait(ref, slow)
	cancel()
	must(t, <-ended)
}

// gatekeeper takes nothing for one domain until it is let.
type gatekeeper struct{ stuck chan struct{} }

func (p *gatekeeper) Name() string     { return "gatekeeper" }
func (p *gatekeeper) Close() error     { return nil }
func (p *gatekeeper) Connections() int { return 4 }
func (p *gatekeeper) Send(_ context.Context, m notify.Message) notify.Receipt {
	if strings.HasSuffix(m.To, "@slow.example") {
		<-p.stuck
	}
	return notify.Receipt{Outcome: notify.Accepted, Code: 250}
}

// What was counted is taken away when it no longer matters.
func TestPacesAreSwept(t *testing.T) {
	post := &hours{of: map[string][]time.Time{}}
	h := buildWith(t, post, func(c *outbox.Config) { c.Throttle.DomainPerHour = 1000 })
	post.clock = h.store.Clock.Now
	h.readyFor(t, listOf(30, "a.example", "b.example", "c.example"))
	h.walk(t, h.release(t).ID, over)
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 3}, {50 * time.Minute, 3}, {15 * time.Minute, 0}} {
		h.store.Clock.Advance(step.after)
		left, err := outbox.Sweep(t.Context(), h.Service)
		must(t, err)
		if left != step.want {
			t.Errorf("%d domains are left, want %d", left, step.want)
		}
	}
}

func TestThrottleCheck(t *testing.T) {
	bad := outbox.Throttle{PerHour: -1, DomainPerHour: -1, Domains: []outbox.DomainLimit{
		{Name: "a.example", PerHour: 1}, {Name: "A.example", PerHour: 1}, {Name: "x@a.example", PerHour: 1}, {Name: "b.example"}, {Name: "c.example", PerHour: -1, Connections: -1},
	}}
	var got []string
	for _, p := range bad.Check() {
		got = append(got, p.Where)
	}
	want := "sending.per_hour sending.domain_per_hour sending.domain[1].name sending.domain[2].name sending.domain[3].per_hour sending.domain[4].per_hour sending.domain[4].connections"
	if strings.Join(got, " ") != want {
		t.Errorf("got  %v\nwant %s", got, want)
	}
	if p := (outbox.Throttle{PerHour: 9, Domains: []outbox.DomainLimit{{Name: "a.example", Connections: 2}}}).Check(); len(p) != 0 {
		t.Error(p)
	}
}
