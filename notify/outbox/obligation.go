package outbox

import (
	"strings"
	"time"

	"tocsin/notify/statute"
)

// Obligation is one duty towards one recipient, as it stands and as it came to be.
type Obligation struct {
	ID           string   `json:"id"` // rule@jurisdiction; the same through every reassessment
	Rule         string   `json:"rule"`
	Version      string   `json:"version"`
	Title        string   `json:"title"`
	Jurisdiction string   `json:"jurisdiction"`
	Regime       string   `json:"regime"`
	Audience     string   `json:"audience"`
	Recipient    string   `json:"recipient"`
	Channel      string   `json:"channel"`
	URL          string   `json:"url,omitempty"`
	Languages    []string `json:"languages,omitempty"`
	Applies      string   `json:"applies"` // yes, no, unknown
	Because      []string `json:"because,omitempty"`
	BecauseNot   []string `json:"because_not,omitempty"`
	Missing      []string `json:"missing,omitempty"`
	Stages       []Stage  `json:"stages,omitempty"`
	Citation     string   `json:"citation"`
	Sources      []string `json:"sources,omitempty"`
	Reviewed     string   `json:"reviewed"`
	Confidence   string   `json:"confidence"`
	Required     []string `json:"required,omitempty"`  // content ids
	Forbidden    []string `json:"forbidden,omitempty"` // content ids its notice may not tell

	FirstAt  time.Time `json:"first_at"`
	Changes  []Change  `json:"changes,omitempty"` // oldest first
	Fallen   string    `json:"fallen,omitempty"`  // why it is no longer owed, where it once was
	Decision *Decision `json:"decision,omitempty"`
}

// Stage is one step of a duty with its clock.
type Stage struct {
	Stage   string     `json:"stage"`
	From    string     `json:"from"`
	State   string     `json:"state"` // running, waiting, none
	Due     *time.Time `json:"due,omitempty"`
	Latest  *time.Time `json:"latest,omitempty"`
	Zone    string     `json:"zone,omitempty"` // the recipient's
	Binding bool       `json:"binding"`
	Counted string     `json:"counted,omitempty"`
	Met     *time.Time `json:"met,omitempty"` // filed, or people told
}

// Change is one thing that moved, and why.
type Change struct {
	At   time.Time `json:"at"`
	What string    `json:"what"`
	Why  string    `json:"why"`
}

// Decision is the decision not to notify. It counts once a second person agreed.
type Decision struct {
	Reason     string     `json:"reason"`
	By         string     `json:"by"`
	At         time.Time  `json:"at"`
	ApprovedBy string     `json:"approved_by,omitempty"`
	ApprovedAt *time.Time `json:"approved_at,omitempty"`
}

// Settled reports whether the decision has its second person.
func (d *Decision) Settled() bool { return d != nil && d.ApprovedBy != "" }

// Owed reports whether it is to be done: it applies and was not decided against.
func (o *Obligation) Owed() bool { return o.Applies == "yes" && !o.Decision.Settled() }

// Next is the first stage that is not met and has a clock; nil where there is none.
func (o *Obligation) Next() *Stage {
	for n := range o.Stages {
		if s := &o.Stages[n]; s.Met == nil && s.State != "none" {
			return s
		}
	}
	return nil
}

// Due is the deadline of the next binding stage; nil where there is none.
func (o *Obligation) Due() *time.Time {
	for _, s := range o.Stages {
		if s.Met == nil && s.State == "running" && s.Due != nil && s.Binding {
			return s.Due
		}
	}
	return nil
}

// Standing is an assessment as a whole: what the obligations do not say one by one.
type Standing struct {
	At        time.Time          `json:"at"`
	Edition   string             `json:"edition"` // of the rules
	Risk      statute.Risk       `json:"risk"`
	Questions []statute.Question `json:"questions,omitempty"`
	Notices   []string           `json:"notices,omitempty"`
}

func fromStatute(o *statute.Obligation) Obligation {
	out := Obligation{
		ID: o.Rule + "@" + o.Jurisdiction, Rule: o.Rule, Version: o.Version, Title: o.Title, Jurisdiction: o.Jurisdiction,
		Regime: o.Regime, Audience: o.Audience, Recipient: o.Recipient, Channel: o.Channel.Type, Languages: o.Languages,
		Applies: o.Applies.String(), Because: o.Because, BecauseNot: o.BecauseNot, Missing: o.Missing, Citation: o.Citation,
		Sources: o.Sources, Reviewed: o.Reviewed, Confidence: o.Confidence, Required: o.Content.Required, Forbidden: o.Content.Forbidden,
	}
	if o.AuthorityID != "" && !strings.HasSuffix(out.ID, o.AuthorityID) {
		out.ID += "/" + o.AuthorityID
	}
	if o.Channel.URL != nil {
		out.URL = *o.Channel.URL
	}
	for _, s := range o.Stages {
		st := Stage{Stage: s.Stage, From: s.From, State: string(s.State), Due: s.Due, Latest: s.Latest, Binding: s.Binding, Counted: s.Counted}
		if s.Zone != nil {
			st.Zone = s.Zone.String()
		}
		out.Stages = append(out.Stages, st)
	}
	return out
}
