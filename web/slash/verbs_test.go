package slash

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/notify/letter"
	"tocsin/notify/outbox"
)

// contract is what the contract says there is.
var contract = strings.Fields("help list status declare sev role note fact milestone tasks task done skip assign playbook evidence obligations clock approve reject handoff close")

func TestHelpListsEveryVerbWithAnExample(t *testing.T) {
	s := newScene(t, wiring{})
	help := s.breach(ana, "help")
	for _, name := range contract {
		v, ok := s.handler.verb(name)
		if !ok {
			t.Errorf("there is no verb %s", name)
			continue
		}
		if !strings.Contains(help, "`/breach "+esc(v.example)+"`") || !strings.Contains(v.example, name) {
			t.Errorf("help has no example of %s", name)
		}
		s.contains(s.breach(ana, "help "+name), esc(v.usage), esc(v.example))
	}
}

func TestRoles(t *testing.T) {
	s := newScene(t, wiring{})
	s.person(ben, "Ben Ode")
	i := s.open(casework.NewIncident{Title: "x"})
	s.contains(s.breach(ana, "role <@"+ben+"> counsel --deputy"), "<@"+ben+"> is deputy privacy counsel of "+i.Number)
	s.contains(s.breach(ana, "role"), "Privacy counsel (counsel): <@"+ben+"> (deputy)", "Commander (commander): <@"+ana+">", "Scribe (scribe): nobody")
	if !s.file(i.ID).Incident.Holds(s.accounts[ben].ID, incident.Counsel) {
		t.Error("no role was given")
	}
	s.contains(s.breach(ana, "role <@"+ben+"> counsel --deputy --remove"), "no longer")
	for text, want := range map[string]string{
		"role ben counsel": "a mention", "role me king": "Roles are", "role me commander --remove": "Somebody must command", "role <@" + ben + "> counsel --lead": "--deputy",
	} {
		s.contains(s.breach(ana, text), want)
	}
	if lines := s.lines("in_channel"); len(lines) != 2 {
		t.Errorf("the channel read %q", lines)
	}
}

func TestFactsAndMilestones(t *testing.T) {
	s := newScene(t, wiring{})
	i := s.open(casework.NewIncident{Title: "x"})
	s.contains(s.breach(ana, "fact encryption none the export lay open for Erika Mustermann"), "incident.encryption is recorded")
	s.contains(s.breach(ana, "fact incident.acquisition confirmed a log line --suspected"), "recorded")
	s.contains(s.breach(ana, "fact backup unknown nobody could say"), "recorded")
	f := s.file(i.ID)
	if e := f.Facts["incident.encryption"]; e.Value() != "none" || e.Certainty != incident.Known || !strings.HasPrefix(e.Source, "the export") {
		t.Errorf("%+v", e)
	}
	if f.Facts["incident.acquisition"].Certainty != incident.SuspectedTrue || f.Facts["incident.backup"].Certainty != incident.UnknownCertain {
		t.Errorf("%+v", f.Facts)
	}
	s.contains(s.breach(ana, "milestone aware now the log shows the export"), "Aware is set to 2 Mar 2026, 09:00 UTC")
	s.contains(s.breach(ana, "milestone occurred_from 2026-02-27 seen in the log"), "27 Feb 2026")
	s.contains(s.breach(ana, "milestone discovered 2026-03-01T14:05+01:00 a call --candidate"), "proposed for 1 Mar 2026, 13:05 UTC")
	f = s.file(i.ID)
	if !f.InForce[incident.Aware].At.Equal(s.store.Clock.Now()) || f.InForce[incident.OccurredFrom].Precision != incident.ToTheDay {
		t.Errorf("%+v", f.InForce)
	}
	if _, set := f.InForce[incident.Discovered]; set {
		t.Error("a proposal is in force")
	}
	s.contains(s.breach(ana, "milestone"), "Aware (aware): 2026-03-02T09:00:00Z", "Not set: ")
	for text, want := range map[string]string{
		"fact encryption none": "how we know", "milestone aware now": "say why", "milestone lunch now x": "not a milestone", "milestone aware yesterday x": "Say when",
		"milestone aware 2031-01-01 x": "future", "milestone filed:x now y": "not a milestone",
	} {
		s.contains(s.breach(ana, text), want)
	}
	lines := strings.Join(s.lines("in_channel"), "\n")
	if strings.Contains(lines, "Mustermann") || strings.Count(lines, "\n") != 5 {
		t.Errorf("the channel read %q", lines)
	}
}

