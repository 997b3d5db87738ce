package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/playbooks/builtin"
	"tocsin/web/webtest"
)

// newer publishes another text of the playbook that the case follows, after some of it
// was done, and gives the address of the upgrade.
func (w *walked) newer(t *testing.T) string {
	t.Helper()
	done(t, w.ada, w.base+"/tasks/2/done", url.Values{"outcome": {"All six are named."}})
	text, ok := builtin.Source("support-channel")
	if !ok {
		t.Fatal("the playbook is not there")
	}
	s := string(text)
	for _, change := range [][2]string{
		{`version = "1.0.0"`, `version = "2.0.0"`},
		{`key = "fill-the-roles"`, "key = \"fill-the-roles\"\nattack = [\"T1078\"]"},
		{"Write down, with times and time zone:", "Within a quarter of an hour write down, with times and time zone:"},
	} {
		s = strings.Replace(s, change[0], change[1], 1)
	}
	second := strings.SplitAfterN(s, "[[step]]", 4) // the third step goes, another comes last
	rest := second[3]
	s = second[0] + second[1] + strings.TrimSuffix(second[2], "[[step]]") + "[[step]]" + rest
	s = strings.Replace(s, "Assign commander", "Assign within the first hour: commander", 1)
	s += "\n[[step]]\nkey = \"call-the-insurer\"\ntitle = \"Call the insurer\"\nphase = \"notify\"\nkind = \"task\"\nrole = \"commander\"\ninstructions = \"The line is open day and night.\"\n"
	_, err := w.site.Runner.Publish(context.Background(), incident.Principal{ID: w.ids["Ada Lind"], Source: incident.FromConsole, Grants: []incident.Grant{incident.GrantResponder}}, "newer.toml", []byte(s))
	must(t, err)
	got := w.ada.Get(w.base + "/tasks")
	return find(t, got.Body, `href="([^"]+/upgrade)"`)
}

func TestARunIsUpgraded(t *testing.T) {
	w := work(t)
	path := w.newer(t)
	page := w.ada.Get(path)
	for _, want := range []string{"version 1.0.0", "version 2.0.0", "Call the insurer", "A task is added.", "marked to be read again", "Upgrade to version 2.0.0"} {
		if !strings.Contains(page.Body, want) {
			t.Errorf("the plan does not say %q", want)
		}
	}
	if got := w.chidi.Get(path); got.Status == http.StatusOK && strings.Contains(got.Body, "Upgrade to version") {
		t.Error("somebody who does not steer the case is offered the upgrade")
	}
	form := url.Values{"from": {find(t, page.Body, `name="from" value="([0-9a-f]+)"`)}, "to": {find(t, page.Body, `name="to" value="([0-9a-f]+)"`)}}
	if got := w.ada.Post(path, url.Values{"from": form["to"], "to": form["to"]}); got.Status != http.StatusConflict {
		t.Errorf("an old plan: %d", got.Status)
	}
	done(t, w.ada, path, form)
	tasks := w.ada.Get(w.base + "/tasks").Body
	for _, want := range []string{"Call the insurer", "Read, what was done stands"} {
		if !strings.Contains(tasks, want) {
			t.Errorf("the tasks do not say %q", want)
		}
	}
	if line := w.ada.Get(w.base + "/timeline").Body; !strings.Contains(line, "Playbook upgraded") {
		t.Error("the timeline does not say so")
	}
	done(t, w.ada, strings.Replace(path, "/upgrade", "/read", 1), url.Values{"step": {"fill-the-roles"}})
	if strings.Contains(w.ada.Get(w.base+"/tasks").Body, "Read, what was done stands") {
		t.Error("it is still to be read")
	}
}

func TestAnUpgradeInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a real browser takes seconds")
	}
	chromium := webtest.Chromium(t)
	w := work(t, time.Now())
	path := w.newer(t)
	for _, size := range []struct {
		width int64
		dark  bool
	}{{1280, false}, {375, true}} {
		sc := w.site.Screen(t, chromium, size.width, size.dark)
		link, err := w.site.Auth.OneTimeLink(context.Background(), w.ids["Ada Lind"])
		must(t, err)
		sc.Visit(link)
		sc.Visit(path)
	}
}
