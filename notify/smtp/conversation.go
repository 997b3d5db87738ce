package smtp

import "errors"

// answers is what the server said to the commands of a transaction.
type answers struct {
	first reply // the first refusal; code 0: none
	at    int   // the command it was for
	taken [commands]bool
	stale bool // the line had ended before the transaction began, as lines do that were used before
}

func (a *answers) refused() bool { return a.first.code != 0 }

// errOutOfStep says that the server answered what it was not asked, or with what
// cannot be the answer to it.
var errOutOfStep = errors.New("the mail server's answers are out of step")

// converse says MAIL, RCPT and DATA and reads the answers: to each in turn, or to all at
// once where the server takes them so. An error leaves the line of no more use.
func (l *line) converse(t *transaction) (said answers, err error) {
	before := l.used
	if !t.asked {
		if err := l.begin(t); err != nil {
			said.stale = before
			return said, err
		}
	}
	for step := range commands {
		r, err := l.ready(step, t)
		if err != nil || r.code == 421 || !said.fits(r, step) {
			// A 421 ends the line, whatever else was asked (RFC 5321, 3.8).
			said.stale = before && !said.refused() && (step == atMail || err == nil && r.code != 421)
			if r.code == 421 {
				said.refuse(r, step)
			}
			if err == nil {
				err = errOutOfStep
			}
			return said, err
		}
		l.used = true
		if said.refused() && !l.pipelines {
			return said, nil
		}
	}
	if said.refused() && said.taken[atMailbox] && said.taken[atData] {
		// A letter would be taken from a sender who was refused.
		return said, errOutOfStep
	}
	return said, nil
}

// ready gives the answer to a command, which is said first where it was not.
func (l *line) ready(step int, t *transaction) (reply, error) {
	if !l.pipelines {
		if !l.silent() {
			return reply{}, errOutOfStep
		}
		l.group = l.command(l.group[:0], step, t)
		l.wait()
		if _, err := l.write(l.group); err != nil {
			return reply{}, err
		}
	}
	return l.reply()
}

// begin says the commands, where they did not travel with the letter before: all of
// them, or where they go one by one only what clears the way for the first.
func (l *line) begin(t *transaction) error {
	if !l.silent() {
		return errOutOfStep
	}
	b := l.group[:0]
	if l.dirty {
		b = append(b, "RSET\r\n"...)
	}
	if l.pipelines {
		b = l.ask(b, t)
	}
	if l.group = b; len(b) == 0 {
		return nil
	}
	l.wait()
	if _, err := l.write(b); err != nil || !l.dirty {
		return err
	}
	r, err := l.reply()
	if err == nil && r.code != 250 {
		err = errOutOfStep
	}
	l.dirty = err != nil
	return err
}

// fits notes what an answer says of a command; false where it cannot be the answer
// to it: nothing but 354 takes DATA.
func (a *answers) fits(r reply, step int) bool {
	switch step {
	case atMail:
		a.taken[step] = r.code == 250
	case atMailbox:
		a.taken[step] = r.code/10 == 25
	default:
		a.taken[step] = r.code == 354
	}
	if !a.taken[step] && (r.is(4) || r.is(5)) {
		a.refuse(r, step)
	}
	return a.taken[step] || r.is(4) || r.is(5)
}

func (a *answers) refuse(r reply, step int) {
	if a.first.code == 0 {
		a.first, a.at = r, step
	}
}

// after leaves the line as the next transaction needs it, once one was refused.
func (l *line) after(said answers, err error) *transaction {
	switch {
	case err != nil || ours(said.first.code):
		l.hangUp()
	case said.taken[atData]:
		// Nobody was taken as recipient, and still a letter is waited for: it is
		// an empty one (RFC 2920, 3.1).
		return l.nothing()
	default:
		l.dirty = said.taken[atMail] || said.taken[atMailbox]
	}
	return nil
}

// nothing ends a letter that is none, to nobody.
func (l *line) nothing() *transaction {
	if !l.silent() {
		l.hangUp()
		return nil
	}
	l.wait()
	if _, err := l.write([]byte(ending)); err != nil {
		l.hangUp()
		return nil
	}
	if r, err := l.reply(); err != nil || r.code == 421 || r.code < 250 || r.is(3) {
		l.hangUp()
	}
	return nil
}
