package smtp

import (
	"errors"
	"regexp"

	gomail "github.com/wneessen/go-mail"

	"tocsin/notify"
)

// outcome reads what is known of a hand-over from what the library says.
// IsDelivered is the truth about acceptance: the library also returns an error
// for a message the server took when the line drops afterwards.
func outcome(msg *gomail.Msg, err error) notify.Receipt {
	if msg.IsDelivered() {
		return notify.Receipt{Outcome: notify.Accepted, Code: 250, Queue: queueID(msg.ServerResponse())}
	}
	if err == nil {
		return notify.Receipt{Outcome: notify.Uncertain, Detail: "no answer was seen"}
	}
	var failed *gomail.SendError
	if !errors.As(err, &failed) {
		// Not even begun: the connection was found dead.
		return deferred("the connection was lost before the message")
	}
	r := notify.Receipt{Code: failed.ErrorCode(), Enhanced: failed.EnhancedStatusCode()}
	switch {
	case failed.Reason == gomail.ErrSMTPDataClose && r.Code == 0:
		// The dot was written and no answer came.
		r.Outcome, r.Detail = notify.Uncertain, "the line dropped after the message was sent"
	case failed.Reason == gomail.ErrSMTPMailFrom && r.Code >= 500:
		// It is the sender that was refused, not this person: that mends itself,
		// or an operator mends it, and nobody is given up for it.
		r.Outcome, r.Detail = notify.Deferred, "the server refuses the sender"
	case r.Code >= 500 && r.Code < 600:
		r.Outcome = notify.Rejected
	case r.Code >= 400:
		r.Outcome = notify.Deferred
	default:
		r.Outcome, r.Detail = notify.Deferred, "the line dropped before the message was sent"
	}
	return r
}

// broken reports whether the connection must not be used again: after anything
// but success or a plain refusal of one message.
func broken(err error) bool {
	if err == nil {
		return false
	}
	var failed *gomail.SendError
	if !errors.As(err, &failed) {
		return true
	}
	return failed.ErrorCode() == 0 || failed.ErrorCode() == 421
}

var queued = regexp.MustCompile(`(?i)queued as ([A-Za-z0-9.-]{1,64})`)

// queueID finds the server's id for a message in its answer, where it has the usual form.
func queueID(answer string) string {
	if m := queued.FindStringSubmatch(answer); m != nil {
		return m[1]
	}
	return ""
}
