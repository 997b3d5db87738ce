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

// waitingHand names a hand-over that is to be made.
type waitingHand struct{ incident, reminder, account, channel string }

// handReminders hands over what waits, each channel for itself: one that stalls
// holds the others up no longer than its own round.
func (s *Service) handReminders(ctx context.Context) error {
	byChannel := map[string][]waitingHand{}
	if err := s.DB.View(ctx, func(tx *ledger.Tx) error {
		return remindersHeld.Scan(tx, ledger.K(), func(k ledger.Key, id string) error {
			r, err := reminders.Get(tx, ledger.K(id, k.Text(0)))
			if err != nil {
				return err
			}
			for _, h := range r.Hands {
				if h.waits() && (h.NextTry == nil || !h.NextTry.After(tx.Now())) {
					byChannel[h.Channel] = append(byChannel[h.Channel], waitingHand{id, r.ID, h.Account, h.Channel})
				}
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
				if err := s.handOne(ctx, w, people); err != nil {
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
func (s *Service) handOne(ctx context.Context, w waitingHand, people map[string]Colleague) error {
	who, message, at, attempt := people[w.account], Reminder{}, time.Time{}, false
	if err := s.changeHand(ctx, w, "reminder.attempt", func(tx *ledger.Tx, i *incident.Incident, r *Reminder, h *Hand) error {
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
		h.State, h.Attempts, h.NextTry, attempt = Attempting, h.Attempts+1, nil, true
		message, at = *r, tx.Now()
		return nil
	}); err != nil || !attempt {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, handoverLimit)
	receipt := s.hand(limited, w.channel, &message, &who, at)
	cancel()
	return s.changeHand(context.WithoutCancel(ctx), w, "reminder.outcome", func(tx *ledger.Tx, i *incident.Incident, r *Reminder, h *Hand) error {
		h.Receipt = receipt
		switch receipt.Outcome {
		case notify.Accepted:
			h.State = Accepted
		case notify.Rejected:
			h.State = Rejected
		case notify.Deferred:
			at := tx.Now().Add(backOff(h.Attempts))
			h.State, h.NextTry = Deferred, &at
			if r.Ended != "" {
				h.State, h.NextTry = Withheld, nil
			}
		default:
			h.State = Uncertain
		}
		return handSaid(tx, i, r, h)
	})
}

// changeHand changes one hand of a reminder in a transaction. The entry names
// the reminder, the account and the channel.
func (s *Service) changeHand(ctx context.Context, w waitingHand, act string, fn func(*ledger.Tx, *incident.Incident, *Reminder, *Hand) error) error {
	return s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
		r, err := reminders.Get(tx, ledger.K(w.incident, w.reminder))
		if err != nil {
			return ignoreGone(err) // the incident was erased meanwhile
		}
		i, err := casework.Load(tx, w.incident)
		if err != nil {
			return ignoreGone(err)
		}
		n := slices.IndexFunc(r.Hands, func(h Hand) bool { return h.Account == w.account && h.Channel == w.channel })
		if n < 0 || !r.Hands[n].waits() {
			return nil
		}
		if err := fn(tx, i, &r, &r.Hands[n]); err != nil {
			return err
		}
		r.Hands[n].At = tx.Now()
		tx.Record(act, fmt.Sprintf("reminder/%s/%s/%s", r.ID, w.account, w.channel))
		return keepReminder(tx, &r)
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

// hand gives the reminder to the channel.
func (s *Service) hand(ctx context.Context, channel string, r *Reminder, to *Colleague, now time.Time) notify.Receipt {
	if channel == "slack" {
		return s.Staff.Post(ctx, notify.StaffMessage{
			To: to.Slack, Text: reminderText(r, now, to), Link: s.cfg.BaseURL + "/incidents/" + r.Number + r.Deadline.Path(), Drill: r.Drill, Acknowledge: r.ID,
		})
	}
	return s.Mail.Send(ctx, reminderMail(r, now, to, s.cfg.BaseURL))
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
