package slash

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
)

// slowDesk opens incidents when it is told to.
type slowDesk struct {
	*casework.Desk
	gate chan struct{}
}

func (d slowDesk) OpenIncident(ctx context.Context, p incident.Principal, in casework.NewIncident) (*incident.Incident, error) {
	<-d.gate
	return d.Desk.OpenIncident(ctx, p, in)
}

func TestAcknowledgedWhateverTheStoreDoes(t *testing.T) {
	gate := make(chan struct{})
	s := newScene(t, wiring{desk: func(d *casework.Desk) Desk { return slowDesk{d, gate} }, patience: 30 * time.Millisecond})
	start := time.Now()
	s.contains(s.breach(ana, "declare x"), "Working on it")
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("acknowledged after %v", took)
	}
	close(gate)
	if late := s.lines("ephemeral"); len(late) != 1 || !strings.Contains(late[0], "INC-2026-0001 is open") {
		t.Errorf("late answer %q", late)
	}
	if lines := s.lines("in_channel"); len(lines) != 1 {
		t.Errorf("the channel read %q", lines)
	}
}

func TestAnswersGoToSlackAlone(t *testing.T) {
	s := newScene(t, wiring{})
	body := strings.ReplaceAll(s.form(ana, "declare x"), "%2Flate%2F", "%2Felsewhere%2F")
	s.contains(s.read(s.send(s.request("/slack/commands", formType, body, s.store.Clock.Now(), theSecret))).Text, "INC-2026-0001")
	if lines := s.lines("in_channel"); len(lines) != 0 || !strings.Contains(s.log.String(), "address is not Slack's") {
		t.Errorf("%q, log %s", lines, s.log.String())
	}
}

type failing struct{ casework.NoReactions }

func (failing) IncidentOpened(*ledger.Tx, *incident.Incident) error {
	return errors.New("pointer to 0xdeadbeef")
}

func TestOurFaultIsOneFixedSentence(t *testing.T) {
	s := newScene(t, wiring{reactors: []casework.Reactor{failing{}}})
	got := s.breach(ana, "declare x")
	s.contains(got, "Something went wrong on our side")
	if strings.Contains(got, "deadbeef") || !strings.Contains(s.log.String(), "deadbeef") {
		t.Errorf("said %q, logged %s", got, s.log.String())
	}
	if lines := s.lines("in_channel"); len(lines) != 0 {
		t.Errorf("%q", lines)
	}
}

func TestTheStoreIsGone(t *testing.T) {
	s := newScene(t, wiring{})
	s.store.Damaged = true
	s.must(s.store.Close())
	s.contains(s.breach(ana, "list"), "Not possible just now")
}

func TestEveryKindHasWords(t *testing.T) {
	for _, k := range []incident.Kind{incident.Invalid, incident.NotFound, incident.Conflict, incident.Forbidden, incident.Unauthorized,
		incident.TooLarge, incident.Unavailable, incident.Gone, incident.Internal} {
		got := sentence(incident.Because(k, errors.New("a cause"), "A <sentence>."))
		if got == "" || strings.Contains(got, "a cause") || strings.Contains(got, "<") {
			t.Errorf("%s: %q", k, got)
		}
	}
}

// press is the payload of a button as Slack sends it.
func (s *scene) press(who, value string) string {
	body, err := json.Marshal(map[string]any{
		"type": "block_actions", "user": map[string]any{"id": who, "username": "x", "team_id": workspace}, "team": map[string]any{"id": workspace, "domain": "x"},
		"api_app_id": "A1", "trigger_id": s.form(who, ""), "response_url": s.slack.URL + "/late/here",
		"actions": []any{map[string]any{"action_id": actionDone, "block_id": "b", "type": "button", "value": value, "action_ts": "1772441467.1"}},
	})
	s.must(err)
	return string(body)
}

func TestTheDoneButton(t *testing.T) {
	s := newScene(t, wiring{})
	i := s.open(casework.NewIncident{Title: "x"})
	s.addTask(i, casework.NewTask{Title: "Isolate *hosts* & <such>"})
	list := s.read(s.send(s.request("/slack/commands", formType, s.form(ana, "tasks"), s.store.Clock.Now(), theSecret)))
	if len(list.Blocks) != 3 || list.Blocks[1].Accessory == nil || list.Blocks[1].Accessory.ActionID != actionDone {
		t.Fatalf("%+v", list)
	}
	s.contains(list.Text, "1. Isolate *hosts* &amp; &lt;such&gt;")
	value := list.Blocks[1].Accessory.Value
	form := func(who string) string { return "payload=" + encode(s.press(who, value)) }
	now := s.store.Clock.Now()
	first := form(ana)
	for range 2 { // pressed, and replayed
		if w := s.send(s.request("/slack/interactions", formType, first, now, theSecret)); w.Code != http.StatusOK || w.Body.Len() != 0 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		s.lines("ephemeral")
	}
	s.send(s.request("/slack/interactions", formType, form(ana), now, theSecret)) // pressed again
	if late := s.lines("ephemeral"); len(late) != 2 || !strings.Contains(late[0], "Task 1 of INC-2026-0001 is done") || !strings.Contains(late[1], "already") {
		t.Errorf("%q", late)
	}
	s.send(s.request("/slack/interactions", formType, form(stranger), now, theSecret))
	if late := s.lines("ephemeral"); len(late) != 3 || !strings.Contains(late[2], "not linked") {
		t.Errorf("%q", late)
	}
	if lines := s.lines("in_channel"); len(lines) != 1 || lines[0] != "<@"+ana+"> completed task 1 of INC-2026-0001." {
		t.Errorf("%q", lines)
	}
	for _, odd := range []string{"payload=", "payload=%7B", "payload=" + encode(`{"type":"view_submission"}`), "%zz"} {
		if w := s.send(s.request("/slack/interactions", formType, odd, now, theSecret)); w.Code != http.StatusOK && w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", odd, w.Code)
		}
	}
}

func TestEvents(t *testing.T) {
	s := newScene(t, wiring{})
	now := s.store.Clock.Now()
	w := s.send(s.request("/slack/events", "application/json", `{"token":"x","challenge":"3eZbrw1aB<b>","type":"url_verification"}`, now, theSecret))
	var got struct{ Challenge string }
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 || got.Challenge != "3eZbrw1aB<b>" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for body, want := range map[string]int{`{"type":"event_callback","event_id":"Ev1","event":{"type":"app_uninstalled"}}`: 200, `{`: 400} {
		if w := s.send(s.request("/slack/events", "application/json", body, now, theSecret)); w.Code != want {
			t.Errorf("%s: %d", body, w.Code)
		}
	}
	s.contains(s.log.String(), "took the app's access away")
}
