package outbox

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify"
	"tocsin/notify/letter"
)

// Run sends until ctx ends: first it settles what a crash left without an
// outcome, then it looks in the store for what is to be sent, whenever it is
// nudged and now and then. What was handed over when ctx ends is still recorded.
func (s *Service) Run(ctx context.Context) error {
	if err := s.recover(ctx); err != nil {
		return err
	}
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		if err := s.round(ctx); err != nil && ctx.Err() == nil {
			s.Logger.Error("sending failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.wake:
		case <-ticker.C:
		}
	}
}

// job is one mailing to look after.
type job struct{ mailing, incident string }

func (s *Service) jobs(ctx context.Context) ([]job, error) {
	var out []job
	err := s.DB.View(ctx, func(tx *ledger.Tx) error {
		return sending.Scan(tx, ledger.K(), func(k ledger.Key, id string) error {
			out = append(out, job{mailing: k.Text(0), incident: id})
			return nil
		})
	})
	return out, err
}

// recover marks what was being attempted when the program ended as uncertain:
// it may have been taken, so nobody is written to a second time by a machine.
func (s *Service) recover(ctx context.Context) error {
	jobs, err := s.jobs(ctx)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if err := s.recoverJob(ctx, j); err != nil && incident.KindOf(err) != incident.Gone {
			return err
		}
	}
	return nil
}

// recoverJob does so for one mailing. A pass begins with it, too: when the disk
// was full as outcomes were to be written, what is left of that batch is as
// uncertain as after a crash.
func (s *Service) recoverJob(ctx context.Context, j job) error {
	left := false
	if err := s.DB.View(ctx, func(tx *ledger.Tx) (err error) {
		left, err = inFlight.Has(tx, ledger.K(j.incident, j.mailing))
		return err
	}); err != nil || !left {
		return err
	}
	return s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
		left, err := inFlight.Get(tx, ledger.K(j.incident, j.mailing))
		if err != nil {
			if incident.KindOf(err) == incident.NotFound {
				return nil
			}
			return err
		}
		m, err := mailingOf(tx, j.incident, j.mailing)
		if err != nil {
			return err
		}
		tx.Record("mailing.recover", "mailing/"+m.ID)
		for _, key := range left {
			k := ledger.K(j.incident, key)
			d, err := deliveries.Get(tx, k)
			if err != nil {
				return err
			}
			if d.State != Attempting {
				continue
			}
			d.State, d.At = Uncertain, tx.Now()
			d.Receipt = notify.Receipt{Outcome: notify.Uncertain, Detail: "its outcome could not be written down"}
			m.Counts.Attempting--
			m.Counts.Uncertain++
			if err := deliveries.Put(tx, k, d); err != nil {
				return err
			}
		}
		if err := mailings.Put(tx, ledger.K(j.incident, m.ID), m); err != nil {
			return err
		}
		return inFlight.Delete(tx, ledger.K(j.incident, j.mailing))
	})
}

// round gives every mailing that has something to do one pass over its list.
func (s *Service) round(ctx context.Context) error {
	jobs, err := s.jobs(ctx)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if ctx.Err() != nil {
			return nil
		}
		if err := s.pass(ctx, j); err != nil {
			s.Logger.Error("mailing failed", "mailing", j.mailing, "error", err)
		}
	}
	return nil
}

// pass goes once over a mailing's list and sends what is due.
func (s *Service) pass(ctx context.Context, j job) error {
	if err := s.recoverJob(ctx, j); err != nil {
		return err
	}
	p, due, err := s.open(ctx, j)
	if err != nil || !due {
		return err
	}
	defer p.list.Close()
	line := 0
	for person, err := range affected.ReadRoster(p.list) {
		if err != nil {
			return err
		}
		line++
		p.add(person, line)
		if len(p.batch) < p.room() {
			continue
		}
		if on, err := p.flush(ctx); err != nil || !on {
			return err
		}
	}
	if on, err := p.flush(ctx); err != nil || !on {
		return err
	}
	return s.finish(ctx, j)
}

// pass is one run over a list.
type pass struct {
	s      *Service
	j      job
	m      Mailing
	list   io.ReadCloser
	key    [32]byte
	choose *chooser
	canary int // how many are still to be sent before the mailing looks at itself
	batch  []recipient
}

// recipient is one person of a batch.
type recipient struct {
	person affected.Person
	line   int
	key    string

	letter  *chosen
	message letter.Message
	reason  string // why they are left out
	try     int
	receipt notify.Receipt
}

