package smtp

import (
	"context"
	"errors"
	"os"
	"strconv"

	"tocsin/notify"
)

// transaction is one mail transaction (RFC 5321, 3.3): one letter to one person.
type transaction struct {
	ctx    context.Context
	to     string
	letter *dotted
	done   chan notify.Receipt // room for one
	asked  bool                // its commands travelled with the letter before
}

// The commands before a letter, in their order.
const (
	atMail = iota
	atMailbox
	atData
	commands
)

// command writes one command of a transaction.
func (l *line) command(b []byte, step int, t *transaction) []byte {
	switch step {
	case atMail:
		b = append(append(append(b, "MAIL FROM:<"...), l.c.sender...), '>')
		if l.sizes {
			b = strconv.AppendInt(append(b, " SIZE="...), int64(t.letter.size()), 10)
		}
	case atMailbox:
		b = append(append(append(b, "RCPT TO:<"...), t.to...), '>')
	default:
		b = append(b, "DATA"...)
	}
	return append(b, "\r\n"...)
}

// ask writes all commands of a transaction.
func (l *line) ask(b []byte, t *transaction) []byte {
	for step := range commands {
		b = l.command(b, step, t)
	}
	return b
}

// work carries a transaction and whatever waits for a line after it.
func (l *line) work(t *transaction) {
	for t != nil {
		t = l.carry(t)
	}
	l.c.pool <- l
}

// carry takes one transaction to its end and gives the next one, if it took one on.
// One that the line was lost under before it began is given back, for another line.
func (l *line) carry(t *transaction) (next *transaction) {
	if !t.asked {
		if r, over := l.c.over(t.ctx); over {
			t.done <- r
			return nil
		}
	}
	unhurried := l.watch(t.ctx)
	defer func() {
		if !unhurried() {
			next = l.drop(next)
		}
	}()
	if err := l.open(t.ctx); err != nil {
		t.done <- unreached(err)
		return nil
	}
	said, err := l.converse(t)
	if t.asked && said.stale && errors.Is(err, os.ErrDeadlineExceeded) && t.ctx.Err() == nil {
		// It answered the letter before and not what came with it: some servers throw
		// away what they have read by then, whatever they announce.
		l.c.apart.Store(true)
	}
	t.asked = false
	switch {
	case said.stale && t.ctx.Err() == nil:
		l.hangUp()
		return t
	case said.refused():
		t.done <- refusal(said.first, said.at)
	case err != nil:
		t.done <- lost(err)
	default:
		return l.hand(t)
	}
	return l.after(said, err)
}
