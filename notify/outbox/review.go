package outbox

import (
	"time"

	"tocsin/notify/statute"
)

// ReviewState is where counsel's review of an assessment stands.
type ReviewState string

const (
	ReviewNone      ReviewState = ""          // nobody asked
	ReviewAsked     ReviewState = "asked"     // it waits for counsel
	ReviewSigned    ReviewState = "signed"    // counsel stands behind the assessment as it is
	ReviewReopened  ReviewState = "reopened"  // something it rests on changed since the sign-off
	ReviewWithdrawn ReviewState = "withdrawn" // no longer asked for
)

// Review is counsel's review of one incident's assessment, through all its rounds.
type Review struct {
	State    ReviewState    `json:"state"`
	AskedBy  string         `json:"asked_by,omitempty"`
	AskedAt  time.Time      `json:"asked_at,omitzero"`
	Question string         `json:"question,omitempty"` // what counsel is asked to look at
	Notes    []ReviewNote   `json:"notes,omitempty"`    // privileged
	Remarks  []ReviewRemark `json:"remarks,omitempty"`
	SignOffs []SignOff      `json:"sign_offs,omitempty"` // oldest first
}

// ReviewNote is advice: for counsel, and for who wrote it.
type ReviewNote struct {
	N    int       `json:"n"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// ReviewRemark is what counsel says of one duty, for everybody on the case.
type ReviewRemark struct {
	Obligation string    `json:"obligation"`
	By         string    `json:"by"`
	At         time.Time `json:"at"`
	Text       string    `json:"text"`
}

// SignOff is counsel's word on an assessment, bound to what it rested on.
type SignOff struct {
	By        string     `json:"by"`
	At        time.Time  `json:"at"`
	Statement string     `json:"statement"`
	Basis     Basis      `json:"basis"`
	Changed   []string   `json:"changed,omitempty"` // what moved since; the sign-off holds while there is nothing
	ChangedAt *time.Time `json:"changed_at,omitempty"`
}

// Last is the newest sign-off; nil where there is none.
func (r *Review) Last() *SignOff {
	if len(r.SignOffs) == 0 {
		return nil
	}
	return &r.SignOffs[len(r.SignOffs)-1]
}

// ReviewFile is a review with what counsel has before them.
type ReviewFile struct {
	Review
	Basis       Basis              `json:"basis"`   // as it is now
	Changed     []string           `json:"changed"` // since the newest sign-off; never nil
	Risk        statute.Risk       `json:"risk"`
	Conclusions []ConclusionView   `json:"conclusions"`
	Obligations []Obligation       `json:"obligations"`
	Questions   []statute.Question `json:"questions"`
	Notices     []string           `json:"notices"`
}

// Ticket is a line of counsel's queue. It holds no personal data.
type Ticket struct {
	Incident string      `json:"incident"` // id
	Number   string      `json:"number"`
	State    ReviewState `json:"state"` // asked or reopened
	AskedBy  string      `json:"asked_by"`
	AskedAt  time.Time   `json:"asked_at"`
}

// QueueLine is a ticket with what makes it urgent.
type QueueLine struct {
	Ticket
	Title     string     `json:"title"`
	Due       *time.Time `json:"due"` // the nearest deadline; nil where none runs
	Regime    string     `json:"regime,omitempty"`
	Questions int        `json:"questions"`
	Unknown   int        `json:"unknown"` // duties not decided
	Drill     bool       `json:"drill,omitempty"`
}
