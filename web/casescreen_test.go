package web_test

import (
	"context"
	"net/url"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/web/webtest"
)

// Every page of a case in a real browser, on a desk and on a phone, in the
// light and in the dark.
func TestACaseInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a real browser takes seconds")
	}
	chromium := webtest.Chromium(t)
	w := work(t, time.Now())
	w.release(t)
	w.run1(t)
	w.alert(t)
	drill := done(t, w.ada, "/incidents/new", url.Values{"title": {"Exercise: the mail of a colleague who has left was read for some weeks by somebody outside"}, "kind": {"mailbox_takeover"}, "severity": {"critical"}, "marks": {"drill", "restricted"}}).Location
	done(t, w.ada, drill+"/channels", url.Values{"channel": {"slack"}, "compromised": {"yes"}})
	more := append(w.every(), w.exports(t), "/?show=all", "/?show=mine", "/alerts", "/incidents/new", "/rules?place=EU", "/rules/eu-gdpr-33-1", "/playbooks", "/playbooks/support-channel",
		drill, drill+"/facts", drill+"/tasks", drill+"/evidence", drill+"/affected", drill+"/obligations", drill+"/notices", drill+"/timeline")
	for _, size := range []struct {
		width int64
		dark  bool
	}{{1280, false}, {375, true}, {375, false}, {1280, true}} {
		sc := w.site.Screen(t, chromium, size.width, size.dark)
		link, err := w.site.Auth.OneTimeLink(context.Background(), w.ids["Ada Lind"])
		must(t, err)
		sc.Visit(link)
		for _, path := range more {
			sc.Visit(path)
		}
	}
}

// alert leaves one that belongs to no incident.
func (w *walked) alert(t *testing.T) {
	t.Helper()
	_, err := w.site.Desk.ReceiveAlerts(context.Background(), incident.Hook("siem"), casework.Intake{Source: "siem", Delivery: "d1", Raw: []byte("{}"), Alerts: []incident.Alert{{
		ExternalID: "a1", Fingerprint: "f1", Title: "Many downloads by one account", Description: "4,211 files in nine minutes.", Severity: "high", Status: "open",
		Entities: incident.Entities{Hosts: []string{"files-02"}, Users: []string{"svc-backup"}}}}})
	must(t, err)
}
