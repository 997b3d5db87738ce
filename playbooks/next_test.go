package playbooks_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/incident/condition"
	"tocsin/playbooks"
)

var opened = time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)

func at(positions []playbooks.Position, key string) playbooks.Position {
	for _, p := range positions {
		if p.Key == key {
			return p
		}
	}
	return playbooks.Position{}
}

func done(choice string) playbooks.StepState {
	return playbooks.StepState{Ending: playbooks.Done, At: opened.Add(time.Hour), Choice: choice}
}

func TestNext(t *testing.T) {
	breached := condition.Map{"incident.availability": condition.Word("breached")}
	intact := condition.Map{"incident.availability": condition.Word("intact")}
	for _, tt := range []struct {
		name  string
		steps map[string]playbooks.StepState
		facts condition.Facts
		want  map[string]string // key: standing, then what it waits for or why not
	}{
		{"at the start", nil, nil, map[string]string{
			"scope": "ready", "pay": "waiting “Find the scope”",
			"isolate": "waiting “Find the scope”, “Pay or not”, fact incident.availability to be known"}},
		{"scope done", map[string]playbooks.StepState{"scope": done("")}, breached, map[string]string{
			"scope": "ended", "pay": "ready", "isolate": "waiting “Pay or not”"}},
		{"scope skipped", map[string]playbooks.StepState{"scope": {Ending: playbooks.Skipped, At: opened}}, nil, map[string]string{"pay": "ready"}},
		{"all met", map[string]playbooks.StepState{"scope": done(""), "pay": done("no")}, breached, map[string]string{"isolate": "ready"}},
		{"fact unknown", map[string]playbooks.StepState{"scope": done(""), "pay": done("no")}, nil, map[string]string{"isolate": "waiting fact incident.availability to be known"}},
		{"fact no, whatever it needs", nil, intact, map[string]string{"isolate": "not_applicable incident.availability is intact (not breached)"}},
		{"other choice", map[string]playbooks.StepState{"scope": done(""), "pay": done("yes")}, breached, map[string]string{"isolate": "not_applicable “Pay or not” was decided: Pay"}},
		{"decision skipped", map[string]playbooks.StepState{"scope": done(""), "pay": {Ending: playbooks.Skipped}}, breached, map[string]string{"isolate": "not_applicable the decision “Pay or not” was skipped"}},
		{"ended stays ended", map[string]playbooks.StepState{"isolate": done("")}, intact, map[string]string{"isolate": "ended"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := playbooks.Next(mustParse(t, sample), playbooks.Progress{Steps: tt.steps, Facts: tt.facts})
			if len(got) != 3 {
				t.Fatalf("%d positions", len(got))
			}
			for key, want := range tt.want {
				p := at(got, key)
				text := strings.TrimSpace(string(p.Standing) + " " + strings.Join(append(slices.Clone(p.WaitsFor), p.Because...), ", "))
				if text != want {
					t.Errorf("%s: got %q, want %q", key, text, want)
				}
			}
		})
	}
}

func TestNextNotApplicableMeetsANeed(t *testing.T) {
	p := mustParse(t, head+step("b", "needs = [\"a\"]")+step("a", "when = { fact = \"incident.kind\", is = [\"outage\"] }"))
	facts := condition.Map{"incident.kind": condition.Word("vendor")}
	got := playbooks.Next(p, playbooks.Progress{Facts: facts})
	if at(got, "a").Standing != playbooks.NotApplicable || at(got, "b").Standing != playbooks.Ready {
		t.Errorf("got %+v", got)
	}
}

func TestNextDue(t *testing.T) {
	due := func(after, within string) string {
		return head + step("x", "") + step("a", "due = { after = \""+after+"\", within = \""+within+"\" }")
	}
	known := map[playbooks.Anchor]time.Time{
		playbooks.IncidentOpened: opened, playbooks.RunStarted: opened.Add(time.Minute),
		playbooks.MilestoneSet("detected"): opened, playbooks.MilestoneSet("aware"): opened.Add(2 * time.Hour), playbooks.ObligationDue("eu-gdpr-33-1"): opened.Add(74 * time.Hour),
	}
	for _, tt := range []struct {
		after, within, want string
		clock               string
	}{
		{"incident.opened", "4h", "2026-03-01T07:00:00Z", ""},
		{"run.started", "0s", "2026-03-01T03:01:00Z", ""},
		{"milestone:aware", "72h", "2026-03-04T05:00:00Z", ""},
		{"obligation:eu-gdpr-33-1.due", "-12h", "2026-03-03T17:00:00Z", ""},
		{"step:x.done", "30m", "2026-03-01T04:30:00Z", ""},
		{"milestone:contained", "1h", "", "milestone contained to be set"},
		{"incident.detected", "1h", "2026-03-01T04:00:00Z", ""},
		{"incident.discovered", "1h", "", "milestone discovered to be set"},
		{"incident.declared", "1h", "", "the incident to be declared"},
		{"obligation:us-ca-ag.due", "-1h", "", "the deadline of us-ca-ag to be known"},
		{"obligation:earliest.due", "-1h", "", "the first legal deadline to be known"},
		{"fact:incident.key.known", "1h", "", "fact incident.key to be known"},
	} {
		p := mustParse(t, due(tt.after, tt.within))
		pos := at(playbooks.Next(p, playbooks.Progress{Anchors: known, Steps: map[string]playbooks.StepState{"x": done("")}}), "a")
		got := ""
		if pos.Due != nil {
			got = pos.Due.Format(time.RFC3339)
		}
		if got != tt.want || pos.Clock != tt.clock {
			t.Errorf("%s + %s: due %q clock %q, want %q %q", tt.after, tt.within, got, pos.Clock, tt.want, tt.clock)
		}
	}
	pos := at(playbooks.Next(mustParse(t, due("step:x.done", "30m")), playbooks.Progress{}), "a")
	if pos.Due != nil || pos.Clock != "“T” to be done" {
		t.Errorf("a due time was made up: %+v", pos)
	}
}
