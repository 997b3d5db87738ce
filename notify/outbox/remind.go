package outbox

import (
	"context"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify"
)

// before are the reminders ahead of a deadline; after it there is one an hour.
var before = []time.Duration{24 * time.Hour, 8 * time.Hour, 2 * time.Hour, 30 * time.Minute}

// overdueReminders is how many reminders follow a missed deadline.
const overdueReminders = 6

// remindersDue is how many should have been made by now for a deadline. The last
// of them is the one that is made: what was missed meanwhile is not made up for.
func remindersDue(due, now time.Time) int {
	n := 0
	for _, b := range before {
		if !now.Before(due.Add(-b)) {
			n++
		}
	}
	if late := now.Sub(due); late >= 0 {
		n += min(1+int(late/time.Hour), overdueReminders)
	}
	return n
}

// Reminder is one reminder of one deadline: to whom, over what, and what became
// of it. It is sealed under its incident's key.
type Reminder struct {
	ID       string   `json:"id"`
	Incident string   `json:"incident"` // id
	Number   string   `json:"number"`
	Drill    bool     `json:"drill,omitempty"`
	Deadline Deadline `json:"deadline"`
	// Rung is which reminder of the deadline it is: 0 to 3 ahead of it (24 h, 8 h,
	// 2 h, 30 min), 4 to 9 overdue.
	Rung int `json:"rung"`
	// Reach is how far up the ladder it went: 1 the assignee, 2 the deputy too, 3
	// the commander too; empty places are not counted.
	Reach int `json:"reach"`
	// Round is the same for the reminders of one incident that were made together:
	// one message to a person holds all of theirs.
	Round  string    `json:"round,omitempty"`
	MadeAt time.Time `json:"made_at"`
	Hands  []Hand    `json:"hands"`

	AcknowledgedBy string     `json:"acknowledged_by,omitempty"` // account
	AcknowledgedAt *time.Time `json:"acknowledged_at,omitempty"`
	Ended          string     `json:"ended,omitempty"` // replaced by a later one, or withdrawn; empty while it is open
	EndedAt        *time.Time `json:"ended_at,omitempty"`
}

// Hand is a reminder to one person over one channel.
type Hand struct {
	Account  string         `json:"account"`
	As       string         `json:"as"`      // assignee, deputy, commander, on_the_case, on_call
	Channel  string         `json:"channel"` // console, slack, mail
	State    DeliveryState  `json:"state"`   // withheld: the receipt says why
	Attempts int            `json:"attempts,omitempty"`
	NextTry  *time.Time     `json:"next_try,omitempty"`
	At       time.Time      `json:"at"` // of the state
	Receipt  notify.Receipt `json:"receipt,omitzero"`
}

// waits reports whether h is still to be handed over.
func (h *Hand) waits() bool { return h.State == Deferred || h.State == Attempting }

// Tick makes the reminders that are due, withdraws those whose deadline is gone,
// and hands over what waits. It is called now and then. What is pending is in
// the store: a round that is missed loses nothing, and one that is cut short at
// any moment neither repeats nor loses anything.
func (s *Service) Tick(ctx context.Context) error {
	s.rounds.Lock()
	defer s.rounds.Unlock()
	if err := s.withdrawGone(ctx); err != nil {
		return err
	}
	if err := s.makeReminders(ctx); err != nil {
		return err
	}
	if err := s.handReminders(ctx); err != nil {
		return err
	}
	return s.postStaff(ctx)
}

// makeReminders makes each reminder that is due in a transaction of its own.
func (s *Service) makeReminders(ctx context.Context) error {
	due, err := s.dueDeadlines(ctx)
	if err != nil || len(due) == 0 {
		return err
	}
	people, err := s.colleagues(ctx)
	if err != nil {
		return err
	}
	rounds := map[string]string{} // by incident
	for _, d := range due {
		if ctx.Err() != nil {
			return nil
		}
		if rounds[d.Incident] == "" {
			if rounds[d.Incident], err = uuidV7(); err != nil {
				return err
			}
		}
		if err := s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
			return s.makeReminder(tx, d, people, rounds[d.Incident])
		}); err != nil {
			return err
		}
	}
	return nil
}

// makeReminder makes the newest reminder that is due for d, unless it was made
// meanwhile or d is gone. Who is reminded, and over what, is decided here, so
// that from this commit on the store knows everything that is to be done.
func (s *Service) makeReminder(tx *ledger.Tx, d Deadline, people map[string]Colleague, round string) error {
	i, err := casework.Load(tx, d.Incident)
	if err != nil {
		return ignoreGone(err)
	}
	if ok, err := stands(tx, i, &d); err != nil || !ok {
		return err
	}
	made, err := remindersMade(tx, i.ID)
	if err != nil {
		return err
	}
	n := d.remindersDue(tx.Now())
	if n <= made[d.name()] {
		return nil
	}
	made[d.name()] = n
	if err := reminded.Put(tx, ledger.K(i.ID), made); err != nil {
		return err
	}
	last, err := openReminder(tx, i.ID, d.name())
	if err != nil {
		return err
	}
	id, err := uuidV7()
	if err != nil {
		return err
	}
	r := Reminder{ID: id, Incident: i.ID, Number: i.Number, Drill: i.Drill, Deadline: d, Rung: n - 1, Reach: reach(n-1, last), Round: round, MadeAt: tx.Now()}
	for _, p := range climb(i, &d, r.Reach, people) {
		r.Hands = append(r.Hands, s.handsFor(tx, i, p)...)
	}
	tx.Record("reminder.make", "reminder/"+r.ID)
	if last != nil {
		if err := endReminder(tx, last, "replaced"); err != nil {
			return err
		}
	}
	if err := keepReminder(tx, &r); err != nil {
		return err
	}
	if err := casework.WriteTimeline(tx, i, "reminder.make", d.object(), r.sentence()); err != nil {
		return err
	}
	if d.Task == "" { // a duty is everybody's who works the case; a task is its people's
		return s.tellStaff(tx, i, "reminder", reminderText(&r, tx.Now(), nil))
	}
	return nil
}

// handsFor are the channels of one person. A channel in the attacker's hands is
// not used; that it was not is part of the record.
func (s *Service) handsFor(tx *ledger.Tx, i *incident.Incident, p climber) []Hand {
	at := tx.Now()
	out := []Hand{{Account: p.ID, As: p.as, Channel: "console", State: Accepted, At: at}}
	add := func(channel string, unsafe bool) {
		h := Hand{Account: p.ID, As: p.as, Channel: channel, State: Deferred, At: at}
		if unsafe {
			h.State, h.Receipt.Detail = Withheld, compromised
		}
		out = append(out, h)
	}
	if s.Staff != nil && p.Slack != "" {
		add("slack", i.ChannelCompromised(incident.ChannelSlack))
	}
	if s.Mail != nil && p.Mail != "" && !i.Drill { // no mail leaves the house for a drill
		add("mail", i.ChannelCompromised(incident.ChannelMail))
	}
	return out
}

// compromised is why a hand over a marked channel was withheld.
const compromised = "the channel is marked as compromised"

// remindersMade is how many reminders were made, by deadline.
func remindersMade(tx *ledger.Tx, id string) (map[string]int, error) {
	made, err := reminded.Get(tx, ledger.K(id))
	if err != nil && incident.KindOf(err) != incident.NotFound {
		return nil, err
	}
	if made == nil {
		made = map[string]int{}
	}
	return made, nil
}

func ignoreGone(err error) error {
	if k := incident.KindOf(err); err != nil && (k == incident.Gone || k == incident.NotFound) {
		return nil
	}
	return err
}