// open reads what a pass needs; due is false where there is nothing to do now.
func (s *Service) open(ctx context.Context, j job) (*pass, bool, error) {
	p := &pass{s: s, j: j, canary: -1}
	var texts []Draft
	var over bool
	err := s.DB.View(ctx, func(tx *ledger.Tx) error {
		m, err := mailingOf(tx, j.incident, j.mailing)
		if err != nil {
			return err
		}
		p.m = m
		over = m.State == MailingDone || m.State == MailingStopped
		if !m.State.Active() || m.NextPass != nil && m.NextPass.After(tx.Now()) {
			return ledger.Stop
		}
		for _, l := range m.Letters {
			d, err := drafts.Get(tx, ledger.K(j.incident, l.Draft))
			if err != nil {
				return err
			}
			texts = append(texts, d)
		}
		return nil
	})
	if over || incident.KindOf(err) == incident.Gone && err != nil {
		return nil, false, s.forget(ctx, j)
	}
	if err != nil || len(texts) == 0 {
		if err == ledger.Stop {
			err = nil
		}
		return nil, false, err
	}
	if p.m.State == MailingCanary {
		p.canary = s.cfg.Canary
	}
	lib, err := s.Letters()
	if err != nil {
		return nil, false, err
	}
	if p.choose, err = newChooser(lib, p.m.Letters, texts); err != nil {
		return nil, false, err
	}
	k, err := s.DB.DataKey(ctx, j.incident)
	if err != nil {
		return nil, false, err
	}
	p.key = k.Derive("deliveries")
	p.list, err = s.Vault.Open(ctx, j.incident, p.m.Roster)
	return p, err == nil, err
}

// forget takes a mailing that is over off the sender's list.
func (s *Service) forget(ctx context.Context, j job) error {
	return s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
		tx.Record("mailing.end", "mailing/"+j.mailing)
		return sending.Delete(tx, ledger.K(j.mailing))
	})
}

func (p *pass) room() int {
	if p.canary > 0 {
		return min(p.canary, p.s.cfg.Batch)
	}
	return p.s.cfg.Batch
}

// add chooses and renders one person's letter.
func (p *pass) add(person affected.Person, line int) {
	r := recipient{person: person, line: line, key: personKey(p.key, &person, line)}
	jurisdiction := person.Jurisdiction()
	switch r.letter = p.choose.For(jurisdiction, person.Language); {
	case jurisdiction == affected.UnknownJurisdiction:
		r.reason = "residence not known"
	case r.letter == nil:
		r.reason = "no approved letter for " + jurisdiction
	case person.Email == "":
		r.reason = "no e-mail address"
	case !person.HasEmail():
		r.reason = "the e-mail address cannot receive mail"
	}
	p.batch = append(p.batch, r)
}

// flush writes the attempts, makes them, and writes their outcomes. on is false
// where the mailing is no longer to go on.
func (p *pass) flush(ctx context.Context) (on bool, err error) {
	batch := p.batch
	p.batch = p.batch[:0]
	if len(batch) == 0 {
		return true, nil
	}
	todo, err := p.begin(ctx, batch)
	if err != nil || todo == nil {
		return false, err
	}
	p.send(ctx, todo)
	if err := p.keep(context.WithoutCancel(ctx), todo); err != nil {
		return false, err
	}
	if p.canary > 0 && len(todo) > 0 {
		if p.canary -= len(todo); p.canary <= 0 {
			if ok, err := p.judge(context.WithoutCancel(ctx)); err != nil || !ok {
				return false, err
			}
		}
	}
	return ctx.Err() == nil, nil
}

