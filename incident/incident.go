package incident

import (
	"strings"
	"time"
)

// BreachKind is what happened, in the words of the facts format (incident.kind).
type BreachKind string

// BreachKinds lists every kind with the words people see.
func BreachKinds() []Choice {
	return []Choice{
		{"ransomware", "Ransomware"}, {"intrusion", "Intrusion"}, {"credential_stuffing", "Credential stuffing"},
		{"phishing", "Phishing"}, {"mailbox_takeover", "Mailbox takeover"}, {"misdirected", "Misdirected message"},
		{"lost_device", "Lost device"}, {"stolen_device", "Stolen device"}, {"insider", "Insider"},
		{"misconfiguration", "Misconfiguration"}, {"vendor", "Vendor breach"}, {"support_channel", "Support channel disclosure"},
		{"skimming", "Payment skimming"}, {"disposal", "Improper disposal"}, {"outage", "Outage"}, {"other", "Other"},
	}
}

// Choice is a value and the words people see for it.
type Choice struct{ Value, Label string }

// Valid reports whether k is a kind the facts format knows.
func (k BreachKind) Valid() bool { return known(BreachKinds(), string(k)) }

// Label is k in words.
func (k BreachKind) Label() string { return label(BreachKinds(), string(k)) }

// Severity is how bad it is for the organisation's response; not the risk to people.
type Severity string

const (
	Low      Severity = "low"
	Medium   Severity = "medium"
	High     Severity = "high"
	Critical Severity = "critical"
)

// Severities lists every severity, mildest first.
func Severities() []Choice {
	return []Choice{{"low", "Low"}, {"medium", "Medium"}, {"high", "High"}, {"critical", "Critical"}}
}

func (s Severity) Valid() bool   { return known(Severities(), string(s)) }
func (s Severity) Label() string { return label(Severities(), string(s)) }

// Status is where an incident stands.
type Status string

const (
	Triage    Status = "triage"    // not yet confirmed as an incident
	Open      Status = "open"      // being worked
	Contained Status = "contained" // no longer spreading; work goes on
	Closed    Status = "closed"    // done, with a report
	Dismissed Status = "dismissed" // was not a breach; the reason is on record
)

// Statuses lists every status in the order an incident passes them.
func Statuses() []Choice {
	return []Choice{{"triage", "Triage"}, {"open", "Open"}, {"contained", "Contained"}, {"closed", "Closed"}, {"dismissed", "Dismissed"}}
}

func (s Status) Valid() bool   { return known(Statuses(), string(s)) }
func (s Status) Label() string { return label(Statuses(), string(s)) }

// Ended reports whether nothing more is expected to happen.
func (s Status) Ended() bool { return s == Closed || s == Dismissed }

// Role is what a person does on one incident.
type Role string

const (
	Commander      Role = "commander"
	Counsel        Role = "counsel" // privacy counsel
	Forensics      Role = "forensics"
	Communications Role = "communications"
	SupportLead    Role = "support_lead"
	Scribe         Role = "scribe"
)

// Roles lists every role. Each can have a deputy; see Assignment.
func Roles() []Choice {
	return []Choice{
		{"commander", "Commander"}, {"counsel", "Privacy counsel"}, {"forensics", "Forensics"},
		{"communications", "Communications"}, {"support_lead", "Support lead"}, {"scribe", "Scribe"},
	}
}

func (r Role) Valid() bool   { return known(Roles(), string(r)) }
func (r Role) Label() string { return label(Roles(), string(r)) }

// Assignment is one person in one role. Several people may hold a role; a
// deputy may do all that the role may.
type Assignment struct {
	Role    Role   `json:"role"`
	Account string `json:"account"` // account id
	Deputy  bool   `json:"deputy,omitempty"`
}

// Channel is a way of talking that an attacker may be reading.
type Channel string

const (
	ChannelSlack Channel = "slack"
	ChannelMail  Channel = "mail"
	ChannelSSO   Channel = "sso"
)

// Channels lists the channels that can be marked compromised.
func Channels() []Choice {
	return []Choice{{"slack", "Slack"}, {"mail", "Mail"}, {"sso", "Single sign-on"}}
}

func (c Channel) Valid() bool { return known(Channels(), string(c)) }

// Incident is one breach, or suspected breach, or drill. All instants are UTC.
type Incident struct {
	ID          string       `json:"id"`     // UUIDv7, never shown to people
	Number      string       `json:"number"` // INC-2026-0001, drills DRL-2026-0001
	Title       string       `json:"title"`
	Summary     string       `json:"summary,omitempty"`
	Kind        BreachKind   `json:"kind"`
	Severity    Severity     `json:"severity"`
	Status      Status       `json:"status"`
	People      []Assignment `json:"people,omitempty"`
	Restricted  bool         `json:"restricted,omitempty"` // only people with a role on it may know it exists
	Drill       bool         `json:"drill,omitempty"`
	Compromised []Channel    `json:"compromised,omitempty"`
	Playbook    string       `json:"playbook,omitempty"` // slug asked for when it was opened
	OpenedAt    time.Time    `json:"opened_at"`
	OpenedBy    string       `json:"opened_by"`             // principal id
	OpenedFrom  Source       `json:"opened_from,omitempty"` // the door it came through
	ClosedAt    *time.Time   `json:"closed_at,omitempty"`
	Outcome     string       `json:"outcome,omitempty"` // why it was closed or dismissed
	LegalHold   bool         `json:"legal_hold,omitempty"`
	RetainUntil *time.Time   `json:"retain_until,omitempty"` // set at closing; its key is destroyed after
	NextTask    int          `json:"next_task,omitempty"`    // numbers people type: task 1, 2, 3 …
	NextProof   int          `json:"next_evidence,omitempty"`
}

// Holds reports whether account has role on i, as holder or deputy.
func (i *Incident) Holds(account string, role Role) bool {
	for _, a := range i.People {
		if a.Account == account && a.Role == role {
			return true
		}
	}
	return false
}

// Involves reports whether account has any role on i.
func (i *Incident) Involves(account string) bool {
	for _, a := range i.People {
		if a.Account == account {
			return true
		}
	}
	return false
}

// ChannelCompromised reports whether an attacker may be reading c.
func (i *Incident) ChannelCompromised(c Channel) bool {
	for _, have := range i.Compromised {
		if have == c {
			return true
		}
	}
	return false
}

// Holders lists the accounts that hold role, deputies last.
func (i *Incident) Holders(role Role) []string {
	var first, deputies []string
	for _, a := range i.People {
		switch {
		case a.Role != role:
		case a.Deputy:
			deputies = append(deputies, a.Account)
		default:
			first = append(first, a.Account)
		}
	}
	return append(first, deputies...)
}

func known(choices []Choice, v string) bool {
	for _, c := range choices {
		if c.Value == v {
			return true
		}
	}
	return false
}

func label(choices []Choice, v string) string {
	for _, c := range choices {
		if c.Value == v {
			return c.Label
		}
	}
	return strings.ReplaceAll(v, "_", " ")
}
