package slash

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"tocsin/incident"
	"tocsin/incident/casework"
)

// dialog is a form that a verb without words opens in Slack. What is filled in
// is done like the verb itself; nothing is kept while it is open.
type dialog struct {
	verb   string // its callback_id is dialog.<verb>
	title  string // at most 24 characters
	submit string
	fields []field
}

// field is one input of a dialog; its name is the block's and the action's id.
type field struct {
	name, label, hint string
	kind              string // text, area, select, boxes, person
	options           []incident.Choice
	optional          bool
	initial           string // of text, or the option chosen of a select
}

// views opens dialogs.
type views struct{ client *api.Client }

func (v views) open(ctx context.Context, trigger string, m api.ModalViewRequest) error {
	_, err := v.client.OpenViewContext(ctx, trigger, m)
	return err
}

// carried is what a dialog takes along, signed back by Slack: which incident it
// is about, and where the answer goes.
type carried struct {
	Ref         string `json:"ref,omitempty"`
	ResponseURL string `json:"response_url"`
}

func (h *Handler) dialogs() map[string]dialog {
	roles := append([]incident.Choice(nil), incident.Roles()...)
	var milestones []incident.Choice
	for _, m := range incident.Milestones() {
		milestones = append(milestones, incident.Choice{Value: string(m.Name), Label: m.Label})
	}
	all := map[string]dialog{}
	for _, d := range []dialog{
		{verb: "declare", title: "Declare an incident", submit: "Declare", fields: []field{
			{name: "title", label: "What happened, in a few words", hint: "Name no affected person.", kind: "text"},
			{name: "severity", label: "Severity", kind: "select", options: incident.Severities(), initial: "medium"},
			{name: "type", label: "Kind", kind: "select", options: incident.BreachKinds(), initial: "other"},
			{name: "marks", label: "Marks", kind: "boxes", optional: true, options: []incident.Choice{{Value: "restricted", Label: "Only the people on it may know of it"}, {Value: "drill", Label: "It is a drill"}}},
		}},
		{verb: "fact", title: "Record a fact", submit: "Record", fields: []field{
			{name: "name", label: "Which fact", hint: "As in the facts format: encryption, acquisition, recipient …", kind: "text"},
			{name: "value", label: "Its value", hint: "Several are divided by commas; unknown, where it was looked into in vain.", kind: "text"},
			{name: "source", label: "How we know", hint: "A log, a document, a person's role.", kind: "text"},
			{name: "suspected", label: "Certainty", kind: "boxes", optional: true, options: []incident.Choice{{Value: "yes", Label: "It is suspected, not known"}}},
		}},
		{verb: "milestone", title: "Set a milestone", submit: "Set", fields: []field{
			{name: "name", label: "Which milestone", kind: "select", options: milestones, initial: string(incident.Aware)},
			{name: "at", label: "When", hint: "now, a date as 2026-03-02, or a time in your zone as 2026-03-02T14:05", kind: "text"},
			{name: "reason", label: "Why", hint: "An authority will ask how this conclusion was reached.", kind: "area"},
			{name: "candidate", label: "Standing", kind: "boxes", optional: true, options: []incident.Choice{{Value: "yes", Label: "A proposal: no clock counts from it yet"}}},
		}},
		{verb: "handoff", title: "Hand over", submit: "Hand over", fields: []field{
			{name: "role", label: "Which role of yours", kind: "select", options: roles, initial: string(incident.Commander)},
			{name: "to", label: "To whom", kind: "person"},
			{name: "note", label: "What stands, and what comes next", hint: "It is pinned to the timeline. Name no affected person.", kind: "area"},
			{name: "checked", label: "Gone through together", kind: "boxes", options: casework.HandoffChecklist()},
			{name: "stay", label: "Afterwards", kind: "boxes", optional: true, options: []incident.Choice{{Value: "yes", Label: "I stay on as deputy"}}},
		}},
	} {
		all[d.verb] = d
	}
	return all
}

