package outbox

import (
	"fmt"
	"log/slog"
	"strings"
)

// unwritten begins the reason of those for whom no letter could be written, such
// as for want of a value that it speaks of.
const unwritten = "the letter cannot be written: "

// A mailing waits for a person when letters cannot be written for so many people
// that it is not theirs but the letter's fault, or the list's.
const (
	apartLeast = 10 // fewer never stop a mailing
	apartShare = 50 // one in so many of those gone through does
)

// writeOne writes a letter; what goes wrong with it sets its person apart, and
// nobody else.
func (p *pass) writeOne(r *recipient) {
	defer func() {
		r.written = true
		if wrong := recover(); wrong != nil {
			// Its words may hold what the letter says: they go nowhere.
			p.s.Logger.Error("writing a letter failed", "mailing", p.m.ID, "row", r.line, slog.String("draft", r.letter.sent.Draft))
			r.reason = unwritten + "the program failed at it"
		}
	}()
	var err error
	if r.message, err = r.letter.render(&r.person, checkCode(p.codes, r.key), r.code); err != nil {
		r.reason = unwritten + whatIsWrong(err, r.person.CustomerID)
	}
}

// whatIsWrong is what the letter says of a person it cannot be written for,
// without who it is.
func whatIsWrong(err error, id string) string {
	return strings.TrimPrefix(err.Error(), "person "+id+": ")
}

// setApart counts somebody who was left out because no letter could be written.
func (m *Mailing) setApart(r *recipient) {
	if !strings.HasPrefix(r.reason, unwritten) {
		return
	}
	if m.Unwritten == 0 {
		m.FirstUnwritten = r.line
	}
	m.Unwritten++
}

// tooManyApart reports whether a person should look before it goes on. Whom
// somebody has looked at already is not counted again.
func (m *Mailing) tooManyApart() bool {
	n := m.Unwritten - m.LookedAt
	return n >= max(apartLeast, m.LookedAt) && n*apartShare > m.People-m.Pending()
}

func (m *Mailing) apartNote() string {
	return fmt.Sprintf("the letter cannot be written for %d people so far, the first in row %d of the list; they are set apart, and everybody else is still to be written to", m.Unwritten, m.FirstUnwritten)
}
