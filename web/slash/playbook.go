package slash

import (
	"context"
	"fmt"
	"strings"

	"tocsin/incident"
	"tocsin/playbooks/runner"
)

// playbook is the verb of the written procedures: list, start, upgrade.
func (h *Handler) playbook(ctx context.Context, a *asked) (reply, error) {
	sub, rest := word(a.Args)
	switch strings.ToLower(sub) {
	case "list":
		return h.playbooks(ctx, a)
	case "start":
		return h.startRun(ctx, a, strings.ToLower(rest))
	case "upgrade":
		return h.upgradeRun(ctx, a, rest)
	}
	return reply{}, incident.Errorf(incident.Invalid, "playbook knows list, start <slug> and upgrade <slug>.")
}

// playbooks lists what can be run, and what runs where an incident is meant.
func (h *Handler) playbooks(ctx context.Context, a *asked) (reply, error) {
	all, err := h.deps.Playbooks.Playbooks(ctx, a.principal())
	if err != nil {
		return reply{}, err
	}
	var lines []string
	for _, p := range all {
		if p.Standing == runner.Published {
			lines = append(lines, fmt.Sprintf("• `%s` %s, %s, %s", esc(p.Slug), esc(p.Title), esc(p.Version), plural(p.Steps, "step", "steps")))
		}
	}
	text := "Playbooks:\n" + shorten(lines)
	if len(lines) == 0 {
		text = "No playbook is published."
	}
	if a.Ref == "" {
		return reply{text: text + h.more("/playbooks")}, nil
	}
	i, err := h.subject(ctx, a)
	if err != nil {
		return reply{}, err
	}
	runs, err := h.deps.Playbooks.Runs(ctx, a.principal(), i.ID)
	if err != nil {
		return reply{}, err
	}
	lines = nil
	for _, r := range runs {
		s := fmt.Sprintf("• `%s` %s, %s", esc(r.Slug), esc(r.Title), esc(r.Version))
		if r.EndedAt != nil {
			s += ", ended"
		}
		lines = append(lines, s)
	}
	if len(lines) == 0 {
		lines = []string{"None runs."}
	}
	return reply{text: drill(i.Drill) + "On " + i.Number + ":\n" + shorten(lines) + "\n" + text + h.more("/incidents/"+i.Number+"/tasks")}, nil
}

func (h *Handler) startRun(ctx context.Context, a *asked, slug string) (reply, error) {
	if slug == "" || strings.Contains(slug, " ") {
		return reply{}, incident.Errorf(incident.Invalid, "Say which: playbook start <slug>. playbook list has the slugs.")
	}
	i, err := h.subject(ctx, a)
	if err != nil {
		return reply{}, err
	}
	run, err := h.deps.Playbooks.StartRun(ctx, a.principal(), i.ID, slug)
	if err != nil {
		return reply{}, err
	}
	return said(a, i, false, fmt.Sprintf("started the playbook %s %s on %s", esc(run.Slug), esc(run.Version), i.Number),
		fmt.Sprintf("%s runs on %s; its steps are tasks now.", esc(run.Title), i.Number)+h.more("/incidents/"+i.Number+"/tasks")), nil
}

// upgradeRun first says what an upgrade would do. It is done with the digest of
// the text it showed, so that nobody upgrades to what they have not seen.
func (h *Handler) upgradeRun(ctx context.Context, a *asked, args string) (reply, error) {
	slug, o, err := options(args, map[string]string{"to": "to"})
	if err != nil {
		return reply{}, err
	}
	i, err := h.subject(ctx, a)
	if err != nil {
		return reply{}, err
	}
	run, err := h.underWay(ctx, a, i, strings.ToLower(slug))
	if err != nil {
		return reply{}, err
	}
	up, err := h.deps.Playbooks.PlanUpgrade(ctx, a.principal(), i.ID, run.ID, "")
	if err != nil {
		return reply{}, err
	}
	page := fmt.Sprintf("/incidents/%s/runs/%s/upgrade", i.Number, run.ID)
	if o["to"] == "" {
		return reply{text: drill(i.Drill) + h.planned(i, &run, &up) + h.more(page)}, nil
	}
	if !sameDigest(up.Will, o["to"]) {
		return reply{}, incident.Errorf(incident.Conflict, "The newest text is another than %s. Type playbook upgrade %s to see what an upgrade would do now.", clip(o["to"], 20), run.Slug)
	}
	run, err = h.deps.Playbooks.UpgradeRun(ctx, a.principal(), i.ID, run.ID, up.Was, up.Will)
	if err != nil {
		return reply{}, err
	}
	return said(a, i, false, fmt.Sprintf("took the playbook %s on %s to version %s", esc(run.Slug), i.Number, esc(run.Version)),
		fmt.Sprintf("%s follows version %s now. What was done stays done.", esc(run.Title), esc(run.Version))+h.more("/incidents/"+i.Number+"/tasks")), nil
}

func (h *Handler) underWay(ctx context.Context, a *asked, i *incident.Incident, slug string) (runner.Run, error) {
	runs, err := h.deps.Playbooks.Runs(ctx, a.principal(), i.ID)
	if err != nil {
		return runner.Run{}, err
	}
	var under []runner.Run
	for _, r := range runs {
		if r.EndedAt == nil && (slug == "" || r.Slug == slug) {
			under = append(under, r)
		}
	}
	switch {
	case len(under) == 1:
		return under[0], nil
	case len(under) == 0:
		return runner.Run{}, incident.Errorf(incident.NotFound, "No such playbook is under way on %s.", i.Number)
	}
	return runner.Run{}, incident.Errorf(incident.Invalid, "Several are under way; say which: playbook upgrade <slug>.")
}

func (h *Handler) planned(i *incident.Incident, run *runner.Run, up *runner.Upgrade) string {
	count := map[string]int{}
	for _, s := range up.Steps {
		count[s.Outcome]++
	}
	text := fmt.Sprintf("An upgrade of %s on %s from %s to %s would add %s, rewrite %d, keep %d as done (%d to be read again) and retire %d.",
		esc(run.Title), i.Number, esc(up.From.Version), esc(up.To.Version), plural(count["added"], "task", "tasks"), count["rewritten"],
		count["kept"]+count["kept_read_again"], count["kept_read_again"], count["retired"])
	if up.Hidden > 0 {
		text += " " + plural(up.Hidden, "privileged step changes", "privileged steps change") + " too."
	}
	return text + fmt.Sprintf("\nTo do it: `/breach %s playbook upgrade %s to:%.12s`", i.Number, esc(run.Slug), up.Will)
}

// shortest is how much of a digest names a text.
const shortest = 8

// sameDigest reports whether typed is a digest or enough of its beginning.
func sameDigest(digest, typed string) bool {
	return len(typed) >= shortest && strings.HasPrefix(digest, strings.ToLower(typed))
}
