package api_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
)

func TestRemindersAndHandoffs(t *testing.T) {
	h := build(t)
	c, other := h.token(incident.GrantResponder), h.token(incident.GrantResponder)
	c.do("POST", "/incidents", `{"title":"Desk leak","kind":"support_channel","severity":"high"}`).want(201)
	due := h.store.Clock.Now().Add(3 * time.Hour).Format(time.RFC3339)
	c.do("POST", "/incidents/1/tasks", `{"title":"Ask the vendor","assignee":"`+c.id+`","due":"`+due+`"}`).want(201)
	h.store.Clock.Advance(90 * time.Minute)
	if err := h.outbox.Tick(context.Background()); err != nil {
		t.Fatal(err)
	}
	var mine struct {
		Items []struct {
			ID, Number string
			Rung       int
			Deadline   struct {
				TaskNumber int `json:"task_number"`
			}
			Hands          []struct{ Account, As, Channel, State string }
			AcknowledgedBy string `json:"acknowledged_by"`
		}
	}
	c.get("/reminders").want(200).into(&mine)
	if len(mine.Items) != 1 || mine.Items[0].Rung != 2 || mine.Items[0].Deadline.TaskNumber != 1 || mine.Items[0].Hands[0].Channel != "console" {
		t.Fatalf("%+v", mine)
	}
	path := "/reminders/" + mine.Items[0].ID + "/acknowledge"
	other.do("POST", path, "").want(404)
	for range 2 {
		if a := c.do("POST", path, "").want(200); !strings.Contains(string(a.body), `"acknowledged_by":"`+c.id+`"`) {
			t.Errorf("%s", a.body)
		}
	}
	other.get("/incidents/1/reminders").want(200).into(&mine)
	if len(mine.Items) != 1 || mine.Items[0].AcknowledgedBy != c.id {
		t.Errorf("%+v", mine)
	}
	c.do("POST", "/incidents/1/handoff", `{"to":"`+other.id+`","note":"All is contained."}`).want(422)
	list := `"checked":["situation","deadlines","tasks","decisions","people","channels"]`
	c.do("POST", "/incidents/1/handoff", `{"to":"nobody","note":"All is contained.",`+list+`}`).want(422)
}
