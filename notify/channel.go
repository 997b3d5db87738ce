package notify

import "context"

// Outcome is what is known of one hand-over.
type Outcome string

const (
	Accepted Outcome = "accepted" // the other side has it and said so
	Rejected Outcome = "rejected" // final: it will never take this
	Deferred Outcome = "deferred" // not now; it was certainly not taken
	// Uncertain: the line dropped when it may have been taken. It is never sent
	// again by itself; a person settles it.
	Uncertain Outcome = "uncertain"
)

// Message is one letter to one recipient.
type Message struct {
	ID      string // of the delivery; unique, becomes the Message-ID's local part
	To      string // address in the channel's form
	Subject string
	Text    string
	HTML    string
}

// Receipt is how a hand-over ended. It holds nothing personal: the other side's
// words may repeat an address, so only codes and ids are kept.
type Receipt struct {
	Outcome  Outcome `json:"outcome"`
	Code     int     `json:"code,omitempty"`     // of the protocol: 250, 550
	Enhanced string  `json:"enhanced,omitempty"` // 5.1.1
	Queue    string  `json:"queue,omitempty"`    // the other side's id for it
	Detail   string  `json:"detail,omitempty"`   // ours, in a few words
}

// Channel hands messages over. It says what is known about one hand-over; when
// and whether to try again is decided elsewhere. It is safe for concurrent use.
type Channel interface {
	// Name is the channel's, for records: "smtp".
	Name() string
	// Send hands one message over and waits for the answer. It never panics and
	// never returns without an outcome; a ctx that ends before anything was said
	// to the other side is Deferred.
	Send(ctx context.Context, m Message) Receipt
	// Close ends connections. Send after Close is Deferred.
	Close() error
}

// StaffMessage is a line for the people working a case, with no personal data.
type StaffMessage struct {
	To    string // one person, in the channel's form; empty: the channel that all of them read
	Text  string // a full sentence; screen readers read it
	Link  string // to the console
	Drill bool
	// Acknowledge is the id of the reminder this is, for a button that says it was
	// read; empty for what needs no such word.
	Acknowledge string
}

// StaffChannel posts to the people working cases.
type StaffChannel interface {
	Name() string
	Post(ctx context.Context, m StaffMessage) Receipt
}
