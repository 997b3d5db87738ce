package statute

import (
	"time"

	"tocsin/incident/condition"
)

// Assessment is what follows from the facts, in the form the assess command
// prints. Lists are never nil.
type Assessment struct {
	At          time.Time    `json:"at"`
	Edition     string       `json:"rules_edition"`
	Risk        Risk         `json:"risk"`
	Obligations []Obligation `json:"obligations"`
	Notices     []string     `json:"notices"`
	Questions   []Question   `json:"questions"`
}

// Obligation is one rule towards one recipient.
type Obligation struct {
	Rule         string          `json:"rule"`
	Version      string          `json:"version"`
	Jurisdiction string          `json:"jurisdiction"` // the recipient's, where the rule is routed
	Regime       string          `json:"regime"`
	Audience     string          `json:"audience"`
	Recipient    string          `json:"recipient"`
	Channel      ChannelOut      `json:"channel"`
	Applies      condition.Truth `json:"applies"`
	Because      []string        `json:"because"`
	BecauseNot   []string        `json:"because_not"`
	Missing      []string        `json:"missing"`
	Stages       []StageOut      `json:"stages"`
	Citation     string          `json:"citation"`
	Sources      []string        `json:"sources"`
	Reviewed     string          `json:"reviewed"`
	Confidence   string          `json:"confidence"`

	AuthorityID string    `json:"-"` // the record of the recipient, where there is one
	Languages   []string  `json:"-"` // the recipient accepts
	Title       string    `json:"-"`
	Content     Content   `json:"-"`
	Record      Record    `json:"-"`
	Order       Order     `json:"-"`
	asks        []pending // facts that could move a deadline, not the answer
}

// ChannelOut is how a notice travels.
type ChannelOut struct {
	Type string  `json:"type"`
	URL  *string `json:"url"`
}

// State is where a stage's clock stands.
type State string

const (
	Running State = "running" // it runs, or has run out; due is null where there is no number
	Waiting State = "waiting" // the milestone it counts from is not set
	Stopped State = "none"    // the stage is not owed
)

// StageOut is one stage of an obligation. Due and latest carry the recipient's
// offset; date is the day of due there.
type StageOut struct {
	Stage   string     `json:"stage"`
	From    string     `json:"from"`
	State   State      `json:"state"`
	Due     *time.Time `json:"due"`
	Date    *string    `json:"date"`
	Latest  *time.Time `json:"latest"`
	Binding bool       `json:"binding"`
	Counted string     `json:"counted"`

	Zone *time.Location `json:"-"`
	Note string         `json:"-"`
}

// Question is a fact nobody knows yet that something hangs on.
type Question struct {
	Fact    string         `json:"fact"`
	Ask     string         `json:"ask"`     // in plain language, with the places that are open
	Why     string         `json:"why"`     // what the law makes of the answer
	Kind    condition.Kind `json:"kind"`    // word, set, place, places, number, length or moment
	Options []Option       `json:"options"` // the answers to pick from: one of a word's, any of a set's; empty where it is typed in
	Decides []string       `json:"decides"` // rules
	Duties  []DutyRef      `json:"duties"`  // the same, in words
	Soonest *time.Time     `json:"soonest"` // the earliest deadline among them
}

// DutyRef is a duty that hangs on a question: the answer decides whether it is
// owed, or, where it is owed already, by when.
type DutyRef struct {
	Rule         string     `json:"rule"`
	Title        string     `json:"title"` // the rule's, else its regime
	Jurisdiction string     `json:"jurisdiction"`
	Recipient    string     `json:"recipient"`
	Due          *time.Time `json:"due"`
	Owed         bool       `json:"owed"` // for certain: the answer can move its deadline only
}

// pending is a fact that could move a deadline.
type pending struct{ fact string }

// Decided reports whether it is known of every rule whether it applies, and
// whom the breach affects where: while nobody knows, rules may be missing.
func (a *Assessment) Decided() bool {
	for _, o := range a.Obligations {
		if o.Applies == condition.Unknown {
			return false
		}
	}
	for _, q := range a.Questions {
		if q.Fact == "affected.residence" || q.Fact == "organisation.established_in" && len(a.Obligations) == 0 {
			return false
		}
	}
	return true
}

// Due is the earliest binding deadline of an obligation, and whether it has one.
func (o *Obligation) Due() (time.Time, bool) {
	var due time.Time
	for _, s := range o.Stages {
		if s.Due != nil && s.Binding && (due.IsZero() || s.Due.Before(due)) {
			due = *s.Due
		}
	}
	return due, !due.IsZero()
}
