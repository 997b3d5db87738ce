package playbooks

import (
	"time"

	"tocsin/incident"
	"tocsin/incident/condition"
)

// Playbook is one written procedure. A value that came from Parse is sound:
// its steps form a graph without cycles, and every name in it is known.
type Playbook struct {
	Slug    string // names the procedure across its revisions: ransomware
	Title   string
	Version string // semantic version, for people; the identity is Digest
	Summary string
	Kinds   []incident.BreachKind // what it is meant for; sorted; empty means anything
	Steps   []Step                // in the order they are read
}

// Kind is what a step asks for.
type Kind string

const (
	KindTask        Kind = "task"
	KindDecision    Kind = "decision"    // one of Options is chosen, with a reason
	KindApproval    Kind = "approval"    // Approval says who must agree
	KindNotify      Kind = "notify"      // somebody outside is told; Obligations says under which duty
	KindAutomation  Kind = "automation"  // a program does it and reports back; Action names it
	KindWait        Kind = "wait"        // over when its due instant has come
	KindSubplaybook Kind = "subplaybook" // over when a run of Playbook is
)

// Kinds lists every kind with the words people see.
func Kinds() []incident.Choice {
	return []incident.Choice{
		{Value: "task", Label: "Task"}, {Value: "decision", Label: "Decision"}, {Value: "approval", Label: "Approval"},
		{Value: "notify", Label: "Notice"}, {Value: "automation", Label: "Automation"}, {Value: "wait", Label: "Wait"},
		{Value: "subplaybook", Label: "Playbook"},
	}
}

// Step is one thing to do. Key is stable across revisions: it is what a diff
// and an upgrade go by.
type Step struct {
	Key          string
	Title        string
	Phase        incident.Phase
	Kind         Kind
	Role         incident.Role
	Due          *Due
	Needs        []string // keys of steps that must have ended first; sorted
	When         *condition.Condition
	Chosen       *Chosen
	Evidence     []Evidence
	Mandatory    bool // the incident does not close without it; commander or counsel alone may skip it
	Approval     *Approval
	Skip         *Skip // nil: may be skipped with a reason, unless Mandatory
	Options      []Option
	Obligations  []string // rule ids this step serves; sorted
	Attack       []string // MITRE ATT&CK technique ids; sorted
	Action       string   // of an automation: what is to be run
	Playbook     string   // of a subplaybook: its slug
	Privileged   bool     // its task is for counsel and the holders of Role alone
	Instructions string   // Markdown
}

// Due is an instant relative to another: Within after After. A negative Within
// is that long before it, and is allowed for an obligation's deadline only.
type Due struct {
	After  Anchor
	Within time.Duration
}

// Evidence is what must be attached before a step can be done.
type Evidence struct {
	Kind string
	Min  int // at least 1
	Note string
}

// Approval is who must agree: N different people, each holding one of Roles,
// none of whom did a step that this one needs.
type Approval struct {
	Roles []incident.Role // sorted
	N     int
}

// Skip says whether a step may be passed over.
type Skip struct {
	Allowed        bool
	ReasonRequired bool
}

// Option is one branch of a decision.
type Option struct {
	Key   string
	Title string
	Note  string // what choosing it means
}

// Chosen ties a step to a decision: it applies only where one of Options was
// chosen in Step, and waits until one is.
type Chosen struct {
	Step    string
	Options []string // sorted
}

// Step gives the step named key.
func (p *Playbook) Step(key string) (*Step, bool) {
	for i := range p.Steps {
		if p.Steps[i].Key == key {
			return &p.Steps[i], true
		}
	}
	return nil, false
}

// Suits reports whether p is meant for breaches of kind k.
func (p *Playbook) Suits(k incident.BreachKind) bool {
	for _, have := range p.Kinds {
		if have == k {
			return true
		}
	}
	return len(p.Kinds) == 0
}

// Skipping is what anybody may do with s instead of doing it. Who may pass over
// a mandatory step all the same is for whoever keeps the case.
func (s *Step) Skipping() Skip {
	switch {
	case s.Mandatory:
		return Skip{}
	case s.Skip != nil:
		return *s.Skip
	}
	return Skip{Allowed: true, ReasonRequired: true}
}

// Option gives the branch named key.
func (s *Step) Option(key string) (Option, bool) {
	for _, o := range s.Options {
		if o.Key == key {
			return o, true
		}
	}
	return Option{}, false
}