// opens asks Slack to show the dialog of a verb; ok is false where there is no
// token to ask with, and the verb then says what it misses.
func (h *Handler) opens(ctx context.Context, a *asked, verb string) (out reply, ok bool, err error) {
	if h.views == nil || a.trigger == "" {
		return reply{}, false, nil
	}
	take := carried{ResponseURL: a.responseURL}
	if verb != "declare" {
		i, err := h.subject(ctx, a)
		if err != nil {
			return reply{}, true, err
		}
		take.Ref = i.ID
	}
	raw, err := json.Marshal(take)
	if err != nil {
		return reply{}, true, err
	}
	if err := h.views.open(ctx, a.trigger, h.dialogs()[verb].view(string(raw))); err != nil {
		h.deps.Logger.WarnContext(ctx, "a slack dialog could not be opened", "verb", verb)
		return reply{}, true, incident.Errorf(incident.Unavailable, "Slack would not open the form. Type it: /breach help %s.", verb)
	}
	return reply{text: "The form is open."}, true, nil
}

// view is the dialog as Slack takes it.
func (d dialog) view(take string) api.ModalViewRequest {
	text := func(s string) *api.TextBlockObject {
		return api.NewTextBlockObject(api.PlainTextType, s, false, false)
	}
	v := api.ModalViewRequest{Type: api.VTModal, Title: text(d.title), Submit: text(d.submit), Close: text("Cancel"), CallbackID: "dialog." + d.verb, PrivateMetadata: take}
	for _, f := range d.fields {
		var options []*api.OptionBlockObject
		var chosen *api.OptionBlockObject
		for _, c := range f.options {
			o := api.NewOptionBlockObject(c.Value, text(clip(c.Label, 75)), nil)
			if options = append(options, o); c.Value == f.initial {
				chosen = o
			}
		}
		var e api.BlockElement
		switch f.kind {
		case "select":
			s := api.NewOptionsSelectBlockElement(api.OptTypeStatic, nil, f.name, options...)
			s.InitialOption = chosen
			e = s
		case "person":
			e = api.NewOptionsSelectBlockElement(api.OptTypeUser, nil, f.name)
		case "boxes":
			e = api.NewCheckboxGroupsBlockElement(f.name, options...)
		default:
			t := api.NewPlainTextInputBlockElement(nil, f.name)
			t.Multiline, t.InitialValue = f.kind == "area", f.initial
			e = t
		}
		var hint *api.TextBlockObject
		if f.hint != "" {
			hint = text(f.hint)
		}
		b := api.NewInputBlock(f.name, text(f.label), hint, e)
		b.Optional = f.optional
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, b)
	}
	return v
}

// submitted is what Slack sends of a dialog that was filled in, as far as it is read.
type submitted struct {
	CallbackID string `json:"callback_id"`
	Metadata   string `json:"private_metadata"`
	State      struct {
		Values map[string]map[string]struct {
			Value    string                   `json:"value"`
			Person   string                   `json:"selected_user"`
			Option   *struct{ Value string }  `json:"selected_option"`
			Selected []struct{ Value string } `json:"selected_options"`
		} `json:"values"`
	} `json:"state"`
}

// filled gives what was put into each field.
func (s *submitted) filled() map[string][]string {
	out := map[string][]string{}
	for name, actions := range s.State.Values {
		for _, v := range actions {
			switch {
			case v.Option != nil:
				out[name] = []string{v.Option.Value}
			case v.Person != "":
				out[name] = []string{v.Person}
			case v.Value != "":
				out[name] = []string{strings.TrimSpace(v.Value)}
			}
			for _, o := range v.Selected {
				out[name] = append(out[name], o.Value)
			}
		}
	}
	return out
}

