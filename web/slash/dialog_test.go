package slash

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/incident/casework"
)

// opened is what Slack was asked to show.
type opened struct {
	Trigger string `json:"trigger_id"`
	View    struct {
		Type            string
		CallbackID      string `json:"callback_id"`
		PrivateMetadata string `json:"private_metadata"`
		Title           struct{ Text string }
		Blocks          []struct {
			BlockID  string `json:"block_id"`
			Type     string
			Optional bool
			Element  struct {
				Type     string
				ActionID string `json:"action_id"`
				Options  []struct{ Value string }
			}
		}
	}
}

// dialogues gives a scene whose Slack opens forms, and what it was asked to open.
func dialogues(t *testing.T) (*scene, *[]opened) {
	t.Helper()
	var list []opened
	double := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var o opened
		raw, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(raw, &o); err != nil || r.URL.Path != "/api/views.open" || r.Header.Get("Authorization") != "Bearer xoxb-test" {
			t.Errorf("%s as %s: %v %s", r.URL.Path, r.Header.Get("Authorization"), err, raw)
		}
		list = append(list, o)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"ok":true,"view":{"id":"V1"}}`)
	}))
	t.Cleanup(double.Close)
	s := newScene(t, wiring{})
	cfg := s.handler.cfg
	cfg.BotToken, cfg.APIURL = "xoxb-test", double.URL+"/api/"
	var err error
	s.handler, err = New(s.handler.deps, cfg)
	s.must(err)
	s.person(ben, "Ben Ode", incident.GrantResponder)
	return s, &list
}

// submit fills a form in: a value alone is text, one with = before it is chosen,
// with @ before it a person, with + before each ticked.
func (s *scene) submit(who string, o opened, in map[string]string) string {
	s.Helper()
	values := map[string]map[string]any{}
	for name, v := range in {
		e := map[string]any{"type": "plain_text_input", "value": v}
		switch {
		case strings.HasPrefix(v, "="):
			e = map[string]any{"type": "static_select", "selected_option": map[string]any{"value": v[1:]}}
		case strings.HasPrefix(v, "@"):
			e = map[string]any{"type": "users_select", "selected_user": v[1:]}
		case strings.HasPrefix(v, "+"):
			var ticked []map[string]any
			for _, one := range strings.Split(v[1:], "+") {
				ticked = append(ticked, map[string]any{"value": one})
			}
			e = map[string]any{"type": "checkboxes", "selected_options": ticked}
		}
		values[name] = map[string]any{name: e}
	}
	s.n++
	body, err := json.Marshal(map[string]any{"type": "view_submission", "team": map[string]string{"id": workspace}, "user": map[string]string{"id": who, "team_id": workspace}, "trigger_id": s.n,
		"view": map[string]any{"callback_id": o.View.CallbackID, "private_metadata": o.View.PrivateMetadata, "state": map[string]any{"values": values}}})
	s.must(err)
	w := s.send(s.request("/slack/interactions", formType, urlencoded(string(body)), s.store.Clock.Now(), theSecret))
	if w.Code != http.StatusOK {
		s.Fatalf("status %d", w.Code)
	}
	s.must(s.handler.Close(context.Background()))
	return w.Body.String()
}

func TestFormsDoWhatTheVerbsDo(t *testing.T) {
	s, list := dialogues(t)
	form := func(text string) opened {
		t.Helper()
		s.contains(s.breach(ana, text), "The form is open")
		return (*list)[len(*list)-1]
	}
	declare := form("declare")
	if declare.Trigger == "" || declare.View.Type != "modal" || len(declare.View.Blocks) != 4 {
		t.Errorf("%+v", declare)
	}
	for _, b := range declare.View.Blocks {
		if b.Type != "input" || b.BlockID == "" || b.Element.ActionID != b.BlockID {
			t.Errorf("%+v", b)
		}
	}
	if got := s.submit(ana, declare, map[string]string{"title": "", "severity": "=high", "type": "=phishing"}); !strings.Contains(got, `"response_action":"errors"`) || !strings.Contains(got, `"title"`) {
		t.Errorf("an empty title: %s", got)
	}
	if got := s.submit(ana, declare, map[string]string{"title": "Mail --read by sev:low people", "severity": "=high", "type": "=phishing"}); got != "" {
		t.Errorf("%s", got)
	}
	i := s.file("INC-2026-0001").Incident
	if i.Title != "Mail --read by sev:low people" || i.Severity != incident.High || i.Kind != "phishing" {
		t.Errorf("%+v", i)
	}
	s.submit(ana, form("fact"), map[string]string{"name": "encryption", "value": "none", "source": "a log", "suspected": "+yes"})
	s.submit(ana, form("milestone set"), map[string]string{"name": "=aware", "at": "now", "reason": "the log shows it"})
	if got := s.submit(ana, form("milestone set"), map[string]string{"name": "=aware", "at": "yesterday", "reason": "x"}); !strings.Contains(got, "Say when") {
		t.Errorf("%s", got)
	}
	f := s.file(i.ID)
	if f.Facts["incident.encryption"].Certainty != incident.SuspectedTrue || !f.InForce[incident.Aware].At.Equal(s.store.Clock.Now()) {
		t.Errorf("%+v", f)
	}
	over := form("handoff")
	if got := s.submit(ana, over, map[string]string{"role": "=commander", "to": "@" + ben, "note": "All is contained.", "checked": "+situation+tasks"}); !strings.Contains(got, `"checked":"Not gone through yet`) {
		t.Errorf("%s", got)
	}
	if got := s.submit(ana, over, map[string]string{"role": "=commander", "to": "@" + stranger, "note": "x", "checked": "+situation"}); !strings.Contains(got, `"to":"Not linked`) {
		t.Errorf("%s", got)
	}
	s.submit(ana, over, map[string]string{"role": "=commander", "to": "@" + ben, "note": "All is contained.", "checked": "+situation+deadlines+tasks+decisions+people+channels"})
	if got := s.file(i.ID).Incident.Holders(incident.Commander); len(got) != 1 || got[0] != s.accounts[ben].ID {
		t.Errorf("%v", got)
	}
	if lines := s.lines("in_channel"); len(lines) != 4 || strings.Contains(strings.Join(lines, ""), "contained") {
		t.Errorf("the channel read %q", lines)
	}
}

// A form that was open when Slack was marked, or is sent by a stranger, does nothing.
func TestAFormIsCheckedWhenItIsSent(t *testing.T) {
	s, list := dialogues(t)
	i := s.open(casework.NewIncident{Title: "x"})
	s.breach(ana, "fact")
	o := (*list)[0]
	in := map[string]string{"name": "encryption", "value": "none", "source": "a log"}
	if got := s.submit(stranger, o, in); !strings.Contains(got, "not linked") {
		t.Errorf("%s", got)
	}
	s.must(s.desk.MarkChannel(context.Background(), s.as(ana), i.ID, incident.ChannelSlack, true))
	if got := s.submit(ana, o, in); !strings.Contains(got, "compromised") {
		t.Errorf("%s", got)
	}
	if f, set := s.file(i.ID).Facts["incident.encryption"]; set || len(s.lines("in_channel")) != 0 {
		t.Errorf("%+v", f)
	}
	o.View.CallbackID = "dialog.nothing"
	if got := s.submit(ana, o, in); got != "" {
		t.Errorf("%s", got)
	}
}
