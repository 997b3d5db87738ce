package slash

import (
	"context"
	"fmt"
	"strings"

	"tocsin/incident"
)

// buttons is how many tasks get one; Slack takes fifty blocks a message.
const buttons = 20

func (h *Handler) tasks(ctx context.Context, a *asked) (reply, error) {
	which := strings.ToLower(a.Args)
	switch which {
	case "", "open", "mine", "due", "all":
	default:
		return reply{}, incident.Errorf(incident.Invalid, "tasks takes open, mine, due or all.")
	}
	i, err := h.subject(ctx, a)
	if err != nil {
		return reply{}, err
	}
	f, err := h.deps.Desk.File(ctx, a.principal(), i.ID)
	if err != nil {
		return reply{}, err
	}
	now := h.deps.Clock()
	head := drill(i.Drill) + "Tasks of " + i.Number + ":"
	lines, blocks, pressable := []string{}, []block{section(head)}, 0
	for _, t := range f.Tasks {
		switch {
		case which != "all" && t.State.Ended(),
			which == "mine" && t.Assignee != a.account.ID && (t.Role == "" || !i.Holds(a.account.ID, t.Role)),
			which == "due" && (t.Due == nil || t.Due.Sub(now) > soon):
			continue
		}
		line := h.taskLine(a, &t)
		lines = append(lines, "• "+line)
		if t.State == incident.TaskOpen && len(t.Options) == 0 && t.Privileged == nil && pressable < buttons {
			pressable++
			b := section(line)
			b.Accessory = &button{Type: "button", Text: textObj{"plain_text", "Done"}, ActionID: actionDone,
				Value: i.ID + "/" + t.ID, Label: clip(fmt.Sprintf("Task %d is done", t.Number), 75)}
			blocks = append(blocks, b)
		}
	}
	if len(lines) == 0 {
		return reply{text: drill(i.Drill) + "No such tasks on " + i.Number + "." + h.more("/incidents/"+i.Number)}, nil
	}
	out := reply{text: head + "\n" + shorten(lines) + h.more("/incidents/"+i.Number)}
	// With buttons all lines are blocks, unless they are too many for it: then
	// the text alone, which is whole.
	if pressable > 0 && len(lines) == pressable {
		out.blocks = append(blocks, section("<"+h.page(i)+"|Open in Tocsin>"))
	}
	return out, nil
}

func section(text string) block {
	return block{Type: "section", Text: &textObj{"mrkdwn", clip(text, 2900)}}
}

// taskLine is a task in one line. A privileged one is named by its number alone:
// Slack keeps what it shows.
func (h *Handler) taskLine(a *asked, t *incident.Task) string {
	s := fmt.Sprintf("%d. %s", t.Number, esc(t.Title))
	if t.Privileged != nil {
		s = fmt.Sprintf("%d. (privileged: see it in the console)", t.Number)
	}
	if t.State != incident.TaskOpen {
		s += " — " + strings.ToLower(t.State.Label())
	}
	if t.Assignee == a.account.ID {
		s += ", yours"
	} else if t.Role != "" && t.Assignee == "" {
		s += ", " + strings.ToLower(t.Role.Label())
	}
	if t.Due != nil && !t.State.Ended() {
		s += ", due " + due(*t.Due, h.deps.Clock(), a.account.Location(), "")
	}
	if len(t.Options) > 0 && t.State == incident.TaskOpen && t.Privileged == nil {
		s += ". Choose: " + esc(strings.Join(t.Options, ", "))
	}
	return s
}

// task finds a task of i that the asker may see, by number or id.
func (h *Handler) task(ctx context.Context, a *asked, i *incident.Incident, ref string) (*incident.Task, error) {
	f, err := h.deps.Desk.File(ctx, a.principal(), i.ID)
	if err != nil {
		return nil, err
	}
	for n, t := range f.Tasks {
		if t.ID == ref || fmt.Sprint(t.Number) == strings.TrimLeft(ref, "0") {
			return &f.Tasks[n], nil
		}
	}
	return nil, incident.Errorf(incident.NotFound, "There is no task %s on %s.", clip(ref, 10), i.Number)
}

// said makes the answer to a change: the line for the channel, unless the
// incident or the item is not everybody's, and the detail.
func said(a *asked, i *incident.Incident, private bool, did, detail string) reply {
	out := reply{text: drill(i.Drill) + detail}
	if !i.Restricted && !private {
		out.line = drill(i.Drill) + user(a.user) + " " + did + "."
	}
	return out
}

// onTask is the shape of every act on a task.
func (h *Handler) onTask(ctx context.Context, a *asked, ref string, act func(i *incident.Incident, t *incident.Task) (did, detail string, err error)) (reply, error) {
	i, err := h.subject(ctx, a)
	if err != nil {
		return reply{}, err
	}
	t, err := h.task(ctx, a, i, ref)
	if err != nil {
		return reply{}, err
	}
	did, detail, err := act(i, t)
	if err != nil {
		return reply{}, err
	}
	return said(a, i, t.Privileged != nil, did, detail+h.more("/incidents/"+i.Number)), nil
}

func (h *Handler) done(ctx context.Context, a *asked) (reply, error) {
	ref, note, err := number(a.Args, "done <n> [note]")
	if err != nil {
		return reply{}, err
	}
	return h.complete(ctx, a, ref, note)
}

func (h *Handler) complete(ctx context.Context, a *asked, ref, note string) (reply, error) {
	return h.onTask(ctx, a, ref, func(i *incident.Incident, t *incident.Task) (string, string, error) {
		err := h.deps.Desk.CompleteTask(ctx, a.principal(), i.ID, t.ID, note)
		return fmt.Sprintf("completed task %d of %s", t.Number, i.Number), fmt.Sprintf("Task %d of %s is done.", t.Number, i.Number), err
	})
}

func (h *Handler) skip(ctx context.Context, a *asked) (reply, error) {
	ref, reason, err := number(a.Args, "skip <n> <reason>")
	if err != nil {
		return reply{}, err
	}
	return h.onTask(ctx, a, ref, func(i *incident.Incident, t *incident.Task) (string, string, error) {
		err := h.deps.Desk.SkipTask(ctx, a.principal(), i.ID, t.ID, reason)
		return fmt.Sprintf("skipped task %d of %s", t.Number, i.Number), fmt.Sprintf("Task %d of %s is skipped; the reason is on the timeline.", t.Number, i.Number), err
	})
}