// begin writes an attempt for everyone who is to be written to now, and the
// reason of everyone who is left out. It gives whom to send to; nil (not empty)
// where the mailing was paused or stopped meanwhile.
func (p *pass) begin(ctx context.Context, batch []recipient) ([]*recipient, error) {
	todo := []*recipient{}
	// Most of a later pass was done before: look first, and take the one
	// writer's time only where there is something to write.
	fresh := false
	if err := p.s.DB.View(ctx, func(tx *ledger.Tx) error {
		for n := range batch {
			d, err := deliveries.Get(tx, ledger.K(p.j.incident, batch[n].key))
			if err != nil && incident.KindOf(err) != incident.NotFound {
				return err
			}
			if err != nil || p.due(&d, tx.Now()) || d.Mailing != p.m.ID {
				fresh = true
			}
		}
		return nil
	}); err != nil || !fresh {
		return todo, err
	}
	err := p.s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
		todo = []*recipient{}
		m, err := mailingOf(tx, p.j.incident, p.j.mailing)
		if err != nil {
			return err
		}
		i, err := casework.Load(tx, p.j.incident)
		if err != nil {
			return err
		}
		tx.Record("mailing.attempt", "mailing/"+m.ID)
		if m.State.Active() && i.ChannelCompromised(incident.ChannelMail) {
			m.State, m.Note = MailingPaused, "mail is marked as in the attacker's hands"
		}
		if !m.State.Active() {
			todo = nil
			return mailings.Put(tx, ledger.K(p.j.incident, m.ID), m)
		}
		var flying []string
		for n := range batch {
			r := &batch[n]
			k := ledger.K(p.j.incident, r.key)
			d, err := deliveries.Get(tx, k)
			had := err == nil
			if err != nil && incident.KindOf(err) != incident.NotFound {
				return err
			}
			write, err := p.attempt(tx, &m, &d, had, r)
			if err != nil {
				return err
			}
			if !write {
				continue
			}
			if d.State == Attempting {
				todo = append(todo, r)
				flying = append(flying, r.key)
			}
			if err := deliveries.Put(tx, k, d); err != nil {
				return err
			}
		}
		if len(flying) > 0 {
			if err := inFlight.Put(tx, ledger.K(p.j.incident, m.ID), flying); err != nil {
				return err
			}
		}
		p.m = m
		return mailings.Put(tx, ledger.K(p.j.incident, m.ID), m)
	})
	return todo, err
}

// due reports whether a delivery of this mailing is to be tried again now.
func (p *pass) due(d *Delivery, now time.Time) bool {
	return d.State == Deferred && (d.NextTry == nil || !d.NextTry.After(now))
}

// attempt moves one delivery to attempting, excluded or withheld; write is
// false where nothing changes.
func (p *pass) attempt(tx *ledger.Tx, m *Mailing, d *Delivery, had bool, r *recipient) (write bool, err error) {
	own := had && d.Mailing == m.ID
	switch {
	case own && d.State == Deferred:
		if !p.due(d, tx.Now()) {
			return false, nil
		}
		m.Counts.Deferred--
	case own:
		return false, nil
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
	if r.reason == "" && !m.Drill {
		if r.message, err = r.letter.render(&r.person); err != nil {
			r.reason = "the letter cannot be written for this person"
		}
	}
	switch {
	case r.reason != "":
		d.State, d.Reason = Excluded, r.reason
		if m.Excluded == nil {
			m.Excluded = map[string]int{}
		}
		m.Excluded[r.reason]++
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

// send makes the attempts, as many at once as the channel has connections.
func (p *pass) send(ctx context.Context, todo []*recipient) {
	workers := 1
	if c, ok := p.s.Mail.(interface{ Connections() int }); ok {
		workers = max(1, c.Connections())
	}
	next := make(chan *recipient)
	var wg sync.WaitGroup
	for range min(workers, len(todo)) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for r := range next {
				r.receipt = p.s.Mail.Send(ctx, notify.Message{
					ID: fmt.Sprintf("%s.%d", r.key, r.try), To: r.person.Email,
					Subject: r.message.Subject, Text: r.message.Text, HTML: r.message.HTML,
				})
			}
		}()
	}
	for _, r := range todo {
		next <- r
	}
	close(next)
	wg.Wait()
}

// keep writes the outcomes, and tries for a while when the store cannot take
// them: what is known now would otherwise be uncertain.
func (p *pass) keep(ctx context.Context, todo []*recipient) (err error) {
	for wait := 50 * time.Millisecond; wait < 5*time.Second; wait *= 2 {
		if err = p.end(ctx, todo); err == nil || incident.KindOf(err) != incident.Unavailable {
			return err
		}
		time.Sleep(wait)
	}
	return err
}

// end writes the outcomes.
func (p *pass) end(ctx context.Context, todo []*recipient) error {
	if len(todo) == 0 {
		return nil
	}
	return p.s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
		m, err := mailingOf(tx, p.j.incident, p.j.mailing)
		if err != nil {
			return err
		}
		tx.Record("mailing.outcome", "mailing/"+m.ID)
		for _, r := range todo {
			k := ledger.K(p.j.incident, r.key)
			d, err := deliveries.Get(tx, k)
			if err != nil {
				return err
			}
			m.Counts.Attempting--
			p.s.settle(&m, &d, r.receipt, tx.Now())
			if err := deliveries.Put(tx, k, d); err != nil {
				return err
			}
		}
		if err := inFlight.Delete(tx, ledger.K(p.j.incident, m.ID)); err != nil {
			return err
		}
		p.m = m
		return mailings.Put(tx, ledger.K(p.j.incident, m.ID), m)
	})
}

