package outbox

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify"
)

// handoverLimit is how long one hand-over to staff may take.
const handoverLimit = 30 * time.Second

// backOff is how long a channel is left alone after an attempt was put off.
func backOff(attempts int) time.Duration {
	return time.Minute * time.Duration(min(attempts*attempts, 60))
}

// waitingHand is one message to be handed over: to one person, over one channel,
// with the reminders of one round that are theirs.
type waitingHand struct {
	incident, round, account, channel string
}

// handReminders hands over what waits, each channel for itself: one that stalls
// holds the others up no longer than its own round.
func (s *Service) handReminders(ctx context.Context) error {
	byChannel := map[string][]waitingHand{}
	holds := map[waitingHand][]string{} // ids of reminders
	if err := s.DB.View(ctx, func(tx *ledger.Tx) error {
		return remindersHeld.Scan(tx, ledger.K(), func(k ledger.Key, id string) error {
			r, err := reminders.Get(tx, ledger.K(id, k.Text(0)))
			if err != nil {
				return err
			}
			for _, h := range r.Hands {
				if !h.waits() || h.NextTry != nil && h.NextTry.After(tx.Now()) {
					continue
				}
				w := waitingHand{id, r.Round, h.Account, h.Channel}
				if w.round == "" {
					w.round = r.ID
				}
				if holds[w] == nil {
					byChannel[h.Channel] = append(byChannel[h.Channel], w)
				}
				holds[w] = append(holds[w], r.ID)
			}
			return nil
		})
	}); err != nil || len(byChannel) == 0 {
		return err
	}
	people, err := s.colleagues(ctx)
	if err != nil {
		return err
	}
	var each sync.WaitGroup
	errs := make(chan error, len(byChannel))
	for _, list := range byChannel {
		each.Go(func() {
			for _, w := range list {
				if ctx.Err() != nil {
					return
				}
				if err := s.handOne(ctx, w, holds[w], people); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	each.Wait()
	close(errs)
	return <-errs // nil where there is none
}

// handOne writes the attempt, hands over, and writes the outcome. What may have
// arrived is not handed over again: that it is not known is on record, the
// console shows the reminder anyway, and the next one goes further up.
func (s *Service) handOne(ctx context.Context, w waitingHand, ids []string, people map[string]Colleague) error {
	var message []Reminder
	var at time.Time
	if err := s.changeHands(ctx, w, ids, "reminder.attempt", func(tx *ledger.Tx, i *incident.Incident, r *Reminder, h *Hand) error {
		if h.State == Attempting {
			h.State, h.Receipt = Uncertain, notify.Receipt{Outcome: notify.Uncertain, Detail: "the program ended while it was being handed over"}
			return handSaid(tx, i, r, h)
		}
		why, err := s.withholds(tx, i, r, h, people)
		if err != nil {
			return err
		}
		if why != "" {
			h.State, h.NextTry, h.Receipt = Withheld, nil, notify.Receipt{Detail: why}
			return handSaid(tx, i, r, h)
		}
		h.State, h.Attempts, h.NextTry = Attempting, h.Attempts+1, nil
		message, at = append(message, *r), tx.Now()
		return nil
	}); err != nil || len(message) == 0 {
		return err
	}
	who := people[w.account]
	limited, cancel := context.WithTimeout(ctx, handoverLimit)
	receipt := s.hand(limited, w.channel, message, &who, at)
	cancel()
	ids = ids[:0:0]
	for n := range message {
		ids = append(ids, message[n].ID)
	}
	return s.changeHands(context.WithoutCancel(ctx), w, ids, "reminder.outcome", func(tx *ledger.Tx, i *incident.Incident, r *Reminder, h *Hand) error {
		h.Receipt = receipt
		switch receipt.Outcome {
		case notify.Accepted:
			h.State = Accepted
		case notify.Rejected:
			h.State = Rejected
		case notify.Deferred:
			next := tx.Now().Add(backOff(h.Attempts))
			h.State, h.NextTry = Deferred, &next
			if r.Ended != "" {
				h.State, h.NextTry = Withheld, nil
			}
		default:
			h.State = Uncertain
		}
		return handSaid(tx, i, r, h)
	})
}

// changeHands changes the hands of one message in one transaction. Each entry
// names the reminder, the account and the channel.
func (s *Service) changeHands(ctx context.Context, w waitingHand, ids []string, act string, fn func(*ledger.Tx, *incident.Incident, *Reminder, *Hand) error) error {
	return s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
		i, err := casework.Load(tx, w.incident)
		if err != nil {
			return ignoreGone(err) // the incident was erased meanwhile
		}
		for _, id := range ids {
			r, err := reminders.Get(tx, ledger.K(w.incident, id))
			if err != nil {
				return err
			}
			n := slices.IndexFunc(r.Hands, func(h Hand) bool { return h.Account == w.account && h.Channel == w.channel })
			if n < 0 || !r.Hands[n].waits() {
				continue
			}
			if err := fn(tx, i, &r, &r.Hands[n]); err != nil {
				return err
			}
			r.Hands[n].At = tx.Now()
			tx.Record(act, fmt.Sprintf("reminder/%s/%s/%s", r.ID, w.account, w.channel))
			if err := keepReminder(tx, &r); err != nil {
				return err
			}
		}
		return nil
	})
}

// withholds is why a hand-over is not made after all: what was true when the
// reminder was made may not be any more.
func (s *Service) withholds(tx *ledger.Tx, i *incident.Incident, r *Reminder, h *Hand, people map[string]Colleague) (why string, err error) {
	d := r.Deadline
	ok, err := stands(tx, i, &d)
	if err != nil {
		return "", err
	}
	c, known := reachable(i, &d, h.Account, people)
	switch {
	case !ok || r.Ended != "":
		return "the reminder was withdrawn", nil
	case !known:
		return "the person may not see it any more", nil
	case h.Channel == "slack" && i.ChannelCompromised(incident.ChannelSlack), h.Channel == "mail" && i.ChannelCompromised(incident.ChannelMail):
		return compromised, nil
	case h.Channel == "slack" && (s.Staff == nil || c.Slack == ""), h.Channel == "mail" && (s.Mail == nil || c.Mail == ""):
		return "there is no such channel any more", nil
	}
	return "", nil
}

// hand gives a message to the channel. One reminder has a button and its own
// link; several lead to the list of them.
func (s *Service) hand(ctx context.Context, channel string, all []Reminder, to *Colleague, now time.Time) notify.Receipt {
	if channel != "slack" {
		return s.Mail.Send(ctx, reminderMail(all, now, to, s.cfg.BaseURL))
	}
	r := &all[0]
	m := notify.StaffMessage{To: to.Slack, Drill: r.Drill, Text: remindersText(all, now, to), Link: s.cfg.BaseURL + "/reminders"}
	if len(all) == 1 {
		m.Link, m.Acknowledge = s.cfg.BaseURL+"/incidents/"+r.Number+r.Deadline.Path(), r.ID
	}
	return s.Staff.Post(ctx, m)
}

// handSaid writes to the timeline what did not go as it should. What did is in
// the record of the reminder and in the audit log.
func handSaid(tx *ledger.Tx, i *incident.Incident, r *Reminder, h *Hand) error {
	how := ""
	switch h.State {
	case Rejected:
		how = "was refused"
	case Uncertain:
		how = "may not have arrived, and is not repeated"
	case Withheld:
		how = "was not sent: " + h.Receipt.Detail
	default:
		return nil
	}
	return casework.WriteTimeline(tx, i, "reminder.outcome", r.Deadline.object(), fmt.Sprintf("Reminder to the %s by %s %s", asWords(h.As), channelWord(h.Channel), how))
}
