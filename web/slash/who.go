package slash

import (
	"context"
	"strings"

	"tocsin/incident"
)

func (h *Handler) help(_ context.Context, a *asked) (reply, error) {
	if name := strings.ToLower(a.Args); name != "" {
		v, ok := h.verb(name)
		if !ok {
			return reply{text: h.unknown(name)}, nil
		}
		return reply{text: v.full()}, nil
	}
	var b strings.Builder
	b.WriteString("What `/breach` can do. An incident's ref is INC-2026-0014 or just 14; without one, the only open incident is meant.")
	for _, v := range h.verbs {
		b.WriteString("\n`/breach " + esc(v.usage) + "` " + esc(v.what) + " Such as `/breach " + esc(v.example) + "`.")
	}
	if !a.linked {
		b.WriteString("\nYour Slack user is not linked yet: begin with `/breach link`.")
	}
	return reply{text: b.String()}, nil
}

func (h *Handler) link(ctx context.Context, a *asked) (reply, error) {
	path, err := h.deps.Accounts.SlackLink(ctx, a.team, a.user)
	if err != nil {
		return reply{}, err
	}
	return reply{text: "Open this link, signed in to Tocsin, within the hour: " + h.cfg.BaseURL + path +
		"\nIt is for you alone. What you do here then counts as done by your account."}, nil
}

func (h *Handler) whoami(_ context.Context, a *asked) (reply, error) {
	if !a.linked {
		return reply{text: "Your Slack user is linked to no Tocsin account. Type `/breach link`."}, nil
	}
	grants := make([]string, len(a.account.Grants))
	for n, g := range a.account.Grants {
		grants[n] = string(g)
	}
	if len(grants) == 0 {
		grants = []string{"none; you work on the incidents you have a role on"}
	}
	return reply{text: "You are linked to a Tocsin account. Its grants: " + strings.Join(grants, ", ") + "."}, nil
}

// subject is the incident a command is about: the one it names, or the only
// open one the asker may see. An incident that has Slack marked as compromised
// is not spoken of here, and nothing is done to it: whoever asks may not be who
// they seem.
func (h *Handler) subject(ctx context.Context, a *asked) (*incident.Incident, error) {
	p := a.principal()
	if a.Ref == "" {
		ref, err := h.only(ctx, p)
		if err != nil {
			return nil, err
		}
		a.Ref = ref
	}
	i, err := h.deps.Desk.Incident(ctx, p, a.Ref)
	if err != nil {
		return nil, err
	}
	if i.ChannelCompromised(incident.ChannelSlack) {
		return nil, incident.Errorf(incident.Forbidden,
			"Slack is marked as compromised for this incident, so it is not spoken of here. Use the console: %s", h.page(i))
	}
	return i, nil
}

func (h *Handler) only(ctx context.Context, p incident.Principal) (string, error) {
	open, err := h.open(ctx, p)
	if err != nil {
		return "", err
	}
	switch len(open) {
	case 0:
		return "", incident.Errorf(incident.NotFound, "No incident is open that you may see. Declare one, or name one by its number.")
	case 1:
		return open[0].ID, nil
	}
	var names []string
	for _, i := range open {
		if !i.ChannelCompromised(incident.ChannelSlack) && len(names) < 5 {
			names = append(names, i.Number)
		}
	}
	return "", incident.Errorf(incident.Invalid, "Say which incident: put its number before the verb. Open are %s%s.",
		strings.Join(names, ", "), map[bool]string{true: " and more"}[len(open) > len(names)])
}

func (h *Handler) page(i *incident.Incident) string { return h.cfg.BaseURL + "/incidents/" + i.Number }

// more links to the console: text that needs no other words around it.
func (h *Handler) more(path string) string {
	if h.cfg.BaseURL == "" {
		return ""
	}
	return "\n<" + h.cfg.BaseURL + path + "|Open in Tocsin>"
}
