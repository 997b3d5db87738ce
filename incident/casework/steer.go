package casework

import (
	"context"
	"strings"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// changed records an act that steers i, writes the timeline and tells the reactors.
func (d *Desk) changed(tx *ledger.Tx, i *incident.Incident, act, what, text string) error {
	tx.Record(act, "incident/"+i.ID)
	if err := WriteTimeline(tx, i, act, "incident/"+i.ID, text); err != nil {
		return err
	}
	return d.react(func(r Reactor) error { return r.IncidentChanged(tx, i, what) })
}

// SetStatus moves an incident between triage, open and contained. Closing and
// dismissing are acts of their own. Errors: Invalid, Conflict.
func (d *Desk) SetStatus(ctx context.Context, p incident.Principal, ref string, s incident.Status, reason string) error {
	return d.act(ctx, p, ref, incident.SteerIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		if !s.Valid() {
			return incident.Errorf(incident.Invalid, "%q is not a status.", clip(string(s), 40))
		}
		if s.Ended() {
			return incident.Errorf(incident.Invalid, "Closing and dismissing are acts of their own, with a reason.")
		}
		if i.Status == s {
			return incident.Errorf(incident.Conflict, "%s is %s already.", i.Number, strings.ToLower(s.Label()))
		}
		i.Status, i.ClosedAt, i.RetainUntil = s, nil, nil
		return d.changed(tx, i, "incident.status", "status", sentence("Status: "+s.Label(), reason))
	})
}

// SetSeverity changes the severity, with a reason. It is a fact of the case too.
func (d *Desk) SetSeverity(ctx context.Context, p incident.Principal, ref string, s incident.Severity, reason string) error {
	return d.act(ctx, p, ref, incident.SteerIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		if !s.Valid() {
			return incident.Errorf(incident.Invalid, "%q is not a severity; one of %s.", clip(string(s), 40), values(incident.Severities()))
		}
		if i.Severity == s {
			return incident.Errorf(incident.Conflict, "The severity is %s already.", strings.ToLower(s.Label()))
		}
		i.Severity = s
		if err := d.changed(tx, i, "incident.severity", "severity", sentence("Severity: "+s.Label(), reason)); err != nil {
			return err
		}
		f, err := putFact(tx, i, NewFact{Name: "incident.severity", Values: []string{string(s)}, Certainty: incident.Known, Source: orText(reason, "set by the commander")})
		if err != nil {
			return err
		}
		return d.react(func(r Reactor) error { return r.FactChanged(tx, i, f) })
	})
}

// Assign gives account a role on the incident.
func (d *Desk) Assign(ctx context.Context, p incident.Principal, ref string, a incident.Assignment) error {
	return d.act(ctx, p, ref, incident.SteerIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		if !a.Role.Valid() {
			return incident.Errorf(incident.Invalid, "%q is not a role; one of %s.", clip(string(a.Role), 40), values(incident.Roles()))
		}
		if a.Account == "" {
			return incident.Errorf(incident.Invalid, "Say whom to give the role to.")
		}
		for _, have := range i.People {
			if have == a {
				return incident.Errorf(incident.Conflict, "They hold that role already.")
			}
		}
		i.People = append(i.People, a)
		return d.changed(tx, i, "incident.assign", "roles", "Role given: "+a.Role.Label()+deputyWord(a.Deputy))
	})
}

// Unassign takes a role away. The last commander cannot be taken away: hand over first.
func (d *Desk) Unassign(ctx context.Context, p incident.Principal, ref string, a incident.Assignment) error {
	return d.act(ctx, p, ref, incident.SteerIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		kept := i.People[:0:0]
		for _, have := range i.People {
			if have != a {
				kept = append(kept, have)
			}
		}
		if len(kept) == len(i.People) {
			return incident.Errorf(incident.NotFound, "They do not hold that role.")
		}
		if a.Role == incident.Commander && len((&incident.Incident{People: kept}).Holders(incident.Commander)) == 0 {
			return incident.Errorf(incident.Conflict, "Somebody must command. Give the role to the next commander first.")
		}
		i.People = kept
		return d.changed(tx, i, "incident.unassign", "roles", "Role taken back: "+a.Role.Label()+deputyWord(a.Deputy))
	})
}

