package smtp

import (
	"time"

	"tocsin/notify"
)

// hand writes the letter of a transaction that the server has a place for, and
// with it the commands of the next one, if one waits, and reads what becomes of it.
func (l *line) hand(t *transaction) (next *transaction) {
	if !l.silent() {
		// It says something to a letter it has not seen.
		t.done <- lost(errOutOfStep)
		l.hangUp()
		return nil
	}
	b := t.letter.b
	text := len(b)
	if l.pipelines && !l.c.apart.Load() {
		if next = l.c.next(); next != nil {
			b = l.ask(b, next)
			next.asked = true
		}
	}
	l.wait()
	n, err := l.write(b)
	t.letter.b = b[:text]
	var r reply
	switch {
	case err == nil || n >= text:
		var failed error
		if r, failed = l.reply(); failed == nil {
			break
		}
		t.done <- notify.Receipt{Outcome: notify.Uncertain, Detail: "the line dropped after the message was sent"}
		return l.drop(next)
	case n > t.letter.before():
		t.done <- notify.Receipt{Outcome: notify.Uncertain, Detail: "the line dropped while the message was ended"}
		return l.drop(next)
	default:
		// A server that will not have it often says so and hangs up in the middle.
		l.until(time.Now().Add(min(time.Second, l.c.grace)))
		if r, failed := l.reply(); failed == nil && (r.is(4) || r.is(5)) {
			t.done <- refusal(r, atText)
		} else {
			t.done <- lost(err)
		}
		return l.drop(next)
	}
	switch {
	case r.code == 250:
		t.done <- notify.Receipt{Outcome: notify.Accepted, Code: r.code, Queue: r.queue}
	case r.is(4) || r.is(5):
		t.done <- refusal(r, atText)
		if r.code == 421 || ours(r.code) {
			return l.drop(next)
		}
	default:
		// It was sent, and the answer is none.
		t.done <- notify.Receipt{Outcome: notify.Uncertain, Code: r.code, Detail: "the mail server's answer makes no sense"}
		return l.drop(next)
	}
	if err != nil {
		return l.drop(next)
	}
	return next
}

// drop hangs up and gives back a transaction that was asked for on this line: its
// letter was not begun, so that it may go over another.
func (l *line) drop(next *transaction) *transaction {
	l.hangUp()
	if next != nil {
		next.asked = false
	}
	return next
}
