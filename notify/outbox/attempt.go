package outbox

import (
	"context"
	"runtime"
	"sync"
	"time"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify"
	"tocsin/notify/letter"
)

// recipient is one person of a batch.
type recipient struct {
	person affected.Person
	line   int
	key    string
	own    string // the person's, whichever letter of a mailing it is
	code   string // with which they enrol in the monitoring; where their letter shows one
	domain string // of the address; "" where none is written to
	held   bool   // by a limit an hour: not now

	letter  *chosen
	message letter.Message
	written bool   // the message is
	reason  string // why they are left out
	try     int
	untried bool // the mail server could not be reached: it is no attempt on this person
	receipt notify.Receipt
}

// add chooses and renders one person's letter.
func (p *pass) add(person affected.Person, line int) {
	r := recipient{person: person, line: line, key: personKey(p.key, &person, line, p.m.Series)}
	if r.own = r.key; p.m.Series > 0 {
		r.own = personKey(p.key, &person, line, 0)
	}
	// Whoever they are is taken from the list, what is said of them from its corrections.
	restricted, _ := p.marks.Apply(&r.person)
	person = r.person
	jurisdiction := person.Jurisdiction()
	left := p.left(&person)
	switch r.letter = p.choose.For(&person); {
	case restricted != "":
		r.reason = restricted
	case left != "":
		r.reason = left
	case jurisdiction == affected.UnknownJurisdiction:
		r.reason = "residence not known"
	case r.letter == nil && p.m.Series > 0:
		r.reason = noFurther
	case r.letter == nil:
		r.reason = noLetter + jurisdiction
	case person.Email == "":
		r.reason = "no e-mail address"
	case !person.HasEmail():
		r.reason = "the e-mail address cannot receive mail"
	default:
		r.reason = leftOut(&person)
	}
	if r.reason == "" {
		if at := p.accounts.find(&person, r.letter); at != nil && at.line != line {
			r.reason = otherAccount
		} else if at != nil {
			r.person.Elements = at.elements
		}
	}
	if r.reason == "" && p.counts != nil && !p.counts.anything(r.letter.sent.Draft, &r.person) {
		r.reason = casework.NotCounted
	}
	if r.reason == "" && !p.m.Drill {
		r.domain = domainOf(person.Email)
	}
	p.batch = append(p.batch, r)
}

// begin writes an attempt for everyone of a batch who is to be written to now,
// who are then in its todo, and the reason of everyone who is left out. on is false where
// the mailing was paused or stopped meanwhile.
func (p *pass) begin(ctx context.Context, b *batch) (on bool, err error) {
	fresh, err := p.fresh(ctx, b)
	if err != nil || len(fresh) == 0 {
		return err == nil, err
	}
	if !p.m.Drill {
		if err := p.enrol(ctx, fresh); err != nil {
			return false, err
		}
		if !p.codeless {
			p.write(fresh)
		}
	}
	err = p.s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
		b.todo = nil
		m, err := mailingOf(tx, p.j.incident, p.j.mailing)
		if err != nil {
			return err
		}
		i, err := casework.Load(tx, p.j.incident)
		if err != nil {
			return err
		}
		tx.Record("mailing.attempt", "mailing/"+m.ID)
		on = false
		switch {
		case !m.State.Active():
			return nil
		case i.ChannelCompromised(incident.ChannelMail):
			return p.s.pauseItself(tx, i, &m, "mail is marked as in the attacker's hands")
		case p.codeless:
			return p.s.pauseItself(tx, i, &m, outOfCodes)
		case m.tooManyApart():
			return p.s.pauseItself(tx, i, &m, m.apartNote())
		}
		on = true
		// Somebody may have asked for a restriction while the list was gone through.
		marks, err := casework.PersonMarks(tx, p.j.incident)
		if err != nil {
			return err
		}
		gate, err := p.s.gate(tx)
		if err != nil {
			return err
		}
		m.Batches++
		b.number = m.Batches
		var flying []string
		for n := range b.all {
			r := &b.all[n]
			if r.held {
				continue
			}
			if reason, _ := marks.Apply(&r.person); reason != "" {
				r.reason = reason
			}
			if r.reason == "" {
				paper, err := casework.AskedForPaper(tx, p.j.incident, r.own)
				if err != nil {
					return err
				}
				if paper {
					r.reason = askedForPaper
				}
			}
			k := ledger.K(p.j.incident, r.key)
			d, err := deliveries.Get(tx, k)
			had := err == nil
			if err != nil && incident.KindOf(err) != incident.NotFound {
				return err
			}
			if r.reason == "" && r.domain != "" && p.wanted(&d, had, tx) {
				shut, err := gate.shut(r.domain)
				if err != nil {
					return err
				}
				if shut != nil {
					p.held.add(gate, r.domain, shut)
					continue
				}
			}
			write, err := p.attempt(tx, &m, &d, had, r)
			if err != nil {
				return err
			}
			if !write {
				continue
			}
			if d.State == Attempting {
				gate.take(r.domain)
				d.Batch = b.number
				b.todo = append(b.todo, r)
				flying = append(flying, r.key)
			}
			if err := deliveries.Put(tx, k, d); err != nil {
				return err
			}
		}
		if len(flying) > 0 {
			if err := inFlight.Put(tx, ledger.K(p.j.incident, m.ID, b.number), flying); err != nil {
				return err
			}
		}
		if err := gate.keep(); err != nil {
			return err
		}
		return mailings.Put(tx, ledger.K(p.j.incident, m.ID), m)
	})
	return on, err
}

