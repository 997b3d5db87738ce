package slash

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"tocsin/incident"
	"tocsin/notify/slack"
)

// actionDone is the button beside a task; its value is <incident id>/<task id>.
const actionDone = "task.done"

// pressed is what Slack sends of a press of a button, as far as it is read.
type pressed struct {
	Type string `json:"type"`
	User struct {
		ID   string `json:"id"`
		Team string `json:"team_id"`
	} `json:"user"`
	Team *struct {
		ID string `json:"id"`
	} `json:"team"` // null in an organisation-wide app
	Actions []struct {
		ActionID string `json:"action_id"`
		Value    string `json:"value"`
	} `json:"actions"`
	ResponseURL string    `json:"response_url"`
	View        submitted `json:"view"` // of a dialog
}

// interaction answers POST /slack/interactions: acknowledged at once, done
// afterwards. A second press finds the task done, and is told so.
func (h *Handler) interaction(w http.ResponseWriter, r *http.Request, s signed) {
	form, err := url.ParseQuery(string(s.body))
	var p pressed
	if err != nil || json.Unmarshal([]byte(form.Get("payload")), &p) != nil {
		http.Error(w, "This is not an interaction.", http.StatusBadRequest)
		return
	}
	a := &asked{team: p.User.Team, user: p.User.ID, signed: s}
	if p.Team != nil {
		a.team = p.Team.ID
	}
	if p.Type == "view_submission" && h.ours(a.team) {
		h.dialogSent(w, r, a, &p.View)
		return
	}
	w.WriteHeader(http.StatusOK)
	if p.Type != "block_actions" || len(p.Actions) == 0 || !h.ours(a.team) {
		return
	}
	action := p.Actions[0].ActionID
	if action != actionDone && action != slack.ActionAcknowledge {
		return // a link's button, say: there is nothing to do
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), limit)
	h.work.Go(func() {
		defer cancel()
		out := h.press(ctx, a, action, p.Actions[0].Value)
		if out.text != "" {
			h.post(ctx, p.ResponseURL, out.ephemeral())
		}
		if out.line != "" {
			h.post(ctx, p.ResponseURL, message{Type: "in_channel", Text: out.line})
		}
	})
}

func (h *Handler) press(ctx context.Context, a *asked, action, value string) reply {
	if err := h.identify(ctx, a); err != nil {
		return h.failed(ctx, action, err)
	}
	if !a.linked {
		return reply{text: "Your Slack user is not linked to a Tocsin account yet. Type `/breach link` to link it."}
	}
	if !h.first(a.signed) {
		return reply{} // a replay: whoever pressed has their answer
	}
	if action == slack.ActionAcknowledge {
		out, err := h.acknowledge(ctx, a, value)
		if err != nil {
			return h.failed(ctx, action, err)
		}
		return out
	}
	ref, task, ok := strings.Cut(value, "/")
	if !ok || ref == "" || task == "" {
		return reply{text: sentence(incident.Errorf(incident.Invalid, "This button is not one of ours."))}
	}
	a.Command = Command{Ref: ref, Verb: "done"}
	out, err := h.complete(ctx, a, task, "")
	if err != nil {
		return h.failed(ctx, actionDone, err)
	}
	h.deps.Logger.InfoContext(ctx, "slack button", "verb", "done", "account", a.account.ID)
	return out
}

// acknowledge says who sees to a deadline. The button is in a direct message, so
// there is no line for a channel: the timeline has it. A second press changes
// nothing and names who pressed first.
func (h *Handler) acknowledge(ctx context.Context, a *asked, id string) (reply, error) {
	r, err := h.deps.Duties.AcknowledgeReminder(ctx, a.principal(), id)
	if err != nil {
		return reply{}, err
	}
	return reply{text: drill(r.Drill) + "On record: " + h.named(ctx, a, r.AcknowledgedBy) + " sees to it since " +
		r.AcknowledgedAt.In(a.account.Location()).Format(form) + "." + h.more("/incidents/"+r.Number+r.Deadline.Path())}, nil
}

// event answers POST /slack/events: the hand-shake that proves the address, and
// an acknowledgement of everything else, so that Slack does not switch it off.
func (h *Handler) event(w http.ResponseWriter, r *http.Request, s signed) {
	var e struct {
		Type      string `json:"type"`
		Challenge string `json:"challenge"`
		Event     struct {
			Type string `json:"type"`
		} `json:"event"`
	}
	if err := json.Unmarshal(s.body, &e); err != nil {
		http.Error(w, "This is not an event.", http.StatusBadRequest)
		return
	}
	if e.Type == "url_verification" {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		body, err := json.Marshal(map[string]string{"challenge": e.Challenge})
		if err == nil {
			_, _ = w.Write(body)
		}
		return
	}
	if e.Event.Type == "app_uninstalled" || e.Event.Type == "tokens_revoked" {
		h.deps.Logger.WarnContext(r.Context(), "slack took the app's access away", "event", e.Event.Type)
	}
	w.WriteHeader(http.StatusOK)
}
