package runner_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/casework/caseworktest"
	"tocsin/incident/ledger"
	"tocsin/playbooks"
	"tocsin/playbooks/builtin"
	"tocsin/playbooks/runner"
)

func TestRunFollowsNeeds(t *testing.T) {
	o := open(t)
	rev := o.publish(head + step("a", "due = { after = \"incident.opened\", within = \"4h\" }") +
		step("b", "needs = [\"a\"]\ndue = { after = \"step:a.done\", within = \"1h\" }") + step("c", "needs = [\"b\"]"))
	i := o.declare("drill")
	o.wantStates(i, "a:open b:waiting c:waiting")
	if a := o.task(i, "a"); a.Due == nil || !a.Due.Equal(in(4*time.Hour)) || a.Number != 1 {
		t.Errorf("task a %+v", a)
	}
	b := o.task(i, "b")
	if b.Due != nil || len(b.WaitsFor) != 2 || b.WaitsFor[0] != "waiting for “Do a”" || b.WaitsFor[1] != "due time waiting for “Do a” to be done" {
		t.Errorf("task b waits for %q, due %v", b.WaitsFor, b.Due)
	}
	o.want(o.complete(ana, i, "b", "too soon"), incident.Conflict)

	o.Clock.Advance(time.Hour)
	o.must(o.complete(ana, i, "a", "done"))
	o.wantStates(i, "a:done b:open c:waiting")
	if b := o.task(i, "b"); b.Due == nil || !b.Due.Equal(in(2*time.Hour)) || len(b.WaitsFor) != 0 {
		t.Errorf("task b %+v", b)
	}
	o.must(o.SkipTask(t.Context(), ana, i.ID, o.task(i, "b").ID, "not needed"))
	o.wantStates(i, "a:done b:skipped c:open")

	runs, err := o.run.Runs(t.Context(), audra, i.ID)
	o.must(err)
	if len(runs) != 1 || runs[0].Digest != rev.Digest || runs[0].EndedAt != nil {
		t.Fatalf("runs %+v", runs)
	}
	o.must(o.complete(ana, i, "c", ""))
	runs, err = o.run.Runs(t.Context(), audra, i.ID)
	o.must(err)
	if runs[0].EndedAt == nil {
		t.Error("the run has not ended")
	}
}

func TestRunStaysPinned(t *testing.T) {
	o := open(t)
	first := o.publish(head + step("a", "") + step("b", "needs = [\"a\"]"))
	i := o.declare("drill")
	second := o.publish(strings.Replace(head, "1.0.0", "2.0.0", 1) + strings.ReplaceAll(step("a", ""), "I.", "Changed."))
	o.must(o.complete(ana, i, "a", ""))
	o.wantStates(i, "a:done b:open")
	runs, err := o.run.Runs(t.Context(), ana, i.ID)
	o.must(err)
	v, err := o.run.RunView(t.Context(), ana, i.ID, runs[0].ID)
	o.must(err)
	if v.Digest != first.Digest || v.Phases[0].Steps[0].Instructions != "I." || v.Phases[0].Ended != 1 {
		t.Errorf("view %+v", v)
	}
	if v.Newer == nil || v.Newer.Digest != second.Digest {
		t.Errorf("newer %+v", v.Newer)
	}
}

