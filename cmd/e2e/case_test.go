package e2e

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

const password = "correct horse battery staple 9"

// enrol walks a set-up link: a password, the key on the page, its first code.
func (b *tab) enrol(link, login, name string) {
	b.t.Helper()
	b.open(link)
	key := strings.ReplaceAll(eval[string](b, `document.querySelector("code").textContent.trim()`), " ", "")
	code, err := totp.GenerateCode(key, time.Now())
	if err != nil {
		b.t.Fatal(err)
	}
	v := values{"password": password, "repeat": password, "code": code}
	if eval[bool](b, `document.querySelector("input[name=name]") !== null`) { // the first account names itself
		v["login"], v["name"] = login, name
	}
	b.send(link, v, nil)
}

// A case in a browser with JavaScript, from the set-up link to its end.
func TestCaseInABrowser(t *testing.T) {
	s := start(t, t.TempDir(), "")
	open := browsers(t, s.url)
	setup := ""
	for range 200 { // the log is read beside the test
		if setup = regexp.MustCompile(`/enrol/[A-Za-z0-9_-]+`).FindString(s.said()); setup != "" {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	admin := open()
	admin.enrol(setup, "sam@insurer.example", "Sam Okafor")

	admin.open("/users/new")
	admin.send("/users/new", values{"login": "ana@insurer.example", "name": "Ana Reyes", "grants": "responder"}, nil)
	link := regexp.MustCompile(`/enrol/\S+`).FindString(admin.text())
	if link == "" {
		t.Fatalf("no invitation on:\n%s", admin.text())
	}
	ana := open()
	ana.enrol(link, "ana@insurer.example", "Ana Reyes")

	ana.open("/incidents/new")
	ana.send("/incidents/new", values{"title": "Tickets exported in bulk", "kind": "support_channel", "severity": "high", "playbook": "support-channel"}, nil)
	ana.says("INC-2")
	base := ana.path()
	ana.open(base + "/tasks")
	if n := len(ana.links(base + "/tasks/")); n < 5 {
		t.Errorf("the playbook opened %d tasks", n)
	}
	ana.open(base + "/milestones/aware")
	ana.send("/milestones/aware", values{"at": time.Now().Add(-3 * time.Hour).UTC().Format("2006-01-02T15:04"), "zone": "UTC",
		"reason": "the exported tickets were opened"}, nil)
	ana.open(base + "/milestones")
	ana.says("the exported tickets were opened")
	ana.open(base + "/facts/incident.malicious")
	ana.send("/facts/incident.malicious", values{"value.incident.malicious": "yes", "certainty.incident.malicious": "known",
		"source.incident.malicious": "access log"}, nil)
	ana.open(base + "/facts/wording")
	ana.send("/facts/wording", values{"notice.what_happened": "Somebody copied messages to our support desk."}, nil)
	ana.open(base + "/obligations")
	ana.says("No obligation is in sight") // nobody is known to be affected
	ana.open(base + "/timeline")
	ana.says("Ana Reyes")
	ana.open(base + "/close")
	ana.send("/close", values{"how": "dismissed", "outcome": "A drill: nobody's data was copied."}, nil)
	ana.says("The incident is ended.")

	admin.open("/audit")
	admin.send("/audit/verify", nil, nil)
	admin.says("Every entry is as it was written")
}
