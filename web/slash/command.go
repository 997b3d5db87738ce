package slash

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"tocsin/incident"
	"tocsin/web/auth"
)

// asked is one command, or one press of a button, by somebody.
type asked struct {
	Command
	team, user string
	account    auth.Account // zero where the user is linked to none
	linked     bool
	signed     signed

	trigger, responseURL string // of a command: with them a dialog is opened, and answered later
}

func (a *asked) principal() incident.Principal { return a.account.Principal(incident.FromSlack) }

func (h *Handler) verb(name string) (verb, bool) {
	for _, v := range h.verbs {
		if v.name == name {
			return v, true
		}
	}
	return verb{}, false
}

// command answers POST /slack/commands. Whatever is wrong is said in words and
// with status 200: Slack shows people nothing of any other.
func (h *Handler) command(w http.ResponseWriter, r *http.Request, s signed) {
	form, err := url.ParseQuery(string(s.body)) // of the signed bytes alone; the query is nobody's word
	if err != nil {
		http.Error(w, "This is not a form.", http.StatusBadRequest)
		return
	}
	if form.Get("ssl_check") == "1" {
		w.WriteHeader(http.StatusOK)
		return
	}
	a := &asked{team: form.Get("team_id"), user: form.Get("user_id"), signed: s, trigger: form.Get("trigger_id"), responseURL: form.Get("response_url")}
	if !h.ours(a.team) {
		h.write(w, message{Type: "ephemeral", Text: "This Tocsin does not work for this workspace."})
		return
	}
	h.within(w, r, form.Get("response_url"), func(ctx context.Context) reply {
		c, err := Parse(form.Get("text"))
		if err != nil {
			return reply{text: sentence(err)}
		}
		a.Command = c
		return h.answer(ctx, a)
	})
}

func (h *Handler) ours(team string) bool { return h.cfg.Workspace == "" || h.cfg.Workspace == team }

// answer does one command: who, which verb, whether it was seen before, the act.
func (h *Handler) answer(ctx context.Context, a *asked) reply {
	v, known := h.verb(a.Verb)
	if err := h.identify(ctx, a); err != nil {
		return h.failed(ctx, v.name, err)
	}
	switch {
	case !known && a.linked:
		return reply{text: h.unknown(a.Verb)}
	case !a.linked && !v.open:
		return reply{text: "Your Slack user is not linked to a Tocsin account yet, so there is only help. Type `/breach link` to link it."}
	case v.changing(a.Args) && !h.first(a.signed):
		return reply{text: "This very request was taken before, or was made before Tocsin started. Nothing was changed; type it again if you mean it."}
	}
	out, err := v.do(h, ctx, a)
	if err != nil {
		return h.failed(ctx, v.name, err)
	}
	if v.changing(a.Args) {
		h.deps.Logger.InfoContext(ctx, "slack command", "verb", v.name, "account", a.account.ID)
	}
	return out
}

func (h *Handler) identify(ctx context.Context, a *asked) error {
	account, err := h.deps.Accounts.BySlack(ctx, a.team, a.user)
	if err == nil {
		a.account, a.linked = account, true
		return nil
	}
	if incident.KindOf(err) == incident.NotFound {
		return nil
	}
	return err
}

func (h *Handler) unknown(typed string) string {
	names := make([]string, len(h.verbs))
	for n, v := range h.verbs {
		names[n] = v.name
	}
	s := "There is no verb “" + esc(clip(typed, 30)) + "”."
	if near := nearest(typed, names); len(near) > 0 {
		s += " Did you mean `" + strings.Join(near, "` or `") + "`?"
	}
	return s + " `/breach help` lists them all."
}
