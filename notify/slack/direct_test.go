package slack

import (
	"context"
	"encoding/json"
	"testing"

	"tocsin/incident"
	"tocsin/notify"
)

// A direct message goes to the person, with a button that names the reminder.
func TestDirectMessage(t *testing.T) {
	d := newDouble(t)
	c, err := New(Config{BotTokenFile: tokenFile(t, token), Channel: "C0123456789", Workspace: "T0123456789", APIURL: d.URL + "/api/"}, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	got := c.Post(context.Background(), notify.StaffMessage{To: "T0123456789/U0000000ANA", Text: "INC-2026-0001: task 1, is due in 2h0m0s.", Link: "https://tocsin.example/incidents/INC-2026-0001/tasks/1", Acknowledge: "01a2"})
	form := *d.last.Load()
	if got.Outcome != notify.Accepted || form.Get("channel") != "U0000000ANA" || form.Get("text") == "" {
		t.Fatalf("%+v, %v", got, form)
	}
	var blocks []struct {
		Elements []struct {
			Type, URL, Value string
			ActionID         string `json:"action_id"`
		}
	}
	if err := json.Unmarshal([]byte(form.Get("blocks")), &blocks); err != nil {
		t.Fatal(err)
	}
	buttons := blocks[len(blocks)-1].Elements
	if len(buttons) != 2 || buttons[0].ActionID != ActionAcknowledge || buttons[0].Value != "01a2" || buttons[1].URL == "" {
		t.Errorf("%+v", buttons)
	}
}

// Who is in another workspace, or is no person at all, is never written to.
func TestDirectMessageToElsewhere(t *testing.T) {
	d := newDouble(t)
	c, err := New(Config{BotTokenFile: tokenFile(t, token), Channel: "C0123456789", Workspace: "T0123456789", APIURL: d.URL + "/api/"}, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{"T0000000002/U0000000ANA", "T0123456789/C0000000ANA", "U0000000ANA", "T0123456789/", "#general", string(incident.ChannelSlack)} {
		if got := c.Post(context.Background(), notify.StaffMessage{To: to, Text: "x"}); got.Outcome != notify.Rejected {
			t.Errorf("%s: %+v", to, got)
		}
	}
	if n := d.calls.Load(); n != 0 {
		t.Errorf("%d calls", n)
	}
}