// dialogSent answers a dialog: with what is wrong beside its fields, or by
// closing it; what was done is then said where the command was typed.
func (h *Handler) dialogSent(w http.ResponseWriter, r *http.Request, a *asked, s *submitted) {
	d, known := h.dialogs()[strings.TrimPrefix(s.CallbackID, "dialog.")]
	var take carried
	if !known || json.Unmarshal([]byte(s.Metadata), &take) != nil {
		w.WriteHeader(http.StatusOK)
		return
	}
	a.Command = Command{Ref: take.Ref, Verb: d.verb}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), limit)
	done, late := make(chan error), make(chan struct{})
	h.work.Go(func() {
		defer cancel()
		out, err := h.fill(ctx, a, &d, s.filled())
		select {
		case done <- err:
			if err != nil {
				return // it is beside the fields, and the form is still open
			}
		case <-late:
			if err != nil {
				out = h.failed(ctx, d.verb, err)
			}
		}
		h.post(ctx, take.ResponseURL, out.ephemeral())
		if out.line != "" {
			h.post(ctx, take.ResponseURL, message{Type: "in_channel", Text: out.line})
		}
	})
	timer := time.NewTimer(h.cfg.Patience)
	defer timer.Stop()
	select {
	case err := <-done:
		if err == nil {
			w.WriteHeader(http.StatusOK)
			return
		}
		h.failed(ctx, d.verb, err) // for the log
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		body, _ := json.Marshal(map[string]any{"response_action": "errors", "errors": d.wrong(err)}) // strings: it cannot fail
		_, _ = w.Write(body)
	case <-timer.C:
		close(late)
		w.WriteHeader(http.StatusOK)
	}
}

// wrong puts an error beside the fields it is about; what is about none stands
// beside the first.
func (d *dialog) wrong(err error) map[string]string {
	out := map[string]string{}
	add := func(name, what string) {
		if out[name] != "" {
			what = out[name] + " " + what
		}
		out[name] = clip(what, 300)
	}
	rest := true
	for _, p := range incident.ProblemsOf(err) {
		rest = false
		name := p.Where
		if !slices.ContainsFunc(d.fields, func(f field) bool { return f.name == name }) {
			name = d.fields[0].name
		}
		add(name, sentenceCase(p.What)+".")
	}
	if rest {
		add(d.fields[0].name, incident.Sentence(err))
	}
	return out
}

func sentenceCase(s string) string {
	s = strings.TrimSuffix(s, ".")
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// fill does what a dialog was filled in for.
func (h *Handler) fill(ctx context.Context, a *asked, d *dialog, in map[string][]string) (reply, error) {
	if err := h.identify(ctx, a); err != nil {
		return reply{}, err
	}
	if !a.linked {
		return reply{}, incident.Errorf(incident.Forbidden, "Your Slack user is not linked to a Tocsin account yet.")
	}
	if !h.first(a.signed) {
		return reply{}, incident.Errorf(incident.Conflict, "This very form was taken before, or was sent before Tocsin started.")
	}
	one := func(name string) string {
		if len(in[name]) == 0 {
			return ""
		}
		return in[name][0]
	}
	if d.verb == "declare" {
		return h.openIncident(ctx, a, casework.NewIncident{
			Title: one("title"), Kind: incident.BreachKind(one("type")), Severity: incident.Severity(one("severity")),
			Restricted: slices.Contains(in["marks"], "restricted"), Drill: slices.Contains(in["marks"], "drill"),
		})
	}
	i, err := h.subject(ctx, a)
	if err != nil {
		return reply{}, err
	}
	switch d.verb {
	case "fact":
		return h.setFact(ctx, a, i, newFact(one("name"), one("value"), one("source"), one("suspected") != ""))
	case "milestone":
		return h.setMilestone(ctx, a, i, one("name"), one("at"), one("reason"), one("candidate") != "")
	}
	to, err := h.deps.Accounts.BySlack(ctx, a.team, one("to"))
	if incident.KindOf(err) == incident.NotFound && err != nil {
		return reply{}, &incident.Error{Kind: incident.Invalid, Message: "The handoff is not complete.", Problems: []incident.Problem{{Where: "to", What: "not linked to a Tocsin account; they can type /breach link"}}}
	}
	if err != nil {
		return reply{}, err
	}
	return h.handOver(ctx, a, i, user(one("to")), casework.Handoff{Role: incident.Role(one("role")), To: to.ID, Note: one("note"), Checked: in["checked"], Stay: one("stay") != ""})
}
