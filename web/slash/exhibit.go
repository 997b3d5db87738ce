package slash

import (
	"context"
	"fmt"
	"strings"

	"tocsin/incident"
	"tocsin/incident/casework"
)

// evidence is the verb of exhibits: list and add. Slack is no place for the
// bytes of evidence: what is added here is a link.
func (h *Handler) evidence(ctx context.Context, a *asked) (reply, error) {
	sub, rest := word(a.Args)
	switch strings.ToLower(sub) {
	case "list":
		return h.exhibits(ctx, a)
	case "add":
		return h.addExhibit(ctx, a, rest)
	}
	return reply{}, incident.Errorf(incident.Invalid, "evidence knows list and add <https://…> <title>.")
}

func (h *Handler) exhibits(ctx context.Context, a *asked) (reply, error) {
	i, err := h.subject(ctx, a)
	if err != nil {
		return reply{}, err
	}
	all, err := h.deps.Desk.Exhibits(ctx, a.principal(), i.ID)
	if err != nil {
		return reply{}, err
	}
	var lines []string
	for _, e := range all {
		s := fmt.Sprintf("• %d. %s", e.Number, esc(e.Title))
		if e.Privileged != nil {
			s = fmt.Sprintf("• %d. (privileged: see it in the console)", e.Number)
		}
		for _, k := range incident.EvidenceKinds() {
			if k.Value == e.Kind {
				s += ", " + strings.ToLower(k.Label)
			}
		}
		if e.SHA256 != "" {
			s += fmt.Sprintf(", %.12s", e.SHA256)
		}
		if e.Destroyed {
			s += ", destroyed"
		}
		lines = append(lines, s+", "+e.CollectedAt.In(a.account.Location()).Format(form))
	}
	text := "No evidence is taken in on " + i.Number + "."
	if len(lines) > 0 {
		text = "Evidence of " + i.Number + ":\n" + shorten(lines)
	}
	return reply{text: drill(i.Drill) + text + h.more("/incidents/"+i.Number+"/evidence")}, nil
}

func (h *Handler) addExhibit(ctx context.Context, a *asked, args string) (reply, error) {
	text, o, err := options(args, map[string]string{"task": "task"}, "privileged")
	if err != nil {
		return reply{}, err
	}
	link, title := word(text)
	// Slack writes a link as <address|what it shows>.
	if inner, ok := strings.CutPrefix(link, "<"); ok {
		link, _, _ = strings.Cut(strings.TrimSuffix(inner, ">"), "|")
	}
	i, err := h.subject(ctx, a)
	if err != nil {
		return reply{}, err
	}
	if !strings.HasPrefix(link, "https://") && !strings.HasPrefix(link, "http://") {
		return reply{}, incident.Errorf(incident.Invalid, "Give the link first: evidence add https://… <title>. A file is taken in by the console: %s/evidence", h.page(i))
	}
	e, err := h.deps.Desk.CollectEvidence(ctx, a.principal(), i.ID, casework.NewEvidence{
		Title: title, Kind: "link", Link: link, Source: "Slack", Method: "link sent by /breach", Task: strings.TrimPrefix(o["task"], "#"), Privileged: o["privileged"] != "",
	}, nil)
	if err != nil {
		return reply{}, err
	}
	return said(a, i, e.Privileged != nil, fmt.Sprintf("took in exhibit %d of %s", e.Number, i.Number),
		fmt.Sprintf("Exhibit %d of %s is taken in. A link may change or go: save what it shows as a file, too.", e.Number, i.Number)+
			h.more(fmt.Sprintf("/incidents/%s/evidence/%d", i.Number, e.Number))), nil
}
