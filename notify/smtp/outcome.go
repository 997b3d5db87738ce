package smtp

import (
	"crypto/tls"
	"errors"
	"net/textproto"
	"regexp"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"tocsin/notify"
)

// outcome reads what is known of a hand-over from what the library says.
// IsDelivered is the truth about acceptance: the library can return an error for
// a message that the server took.
func outcome(msg *gomail.Msg, err error) notify.Receipt {
	if msg.IsDelivered() {
		return notify.Receipt{Outcome: notify.Accepted, Code: 250, Queue: queueID(msg.ServerResponse())}
	}
	var failed *gomail.SendError
	if !errors.As(err, &failed) {
		// The library says neither that it was taken nor where it stopped.
		return notify.Receipt{Outcome: notify.Uncertain, Detail: "no answer was seen"}
	}
	r := notify.Receipt{Code: failed.ErrorCode(), Enhanced: failed.EnhancedStatusCode()}
	switch {
	case failed.Reason == gomail.ErrSMTPDataClose && r.Code == 0:
		// The dot was written and no answer came, or none that can be read.
		r.Outcome, r.Detail = notify.Uncertain, "the line dropped after the message was sent"
	case failed.Reason == gomail.ErrSMTPMailFrom && r.Code >= 500, ours(r.Code):
		// It is not this person that was refused, but the sender or the sign-in:
		// that mends itself or an operator mends it, and nobody is given up for it.
		r.Outcome, r.Detail = notify.Deferred, "the mail server refuses the sender"
	case r.Code >= 500 && r.Code < 600:
		r.Outcome = notify.Rejected
	case r.Code >= 400:
		r.Outcome = notify.Deferred
	default:
		r.Outcome, r.Detail = notify.Deferred, "the line dropped before the message was sent"
	}
	return r
}

// ours reports whether a refusal is about this conversation and says nothing of
// the letter: a command out of order (RFC 5321), a sign-in that is missing,
// too weak or unencrypted (RFC 4954).
func ours(code int) bool {
	switch code {
	case 503, 530, 534, 535, 538:
		return true
	}
	return false
}

// reusable reports whether the connection may carry the next message. It may
// not where it is lost or about to be, nor after a refused DATA: the library
// leaves that transaction open, and the next message would be refused for it.
func reusable(msg *gomail.Msg, err error) bool {
	if err == nil {
		return true
	}
	var failed *gomail.SendError
	if !errors.As(err, &failed) || msg.IsDelivered() {
		return false
	}
	code := failed.ErrorCode()
	if code == 0 || code == 421 || ours(code) {
		return false
	}
	return failed.Reason == gomail.ErrSMTPMailFrom || failed.Reason == gomail.ErrSMTPRcptTo || failed.Reason == gomail.ErrSMTPDataClose
}

// stale reports whether the connection had ended before the message's first
// command was answered, as idle connections do: then it was not begun.
func stale(err error) bool {
	var failed *gomail.SendError
	if !errors.As(err, &failed) {
		return false
	}
	code := failed.ErrorCode()
	return failed.Reason == gomail.ErrConnCheck || failed.Reason == gomail.ErrSMTPMailFrom && (code == 0 || code == 421)
}

// unreached says why no connection came about, without the server's words.
func unreached(err error) notify.Receipt {
	r := deferred("the mail server cannot be reached or does not answer as it should")
	var said *textproto.Error
	if errors.As(err, &said) {
		r.Code = said.Code
	}
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &certificate):
		r.Detail = "the mail server's certificate is not trusted"
	case errors.Is(err, gomail.ErrNoSupportedAuthDiscovered), strings.HasPrefix(err.Error(), "SMTP AUTH failed"):
		r.Detail = "the mail server does not let us sign in"
	}
	return r
}

var queued = regexp.MustCompile(`(?i)(?:queued as |\bid=)([A-Za-z0-9.-]{1,64})`)

// queueID finds the server's id for a message in its answer, where it has the
// form that Postfix ("queued as") or Exim ("id=") gives it.
func queueID(answer string) string {
	if m := queued.FindStringSubmatch(answer); m != nil {
		return m[1]
	}
	return ""
}
