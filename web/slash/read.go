package slash

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/notify/outbox"
)

// rows is how many lines an answer holds before it points to the console.
const rows = 25

// soon is what "due" means.
const soon = 72 * time.Hour

func (h *Handler) open(ctx context.Context, p incident.Principal) ([]incident.Incident, error) {
	return h.deps.Desk.Incidents(ctx, p, casework.Filter{Statuses: []incident.Status{incident.Triage, incident.Open, incident.Contained}})
}

func (h *Handler) list(ctx context.Context, a *asked) (reply, error) {
	f := casework.Filter{Statuses: []incident.Status{incident.Triage, incident.Open, incident.Contained}}
	switch strings.ToLower(a.Args) {
	case "", "open", "due":
	case "mine":
		f.Mine = true
	case "all":
		f.Statuses = nil
	default:
		return reply{}, incident.Errorf(incident.Invalid, "list takes open, mine, due or all.")
	}
	all, err := h.deps.Desk.Incidents(ctx, a.principal(), f)
	if err != nil {
		return reply{}, err
	}
	next, err := h.nearestClocks(ctx, a)
	if err != nil {
		return reply{}, err
	}
	now, zone, hidden := h.deps.Clock(), a.account.Location(), 0
	var lines []string
	if strings.EqualFold(a.Args, "due") {
		all = slices.DeleteFunc(all, func(i incident.Incident) bool {
			c, ok := next[i.ID]
			return !ok || c.Due.Sub(now) > soon
		})
		slices.SortStableFunc(all, func(x, y incident.Incident) int { return next[x.ID].Due.Compare(next[y.ID].Due) })
	}
	for _, i := range all {
		if i.ChannelCompromised(incident.ChannelSlack) {
			hidden++
			continue
		}
		s := fmt.Sprintf("• %s%s %s — %s, %s", drill(i.Drill), i.Number, esc(i.Title), strings.ToLower(i.Status.Label()), strings.ToLower(i.Severity.Label()))
		if i.Restricted {
			s += ", restricted"
		}
		if c, ok := next[i.ID]; ok {
			s += ". Next: " + esc(c.Regime) + ", " + due(c.Due, now, zone, c.Zone)
		}
		lines = append(lines, s)
	}
	text := "Nothing here. `/breach declare` opens an incident."
	if len(lines) > 0 {
		text = plural(len(lines), "incident", "incidents") + ":\n" + shorten(lines)
	}
	if hidden > 0 {
		text += "\n" + plural(hidden, "incident is", "incidents are") + " not shown: Slack is marked as compromised there. Use the console."
	}
	return reply{text: text + h.more("/")}, nil
}

// nearestClocks gives the soonest deadline of each incident, by id.
func (h *Handler) nearestClocks(ctx context.Context, a *asked) (map[string]outbox.Clock, error) {
	clocks, err := h.deps.Duties.NextClocks(ctx, a.principal(), 0)
	next := map[string]outbox.Clock{}
	for _, c := range clocks {
		if have, ok := next[c.Incident]; !c.Unknown && (!ok || c.Due.Before(have.Due)) {
			next[c.Incident] = c
		}
	}
	return next, err
}

func shorten(lines []string) string {
	if len(lines) <= rows {
		return strings.Join(lines, "\n")
	}
	return strings.Join(lines[:rows], "\n") + fmt.Sprintf("\n… and %d more in the console.", len(lines)-rows)
}

func (h *Handler) status(ctx context.Context, a *asked) (reply, error) {
	i, err := h.subject(ctx, a)
	if err != nil {
		return reply{}, err
	}
	p, now := a.principal(), h.deps.Clock()
	f, err := h.deps.Desk.File(ctx, p, i.ID)
	if err != nil {
		return reply{}, err
	}
	open, ended, late := 0, 0, 0
	for _, t := range f.Tasks {
		switch {
		case t.State.Ended():
			ended++
		default:
			open++
			if t.Due != nil && t.Due.Before(now) {
				late++
			}
		}
	}
	lines := []string{
		fmt.Sprintf("%s*%s* %s", drill(i.Drill), i.Number, esc(i.Title)),
		fmt.Sprintf("%s, severity %s, %s. Opened %s.", i.Status.Label(), strings.ToLower(i.Severity.Label()), strings.ToLower(i.Kind.Label()),
			i.OpenedAt.In(a.account.Location()).Format(form)),
		fmt.Sprintf("Tasks: %d open, %d overdue, %d ended.", open, late, ended),
	}
	if s, ok := f.InForce[incident.Aware]; ok {
		lines = append(lines, "Aware since "+s.Text()+".")
	} else {
		lines = append(lines, "Awareness is not set: clocks that count from it do not run.")
	}
	if f.Roster != nil {
		lines = append(lines, "A list of affected people is settled; its numbers are in the console.")
	}
	clocks, err := h.clocksOf(ctx, a, i)
	if err != nil {
		return reply{}, err
	}
	lines = append(lines, clockLines(clocks[:min(len(clocks), 3)], now, a.account.Location(), false)...)
	return reply{text: strings.Join(lines, "\n") + h.more("/incidents/"+i.Number)}, nil
}

func (h *Handler) clocksOf(ctx context.Context, a *asked, i *incident.Incident) ([]outbox.Clock, error) {
	all, err := h.deps.Duties.NextClocks(ctx, a.principal(), 0)
	return slices.DeleteFunc(all, func(c outbox.Clock) bool { return c.Incident != i.ID }), err
}

func clockLines(clocks []outbox.Clock, now time.Time, zone *time.Location, numbered bool) []string {
	var out []string
	for _, c := range clocks {
		s := "• "
		if numbered {
			s += drill(c.Drill) + c.Number + ": "
		}
		s += esc(c.Regime) + ", " + esc(c.Recipient)
		if c.Unknown {
			s += ", if it applies"
		}
		out = append(out, s+": "+due(c.Due, now, zone, c.Zone))
	}
	return out
}

func (h *Handler) clock(ctx context.Context, a *asked) (reply, error) {
	now, zone := h.deps.Clock(), a.account.Location()
	if a.Ref != "" {
		i, err := h.subject(ctx, a)
		if err != nil {
			return reply{}, err
		}
		clocks, err := h.clocksOf(ctx, a, i)
		if err != nil {
			return reply{}, err
		}
		text := drill(i.Drill) + "No deadline is running for " + i.Number + "."
		if len(clocks) > 0 {
			text = drill(i.Drill) + i.Number + ", running deadlines:\n" + shorten(clockLines(clocks, now, zone, false))
		}
		return reply{text: text + h.more("/incidents/"+i.Number)}, nil
	}
	clocks, err := h.deps.Duties.NextClocks(ctx, a.principal(), 0)
	if err != nil {
		return reply{}, err
	}
	// What an attacker may be reading is left out, and that it is, is said.
	all, err := h.deps.Desk.Incidents(ctx, a.principal(), casework.Filter{})
	if err != nil {
		return reply{}, err
	}
	unsafe := map[string]bool{}
	for _, i := range all {
		unsafe[i.ID] = i.ChannelCompromised(incident.ChannelSlack)
	}
	count := len(clocks)
	clocks = slices.DeleteFunc(clocks, func(c outbox.Clock) bool { return unsafe[c.Incident] })
	text := "No deadline is running."
	if len(clocks) > 0 {
		text = "Running deadlines:\n" + shorten(clockLines(clocks, now, zone, true))
	}
	if n := count - len(clocks); n > 0 {
		text += "\n" + plural(n, "deadline is", "deadlines are") + " not shown: Slack is marked as compromised there. Use the console."
	}
	return reply{text: text + h.more("/")}, nil
}
