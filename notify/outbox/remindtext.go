package outbox

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/notify"
)

// instant is how reminders write one.
const instant = "2 Jan 2006 15:04 MST"

// words name what is due, with nothing personal and nothing privileged.
func (d *Deadline) words() string {
	switch {
	case d.Task != "" && d.TaskTitle != "":
		return fmt.Sprintf("task %d, %s", d.TaskNumber, d.TaskTitle)
	case d.Task != "":
		return fmt.Sprintf("task %d", d.TaskNumber)
	}
	return d.Regime + ", " + d.Recipient
}

// Words name what is due: the duty and its recipient, or the task.
func (d Deadline) Words() string { return d.words() }

// when writes an instant in the reader's zone, with the recipient's beside it
// where that reads otherwise. A nil reader is everybody: the recipient's zone
// alone, or UTC.
func (d *Deadline) when(to *Colleague) string {
	theirs := ""
	if z, err := time.LoadLocation(d.Zone); err == nil && d.Zone != "" {
		theirs = d.Due.In(z).Format(instant)
	}
	if to == nil && theirs != "" {
		return theirs
	}
	mine := d.Due.UTC().Format(instant)
	if to != nil {
		if z, err := time.LoadLocation(to.Zone); err == nil {
			mine = d.Due.In(z).Format(instant)
		}
	}
	if theirs == "" || theirs == mine {
		return mine
	}
	return mine + " (" + theirs + " for the recipient)"
}

// clause says when what is due is due, for one reader or, where to is nil, for
// everybody.
func (d *Deadline) clause(now time.Time, to *Colleague) string {
	left := d.Due.Sub(now).Round(time.Minute)
	if left <= 0 {
		return fmt.Sprintf("%s, was due at %s and is overdue.", d.words(), d.when(to))
	}
	return fmt.Sprintf("%s, is due in %s, at %s.", d.words(), left, d.when(to))
}

// reminderText is a reminder in a sentence.
func reminderText(r *Reminder, now time.Time, to *Colleague) string {
	return r.Number + ": " + r.Deadline.clause(now, to)
}

// mostClauses is how many deadlines one message names; the rest is counted.
const mostClauses = 10

// clauses are those of several reminders, the nearest deadline first.
func clauses(all []Reminder, now time.Time, to *Colleague) []string {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b Reminder) int { return a.Deadline.Due.Compare(b.Deadline.Due) })
	var out []string
	for n := range sorted {
		if n == mostClauses {
			return append(out, fmt.Sprintf("And %d more.", len(sorted)-n))
		}
		out = append(out, sorted[n].Deadline.clause(now, to))
	}
	return out
}

// remindersText is one or more reminders of an incident in one paragraph.
func remindersText(all []Reminder, now time.Time, to *Colleague) string {
	if len(all) == 1 {
		return reminderText(&all[0], now, to)
	}
	return fmt.Sprintf("%s: %d deadlines. %s", all[0].Number, len(all), strings.Join(clauses(all, now, to), " "))
}

// reminderMail is the same as a letter to one colleague.
func reminderMail(all []Reminder, now time.Time, to *Colleague, base string) notify.Message {
	r := &all[0]
	subject := r.Number + ": " + lateness(r.Deadline.Due.Sub(now).Round(time.Minute))
	text := reminderText(r, now, to) + "\n\nOpen it: " + base + "/incidents/" + r.Number + r.Deadline.Path()
	if len(all) > 1 {
		subject = fmt.Sprintf("%s: %d deadlines", r.Number, len(all))
		text = fmt.Sprintf("%s: %d deadlines.\n\n- %s\n\nOpen it: %s/incidents/%s/clocks", r.Number, len(all), strings.Join(clauses(all, now, to), "\n- "), base, r.Number)
	}
	if r.Drill {
		subject = "[DRILL] " + subject
	}
	return notify.Message{
		ID: "reminder-" + r.ID + "-" + to.ID, To: to.Mail, Subject: subject,
		Text: text + "\nSay that you have seen this: " + base + "/reminders\n\n" +
			"While nobody has, the next reminder goes to more people.\n",
	}
}

func lateness(left time.Duration) string {
	if left <= 0 {
		return "a deadline is overdue"
	}
	return "a deadline in " + left.String()
}

// sentence is what the timeline says of a reminder that was made.
func (r *Reminder) sentence() string {
	var as, by, not []string
	add := func(list []string, s string) []string {
		if slices.Contains(list, s) {
			return list
		}
		return append(list, s)
	}
	for _, h := range r.Hands {
		as = add(as, asWords(h.As))
		if h.State == Withheld {
			not = add(not, channelWord(h.Channel))
		} else {
			by = add(by, channelWord(h.Channel))
		}
	}
	out := "Reminder: " + r.Deadline.words() + ", " + rungWords(r.Rung)
	if len(as) == 0 {
		return out + ". There is nobody to remind"
	}
	out += ", to the " + strings.Join(as, ", the ") + ", by " + strings.Join(by, ", ")
	if len(not) > 0 {
		out += ". Not by " + strings.Join(not, ", ") + ": " + compromised
	}
	return out
}

// RungWords say which reminder of its deadline it is.
func (r *Reminder) RungWords() string { return rungWords(r.Rung) }

func rungWords(rung int) string {
	if rung < len(before) {
		return []string{"24 h ahead", "8 h ahead", "2 h ahead", "30 min ahead"}[rung]
	}
	switch n := rung - len(before); {
	case n == overdueReminders-1:
		return "overdue, the last reminder"
	case n > 0:
		return fmt.Sprintf("overdue for %d h", n)
	}
	return "overdue"
}

func asWords(as string) string {
	switch as {
	case "on_the_case":
		return "people on the case"
	case "on_call":
		return "people who take cases on"
	}
	return as
}

func channelWord(channel string) string {
	switch channel {
	case "slack":
		return "Slack"
	case "console":
		return "the console"
	}
	return channel
}