func TestFactsAndMilestonesMoveARun(t *testing.T) {
	o := open(t)
	o.publish(head +
		step("cards", "when = { fact = \"affected.elements\", has_any = [\"card_number\"] }") +
		step("file", "due = { after = \"milestone:aware\", within = \"72h\" }") +
		step("ours", "when = { fact = \"organisation.role\", is = [\"processor\"] }"))
	i := o.declare("drill")
	o.wantStates(i, "cards:waiting file:open ours:not_applicable")
	if w := o.task(i, "cards").WaitsFor; len(w) != 1 || w[0] != "waiting for fact affected.elements to be known" {
		t.Errorf("cards waits for %q", w)
	}
	if w := o.task(i, "file").WaitsFor; len(w) != 1 || w[0] != "due time waiting for milestone aware to be set" {
		t.Errorf("file waits for %q", w)
	}
	if why := o.task(i, "ours").Outcome; why != "Does not apply: organisation.role is controller (not processor)" {
		t.Errorf("why not: %q", why)
	}

	set := func(c incident.Certainty, values ...string) {
		o.must(o.SetFacts(t.Context(), ana, i.ID, []casework.NewFact{{Name: "affected.elements", Values: values, Certainty: c}}))
	}
	set(incident.Known, "name")
	o.wantStates(i, "cards:not_applicable file:open ours:not_applicable")
	set(incident.SuspectedTrue, "card_number")
	o.wantStates(i, "cards:open file:open ours:not_applicable")
	if c := o.task(i, "cards"); c.Outcome != "" || c.ClosedAt != nil {
		t.Errorf("it applies again, and says %q", c.Outcome)
	}
	set(incident.UnknownCertain)
	o.wantStates(i, "cards:waiting file:open ours:not_applicable")

	aware := casework.SetMilestone{Milestone: incident.Aware, At: in(-2 * time.Hour), Reason: "we saw it"}
	o.must(o.SetMilestone(t.Context(), ana, i.ID, aware))
	if f := o.task(i, "file"); f.Due == nil || !f.Due.Equal(in(70*time.Hour)) || len(f.WaitsFor) != 0 {
		t.Errorf("file is due %v, waits for %q", f.Due, f.WaitsFor)
	}
	aware.At = in(-time.Hour)
	o.must(o.SetMilestone(t.Context(), ana, i.ID, aware))
	if f := o.task(i, "file"); !f.Due.Equal(in(71 * time.Hour)) {
		t.Errorf("the due time did not move: %v", f.Due)
	}
}

func TestRosterIsAFact(t *testing.T) {
	o := open(t)
	o.publish(head + step("cards", "when = { fact = \"affected.elements\", has_any = [\"card_number\"] }") +
		step("many", "when = { fact = \"affected.people\", at_least = 500 }") +
		step("texas", "when = { fact = \"affected.residence\", has_any = [\"US-TX\"] }"))
	i := o.declare("drill")
	o.wantStates(i, "cards:waiting many:waiting texas:waiting")
	list := "customer_id,name,email,country,region,language,elements,sources\n1,A,,,,,name+card_number,desk\n"
	for n := range 599 {
		list += fmt.Sprintf("c%d,A,,DE,,,name,desk\n", n)
	}
	_, err := caseworktest.Settle(t.Context(), o.Desk, ana, i.ID, incident.Roster{}, strings.NewReader(list), nil)
	o.must(err)
	o.wantStates(i, "cards:open many:open texas:waiting")
}

func TestDecision(t *testing.T) {
	o := open(t)
	o.publish(head + step("pay", "kind = \"decision\"\noptions = [{ key = \"yes\", title = \"Pay\", note = \"Costs.\" }, { key = \"no\", title = \"Do not\" }]") +
		step("transfer", "chosen = { step = \"pay\", option = [\"yes\"] }") + step("refuse", "chosen = { step = \"pay\", option = [\"no\"] }") +
		step("after", "needs = [\"transfer\", \"refuse\"]"))
	i := o.declare("drill")
	o.wantStates(i, "pay:open transfer:waiting refuse:waiting after:waiting")
	if text := o.task(i, "pay").Instructions; !strings.Contains(text, "- `yes` Pay: Costs.") {
		t.Errorf("instructions %q", text)
	}
	o.want(o.complete(ana, i, "pay", "maybe"), incident.Invalid)
	o.wantStates(i, "pay:open transfer:waiting refuse:waiting after:waiting")
	o.must(o.complete(ana, i, "pay", "no: backups carry us"))
	o.wantStates(i, "pay:done transfer:not_applicable refuse:open after:waiting")
	if why := o.task(i, "transfer").Outcome; why != "Does not apply: “Do pay” was decided: Do not" {
		t.Errorf("why not: %q", why)
	}
	o.must(o.complete(ana, i, "refuse", ""))
	o.wantStates(i, "pay:done transfer:not_applicable refuse:done after:open")
}

func TestEvidenceIsRequired(t *testing.T) {
	o := open(t)
	o.publish(head + step("a", "evidence = [{ kind = \"screenshot\", min = 1, note = \"the console\" }]"))
	i := o.declare("drill")
	o.want(o.complete(ana, i, "a", ""), incident.Conflict)
	o.wantStates(i, "a:open")
	_, err := o.CollectEvidence(t.Context(), ana, i.ID, casework.NewEvidence{
		Title: "Console", Kind: "screenshot", Source: "host 1", Method: "screenshot", Task: o.task(i, "a").ID,
	}, bytes.NewReader([]byte("png")))
	o.must(err)
	o.must(o.complete(ana, i, "a", ""))
	o.wantStates(i, "a:done")
}

