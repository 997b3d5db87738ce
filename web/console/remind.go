package console

import (
	"time"

	"tocsin/notify/outbox"
	"tocsin/web/view"
)

type remindersPage struct {
	Rows  []reminderRow
	Empty view.Empty
}

type reminderRow struct {
	outbox.Reminder
	What, URL string
	Badge     view.Badge
	Due       time.Time
	As        string    // why the reader was reminded
	Act       string    // where it is acknowledged; empty once it was
	Heard     string    // who sees to it; empty while nobody said so
	HeardAt   time.Time // when they said so
}

// Reminders are the deadlines this person was reminded of, the nearest first.
func (c *Console) Reminders(r *Request) error {
	list, err := c.Outbox.Reminders(r.Ctx(), r.By)
	if err != nil {
		return err
	}
	names, err := c.Auth.Names(r.Ctx())
	if err != nil {
		return err
	}
	d := remindersPage{Empty: view.Empty{Title: "You are reminded of nothing", Text: "Deadlines of duties and tasks that you answer for are listed here 24 hours before, 8 hours, 2 hours and 30 minutes before, and while they are overdue."}}
	for n := range list {
		d.Rows = append(d.Rows, reminderLine(&list[n], r, names))
	}
	return r.Show("reminders", view.Page{Title: "Your reminders", Data: d,
		Lead: "Say that you see to a deadline, and the next reminder goes to nobody further up. It does not stop reminders: only meeting the deadline does."})
}

func reminderLine(m *outbox.Reminder, r *Request, names map[string]string) reminderRow {
	row := reminderRow{Reminder: *m, What: sentenceCase(m.Deadline.Words()), URL: "/incidents/" + m.Number + m.Deadline.Path(), Due: m.Deadline.Due, Badge: dueBadge(m.Deadline.Due, r.Reader().Now)}
	for _, h := range m.Hands {
		if h.Account == r.By.ID {
			row.As = reminderAs(h.As)
			break
		}
	}
	if m.AcknowledgedAt != nil {
		row.Heard, row.HeardAt = who(names, m.AcknowledgedBy), *m.AcknowledgedAt
	} else {
		row.Act = "/reminders/" + m.ID + "/acknowledge"
	}
	return row
}

// AcknowledgeReminder says that this person sees to it.
func (c *Console) AcknowledgeReminder(r *Request) error {
	m, err := c.Outbox.AcknowledgeReminder(r.Ctx(), r.By, r.Param("reminder"))
	if err != nil {
		return err
	}
	note := "Noted: you see to it."
	if m.AcknowledgedBy != r.By.ID {
		note = "Somebody else had said so before you; it stays with them."
	}
	return r.Done("/reminders", note)
}

// unheard is how many reminders wait for this person's word; of all incidents,
// or of the one with this number. What cannot be read is not counted, and logged.
func (r *Request) unheard(number string) int {
	list, err := r.c.Outbox.Reminders(r.Ctx(), r.By)
	if err != nil {
		r.c.Logger.ErrorContext(r.Ctx(), "reminders cannot be read", "error", err)
	}
	n := 0
	for _, m := range list {
		if m.AcknowledgedAt == nil && (number == "" || m.Number == number) {
			n++
		}
	}
	return n
}

func reminderAs(as string) string {
	switch as {
	case "assignee":
		return "it is yours"
	case "deputy":
		return "you are the deputy"
	case "commander":
		return "you command"
	case "on_the_case":
		return "you are on the case, and nobody else answers for it"
	}
	return "nobody is on the case"
}

type caseRemindersPage struct {
	Rows  []caseReminder
	Empty view.Empty
}

type caseReminder struct {
	outbox.Reminder
	What, When string
	People     []remindedPerson
	State      view.Badge
	Heard      string
}

type remindedPerson struct {
	Who, As string
	Hands   []handRow
}

type handRow struct {
	Channel string
	State   view.Badge
	Detail  string
}

// CaseReminders are the reminders that were made on an incident: to whom, over
// what, and what became of each.
func (c *Console) CaseReminders(r *Request) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	list, err := c.Outbox.CaseReminders(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return err
	}
	d := caseRemindersPage{Empty: view.Empty{Title: "Nobody was reminded yet", Text: "Every reminder of a deadline of this incident is listed here, with whom it went to and how it ended."}}
	for _, m := range list {
		row := caseReminder{Reminder: m, What: sentenceCase(m.Deadline.Words()), When: m.RungWords(), State: reminderBadge(&m)}
		if m.AcknowledgedAt != nil {
			row.Heard = o.who(m.AcknowledgedBy)
		}
		for n, h := range m.Hands {
			if n == 0 || m.Hands[n-1].Account != h.Account {
				row.People = append(row.People, remindedPerson{Who: o.who(h.Account), As: words(h.As)})
			}
			p := &row.People[len(row.People)-1]
			p.Hands = append(p.Hands, handRow{Channel: sentenceCase(h.Channel), State: handBadge(&h), Detail: h.Receipt.Detail})
		}
		d.Rows = append(d.Rows, row)
	}
	p := o.page(r, "Reminders", d)
	p.Lead = "Who was reminded of which deadline, over what, and what became of it."
	p.Crumbs = []view.Link{{Text: "Clocks", URL: o.URL("/clocks")}}
	return r.Show("reminders-case", p)
}

func reminderBadge(m *outbox.Reminder) view.Badge {
	switch {
	case m.AcknowledgedAt != nil:
		return view.Badge{Text: "Acknowledged", Tone: view.Done}
	case m.Ended == "replaced":
		return view.Badge{Text: "Unanswered", Tone: view.Soon}
	case m.Ended != "":
		return view.Badge{Text: "Withdrawn", Tone: view.NotOwed}
	}
	return view.Badge{Text: "Open", Tone: view.Running}
}

func handBadge(h *outbox.Hand) view.Badge {
	switch h.State {
	case outbox.Accepted:
		if h.Channel == "console" {
			return view.Badge{Text: "Shown", Tone: view.Done}
		}
		return view.Badge{Text: "Accepted", Tone: view.Done}
	case outbox.Rejected:
		return view.Badge{Text: "Refused", Tone: view.Overdue}
	case outbox.Uncertain:
		return view.Badge{Text: "Uncertain", Tone: view.Unknown}
	case outbox.Withheld:
		return view.Badge{Text: "Not sent", Tone: view.NotOwed}
	}
	return view.Badge{Text: "Waiting", Tone: view.Waiting}
}
