package api

import (
	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/notify/outbox"
)

func reminderID(r outbox.Reminder) string { return r.ID }

// reminders are the caller's own, the nearest deadline first.
func reminders(c *call) (reply, error) {
	all, err := c.a.Outbox.Reminders(c.r.Context(), c.by)
	if err != nil {
		return reply{}, err
	}
	return page(c, all, reminderID)
}

func acknowledgeReminder(c *call) (reply, error) {
	r, err := c.a.Outbox.AcknowledgeReminder(c.r.Context(), c.by, c.at("reminder"))
	if err != nil {
		return reply{}, err
	}
	return ok(r)
}

// caseReminders are all that were made on an incident, the newest first.
func caseReminders(c *call) (reply, error) {
	all, err := c.a.Outbox.CaseReminders(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	return page(c, all, reminderID)
}

type handoff struct {
	Role    incident.Role `json:"role"`
	To      string        `json:"to"`
	Note    string        `json:"note"`
	Checked []string      `json:"checked"`
	Stay    bool          `json:"stay"`
}

// handOff gives one of the caller's roles to an account. The checklist's keys are
// in the document.
func handOff(c *call) (reply, error) {
	in, err := decode[handoff](c)
	if err != nil {
		return reply{}, err
	}
	if in.To != "" {
		if err := c.somebody(in.To); err != nil {
			return reply{}, err
		}
	}
	if err := c.a.Desk.HandOff(c.r.Context(), c.by, c.ref(), casework.Handoff(in)); err != nil {
		return reply{}, err
	}
	out, err := getIncident(c)
	if err != nil && incident.KindOf(err) == incident.NotFound {
		return done() // the sight of it went with the role
	}
	return out, err
}