func TestTaskAdd(t *testing.T) {
	s := newScene(t, wiring{})
	i := s.open(casework.NewIncident{Title: "x"})
	s.contains(s.breach(ana, "task add Ask the provider role:forensics due:4h --mandatory"), "Task 1", "2 Mar 2026, 13:00 UTC (in 4 h)")
	s.contains(s.breach(ana, "task add Weigh the fine due:2026-03-04 --privileged"), "Task 2")
	f := s.file(i.ID)
	one, two := f.Tasks[0], f.Tasks[1]
	if one.Role != incident.Forensics || !one.Mandatory || !one.Due.Equal(s.store.Clock.Now().Add(4*time.Hour)) || one.Title != "Ask the provider" {
		t.Errorf("%+v", one)
	}
	if two.Privileged == nil || two.Due.Format(time.RFC3339) != "2026-03-04T23:59:59Z" {
		t.Errorf("%+v", two)
	}
	for text, want := range map[string]string{"task": "task knows add", "task add": "what is to be done", "task add x due:soon": "span such as", "task add x role:king": "one of"} {
		s.contains(s.breach(ana, text), want)
	}
	if lines := s.lines("in_channel"); len(lines) != 1 || strings.Contains(lines[0], "provider") {
		t.Errorf("the channel read %q", lines)
	}
}

func TestEvidence(t *testing.T) {
	s := newScene(t, wiring{})
	i := s.open(casework.NewIncident{Title: "x"})
	s.addTask(i, casework.NewTask{Title: "one"})
	s.contains(s.breach(ana, "evidence list"), "No evidence")
	s.contains(s.breach(ana, "evidence add <https://siem.example/search/81|siem.example> Query of the export task:#1"), "Exhibit 1")
	all, err := s.desk.Exhibits(context.Background(), incident.Operator(), i.ID)
	s.must(err)
	if len(all) != 1 || all[0].Link != "https://siem.example/search/81" || all[0].Kind != "link" || all[0].Task == "" {
		t.Errorf("%+v", all)
	}
	s.contains(s.breach(ana, "evidence list"), "1. Query of the export, link")
	for text, want := range map[string]string{"evidence": "knows list", "evidence add": "link first", "evidence add ftp://x y": "link first", "evidence add https://x.example": "say what it is"} {
		s.contains(s.breach(ana, text), want)
	}
	if lines := s.lines("in_channel"); len(lines) != 1 {
		t.Errorf("the channel read %q", lines)
	}
}

func TestObligations(t *testing.T) {
	s := newScene(t, wiring{})
	i := s.open(casework.NewIncident{Title: "x", Drill: true})
	at := s.store.Clock.Now().Add(30 * time.Hour)
	s.clocks.obligations = []outbox.Obligation{
		{Regime: "GDPR 33", Recipient: "BayLDA", Applies: "yes", Stages: []outbox.Stage{{Stage: "initial", State: "running", Due: &at, Zone: "Europe/Berlin", Binding: true}}},
		{Regime: "SEC", Recipient: "the SEC", Applies: "yes", Stages: []outbox.Stage{{Stage: "initial", State: "waiting", From: "material"}}},
		{Regime: "NIS2", Recipient: "BSI", Applies: "unknown", Stages: []outbox.Stage{{Stage: "early_warning", State: "running"}}},
		{Regime: "HIPAA", Recipient: "HHS", Applies: "no"},
	}
	got := s.breach(ana, "obligations")
	s.contains(got, "[DRILL] Obligations of "+i.Number+": 2 owed, 1 not known yet, 1 not owed", "BayLDA: owed, initial due", "16:00 CET", "waits for material", "without undue delay")
	if strings.Contains(got, "HIPAA") || !strings.Contains(s.breach(ana, "obligations all"), "HIPAA, HHS: not owed") {
		t.Errorf("%s", got)
	}
}

