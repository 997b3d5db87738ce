package register

import (
	"time"

	"tocsin/incident"
)

// Entry is one breach. Times are UTC; nil where they are not known.
type Entry struct {
	Number   string    `json:"number"`
	Title    string    `json:"title"`
	Summary  string    `json:"summary,omitempty"`
	Kind     string    `json:"kind"`
	Severity string    `json:"severity"`
	Status   string    `json:"status"`
	OpenedAt time.Time `json:"opened_at"`

	// The facts: when, what, whose.
	OccurredFrom  *time.Time        `json:"occurred_from"`
	OccurredUntil *time.Time        `json:"occurred_until"`
	Detected      *time.Time        `json:"detected"`
	Aware         *time.Time        `json:"aware"`
	AwareReason   string            `json:"aware_reason,omitempty"`
	People        *int              `json:"people"` // null where no list was settled
	Jurisdictions map[string]int    `json:"by_jurisdiction,omitempty"`
	Elements      map[string]int    `json:"by_element,omitempty"`
	Facts         map[string]string `json:"facts"` // in force, in words

	// The effects, and the risk to people.
	Effects map[string]string `json:"effects"` // confidentiality, integrity, availability, acquisition
	Risk    string            `json:"risk,omitempty"`

	// The remedial action.
	Contained *time.Time `json:"contained"`
	Recovered *time.Time `json:"recovered"`
	Actions   []Action   `json:"actions"`

	// Who was told, and why somebody was not.
	Told        []Told     `json:"told"`
	NotNotified []Decision `json:"not_notified"`
	Open        []Open     `json:"open"` // owed, and neither done nor decided against

	ClosedAt *time.Time `json:"closed_at"`
	Outcome  string     `json:"outcome,omitempty"`
}

// Action is a task that was done to contain the breach or to recover from it.
type Action struct {
	Task    int        `json:"task"`
	Title   string     `json:"title"`
	At      *time.Time `json:"at"`
	Outcome string     `json:"outcome,omitempty"`
}

// Told is one notice that was given.
type Told struct {
	To    string    `json:"to"`
	Rule  string    `json:"rule,omitempty"`
	Stage string    `json:"stage,omitempty"`
	At    time.Time `json:"at"`
}

// Decision is a duty, or a whole breach, that nobody was told of, and why. It is
// settled once a second person agreed.
type Decision struct {
	Rule       string     `json:"rule,omitempty"` // empty: no duty was found to apply
	Recipient  string     `json:"recipient,omitempty"`
	Reason     string     `json:"reason"`
	By         string     `json:"by,omitempty"` // account id
	At         *time.Time `json:"at"`
	ApprovedBy string     `json:"approved_by,omitempty"`
	ApprovedAt *time.Time `json:"approved_at"`
	Settled    bool       `json:"settled"`
}

// Open is a duty that is still owed.
type Open struct {
	Rule      string     `json:"rule"`
	Recipient string     `json:"recipient"`
	Due       *time.Time `json:"due"`
}

// effects are the facts that say what the breach did to the data.
var effects = map[string]string{
	"incident.confidentiality": "confidentiality", "incident.integrity": "integrity",
	"incident.availability": "availability", "incident.acquisition": "acquisition",
}

// remedial are the phases whose tasks are remedial action.
var remedial = map[incident.Phase]bool{incident.Contain: true, incident.EradicateRecover: true}
