package outbox_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/casework/caseworktest"
	"tocsin/incident/ledger/ledgertest"
	"tocsin/incident/vault"
	"tocsin/notify"
	"tocsin/notify/filing"
	"tocsin/notify/letter"
	"tocsin/notify/outbox"
	"tocsin/notify/statute"
)

func person(id string, grants ...incident.Grant) incident.Principal {
	return incident.Principal{ID: id, Source: incident.FromConsole, Grants: grants}
}

var (
	ana  = person("ana", incident.GrantResponder)  // commands and writes
	cora = person("cora", incident.GrantCounsel)   // approves
	otto = person("otto", incident.GrantApprover)  // releases
	rene = person("rene", incident.GrantResponder) // has no part in it
)

// postman is a mail channel that remembers whom it was handed, and answers as told.
type postman struct {
	mu     sync.Mutex
	got    map[string]int
	answer func(m notify.Message) notify.Outcome
}

func (p *postman) Name() string     { return "postman" }
func (p *postman) Close() error     { return nil }
func (p *postman) Connections() int { return 4 }
func (p *postman) Send(_ context.Context, m notify.Message) notify.Receipt {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got[m.To]++
	if p.answer != nil {
		return notify.Receipt{Outcome: p.answer(m)}
	}
	return notify.Receipt{Outcome: notify.Accepted, Code: 250}
}

type house struct {
	*outbox.Service
	desk  *casework.Desk
	store *ledgertest.Store
	ref   string
}

var (
	rules   = statute.OnFirstUse(statute.Builtin())
	letters = sync.OnceValues(letter.Builtin)
)

func build(t *testing.T, mail notify.Channel) *house {
	t.Helper()
	return buildWith(t, mail, func(*outbox.Config) {})
}

func buildWith(t *testing.T, mail notify.Channel, change func(*outbox.Config)) *house {
	t.Helper()
	return houseOn(t, ledgertest.New(t), "", mail, change)
}

// houseOn is a house on a store that is there already, as after a restart.
func houseOn(t *testing.T, store *ledgertest.Store, ref string, mail notify.Channel, change func(*outbox.Config)) *house {
	t.Helper()
	h := &house{store: store, ref: ref}
	v, err := vault.New(h.store.DB, vault.Config{Dir: filepath.Join(h.store.Dir, vault.DirName)})
	must(t, err)
	cfg := outbox.Config{
		Organisation: statute.Organisation{Role: "controller", EstablishedIn: []string{"DE"}, MainEstablishment: "DE-BY", RegulatedAs: []string{"insurer"}, LicensedIn: []string{}},
		Letterhead:   letterhead(), Canary: 3, Batch: 4, Retry: []time.Duration{time.Minute, time.Minute},
	}
	change(&cfg)
	h.Service, err = outbox.New(outbox.Deps{
		DB: h.store.DB, Vault: v, Rules: rules, Letters: letters, Mail: mail,
		Forms: func() (*filing.Library, error) {
			l, err := letters()
			if err != nil {
				return nil, err
			}
			return filing.Builtin(l)
		},
	}, cfg)
	must(t, err)
	h.desk, err = casework.New(casework.Deps{DB: h.store.DB, Vault: v, Reactors: []casework.Reactor{h.Service}}, casework.Config{})
	must(t, err)
	return h
}