func TestApproval(t *testing.T) {
	o := open(t)
	o.publish(head + step("write", "") + step("approve", "kind = \"approval\"\nneeds = [\"write\"]\napproval = { roles = [\"counsel\", \"commander\"], n = 2 }") + step("send", "needs = [\"approve\"]"))
	i := o.declare("drill") // ana commands
	assign := func(id string, role incident.Role) {
		o.must(o.Assign(t.Context(), ana, i.ID, incident.Assignment{Account: id, Role: role}))
	}
	assign("cora", incident.Counsel)
	assign("ben", incident.Commander)
	o.must(o.complete(ben, i, "write", ""))

	o.want(o.complete(dora, i, "approve", ""), incident.Forbidden)                // holds no role
	o.want(o.complete(ben, i, "approve", ""), incident.Forbidden)                 // it is his own work
	o.want(o.complete(incident.Operator(), i, "approve", ""), incident.Forbidden) // no person
	o.must(o.complete(ana, i, "approve", "reads well"))                           // one
	o.wantStates(i, "write:done approve:open send:waiting")                       //
	o.want(o.complete(ana, i, "approve", "again"), incident.Conflict)             // the same person
	o.must(o.complete(cora, i, "approve", "lawful"))                              // two
	o.wantStates(i, "write:done approve:done send:open")                          //
	v := o.view(i)
	if got := v.Phases[0].Steps[1].Approvals; len(got) != 2 || got[0].By != "ana" || got[0].Note != "reads well" || got[1].By != "cora" {
		t.Errorf("approvals %+v", got)
	}
	// Opened again, it asks everybody anew.
	o.must(o.ReopenTask(t.Context(), ana, i.ID, o.task(i, "approve").ID))
	o.must(o.complete(ana, i, "approve", "second look"))
	if s := o.task(i, "approve").State; s != incident.TaskOpen {
		t.Errorf("old approvals counted: %s", s)
	}
}

func (o *office) view(i *incident.Incident) runner.View {
	o.t.Helper()
	runs, err := o.run.Runs(o.t.Context(), ana, i.ID)
	o.must(err)
	v, err := o.run.RunView(o.t.Context(), ana, i.ID, runs[0].ID)
	o.must(err)
	return v
}

func TestSkipping(t *testing.T) {
	o := open(t)
	o.publish(head + step("must", "mandatory = true") + step("fixed", "skip = { allowed = false }") + step("may", ""))
	i := o.declare("drill")
	skip := func(by incident.Principal, key string) error {
		return o.SkipTask(t.Context(), by, i.ID, o.task(i, key).ID, "reason")
	}
	o.want(skip(ben, "must"), incident.Forbidden)
	o.want(skip(ana, "fixed"), incident.Conflict)
	o.must(skip(ben, "may"))
	o.must(skip(ana, "must")) // she commands
	o.wantStates(i, "must:skipped fixed:open may:skipped")
}

func TestWaitEndsByTheClock(t *testing.T) {
	o := open(t)
	o.publish(head + step("pause", "kind = \"wait\"\ndue = { after = \"run.started\", within = \"24h\" }") + step("then", "needs = [\"pause\"]"))
	i := o.declare("drill")
	o.wantStates(i, "pause:open then:waiting")
	before := o.logHead()
	o.must(o.run.Tick(t.Context()))
	if o.logHead() != before {
		t.Error("a tick with nothing to do wrote something")
	}
	o.Clock.Advance(24 * time.Hour)
	o.must(o.run.Tick(t.Context()))
	o.wantStates(i, "pause:done then:open")
	before = o.logHead()
	o.must(o.run.Tick(t.Context()))
	if o.logHead() != before {
		t.Error("a second tick wrote something")
	}
}

func TestSubplaybook(t *testing.T) {
	o := open(t)
	o.publish(strings.Replace(head, `"drill"`, `"child"`, 1) + step("inner", ""))
	o.publish(head + step("first", "") + step("sub", "kind = \"subplaybook\"\nplaybook = \"child\"\nneeds = [\"first\"]") + step("last", "needs = [\"sub\"]"))
	i := o.declare("drill")
	o.wantStates(i, "first:open sub:waiting last:waiting")
	o.must(o.complete(ana, i, "first", ""))
	o.wantStates(i, "first:done sub:open last:waiting inner:open")
	o.must(o.complete(ana, i, "inner", ""))
	o.wantStates(i, "first:done sub:done last:open inner:done")
}