// A letter is approved by the digest of the text that was read, never by name.
func TestApproveAndReject(t *testing.T) {
	s := newScene(t, wiring{})
	i := s.open(casework.NewIncident{Title: "x"})
	text := func(id, digest string) outbox.DraftView {
		return outbox.DraftView{Draft: outbox.Draft{ID: id, Rule: "eu-gdpr-34-1", Language: "de", Versions: []outbox.Version{{N: 1, Digest: digest, Letter: letter.Draft{}}}}}
	}
	s.clocks.drafts = []outbox.DraftView{text("d1", "3fa94c01aaaa"), text("d2", "3fa94c01bbbb"), text("d3", "77777777cccc")}
	s.contains(s.breach(ana, "approve"), "eu-gdpr-34-1 (de), version 1", base+"/incidents/"+i.Number+"/notices/d1")
	s.contains(s.breach(ana, "approve 7777777"), "at least 8")
	s.contains(s.breach(ana, "approve 3fa94c01"), "Two letters")
	s.contains(s.breach(ana, "approve 00000000"), "changed since")
	s.contains(s.breach(ana, "approve 3FA94C01A"), "is approved")
	s.contains(s.breach(ana, "reject 77777777 the number is old"), "sent back")
	s.clocks.answer = incident.Errorf(incident.Forbidden, "You wrote version 1 of it; somebody else must approve it.")
	s.contains(s.breach(ana, "approve 77777777"), "Not allowed: You wrote version 1")
	me := s.accounts[ana].ID
	want := []string{"approve d1 3fa94c01aaaa " + me, "return d3 77777777cccc " + me + " the number is old", "approve d3 77777777cccc " + me}
	if strings.Join(s.clocks.asked, "\n") != strings.Join(want, "\n") {
		t.Errorf("asked %q", s.clocks.asked)
	}
	if lines := s.lines("in_channel"); len(lines) != 2 || strings.Contains(strings.Join(lines, ""), "number is old") {
		t.Errorf("the channel read %q", lines)
	}
}

func TestHandoffAndClose(t *testing.T) {
	s := newScene(t, wiring{})
	s.person(ben, "Ben Ode", incident.GrantResponder)
	i := s.open(casework.NewIncident{Title: "x"})
	s.contains(s.breach(ana, "handoff <@"+ben+"> All is contained"), "not gone through yet", "add --checked")
	s.contains(s.breach(ana, "handoff <@"+ben+"> --checked"), "what stands")
	s.contains(s.breach(ana, "handoff me x --checked"), "somebody else")
	s.contains(s.breach(ana, "handoff <@"+ben+"> All is contained --checked --stay"), "<@"+ben+"> is commander of "+i.Number)
	f := s.file(i.ID)
	if got := f.Incident.Holders(incident.Commander); len(got) != 2 || got[0] != s.accounts[ben].ID || got[1] != s.accounts[ana].ID {
		t.Errorf("%v", f.Incident.People)
	}
	s.contains(s.breach(ana, "handoff <@"+ben+"> Again --checked"), "You are not commander")
	line, err := s.desk.Timeline(context.Background(), incident.Operator(), i.ID, 1)
	s.must(err)
	if !line[0].Pinned || !strings.Contains(line[0].Text, "All is contained") || line[0].Act != "incident.handoff" {
		t.Errorf("%+v", line[0])
	}
	s.addTask(i, casework.NewTask{Title: "x", Mandatory: true})
	s.contains(s.breach(ana, "close"), "how it ended")
	s.contains(s.breach(ana, "close all done"), "Mandatory tasks", "task 1")
	s.contains(s.breach(ana, "close no breach after all --dismissed"), "is dismissed")
	if lines := s.lines("in_channel"); len(lines) != 2 || s.file(i.ID).Incident.Status != incident.Dismissed {
		t.Errorf("the channel read %q", lines)
	}
}

const twoSteps = `slug = "small"
title = "Small one"
version = "%s"
summary = "For a test."
applies = { kind = ["other"] }

[[step]]
key = "look"
title = "Look at the log"
phase = "contain"
kind = "task"
role = "forensics"
instructions = "%s"
`

