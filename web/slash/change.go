package slash

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
)

func (h *Handler) declare(ctx context.Context, a *asked) (reply, error) {
	if a.Ref != "" {
		return reply{}, incident.Errorf(incident.Invalid, "declare opens a new incident; leave %s out.", a.Ref)
	}
	title, o, err := options(a.Args, map[string]string{"sev": "sev", "severity": "sev", "type": "type", "kind": "type", "playbook": "playbook"}, "drill", "restricted")
	if err != nil {
		return reply{}, err
	}
	if a.Args == "" {
		if out, ok, err := h.opens(ctx, a, "declare"); ok {
			return out, err
		}
	}
	if title == "" {
		return reply{}, incident.Errorf(incident.Invalid, "Say in a few words what happened: declare <title> [sev:…] [type:…] [playbook:…] [--drill]")
	}
	return h.openIncident(ctx, a, casework.NewIncident{
		Title: title, Kind: incident.BreachKind(strings.ToLower(o["type"])), Severity: incident.Severity(strings.ToLower(o["sev"])),
		Playbook: strings.ToLower(o["playbook"]), Drill: o["drill"] != "", Restricted: o["restricted"] != "",
	})
}

func (h *Handler) openIncident(ctx context.Context, a *asked, in casework.NewIncident) (reply, error) {
	i, err := h.deps.Desk.OpenIncident(ctx, a.principal(), in)
	if err != nil {
		return reply{}, err
	}
	severity := strings.ToLower(i.Severity.Label())
	return said(a, i, false, fmt.Sprintf("declared %s, severity %s", i.Number, severity),
		fmt.Sprintf("%s is open, severity %s: %s\nYou are its commander. No legal clock runs until somebody sets the milestones it counts from.", i.Number, severity, esc(i.Title))+
			h.more("/incidents/"+i.Number)), nil
}

func (h *Handler) note(ctx context.Context, a *asked) (reply, error) {
	i, err := h.subject(ctx, a)
	if err != nil {
		return reply{}, err
	}
	if err := h.deps.Desk.Note(ctx, a.principal(), i.ID, a.Args, time.Time{}, nil); err != nil {
		return reply{}, err
	}
	return said(a, i, false, "added a note to "+i.Number, "The note is on the timeline of "+i.Number+"."+h.more("/incidents/"+i.Number)), nil
}

func (h *Handler) sev(ctx context.Context, a *asked) (reply, error) {
	level, reason := word(a.Args)
	severity := incident.Severity(strings.ToLower(level))
	if !severity.Valid() {
		return reply{}, incident.Errorf(incident.Invalid, "Say how bad it is and why: sev <critical|high|medium|low> <reason>")
	}
	if reason == "" {
		return reply{}, incident.Errorf(incident.Invalid, "Give the reason too: sev %s <reason>", severity)
	}
	i, err := h.subject(ctx, a)
	if err != nil {
		return reply{}, err
	}
	if err := h.deps.Desk.SetSeverity(ctx, a.principal(), i.ID, severity, reason); err != nil {
		return reply{}, err
	}
	words := strings.ToLower(severity.Label())
	return said(a, i, false, fmt.Sprintf("set the severity of %s to %s", i.Number, words),
		fmt.Sprintf("%s is of severity %s now.", i.Number, words)+h.more("/incidents/"+i.Number)), nil
}

// close ends the incident. What stands in the way is listed by the desk.
func (h *Handler) close(ctx context.Context, a *asked) (reply, error) {
	outcome, o, err := options(a.Args, nil, "dismissed")
	if err != nil {
		return reply{}, err
	}
	if outcome == "" {
		return reply{}, incident.Errorf(incident.Invalid, "Say how it ended: close <outcome>. The register keeps it.")
	}
	i, err := h.subject(ctx, a)
	if err != nil {
		return reply{}, err
	}
	if err := h.deps.Desk.CloseIncident(ctx, a.principal(), i.ID, outcome, o["dismissed"] != ""); err != nil {
		return reply{}, err
	}
	did := "closed"
	if o["dismissed"] != "" {
		did = "dismissed"
	}
	return said(a, i, false, did+" "+i.Number, i.Number+" is "+did+"; the outcome is on the timeline."+h.more("/incidents/"+i.Number)), nil
}