func deputyWord(deputy bool) string {
	if deputy {
		return " (deputy)"
	}
	return ""
}

// Restrict hides an incident from everyone without a role on it, or opens it again.
func (d *Desk) Restrict(ctx context.Context, p incident.Principal, ref string, on bool) error {
	return d.act(ctx, p, ref, incident.RestrictAccess, func(tx *ledger.Tx, i *incident.Incident) error {
		if on && !p.System && !i.Involves(p.ID) {
			return incident.Errorf(incident.Conflict, "Take a role on %s first, or you would lock yourself out.", i.Number)
		}
		i.Restricted = on
		text := "Restricted to the people on it"
		if !on {
			text = "No longer restricted"
		}
		return d.changed(tx, i, "incident.restrict", "restricted", text)
	})
}

// MarkChannel says that an attacker may be reading a channel, or no longer.
// Tocsin posts nothing there about this incident while it is marked.
func (d *Desk) MarkChannel(ctx context.Context, p incident.Principal, ref string, c incident.Channel, compromised bool) error {
	return d.act(ctx, p, ref, incident.SteerIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		if !c.Valid() {
			return incident.Errorf(incident.Invalid, "%q is not a channel; one of %s.", clip(string(c), 40), values(incident.Channels()))
		}
		kept := i.Compromised[:0:0]
		for _, have := range i.Compromised {
			if have != c {
				kept = append(kept, have)
			}
		}
		text := "Channel trusted again: " + string(c)
		if compromised {
			kept = append(kept, c)
			text = "Channel treated as in the attacker's hands: " + string(c)
		}
		i.Compromised = kept
		return d.changed(tx, i, "incident.channel", "channels", text)
	})
}

// CloseIncident ends an incident with its outcome in words, and sets the
// retention date. dismissed says that it was no breach. Open mandatory tasks
// stand in the way of closing: they are done or skipped with a reason.
func (d *Desk) CloseIncident(ctx context.Context, p incident.Principal, ref, outcome string, dismissed bool) error {
	return d.act(ctx, p, ref, incident.SteerIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		outcome = strings.TrimSpace(outcome)
		if outcome == "" {
			return incident.Errorf(incident.Invalid, "Say how it ended: the register keeps the reason.")
		}
		if i.Status.Ended() {
			return incident.Errorf(incident.Conflict, "%s is %s already.", i.Number, strings.ToLower(i.Status.Label()))
		}
		i.Status = incident.Closed
		if dismissed {
			i.Status = incident.Dismissed
		} else if open, err := openMandatory(tx, i.ID); err != nil {
			return err
		} else if len(open) > 0 {
			return &incident.Error{Kind: incident.Conflict, Message: "Mandatory tasks are still open. Do them, or skip each with a reason.", Problems: open}
		}
		now := tx.Now()
		until := now.Add(d.cfg.Retention)
		i.ClosedAt, i.RetainUntil, i.Outcome = &now, &until, outcome
		tx.Record("incident.close", "incident/"+i.ID)
		if err := WriteTimeline(tx, i, "incident.close", "incident/"+i.ID, i.Status.Label()+": "+outcome); err != nil {
			return err
		}
		return d.react(func(r Reactor) error { return r.IncidentClosed(tx, i) })
	})
}

// ReopenIncident takes a closed or dismissed incident up again.
func (d *Desk) ReopenIncident(ctx context.Context, p incident.Principal, ref, reason string) error {
	return d.act(ctx, p, ref, incident.SteerIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		if !i.Status.Ended() {
			return incident.Errorf(incident.Conflict, "%s is not closed.", i.Number)
		}
		if strings.TrimSpace(reason) == "" {
			return incident.Errorf(incident.Invalid, "Say why it is opened again.")
		}
		i.Status, i.ClosedAt, i.RetainUntil, i.Outcome = incident.Open, nil, nil, ""
		return d.changed(tx, i, "incident.reopen", "reopened", sentence("Reopened", reason))
	})
}

func sentence(what, reason string) string {
	if reason = strings.TrimSpace(reason); reason != "" {
		return what + ". Reason: " + reason
	}
	return what
}

func orText(s, otherwise string) string {
	if strings.TrimSpace(s) == "" {
		return otherwise
	}
	return strings.TrimSpace(s)
}
