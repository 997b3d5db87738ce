package slash

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
)

// fact records one fact. A name without a dot is one of the incident's.
func (h *Handler) fact(ctx context.Context, a *asked) (reply, error) {
	text, o, err := options(a.Args, nil, "suspected")
	if err != nil {
		return reply{}, err
	}
	name, rest := word(text)
	value, source := word(rest)
	if a.Args == "" {
		if out, ok, err := h.opens(ctx, a, "fact"); ok {
			return out, err
		}
	}
	if name == "" || value == "" || source == "" {
		return reply{}, incident.Errorf(incident.Invalid, "Say what, its value, and how we know: fact encryption none the export lay on an open share")
	}
	i, err := h.subject(ctx, a)
	if err != nil {
		return reply{}, err
	}
	return h.setFact(ctx, a, i, newFact(name, value, source, o["suspected"] != ""))
}

// newFact is a fact as people type one: values are divided by commas.
func newFact(name, value, source string, suspected bool) casework.NewFact {
	if name = strings.ToLower(name); !strings.Contains(name, ".") {
		name = "incident." + name
	}
	in := casework.NewFact{Name: name, Source: source, Certainty: incident.Known}
	if strings.EqualFold(value, "unknown") {
		in.Certainty = incident.UnknownCertain
		return in
	}
	if suspected {
		in.Certainty = incident.SuspectedTrue
	}
	for _, v := range strings.Split(value, ",") {
		if v = strings.TrimSpace(v); v != "" {
			in.Values = append(in.Values, v)
		}
	}
	return in
}

func (h *Handler) setFact(ctx context.Context, a *asked, i *incident.Incident, in casework.NewFact) (reply, error) {
	if err := h.deps.Desk.SetFacts(ctx, a.principal(), i.ID, []casework.NewFact{in}); err != nil {
		return reply{}, err
	}
	// The channel reads which fact, not its value: words people type may name somebody.
	return said(a, i, false, fmt.Sprintf("recorded the fact %s on %s", esc(in.Name), i.Number),
		fmt.Sprintf("%s is recorded. Obligations are worked out anew.", esc(in.Name))+h.more("/incidents/"+i.Number+"/facts")), nil
}

func (h *Handler) milestone(ctx context.Context, a *asked) (reply, error) {
	text, o, err := options(a.Args, nil, "candidate")
	if err != nil {
		return reply{}, err
	}
	i, err := h.subject(ctx, a)
	if err != nil {
		return reply{}, err
	}
	if text == "" {
		return h.milestones(ctx, a, i)
	}
	name, rest := word(text)
	if strings.EqualFold(name, "set") && rest == "" {
		if out, ok, err := h.opens(ctx, a, "milestone"); ok {
			return out, err
		}
	}
	when, reason := word(rest)
	return h.setMilestone(ctx, a, i, name, when, reason, o["candidate"] != "")
}

func (h *Handler) setMilestone(ctx context.Context, a *asked, i *incident.Incident, name, when, reason string, candidate bool) (reply, error) {
	m := incident.Milestone(strings.ToLower(name))
	if !m.Known() || strings.HasPrefix(string(m), "filed:") {
		return reply{}, incident.Errorf(incident.Invalid, "%q is not a milestone that is set here; one of %s.", clip(name, 40), milestoneWords())
	}
	at, precision, err := moment(when, h.deps.Clock(), a.account.Location())
	if err != nil {
		return reply{}, err
	}
	zone := a.account.Location().String()
	if err := h.deps.Desk.SetMilestone(ctx, a.principal(), i.ID, casework.SetMilestone{
		Milestone: m, At: at, Zone: zone, Precision: precision, Reason: reason, Candidate: candidate,
	}); err != nil {
		return reply{}, err
	}
	shown := at.In(a.account.Location()).Format(form)
	if precision == incident.ToTheDay {
		shown = at.In(a.account.Location()).Format("2 Jan 2006")
	}
	did, detail := "set", "is set to %s. Clocks that count from it are worked out anew."
	if candidate {
		did, detail = "proposed", "is proposed for %s. No clock counts from it until it is confirmed."
	}
	return said(a, i, false, fmt.Sprintf("%s the milestone %s of %s: %s", did, m, i.Number, shown),
		fmt.Sprintf("%s "+detail, m.Label(), shown)+h.more("/incidents/"+i.Number+"/milestones")), nil
}