// settle puts an outcome on record.
func (s *Service) settle(m *Mailing, d *Delivery, r notify.Receipt, now time.Time) {
	d.Receipt, d.At, d.NextTry = r, now, nil
	switch r.Outcome {
	case notify.Accepted:
		d.State = Accepted
		m.Counts.Accepted++
	case notify.Rejected:
		d.State = Rejected
		m.Counts.Rejected++
	case notify.Deferred:
		if d.Attempts > len(s.cfg.Retry) {
			d.State, d.Reason = Rejected, "put off too often"
			m.Counts.Rejected++
			return
		}
		at := now.Add(s.cfg.Retry[max(d.Attempts-1, 0)])
		d.State, d.NextTry = Deferred, &at
		m.Counts.Deferred++
	default:
		d.State = Uncertain
		m.Counts.Uncertain++
	}
}

// judge looks at how the first ones ended: if many were refused or are uncertain,
// the mailing waits for a person.
func (p *pass) judge(ctx context.Context) (on bool, err error) {
	err = p.s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
		m, err := mailingOf(tx, p.j.incident, p.j.mailing)
		if err != nil {
			return err
		}
		if m.State != MailingCanary {
			on = m.State.Active()
			return nil
		}
		bad, all := m.Counts.Rejected+m.Counts.Uncertain, m.Counts.Accepted+m.Counts.Rejected+m.Counts.Uncertain+m.Counts.Deferred
		if m.Counts.Deferred == all && all > 0 {
			// Nothing is known yet: a server that puts off whoever it does not
			// know takes them a minute later.
			at := tx.Now().Add(p.s.soonest())
			m.NextPass, on = &at, false
			tx.Record("mailing.canary", "mailing/"+m.ID)
			p.m = m
			return mailings.Put(tx, ledger.K(p.j.incident, m.ID), m)
		}
		m.State, on = MailingSending, true
		if bad*5 > all {
			m.State, on = MailingPaused, false
			m.Note = fmt.Sprintf("%d of the first %d were not taken", all-m.Counts.Accepted, all)
		}
		tx.Record("mailing.canary", "mailing/"+m.ID)
		p.m = m
		return mailings.Put(tx, ledger.K(p.j.incident, m.ID), m)
	})
	return on, err
}

// finish ends a mailing whose list was gone through, or says when the deferred
// ones are tried again.
func (s *Service) finish(ctx context.Context, j job) error {
	return s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
		m, err := mailingOf(tx, j.incident, j.mailing)
		if err != nil || !m.State.Active() {
			return err
		}
		i, err := casework.Load(tx, j.incident)
		if err != nil {
			return err
		}
		tx.Record("mailing.pass", "mailing/"+m.ID)
		if m.Counts.Deferred > 0 {
			at := tx.Now().Add(s.soonest())
			m.State, m.NextPass = MailingSending, &at
			return mailings.Put(tx, ledger.K(j.incident, m.ID), m)
		}
		now := tx.Now()
		m.State, m.NextPass, m.EndedAt = MailingDone, nil, &now
		if err := mailings.Put(tx, ledger.K(j.incident, m.ID), m); err != nil {
			return err
		}
		if err := sending.Delete(tx, ledger.K(m.ID)); err != nil {
			return err
		}
		text := fmt.Sprintf("Mailing %d is done: %d accepted, %d rejected, %d uncertain, %d left out of %d", m.Seq, m.Counts.Accepted, m.Counts.Rejected, m.Counts.Uncertain, m.Left(), m.People)
		if err := casework.WriteTimeline(tx, i, "mailing.end", "mailing/"+m.ID, text); err != nil {
			return err
		}
		if err := s.peopleTold(tx, i, &m); err != nil {
			return err
		}
		return casework.Save(tx, i)
	})
}

// peopleTold sets the milestone that duties count from, once a mailing is done
// and nothing in it is uncertain: a clock must not stop on a guess.
func (s *Service) peopleTold(tx *ledger.Tx, i *incident.Incident, m *Mailing) error {
	if m.State != MailingDone || m.Counts.Uncertain > 0 || m.Counts.Accepted+m.Counts.Withheld == 0 {
		return nil
	}
	if _, err := casework.PutMilestone(tx, i, casework.SetMilestone{Milestone: incident.IndividualsNotified, At: tx.Now(), Reason: fmt.Sprintf("mailing %d is done", m.Seq)}); err != nil {
		return err
	}
	return s.reassess(tx, i, "people were told")
}

// soonest is how long the sender sleeps before it looks at deferred letters again.
func (s *Service) soonest() time.Duration {
	if len(s.cfg.Retry) == 0 {
		return time.Minute
	}
	return min(s.cfg.Retry[0], time.Minute)
}
