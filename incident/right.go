package incident

import (
	"slices"
	"time"
)

// Right is one thing a person may ask about what is held on them.
type Right string

const (
	RightAccess      Right = "access"
	RightRectify     Right = "rectify"
	RightRestrict    Right = "restrict"
	RightErase       Right = "erase"
	RightObject      Right = "object"
	RightPortability Right = "portability"
)

// Rights lists every right with the words people see.
func Rights() []Choice {
	return []Choice{
		{"access", "Information and a copy"}, {"rectify", "Correction"}, {"restrict", "Restriction"},
		{"erase", "Erasure"}, {"object", "Objection"}, {"portability", "Portability"},
	}
}

func (r Right) Valid() bool   { return known(Rights(), string(r)) }
func (r Right) Label() string { return label(Rights(), string(r)) }

// IdentityCheck is whether the one who asks is the person it is about. How is a
// way and not a document: what they showed does not belong here.
type IdentityCheck struct {
	Outcome string    `json:"outcome"` // confirmed, asked, failed
	How     string    `json:"how"`     // one of IdentityWays
	By      string    `json:"by"`
	At      time.Time `json:"at"`
}

// IdentityOutcomes are what a check can come to. While more was asked for the
// clock runs on: whether it may stand still is a question of each law, and the
// strict reading is that it does not.
func IdentityOutcomes() []Choice {
	return []Choice{{"confirmed", "Confirmed"}, {"asked", "More was asked for"}, {"failed", "Could not be confirmed"}}
}

// IdentityWays are the ways a person's identity is confirmed.
func IdentityWays() []Choice {
	return []Choice{
		{"signed_in", "They asked from their signed-in account"}, {"call_back", "Called back at a number already on record"},
		{"known_address", "Answered at an address already on record"}, {"questions", "Answered questions only they can"},
		{"document", "Showed an identity document"}, {"representative", "A representative, with their authority"}, {"other", "Another way"},
	}
}

// RightExtension is a later limit that the law allows and the person was told of.
type RightExtension struct {
	Until  time.Time `json:"until"`
	ToldAt time.Time `json:"told_at"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// RightDecision is what is answered. Basis names the exception relied on, and
// is empty where everything was granted.
type RightDecision struct {
	Outcome string    `json:"outcome"` // granted, partly, refused
	Basis   string    `json:"basis,omitempty"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
}

// RightOutcomes are the possible decisions.
func RightOutcomes() []Choice {
	return []Choice{{"granted", "Granted"}, {"partly", "Granted in part"}, {"refused", "Refused"}}
}

// RefusalBases are the grounds a request can be refused on, each named as the
// European law names it; other laws know most of them under names of their own.
func RefusalBases() []Choice {
	return []Choice{
		{"identity", "Identity not confirmed (GDPR Art. 12(2), (6))"}, {"unfounded", "Manifestly unfounded or excessive (GDPR Art. 12(5))"},
		{"others_rights", "Rights and freedoms of others (GDPR Art. 15(4))"}, {"expression", "Freedom of expression and information (GDPR Art. 17(3)(a))"},
		{"legal_obligation", "A legal obligation or public task (GDPR Art. 17(3)(b))"}, {"public_health", "Public health (GDPR Art. 17(3)(c))"},
		{"archive", "Archiving, research or statistics (GDPR Art. 17(3)(d))"}, {"legal_claims", "Legal claims (GDPR Art. 17(3)(e))"},
		{"compelling_grounds", "Compelling legitimate grounds (GDPR Art. 21(1))"}, {"not_held", "Nothing is held on the person"},
		{"not_applicable", "The right does not apply to this processing"},
	}
}

// RightState is where a request stands.
type RightState string

const (
	RightOpen      RightState = "open"
	RightDecided   RightState = "decided" // and the person not yet told
	RightAnswered  RightState = "answered"
	RightWithdrawn RightState = "withdrawn"
)

// RightRequest is one request as the register keeps it. It holds nothing that
// says who asked: that is sealed apart, under a key of the request's own.
type RightRequest struct {
	ID         string          `json:"id"`
	Number     string          `json:"number"` // RR-2026-0001
	Right      Right           `json:"right"`
	Regime     string          `json:"regime"`
	Zone       string          `json:"zone"`    // IANA: whose days are counted
	Channel    string          `json:"channel"` // letter, mail, phone, …
	ReceivedAt time.Time       `json:"received_at"`
	RecordedAt time.Time       `json:"recorded_at"`
	RecordedBy string          `json:"recorded_by"`
	Due        time.Time       `json:"due"` // strict; moved by an extension
	Latest     time.Time       `json:"latest"`
	Identity   *IdentityCheck  `json:"identity,omitempty"`
	Extension  *RightExtension `json:"extension,omitempty"`
	Decision   *RightDecision  `json:"decision,omitempty"`
	AnsweredAt *time.Time      `json:"answered_at,omitempty"` // when the person was told
	Withdrawn  *time.Time      `json:"withdrawn_at,omitempty"`
	Forgotten  *time.Time      `json:"forgotten_at,omitempty"` // who asked was erased
	Acts       []RightAct      `json:"acts"`                   // oldest first
}

// RightAct is one thing done on a request. It names an incident by its id.
type RightAct struct {
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	Act      string    `json:"act"` // the audit act
	Incident string    `json:"incident,omitempty"`
}

// RightChannels are the ways a request arrives.
func RightChannels() []Choice {
	return []Choice{{"letter", "Letter"}, {"mail", "E-mail"}, {"phone", "Phone"}, {"account", "Their account"}, {"desk", "In person"}, {"authority", "Through an authority"}, {"agent", "Through an agent"}, {"page", "The page of their letter"}}
}

// State is where the request stands.
func (r *RightRequest) State() RightState {
	switch {
	case r.Withdrawn != nil:
		return RightWithdrawn
	case r.AnsweredAt != nil:
		return RightAnswered
	case r.Decision != nil:
		return RightDecided
	}
	return RightOpen
}

// Ended reports whether its clock stands still.
func (r *RightRequest) Ended() bool {
	return slices.Contains([]RightState{RightAnswered, RightWithdrawn}, r.State())
}

// Remind is when somebody should be reminded: a week before it is due.
func (r *RightRequest) Remind() time.Time { return r.Due.AddDate(0, 0, -7) }

// ValidChoice reports whether v is one of the choices.
func ValidChoice(choices []Choice, v string) bool { return known(choices, v) }

// ChoiceLabel is v in words.
func ChoiceLabel(choices []Choice, v string) string { return label(choices, v) }
