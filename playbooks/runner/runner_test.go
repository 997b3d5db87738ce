package runner_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/condition"
	"tocsin/incident/ledger"
	"tocsin/incident/ledger/ledgertest"
	"tocsin/incident/vault"
	"tocsin/playbooks/runner"
)

func account(id string, grants ...incident.Grant) incident.Principal {
	return incident.Principal{ID: id, Source: incident.FromConsole, Grants: grants}
}

var (
	ana   = account("ana", incident.GrantResponder)
	ben   = account("ben", incident.GrantResponder)
	dora  = account("dora", incident.GrantResponder)
	cora  = account("cora", incident.GrantCounsel)
	audra = account("audra", incident.GrantAuditor)
)

// office is a Desk whose only reactor is a Runner, on a real store.
type office struct {
	*casework.Desk
	*ledgertest.Store
	run       *runner.Runner
	t         testing.TB
	deadlines []runner.Deadline
}

func open(t testing.TB) *office {
	t.Helper()
	o := &office{Store: ledgertest.New(t), t: t}
	o.connect()
	return o
}

// connect wires runner and Desk to the store as it is open now.
func (o *office) connect() {
	o.t.Helper()
	var err error
	o.run, err = runner.New(o.DB, runner.Config{
		Organisation: condition.Map{"organisation.role": condition.Word("controller")},
		Deadlines: func(*ledger.Tx, *incident.Incident) ([]runner.Deadline, error) {
			return o.deadlines, nil
		},
	})
	o.must(err)
	v, err := vault.New(o.DB, vault.Config{Dir: filepath.Join(o.Dir, vault.DirName)})
	o.must(err)
	o.Desk, err = casework.New(casework.Deps{DB: o.DB, Vault: v, Reactors: []casework.Reactor{o.run}}, casework.Config{})
	o.must(err)
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) want(err error, kind incident.Kind) {
	o.t.Helper()
	if err == nil || incident.KindOf(err) != kind {
		o.t.Fatalf("error %v, want kind %s", err, kind)
	}
}

func (o *office) publish(text string) runner.Revision {
	o.t.Helper()
	rev, err := o.run.Publish(o.t.Context(), ana, "test.toml", []byte(text))
	o.must(err)
	return rev
}

func (o *office) declare(slug string) *incident.Incident {
	o.t.Helper()
	i, err := o.OpenIncident(o.t.Context(), ana, casework.NewIncident{Title: "Something happened", Kind: "other", Playbook: slug})
	o.must(err)
	return i
}

// task gives the task of a step as it is stored.
func (o *office) task(i *incident.Incident, step string) incident.Task {
	o.t.Helper()
	var all []incident.Task
	o.must(o.View(o.t.Context(), func(tx *ledger.Tx) (err error) {
		all, err = casework.Tasks(tx, i.ID)
		return err
	}))
	for _, t := range all {
		if t.Step == step {
			return t
		}
	}
	o.t.Fatalf("no task for step %s", step)
	return incident.Task{}
}

// states writes every task as "step:state", in order.
func (o *office) states(i *incident.Incident) string {
	o.t.Helper()
	var out []string
	o.must(o.View(o.t.Context(), func(tx *ledger.Tx) error {
		all, err := casework.Tasks(tx, i.ID)
		for _, t := range all {
			out = append(out, t.Step+":"+string(t.State))
		}
		return err
	}))
	return strings.Join(out, " ")
}

func (o *office) wantStates(i *incident.Incident, want string) {
	o.t.Helper()
	if got := o.states(i); got != want {
		o.t.Fatalf("got  %s\nwant %s", got, want)
	}
}

func (o *office) complete(by incident.Principal, i *incident.Incident, step, outcome string) error {
	o.t.Helper()
	return o.CompleteTask(o.t.Context(), by, i.ID, o.task(i, step).ID, outcome)
}

// logHead is the audit log's head: the same text means that nothing was written.
func (o *office) logHead() string {
	o.t.Helper()
	head, err := o.Head(o.t.Context())
	o.must(err)
	return head
}

func step(key, more string) string {
	kind := "kind = \"task\"\n"
	if strings.HasPrefix(more, "kind = ") {
		kind = ""
	}
	return "[[step]]\nkey = \"" + key + "\"\ntitle = \"Do " + key + "\"\nphase = \"contain\"\nrole = \"scribe\"\ninstructions = \"I.\"\n" + kind + more + "\n"
}

const head = "slug = \"drill\"\ntitle = \"Drill\"\nversion = \"1.0.0\"\nsummary = \"S\"\n"

func in(d time.Duration) time.Time { return ledgertest.Start.Add(d) }