func (h *Handler) milestones(ctx context.Context, a *asked, i *incident.Incident) (reply, error) {
	f, err := h.deps.Desk.File(ctx, a.principal(), i.ID)
	if err != nil {
		return reply{}, err
	}
	var lines, missing []string
	for _, m := range incident.Milestones() {
		if s, ok := f.InForce[m.Name]; ok {
			lines = append(lines, fmt.Sprintf("• %s (%s): %s", m.Label, m.Name, s.Text()))
		} else {
			missing = append(missing, string(m.Name))
		}
	}
	if len(lines) == 0 {
		lines = []string{"None is set."}
	}
	text := drill(i.Drill) + "Milestones of " + i.Number + ":\n" + strings.Join(lines, "\n")
	if len(missing) > 0 {
		text += "\nNot set: " + strings.Join(missing, ", ") + "."
	}
	return reply{text: text + h.more("/incidents/"+i.Number+"/milestones")}, nil
}

func milestoneWords() string {
	var out []string
	for _, m := range incident.Milestones() {
		out = append(out, string(m.Name))
	}
	return strings.Join(out, ", ")
}

// moment reads an instant as people type one: now, a date, a local time in zone,
// or RFC 3339. Error: Invalid.
func moment(s string, now time.Time, zone *time.Location) (time.Time, incident.Precision, error) {
	if strings.EqualFold(s, "now") {
		return now, incident.ToTheInstant, nil
	}
	if at, err := time.ParseInLocation(time.DateOnly, s, zone); err == nil {
		return at, incident.ToTheDay, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if at, err := time.Parse(layout, strings.ToUpper(s)); err == nil {
			return at, incident.ToTheInstant, nil
		}
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if at, err := time.ParseInLocation(layout, strings.ToUpper(s), zone); err == nil {
			return at, incident.ToTheInstant, nil
		}
	}
	return time.Time{}, "", incident.Errorf(incident.Invalid, "Say when: now, a date such as 2026-03-02, or a time such as 2026-03-02T14:05.")
}

// taskAdd is the verb task, which has one word of its own.
func (h *Handler) taskAdd(ctx context.Context, a *asked) (reply, error) {
	sub, rest := word(a.Args)
	if !strings.EqualFold(sub, "add") {
		return reply{}, incident.Errorf(incident.Invalid, "task knows add: task add <title>. For the list there is tasks.")
	}
	title, o, err := options(rest, map[string]string{"role": "role", "phase": "phase", "due": "due"}, "mandatory", "privileged")
	if err != nil {
		return reply{}, err
	}
	if title == "" {
		return reply{}, incident.Errorf(incident.Invalid, "Say in one line what is to be done: task add <title> [role:…] [due:4h]")
	}
	in := casework.NewTask{
		Title: title, Role: incident.Role(strings.ToLower(o["role"])), Phase: incident.Phase(strings.ToLower(o["phase"])),
		Mandatory: o["mandatory"] != "", Privileged: o["privileged"] != "",
	}
	if o["due"] != "" {
		at, err := ahead(o["due"], h.deps.Clock(), a.account.Location())
		if err != nil {
			return reply{}, err
		}
		in.Due = &at
	}
	i, err := h.subject(ctx, a)
	if err != nil {
		return reply{}, err
	}
	t, err := h.deps.Desk.AddTask(ctx, a.principal(), i.ID, in)
	if err != nil {
		return reply{}, err
	}
	detail := fmt.Sprintf("Task %d of %s is added", t.Number, i.Number)
	if t.Due != nil {
		detail += ", due " + due(*t.Due, h.deps.Clock(), a.account.Location(), "")
	}
	return said(a, i, t.Privileged != nil, fmt.Sprintf("added task %d to %s", t.Number, i.Number), detail+"."+h.more(fmt.Sprintf("/incidents/%s/tasks/%d", i.Number, t.Number))), nil
}

// ahead reads when something is due: a span from now, or an instant. A date is
// the end of that day in zone. Error: Invalid.
func ahead(s string, now time.Time, zone *time.Location) (time.Time, error) {
	if d, err := time.ParseDuration(s); err == nil && d > 0 {
		return now.Add(d), nil
	}
	at, precision, err := moment(s, now, zone)
	if err != nil {
		return at, incident.Errorf(incident.Invalid, "Say when it is due: a span such as 4h, a date, or a time such as 2026-03-02T14:05.")
	}
	if precision == incident.ToTheDay {
		y, m, d := at.Date()
		at = time.Date(y, m, d, 23, 59, 59, 0, zone)
	}
	return at, nil
}
