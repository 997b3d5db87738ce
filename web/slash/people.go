package slash

import (
	"context"
	"fmt"
	"strings"

	"tocsin/incident"
	"tocsin/incident/casework"
)

func roleWords() string { return choiceWords(incident.Roles()) }

func choiceWords(all []incident.Choice) string {
	out := make([]string, len(all))
	for n, c := range all {
		out[n] = c.Value
	}
	return strings.Join(out, ", ")
}

// somebody is the account that a mention, or "me", means, and how they are
// mentioned. Error: Invalid.
func (h *Handler) somebody(ctx context.Context, a *asked, typed string) (account, shown string, err error) {
	if strings.EqualFold(typed, "me") {
		return a.account.ID, user(a.user), nil
	}
	id, ok := mentioned(typed)
	if !ok {
		return "", "", incident.Errorf(incident.Invalid, "Say whom: a mention such as @ana, or me.")
	}
	other, err := h.deps.Accounts.BySlack(ctx, a.team, id)
	if incident.KindOf(err) == incident.NotFound && err != nil {
		return "", "", incident.Errorf(incident.Invalid, "That Slack user is not linked to a Tocsin account. They can type /breach link.")
	}
	return other.ID, user(id), err
}

// named is an account as Slack may show it: a mention, where it is linked here.
func (h *Handler) named(ctx context.Context, a *asked, id string) string {
	other, err := h.deps.Accounts.Account(ctx, id)
	if team, slack, ok := strings.Cut(other.Slack, "/"); err == nil && ok && team == a.team {
		return user(slack)
	}
	return "somebody who is not in this Slack"
}

func (h *Handler) role(ctx context.Context, a *asked) (reply, error) {
	text, o, err := options(a.Args, nil, "deputy", "remove")
	if err != nil {
		return reply{}, err
	}
	i, err := h.subject(ctx, a)
	if err != nil {
		return reply{}, err
	}
	if text == "" && len(o) == 0 {
		return h.roles(ctx, a, i), nil
	}
	whom, role := word(text)
	account, shown, err := h.somebody(ctx, a, whom)
	if err != nil {
		return reply{}, err
	}
	as := incident.Assignment{Role: incident.Role(strings.ToLower(role)), Account: account, Deputy: o["deputy"] != ""}
	if !as.Role.Valid() {
		return reply{}, incident.Errorf(incident.Invalid, "Say which role: role <@user|me> <role>. Roles are %s.", roleWords())
	}
	label := strings.ToLower(as.Role.Label())
	if as.Deputy {
		label = "deputy " + label
	}
	act, did, detail := h.deps.Desk.Assign, "made %s %s of %s", "%s is %s of %s now."
	if o["remove"] != "" {
		act, did, detail = h.deps.Desk.Unassign, "took from %s the role of %s of %s", "%s is no longer %s of %s."
	}
	if err := act(ctx, a.principal(), i.ID, as); err != nil {
		return reply{}, err
	}
	return said(a, i, false, fmt.Sprintf(did, shown, label, i.Number), fmt.Sprintf(detail, shown, label, i.Number)+h.more("/incidents/"+i.Number)), nil
}

func (h *Handler) roles(ctx context.Context, a *asked, i *incident.Incident) reply {
	var lines []string
	for _, r := range incident.Roles() {
		var who []string
		for _, deputy := range []bool{false, true} {
			for _, p := range i.People {
				if string(p.Role) != r.Value || p.Deputy != deputy {
					continue
				}
				s := h.named(ctx, a, p.Account)
				if deputy {
					s += " (deputy)"
				}
				who = append(who, s)
			}
		}
		if len(who) == 0 {
			who = []string{"nobody"}
		}
		lines = append(lines, "• "+r.Label+" ("+r.Value+"): "+strings.Join(who, ", "))
	}
	return reply{text: drill(i.Drill) + "Roles on " + i.Number + ":\n" + strings.Join(lines, "\n") + h.more("/incidents/"+i.Number)}
}

func (h *Handler) assign(ctx context.Context, a *asked) (reply, error) {
	ref, to, err := number(a.Args, "assign <n> <@user|me|nobody>")
	if err != nil {
		return reply{}, err
	}
	account, whom := "", "nobody"
	if !strings.EqualFold(to, "nobody") {
		if account, whom, err = h.somebody(ctx, a, to); err != nil {
			return reply{}, err
		}
	}
	return h.onTask(ctx, a, ref, func(i *incident.Incident, t *incident.Task) (string, string, error) {
		err := h.deps.Desk.AssignTask(ctx, a.principal(), i.ID, t.ID, account)
		return fmt.Sprintf("gave task %d of %s to %s", t.Number, i.Number, whom), fmt.Sprintf("Task %d of %s is with %s now.", t.Number, i.Number, whom), err
	})
}

// handoff gives the asker's role over. The list is gone through by people; that
// they did is one flag here, and boxes in the console.
func (h *Handler) handoff(ctx context.Context, a *asked) (reply, error) {
	text, o, err := options(a.Args, map[string]string{"role": "role"}, "checked", "stay")
	if err != nil {
		return reply{}, err
	}
	i, err := h.subject(ctx, a)
	if err != nil {
		return reply{}, err
	}
	if a.Args == "" {
		if out, ok, err := h.opens(ctx, a, "handoff"); ok {
			return out, err
		}
	}
	whom, note := word(text)
	to, shown, err := h.somebody(ctx, a, whom)
	if err != nil {
		return reply{}, err
	}
	in := casework.Handoff{Role: incident.Role(strings.ToLower(o["role"])), To: to, Note: note, Stay: o["stay"] != ""}
	if o["checked"] != "" {
		for _, c := range casework.HandoffChecklist() {
			in.Checked = append(in.Checked, c.Value)
		}
	}
	out, err := h.handOver(ctx, a, i, shown, in)
	if err != nil && o["checked"] == "" && incident.KindOf(err) == incident.Invalid {
		return reply{text: sentence(err) + "\nGo through the list together, then add --checked."}, nil
	}
	return out, err
}

func (h *Handler) handOver(ctx context.Context, a *asked, i *incident.Incident, shown string, in casework.Handoff) (reply, error) {
	if err := h.deps.Desk.HandOff(ctx, a.principal(), i.ID, in); err != nil {
		return reply{}, err
	}
	if in.Role == "" {
		in.Role = incident.Commander
	}
	label := strings.ToLower(in.Role.Label())
	return said(a, i, false, fmt.Sprintf("handed %s over to %s as %s", i.Number, shown, label),
		fmt.Sprintf("%s is %s of %s now. The note is pinned to the timeline.", shown, label, i.Number)+h.more("/incidents/"+i.Number+"/timeline")), nil
}
