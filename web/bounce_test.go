package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tocsin/incident"
)

// A letter that came back stands on its mailing's page, with what is to be done,
// until somebody who may says that it was done.
func TestReturnedMailOnTheMailingPage(t *testing.T) {
	w := work(t)
	w.release(t)
	w.run1(t)
	if body := w.chidi.Get(w.mailing).Body; strings.Contains(body, "Not reached by e-mail") {
		t.Fatal("nothing came back, and the page says so")
	}
	report := "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n" +
		"Reporting-MTA: dns; relay.example\n\nFinal-Recipient: rfc822; somebody@mail.example\nAction: failed\nStatus: 5.1.1\n\n" +
		"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <" + w.site.Mail.Last() + "@kestrel.example>\n\n--b--\n"
	got, err := w.site.Outbox.TakeBounce(t.Context(), incident.Hook("bounces"), strings.NewReader(report))
	must(t, err)
	if !got.Matched || !got.Changed {
		t.Fatalf("%+v", got)
	}
	body := w.chidi.Get(w.mailing).Body
	for _, want := range []string{"came back", "Not reached by e-mail", "there is no such mailbox", "5.1.1", `value="posted"`, "1 person whose mail came back was told instead"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(body, "somebody@") {
		t.Error("the page names an address")
	}
	if body := w.bo.Get(w.mailing).Body; strings.Contains(body, `value="posted"`) {
		t.Error("somebody who may not release is asked")
	}
	if got := w.chidi.Post(w.mailing+"/steer", url.Values{"do": {"posted"}}); got.Status == http.StatusSeeOther || !strings.Contains(got.Body, "Say how they were told") {
		t.Errorf("%d without how", got.Status)
	}
	done(t, w.chidi, w.mailing+"/steer", url.Values{"do": {"posted"}, "how": {"letters of 4 March"}})
	if body := w.chidi.Get(w.mailing).Body; strings.Contains(body, `value="posted"`) || !strings.Contains(body, "Not reached by e-mail") {
		t.Error("it is asked again, or forgotten")
	}
}