func TestPlaybooks(t *testing.T) {
	s := newScene(t, wiring{})
	ctx := context.Background()
	publish := func(version, words string) {
		t.Helper()
		_, err := s.runner.Publish(ctx, s.as(ana), "small.toml", []byte(strings.Replace(strings.Replace(twoSteps, "%s", version, 1), "%s", words, 1)))
		s.must(err)
	}
	publish("1.0.0", "Look.")
	i := s.open(casework.NewIncident{Title: "x"})
	s.contains(s.breach(ana, "playbook list"), "`small` Small one, 1.0.0, 1 step")
	s.contains(s.breach(ana, "playbook start small"), "Small one runs on "+i.Number)
	if f := s.file(i.ID); len(f.Tasks) != 1 {
		t.Fatalf("%+v", f.Tasks)
	}
	s.contains(s.breach(ana, "playbook start small"), "Nothing was changed")
	s.contains(s.breach(ana, "1 playbook list"), "On "+i.Number, "`small` Small one, 1.0.0")
	s.contains(s.breach(ana, "playbook upgrade small"), "Nothing was changed") // nothing newer
	publish("1.1.0", "Look twice.")
	plan := s.breach(ana, "playbook upgrade")
	s.contains(plan, "from 1.0.0 to 1.1.0", "rewrite 1")
	_, cmd, ok := strings.Cut(plan, "To do it: `/breach ")
	cmd, _, _ = strings.Cut(cmd, "`")
	if !ok {
		t.Fatal(plan)
	}
	s.contains(s.breach(ana, "playbook upgrade small to:00000000"), "another than")
	s.contains(s.breach(ana, cmd), "follows version 1.1.0")
	runs, err := s.runner.Runs(ctx, s.as(ana), i.ID)
	s.must(err)
	if runs[0].Version != "1.1.0" {
		t.Errorf("%+v", runs)
	}
	for text, want := range map[string]string{"playbook": "knows list", "playbook start": "Say which", "playbook start nothing": "no", "playbook upgrade other": "under way"} {
		s.contains(s.breach(ana, text), want)
	}
	if lines := s.lines("in_channel"); len(lines) != 2 {
		t.Errorf("the channel read %q", lines)
	}
}

// A mark on Slack closes every verb that concerns the incident.
func TestEveryVerbKeepsOffACompromisedChannel(t *testing.T) {
	s := newScene(t, wiring{})
	i := s.open(casework.NewIncident{Title: "x"})
	s.must(s.desk.MarkChannel(context.Background(), s.as(ana), i.ID, incident.ChannelSlack, true))
	for _, text := range []string{
		"role", "fact encryption none a log", "milestone", "milestone aware now x", "task add x", "playbook start small", "playbook upgrade small", "evidence list", "evidence add https://x.example y",
		"obligations", "approve", "reject 12345678 x", "handoff me x --checked", "close x", "1 playbook list",
	} {
		if got := s.breach(ana, text); !strings.Contains(got, "compromised") {
			t.Errorf("%s: %q", text, got)
		}
	}
	if lines := s.lines("in_channel"); len(lines) != 0 {
		t.Errorf("the channel read %q", lines)
	}
}

// The button of a reminder: once, twice, by somebody it did not go to.
func TestTheButtonOfAReminder(t *testing.T) {
	s := newScene(t, wiring{})
	at := s.store.Clock.Now()
	s.clocks.reminder = outbox.Reminder{ID: "r1", Number: "INC-2026-0001", AcknowledgedBy: s.accounts[ana].ID, AcknowledgedAt: &at, Deadline: outbox.Deadline{Task: "t", TaskNumber: 3}}
	press := func(who string, trigger string) {
		t.Helper()
		body := urlencoded(`{"type":"block_actions","trigger_id":"` + trigger + `","user":{"id":"` + who + `","team_id":"` + workspace + `"},"team":{"id":"` + workspace + `"},"actions":[{"action_id":"reminder.acknowledge","value":"r1"}],"response_url":"` + s.slack.URL + `/late/here"}`)
		if w := s.send(s.request("/slack/interactions", formType, body, s.store.Clock.Now(), theSecret)); w.Code != 200 {
			t.Fatalf("status %d", w.Code)
		}
		s.must(s.handler.Close(context.Background()))
	}
	press(ana, "1")
	press(ana, "2")
	press(stranger, "3")
	if got := s.lines("ephemeral"); len(got) != 3 || got[0] != got[1] || !strings.Contains(got[0], "<@"+ana+"> sees to it since 2 Mar 2026, 09:00 UTC") || !strings.Contains(got[0], base+"/incidents/INC-2026-0001/tasks/3") || !strings.Contains(got[2], "not linked") {
		t.Errorf("%q", got)
	}
	if len(s.clocks.asked) != 2 || len(s.lines("in_channel")) != 0 {
		t.Errorf("%q", s.clocks.asked)
	}
}

func urlencoded(payload string) string { return url.Values{"payload": {payload}}.Encode() }