// fresh are those of a batch for whom something may be to do. Most of a later pass
// was done before: look first, and take the one writer's time only where there is
// something to write. Whom a limit holds back is marked, and no letter is written for them.
func (p *pass) fresh(ctx context.Context, b *batch) (fresh []*recipient, err error) {
	err = p.s.DB.View(ctx, func(tx *ledger.Tx) error {
		gate, err := p.s.gate(tx)
		if err != nil {
			return err
		}
		for n := range b.all {
			r := &b.all[n]
			d, err := deliveries.Get(tx, ledger.K(p.j.incident, r.key))
			had := err == nil
			if err != nil && incident.KindOf(err) != incident.NotFound {
				return err
			}
			if had && d.Mailing == p.m.ID && !p.due(&d, p.s.now(tx)) {
				continue
			}
			if r.reason == "" && r.domain != "" && p.wanted(&d, had, tx) {
				shut, err := gate.shut(r.domain)
				if err != nil {
					return err
				}
				if shut != nil {
					r.held = true
					p.held.add(gate, r.domain, shut)
					continue
				}
				gate.take(r.domain)
			}
			fresh = append(fresh, r)
		}
		return nil
	})
	return fresh, err
}

// wanted reports whether a letter to somebody is to go now, as far as their
// record says.
func (p *pass) wanted(d *Delivery, had bool, tx *ledger.Tx) bool {
	switch {
	case !had:
		return true
	case d.Mailing == p.m.ID:
		return p.due(d, p.s.now(tx))
	}
	return d.State != Bounced && !d.told()
}

// write writes the letters of those who may be sent one, before the store's one
// writer is taken: it is the larger part of the work.
func (p *pass) write(people []*recipient) {
	work := make(chan *recipient)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(people)) {
		wg.Go(func() {
			for r := range work {
				p.writeOne(r)
			}
		})
	}
	for _, r := range people {
		if r.reason == "" && !r.written {
			work <- r
		}
	}
	close(work)
	wg.Wait()
}

// due reports whether a delivery of this mailing is to be tried again now.
func (p *pass) due(d *Delivery, now time.Time) bool {
	return d.State == Deferred && (d.NextTry == nil || !d.NextTry.After(now))
}

// attempt moves one delivery to attempting, excluded or withheld; write is
// false where nothing changes.
func (p *pass) attempt(tx *ledger.Tx, m *Mailing, d *Delivery, had bool, r *recipient) (write bool, err error) {
	own := had && d.Mailing == m.ID
	if !own || d.State == Deferred {
		paper, err := postedTo.Get(tx, ledger.K(p.j.incident, r.key))
		switch {
		case err == nil && !paper.failed() && own:
			return false, nil // a letter on paper is on its way to them
		case err == nil && !paper.failed():
			return false, p.tellEarlier(tx, m, r)
		case err != nil && incident.KindOf(err) != incident.NotFound:
			return false, err
		}
	}
	switch {
	case own && d.State == Deferred:
		if !p.due(d, p.s.now(tx)) {
			return false, nil
		}
		m.Counts.Deferred--
	case own:
		return false, nil
	case had && d.State == Bounced:
		// Mail to this person came back: a letter is the way to them now.
		return false, p.leaveReturned(tx, m, r)
	case had && (d.told() || d.State == Deferred):
		// An earlier mailing reached this person, or gave up at a stop: they are
		// counted here, and their record stays with that mailing.
		if d.told() {
			return false, p.tellEarlier(tx, m, r)
		}
	}
	attempts := d.Attempts
	if !own {
		attempts = 0
	}
	*d = Delivery{Mailing: m.ID, Line: r.line, At: tx.Now(), Attempts: attempts}
	if r.reason == "" && !m.Drill && !r.written {
		// Nothing was to be done for them a moment ago.
		return false, nil
	}
	switch {
	case r.reason != "":
		d.State, d.Reason = Excluded, r.reason
		if m.Excluded == nil {
			m.Excluded = map[string]int{}
		}
		m.Excluded[r.reason]++
		m.setApart(r)
		return true, nil
	case m.Drill:
		d.State, d.Draft = Withheld, r.letter.sent.Draft
		m.Counts.Withheld++
		return true, nil
	}
	d.State, d.Draft = Attempting, r.letter.sent.Draft
	d.Attempts++
	r.try = d.Attempts
	m.Counts.Attempting++
	return true, nil
}

// tellEarlier counts somebody whom an earlier mailing told, once.
func (p *pass) tellEarlier(tx *ledger.Tx, m *Mailing, r *recipient) error {
	k := ledger.K(p.j.incident, m.ID, r.key)
	counted, err := earlier.Has(tx, k)
	if err != nil || counted {
		return err
	}
	m.Counts.Earlier++
	return earlier.Put(tx, k, r.line)
}