func TestPlaybookThatRunsItselfEnds(t *testing.T) {
	o := open(t)
	o.publish(head + step("again", "kind = \"subplaybook\"\nplaybook = \"drill\""))
	i := o.declare("drill")
	o.wantStates(i, "again:open") // the second run of the slug is refused, the step left to a person
}

func TestOpeningWithAnUnknownPlaybook(t *testing.T) {
	o := open(t)
	_, err := o.OpenIncident(t.Context(), ana, casework.NewIncident{Title: "x", Playbook: "nowhere"})
	o.want(err, incident.Invalid)
	all, err := o.Incidents(t.Context(), ana, casework.Filter{})
	o.must(err)
	if len(all) != 0 {
		t.Fatal("an incident was opened all the same")
	}
	i, err := o.OpenIncident(t.Context(), incident.Hook("siem"), casework.NewIncident{Title: "x", Playbook: "nowhere"})
	o.must(err)
	lines, err := o.Timeline(t.Context(), incident.Operator(), i.ID, 0)
	o.must(err)
	found := false
	for _, l := range lines {
		found = found || strings.Contains(l.Text, `there is no playbook "nowhere"`)
	}
	if !found {
		t.Errorf("the timeline does not say why: %+v", lines)
	}
}

func TestStartRun(t *testing.T) {
	o := open(t)
	o.publish(head + step("a", ""))
	i := o.declare("")
	_, err := o.run.StartRun(t.Context(), audra, i.ID, "drill")
	o.want(err, incident.Forbidden)
	run, err := o.run.StartRun(t.Context(), ana, i.Number, "drill")
	o.must(err)
	o.wantStates(i, "a:open")
	_, err = o.run.StartRun(t.Context(), ana, i.ID, "drill")
	o.want(err, incident.Conflict)
	_, err = o.run.RunView(t.Context(), ana, i.ID, "nothing")
	o.want(err, incident.NotFound)
	other := o.declare("")
	_, err = o.run.RunView(t.Context(), ana, other.ID, run.ID)
	o.want(err, incident.NotFound)
}

func TestPrivilegedStepsAreHidden(t *testing.T) {
	o := open(t)
	o.publish(head + step("open", "") + strings.Replace(step("secret", "privileged = true"), `"scribe"`, `"counsel"`, 1))
	i := o.declare("drill")
	v := o.view(i)
	if v.Hidden != 1 || len(v.Phases[0].Steps) != 1 {
		t.Errorf("hidden %d, steps %+v", v.Hidden, v.Phases)
	}
	mine, err := o.run.RunView(t.Context(), cora, i.ID, v.ID)
	o.must(err)
	if mine.Hidden != 0 || len(mine.Phases[0].Steps) != 2 {
		t.Errorf("counsel sees %+v", mine.Phases)
	}
	lines, err := o.Timeline(t.Context(), ana, i.ID, 0)
	o.must(err)
	for _, l := range lines {
		if strings.Contains(l.Text, "Do secret") {
			t.Errorf("the timeline names it: %q", l.Text)
		}
	}
	// Whoever is given the role sees it from then on.
	o.must(o.Assign(t.Context(), ana, i.ID, incident.Assignment{Account: "ben", Role: incident.Counsel}))
	bens, err := o.run.RunView(t.Context(), ben, i.ID, v.ID)
	o.must(err)
	if bens.Hidden != 0 {
		t.Error("the new counsel does not see the step")
	}
}