func letterhead() outbox.Letterhead {
	contact := letter.Contact{Name: "Data Protection Officer", Role: "Data Protection Officer", Address: []string{"1 Example Street"}, Phone: "+49 30 5550100", Email: "dpo@insurer.example", Hours: "Monday to Friday, 9 to 17", Web: "https://insurer.example"}
	return outbox.Letterhead{
		Organisation: letter.Organisation{Name: "Example Insurance", Address: []string{"1 Example Street", "80331 Munich"}, Phone: "+49 89 5550100", TollFree: "1-800-555-0100", Email: "privacy@insurer.example", Web: "https://insurer.example"},
		DPO:          contact, CallCentre: contact, Signatory: contact,
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t *testing.T, err error, kind incident.Kind) {
	t.Helper()
	if err == nil || incident.KindOf(err) != kind {
		t.Fatalf("error %v, want kind %s", err, kind)
	}
}

// open declares an incident with everything known that a letter to Germany needs.
func (h *house) open(t testing.TB, drill bool) {
	t.Helper()
	i, err := h.desk.OpenIncident(t.Context(), ana, casework.NewIncident{Title: "Leak", Kind: "support_channel", Severity: incident.High, Drill: drill})
	must(t, err)
	h.ref = i.Number
	now := h.store.Clock.Now()
	for m, at := range map[incident.Milestone]time.Time{incident.OccurredFrom: now.Add(-72 * time.Hour), incident.Discovered: now.Add(-time.Hour), incident.Aware: now.Add(-time.Hour)} {
		must(t, h.desk.SetMilestone(t.Context(), ana, h.ref, casework.SetMilestone{Milestone: m, At: at, Zone: "Europe/Berlin", Reason: "log read"}))
	}
	fact := func(name string, values ...string) casework.NewFact {
		return casework.NewFact{Name: name, Values: values, Source: "logs"}
	}
	must(t, h.desk.SetFacts(t.Context(), ana, h.ref, []casework.NewFact{
		fact("incident.confidentiality", "breached"), fact("incident.acquisition", "confirmed"), fact("incident.access", "yes"),
		fact("incident.encryption", "none"), fact("incident.recipient", "attacker"), fact("incident.recovered", "no"), fact("incident.malicious", "yes"), fact("incident.medium", "electronic"),
		fact(outbox.FactWhatHappened, "Somebody copied messages that customers had sent to our support desk."),
		fact(outbox.FactMeasures, "We closed the access that was used.", "We told the police."),
		fact(outbox.FactConsequences, "Somebody could use what you wrote to us to pretend to be you."),
		fact(outbox.FactAdvice, "Be careful with messages that claim to come from us."),
	}))
}

// roster makes a list of n people in Germany, among them one without an address.
func roster(n int) string {
	var b strings.Builder
	b.WriteString("customer_id,name,email,country,region,language,elements,sources\n")
	for k := 1; k <= n; k++ {
		email := fmt.Sprintf("p%d@mail.example", k)
		if k == 2 {
			email = ""
		}
		fmt.Fprintf(&b, "c%d,Person %d,%s,DE,,de,name+email+communications+ssn,desk\n", k, k, email)
	}
	return b.String()
}

func (h *house) settle(t testing.TB, n int) {
	t.Helper()
	_, err := caseworktest.Settle(t.Context(), h.desk, ana, h.ref, incident.Roster{}, strings.NewReader(roster(n)), nil)
	must(t, err)
}

// ready goes as far as approved letters.
func (h *house) ready(t testing.TB, n int) {
	t.Helper()
	h.open(t, false)
	h.settle(t, n)
	_, err := h.CreateDrafts(t.Context(), ana, h.ref)
	must(t, err)
	h.approve(t)
}

func (h *house) approve(t testing.TB) {
	t.Helper()
	all, err := h.Drafts(t.Context(), cora, h.ref)
	must(t, err)
	n := 0
	for _, d := range all {
		if d.Audience != "individuals" || d.Released != nil {
			continue
		}
		if !d.Ready() {
			t.Fatalf("%s %s is not ready: open %v, findings %v", d.Rule, d.Language, d.Current().Letter.Open, d.Findings)
		}
		must(t, h.Approve(t.Context(), cora, h.ref, d.ID, d.Current().Digest))
		n++
	}
	if n == 0 {
		t.Fatalf("no letter to people among %d drafts", len(all))
	}
}

func (h *house) release(t testing.TB) *outbox.Mailing {
	t.Helper()
	plan, err := h.PlanRelease(t.Context(), otto, h.ref)
	must(t, err)
	m, err := h.Release(t.Context(), otto, h.ref, plan.Roster)
	must(t, err)
	return m
}

// run sends until done says so, moving the clock.
func (h *house) run(t testing.TB, id string, done func(outbox.Mailing) bool) outbox.Mailing {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	var m outbox.Mailing
	for range 400 {
		var err error
		m, err = h.Mailing(t.Context(), otto, h.ref, id)
		must(t, err)
		if done(m) {
			return m
		}
		if m.NextPass != nil {
			h.store.Clock.Advance(2 * time.Minute)
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatalf("the mailing did not get there: %+v", m)
	return m
}

func over(m outbox.Mailing) bool { return m.State == outbox.MailingDone }

func TestFactsBecomeObligationsWithHistory(t *testing.T) {
	h := build(t, nil)
	h.open(t, false)
	h.settle(t, 10)
	find := func() outbox.Obligation {
		all, err := h.Obligations(t.Context(), ana, h.ref)
		must(t, err)
		for _, o := range all {
			if o.Rule == "eu-gdpr-33-1" {
				return o
			}
		}
		t.Fatalf("no eu-gdpr-33-1 among %d", len(all))
		return outbox.Obligation{}
	}
	o := find()
	due := h.store.Clock.Now().Add(71 * time.Hour)
	if o.Applies != "yes" || len(o.Because) == 0 || o.Due() == nil || !o.Due().Equal(due) {
		t.Fatalf("%s applies %s because %v, due %v; want yes by %v", o.ID, o.Applies, o.Because, o.Due(), due)
	}
	clocks, err := h.NextClocks(t.Context(), ana, 0)
	must(t, err)
	if len(clocks) == 0 {
		t.Fatal("no clock is running")
	}

	// Awareness moves: the deadline moves with it, and the old one stays on record.
	must(t, h.desk.SetMilestone(t.Context(), ana, h.ref, casework.SetMilestone{Milestone: incident.Aware, At: h.store.Clock.Now().Add(-3 * time.Hour), Reason: "an earlier mail was found"}))
	o = find()
	if !o.Due().Equal(due.Add(-2*time.Hour)) || len(o.Changes) == 0 || !strings.Contains(o.Changes[len(o.Changes)-1].What, "deadline of initial") {
		t.Errorf("due %v, changes %+v", o.Due(), o.Changes)
	}

	// A fact takes it away again: it says so and stays.
	must(t, h.desk.SetFacts(t.Context(), ana, h.ref, []casework.NewFact{{Name: "incident.risk", Values: []string{"unlikely"}, Source: "counsel"}}))
	if o = find(); o.Applies != "no" || o.Fallen == "" {
		t.Errorf("applies %s, fallen %q", o.Applies, o.Fallen)
	}

	// A value that the rules cannot read undoes the act.
	err = h.desk.SetFacts(t.Context(), ana, h.ref, []casework.NewFact{{Name: "incident.encryption", Values: []string{"rot13"}, Source: "x"}})
	wantKind(t, err, incident.Invalid)
	f, err := h.desk.File(t.Context(), ana, h.ref)
	must(t, err)
	if f.Facts["incident.encryption"].Value() != "none" {
		t.Error("a refused fact stayed")
	}
}

func TestFilingStopsTheClock(t *testing.T) {
	h := build(t, nil)
	h.open(t, false)
	h.settle(t, 10)
	all, err := h.Obligations(t.Context(), ana, h.ref)
	must(t, err)
	for _, o := range all {
		if o.Rule != "eu-gdpr-33-1" {
			continue
		}
		pack, err := h.FilingPack(t.Context(), ana, h.ref, o.ID)
		must(t, err)
		if len(pack.Fields) == 0 {
			t.Error("the filing pack is empty")
		}
		wantKind(t, h.RecordFiling(t.Context(), ana, h.ref, o.ID, outbox.RecordFiling{Stage: "nonsense", At: h.store.Clock.Now()}), incident.Invalid)
		must(t, h.RecordFiling(t.Context(), ana, h.ref, o.ID, outbox.RecordFiling{At: h.store.Clock.Now(), Reference: "X-1"}))
	}
	all, err = h.Obligations(t.Context(), ana, h.ref)
	must(t, err)
	for _, o := range all {
		if o.Rule == "eu-gdpr-33-1" && (o.Stages[0].Met == nil || o.Due() != nil) {
			t.Errorf("after filing: %+v", o.Stages)
		}
	}
}

func TestNotNotifyingNeedsTwo(t *testing.T) {
	h := build(t, nil)
	h.open(t, false)
	h.settle(t, 5)
	all, err := h.Obligations(t.Context(), ana, h.ref)
	must(t, err)
	id := all[0].ID
	wantKind(t, h.DecideNotToNotify(t.Context(), rene, h.ref, id, "x"), incident.Forbidden)
	wantKind(t, h.DecideNotToNotify(t.Context(), cora, h.ref, id, " "), incident.Invalid)
	must(t, h.DecideNotToNotify(t.Context(), cora, h.ref, id, "no risk to anyone"))
	wantKind(t, h.ApproveDecision(t.Context(), cora, h.ref, id, true), incident.Forbidden)
	must(t, h.ApproveDecision(t.Context(), otto, h.ref, id, true))
	clocks, err := h.CaseClocks(t.Context(), ana, h.ref)
	must(t, err)
	for _, c := range clocks {
		if c.Obligation == id {
			t.Error("its clock still runs")
		}
	}
}

func TestApprovalIsBoundToTextAndList(t *testing.T) {
	h := build(t, &postman{got: map[string]int{}})
	h.ready(t, 5)
	all, err := h.Drafts(t.Context(), cora, h.ref)
	must(t, err)
	d := all[0]
	for _, v := range all {
		if v.Audience == "individuals" {
			d = v
		}
	}
	wantKind(t, h.Approve(t.Context(), ana, h.ref, d.ID, d.Current().Digest), incident.Forbidden)
	wantKind(t, h.Approve(t.Context(), cora, h.ref, d.ID, "other"), incident.Conflict)
	if !d.Valid {
		t.Fatal("approved and not valid")
	}
	// The list changes: the approval is void.
	h.settle(t, 6)
	now, err := h.Draft(t.Context(), cora, h.ref, d.ID)
	must(t, err)
	if now.Valid {
		t.Error("the approval outlived the list")
	}
	must(t, h.Approve(t.Context(), cora, h.ref, d.ID, d.Current().Digest))
	// The text changes: void again.
	must(t, h.EditDraft(t.Context(), ana, h.ref, d.ID, d.Current().Letter.Subject+".", d.Current().Letter.Source, ""))
	if now, err = h.Draft(t.Context(), cora, h.ref, d.ID); err != nil || now.Valid {
		t.Errorf("the approval outlived the text (%v)", err)
	}
}

func TestReleaseNeedsSomebodyElse(t *testing.T) {
	h := build(t, &postman{got: map[string]int{}})
	h.ready(t, 5)
	plan, err := h.PlanRelease(t.Context(), otto, h.ref)
	must(t, err)
	both := person("cora", incident.GrantCounsel, incident.GrantApprover)
	_, err = h.Release(t.Context(), both, h.ref, plan.Roster)
	wantKind(t, err, incident.Forbidden)
	_, err = h.Release(t.Context(), rene, h.ref, plan.Roster)
	wantKind(t, err, incident.Forbidden)
	_, err = h.Release(t.Context(), otto, h.ref, "another list")
	wantKind(t, err, incident.Conflict)
}

func TestEverybodyIsAccountedFor(t *testing.T) {
	post := &postman{got: map[string]int{}}
	post.answer = func(m notify.Message) notify.Outcome {
		switch {
		case m.To == "p14@mail.example" && post.got[m.To] == 1:
			return notify.Rejected
		case m.To == "p5@mail.example" && post.got[m.To] == 1:
			return notify.Deferred
		case m.To == "p9@mail.example":
			return notify.Uncertain
		}
		return notify.Accepted
	}
	h := build(t, post)
	h.ready(t, 20)
	m := h.run(t, h.release(t).ID, over)
	c := m.Counts
	if c.Accepted != 17 || c.Rejected != 1 || c.Uncertain != 1 || c.Deferred != 0 || m.Left() != 1 || m.Pending() != 0 {
		t.Errorf("counts %+v, left out %v, pending %d", c, m.Excluded, m.Pending())
	}
	for to, n := range post.got {
		if n > 1 && to != "p5@mail.example" {
			t.Errorf("%s was handed over %d times", to, n)
		}
	}
	if h.told(t) {
		t.Error("a clock stopped while somebody's letter is uncertain")
	}
	n, err := h.Settle(t.Context(), otto, h.ref, outbox.Settlement{As: outbox.SettleArrived})
	must(t, err)
	m, err = h.Mailing(t.Context(), otto, h.ref, m.ID)
	must(t, err)
	if n != 1 || m.Counts.Accepted != 18 || m.Counts.Uncertain != 0 {
		t.Errorf("settled %d, counts %+v", n, m.Counts)
	}
	if !h.told(t) {
		t.Error("people were told, and the duty to tell them still stands")
	}

	// People are found later: a second mailing writes to them, again to whom the
	// first could not reach, and to nobody else.
	before := len(post.got)
	h.settle(t, 25)
	_, err = h.CreateDrafts(t.Context(), ana, h.ref)
	must(t, err)
	h.approve(t)
	m = h.run(t, h.release(t).ID, over)
	if len(post.got)-before != 5 || m.Counts.Earlier != 18 || m.Counts.Accepted != 6 || m.Counts.Rejected != 0 || m.Left() != 1 || m.Pending() != 0 {
		t.Errorf("%d new people, counts %+v, left out %v", len(post.got)-before, m.Counts, m.Excluded)
	}
	for to, n := range post.got {
		if n > 1 && to != "p5@mail.example" && to != "p14@mail.example" {
			t.Errorf("%s was handed over %d times", to, n)
		}
	}
}

// told reports whether the duty to tell people counts as met.
func (h *house) told(t *testing.T) bool {
	t.Helper()
	all, err := h.Obligations(t.Context(), ana, h.ref)
	must(t, err)
	for _, o := range all {
		if o.Rule == "eu-gdpr-34-1" {
			return o.Stages[0].Met != nil
		}
	}
	t.Fatal("no duty to tell people")
	return false
}

func TestCanaryStopsABadMailing(t *testing.T) {
	post := &postman{got: map[string]int{}, answer: func(notify.Message) notify.Outcome { return notify.Rejected }}
	h := build(t, post)
	h.ready(t, 20)
	m := h.run(t, h.release(t).ID, func(m outbox.Mailing) bool { return m.State == outbox.MailingPaused })
	if m.Counts.Rejected > 3 || m.Note == "" {
		t.Errorf("%d were tried before it stopped: %q", m.Counts.Rejected, m.Note)
	}
}

func TestADrillSendsNothing(t *testing.T) {
	post := &postman{got: map[string]int{}}
	h := build(t, post)
	h.open(t, true)
	h.settle(t, 8)
	_, err := h.CreateDrafts(t.Context(), ana, h.ref)
	must(t, err)
	h.approve(t)
	m := h.run(t, h.release(t).ID, over)
	if len(post.got) != 0 || m.Counts.Withheld != 7 {
		t.Errorf("handed over %d, withheld %d", len(post.got), m.Counts.Withheld)
	}
}

func TestCompromisedMailStopsTheMailing(t *testing.T) {
	h := build(t, &postman{got: map[string]int{}})
	h.ready(t, 5)
	must(t, h.desk.MarkChannel(t.Context(), ana, h.ref, incident.ChannelMail, true))
	plan, err := h.PlanRelease(t.Context(), otto, h.ref)
	must(t, err)
	_, err = h.Release(t.Context(), otto, h.ref, plan.Roster)
	wantKind(t, err, incident.Conflict)
}

func TestPoliceHoldStopsTheRelease(t *testing.T) {
	h := build(t, &postman{got: map[string]int{}})
	h.ready(t, 5)
	must(t, h.desk.SetFacts(t.Context(), ana, h.ref, []casework.NewFact{{Name: outbox.FactPoliceDelay, Values: []string{"yes"}, Source: "their letter"}}))
	plan, err := h.PlanRelease(t.Context(), otto, h.ref)
	must(t, err)
	_, err = h.Release(t.Context(), otto, h.ref, plan.Roster)
	wantKind(t, err, incident.Conflict)
}

func TestGreylistedCanaryGoesOn(t *testing.T) {
	post := &postman{got: map[string]int{}}
	post.answer = func(m notify.Message) notify.Outcome {
		if post.got[m.To] == 1 {
			return notify.Deferred
		}
		return notify.Accepted
	}
	h := build(t, post)
	h.ready(t, 12)
	m := h.run(t, h.release(t).ID, over)
	if m.Counts.Accepted != 11 || m.Pending() != 0 {
		t.Errorf("counts %+v", m.Counts)
	}
}

// A duty towards people whom no letter reached is not met by telling others.
func TestPeopleWithoutALetterAreStillOwedOne(t *testing.T) {
	h := build(t, &postman{got: map[string]int{}})
	h.open(t, false)
	list := roster(6) + "u1,Person U,u1@mail.example,US,CA,en,name+ssn,desk\n"
	_, err := caseworktest.Settle(t.Context(), h.desk, ana, h.ref, incident.Roster{}, strings.NewReader(list), nil)
	must(t, err)
	_, err = h.CreateDrafts(t.Context(), ana, h.ref)
	must(t, err)
	all, err := h.Drafts(t.Context(), cora, h.ref)
	must(t, err)
	for _, d := range all {
		if d.Rule == "eu-gdpr-34-1" {
			must(t, h.Approve(t.Context(), cora, h.ref, d.ID, d.Current().Digest))
		}
	}
	m := h.run(t, h.release(t).ID, over)
	if m.Excluded["no approved letter for US-CA"] != 1 {
		t.Fatalf("left out %v", m.Excluded)
	}
	duties, err := h.Obligations(t.Context(), ana, h.ref)
	must(t, err)
	met := map[string]bool{}
	for _, o := range duties {
		met[o.Rule] = len(o.Stages) > 0 && o.Stages[0].Met != nil
	}
	if !met["eu-gdpr-34-1"] || met["us-ca-individuals"] {
		t.Errorf("met: GDPR 34 %v, California %v; want true, false", met["eu-gdpr-34-1"], met["us-ca-individuals"])
	}
}
