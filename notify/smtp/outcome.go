package smtp

import (
	"bufio"
	"crypto/tls"
	"errors"
	"net/textproto"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"tocsin/notify"
)

// atText is where the answer to the letter itself is read, after the commands.
const atText = commands

// refusal reads a refusal (4xx, 5xx) of a command, or of the letter.
func refusal(r reply, at int) notify.Receipt {
	out := notify.Receipt{Code: r.code, Enhanced: r.enhanced}
	switch {
	case at == atMail && (r.code == 552 || strings.HasSuffix(r.enhanced, ".3.4") && r.is(5)):
		// MAIL told it how large the letter is (RFC 1870).
		out.Outcome, out.Detail = notify.Rejected, "larger than the mail server takes"
	case at == atMail && r.is(5), ours(r.code):
		// It is not this person that was refused, but the sender or the sign-in:
		// that mends itself or an operator mends it, and nobody is given up for it.
		out.Outcome, out.Detail = notify.Deferred, "the mail server refuses the sender"
	case r.is(5):
		out.Outcome = notify.Rejected
	default:
		out.Outcome = notify.Deferred
	}
	return out
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

// lost is what became of a letter whose final dot was certainly not sent.
func lost(err error) notify.Receipt {
	if errors.Is(err, errOutOfStep) || errors.Is(err, errGarbage) || errors.Is(err, bufio.ErrBufferFull) {
		return deferred("the mail server does not answer as it should; the message was not sent")
	}
	return deferred("the line dropped before the message was sent")
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