func TestDeadlines(t *testing.T) {
	o := open(t)
	o.publish(head + step("any", "due = { after = \"obligation:earliest.due\", within = \"-6h\" }") +
		step("gdpr", "due = { after = \"obligation:eu-gdpr-33-1.due\", within = \"-12h\" }") +
		step("final", "due = { after = \"obligation:eu-nis2-23-4:final.due\", within = \"-24h\" }"))
	o.deadlines = []runner.Deadline{
		{Rule: "eu-gdpr-33-1", Stage: "initial", Due: in(72 * time.Hour)},
		{Rule: "eu-nis2-23-4", Stage: "initial", Due: in(24 * time.Hour), Met: true},
		{Rule: "eu-nis2-23-4", Stage: "final", Due: in(720 * time.Hour)},
	}
	i := o.declare("drill")
	for key, want := range map[string]time.Duration{"any": 66 * time.Hour, "gdpr": 60 * time.Hour, "final": 696 * time.Hour} {
		if due := o.task(i, key).Due; due == nil || !due.Equal(in(want)) {
			t.Errorf("%s is due %v, want %v", key, due, in(want))
		}
	}
	// A deadline that moved without the Desk's knowing.
	o.deadlines[0].Due = in(48 * time.Hour)
	o.must(o.Update(t.Context(), incident.Clock(), func(tx *ledger.Tx) error {
		i, err := casework.Load(tx, i.ID)
		if err != nil {
			return err
		}
		return o.run.Reassess(tx, i)
	}))
	if due := o.task(i, "gdpr").Due; !due.Equal(in(36 * time.Hour)) {
		t.Errorf("gdpr is due %v", due)
	}
}

func TestBlockedStaysBlocked(t *testing.T) {
	o := open(t)
	o.publish(head + step("a", "") + step("b", ""))
	i := o.declare("drill")
	o.must(o.BlockTask(t.Context(), ana, i.ID, o.task(i, "a").ID, "no access yet"))
	o.must(o.complete(ana, i, "b", ""))
	if a := o.task(i, "a"); a.State != incident.TaskBlocked || len(a.WaitsFor) != 1 || a.WaitsFor[0] != "no access yet" {
		t.Errorf("task a %+v", a)
	}
}

// The whole of a shipped playbook, from opening to its last step, over a restart.
func TestBuiltinPlaybooksCanBeWorkedToTheEnd(t *testing.T) {
	library, err := builtin.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range library {
		t.Run(p.Slug, func(t *testing.T) {
			o := open(t)
			o.must(o.run.Seed(t.Context(), library))
			i := o.declare(p.Slug)
			o.must(o.SetFacts(t.Context(), ana, i.ID, []casework.NewFact{
				{Name: "affected.elements", Values: []string{"name", "card_number"}},
				{Name: "incident.recipient", Values: []string{"public"}},
				{Name: "organisation.regulated_as", Values: []string{"insurer"}},
				{Name: "organisation.established_in", Values: []string{"DE"}},
			}))
			o.Reopen(t)
			o.connect()
			for _, a := range []incident.Assignment{{Account: "cora", Role: incident.Counsel}, {Account: "ben", Role: incident.Commander}} {
				o.must(o.Assign(t.Context(), ana, i.ID, a))
			}
			for round := 0; ; round++ {
				if round > len(p.Steps) {
					t.Fatalf("stuck: %s", o.states(i))
				}
				if !o.workOpen(i, p) {
					break
				}
			}
			v := o.view(i)
			if v.EndedAt == nil {
				t.Fatalf("not at its end: %s", o.states(i))
			}
		})
	}
}

// workOpen does every open task of the incident as it asks to be done.
func (o *office) workOpen(i *incident.Incident, p *playbooks.Playbook) bool {
	o.t.Helper()
	var all []incident.Task
	o.must(o.View(o.t.Context(), func(tx *ledger.Tx) (err error) {
		all, err = casework.Tasks(tx, i.ID)
		return err
	}))
	worked := false
	for _, task := range all {
		if task.State != incident.TaskOpen {
			continue
		}
		worked = true
		for _, need := range task.Needs {
			for range need.Min {
				_, err := o.CollectEvidence(o.t.Context(), cora, i.ID, casework.NewEvidence{
					Title: "Proof", Kind: need.Kind, Source: "test", Method: "test", Task: task.ID,
				}, strings.NewReader("proof"))
				o.must(err)
			}
		}
		outcome := ""
		if len(task.Options) > 0 {
			outcome = task.Options[0]
		}
		by := ana
		if task.Privileged != nil || task.Kind == "approval" {
			by = cora
		}
		o.must(o.CompleteTask(o.t.Context(), by, i.ID, task.ID, outcome))
		if task.Kind == "approval" {
			o.must(o.CompleteTask(o.t.Context(), ben, i.ID, task.ID, ""))
		}
	}
	return worked
}
