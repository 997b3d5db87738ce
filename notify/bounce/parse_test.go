package bounce_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/notify/bounce"
)

const key = "0123456789abcdef0123456789abcdef"

// The two of Postfix 3.7 are as it wrote them; the others have the shape of their servers.
func TestParse(t *testing.T) {
	const ours = key + ".1@insurer.example"
	for name, want := range map[string]struct {
		bounce.Report
		reason string
	}{
		"postfix-unknown":     {bounce.Report{Kind: bounce.Failed, MessageID: ours, Status: "5.1.1", Code: 550}, "there is no such mailbox"},
		"postfix-3.7-unknown": {bounce.Report{Kind: bounce.Failed, MessageID: ours, Status: "5.3.0", Code: 500}, "the mail server returned it"},
		"postfix-3.7-global":  {bounce.Report{Kind: bounce.Failed, MessageID: "1" + ours[1:], Status: "5.6.7"}, "a server on the way takes no international addresses"},
		"postfix-global":      {bounce.Report{Kind: bounce.Failed, MessageID: ours, Status: "5.1.2"}, "there is no such mail domain"},
		"postfix-delayed":     {bounce.Report{Kind: bounce.Delayed, MessageID: ours, Status: "4.4.1"}, "the mail server did not answer"},
		"postfix-expired":     {bounce.Report{Kind: bounce.Failed, MessageID: ours, Status: "4.4.1"}, "the mail server did not answer"},
		"postfix-delivered":   {bounce.Report{Kind: bounce.Delivered, MessageID: ours, Status: "2.1.5", Code: 250}, ""},
		"exchange":            {bounce.Report{Kind: bounce.Failed, MessageID: ours, Status: "5.1.10", Code: 550}, "the address takes no mail"},
		"gmail":               {bounce.Report{Kind: bounce.Failed, MessageID: ours, Status: "5.2.2", Code: 552}, "the mailbox is full"},
		"exim":                {bounce.Report{Kind: bounce.Failed, MessageID: ours, Status: "5.2.1", Code: 550}, "the mailbox is closed"},
		"exim-plain":          {bounce.Report{Kind: bounce.Failed, MessageID: ours, Status: "5.1.1", Code: 550}, "there is no such mailbox"},
		"qmail":               {bounce.Report{Kind: bounce.Failed, MessageID: ours, Status: "5.1.1", Code: 550}, "there is no such mailbox"},
		"complaint":           {bounce.Report{Kind: bounce.Other}, ""},
		"holiday":             {bounce.Report{Kind: bounce.Other}, ""},
		"forwarded":           {bounce.Report{Kind: bounce.Other}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join("testdata", name+".eml"))
			if err != nil {
				t.Fatal(err)
			}
			for _, end := range []string{"\r\n", "\n"} { // as it travels, and as a Maildir keeps it
				got, err := bounce.Parse(bytes.NewReader(bytes.ReplaceAll(raw, []byte("\r\n"), []byte(end))))
				if err != nil || got != want.Report {
					t.Errorf("%+v (%v), want %+v", got, err, want.Report)
				}
				if want.reason != "" && got.Reason() != want.reason {
					t.Errorf("reason %q, want %q", got.Reason(), want.reason)
				}
			}
		})
	}
}

// group is a report with the given recipients.
func group(groups ...string) string {
	return "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n" +
		strings.Join(groups, "\n") + "\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <" + key + ".3@x.example>\n\n--b--\n"
}

func TestStatus(t *testing.T) {
	for name, tc := range map[string]struct {
		report string
		want   bounce.Kind
		status string
	}{
		"the worst of an alias":      {group("Action: delivered\nStatus: 2.0.0\n", "Action: failed\nStatus: 5.1.1\n"), bounce.Failed, "5.1.1"},
		"in any order":               {group("Action: failed\nStatus: 5.1.1\n", "Action: delayed\nStatus: 4.0.0\n"), bounce.Failed, "5.1.1"},
		"no action, class 5":         {group("Status: 5.7.1\n"), bounce.Failed, "5.7.1"},
		"no action, class 4":         {group("Status: 4.2.2\n"), bounce.Delayed, "4.2.2"},
		"an unknown action":          {group("Action: pondered\nStatus: 5.1.1\n"), bounce.Other, ""},
		"comment after the word":     {group("ACTION: Failed (for now)\nstatus: 5.0.0 (permanent)\n"), bounce.Failed, "5.0.0"},
		"no status":                  {group("Action: failed\n"), bounce.Failed, ""},
		"a status of another class":  {group("Action: failed\nStatus: 4.0.0\nDiagnostic-Code: smtp; 550 5.1.1 no\n"), bounce.Failed, "4.0.0"},
		"no recipient":               {group(), bounce.Other, ""},
		"a delivery that is no more": {group("Action: expanded\nStatus: 2.0.0\n"), bounce.Delivered, "2.0.0"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := bounce.Parse(strings.NewReader(tc.report))
			if err != nil || got.Kind != tc.want || got.Status != tc.status {
				t.Errorf("%+v (%v), want %s %q", got, err, tc.want, tc.status)
			}
		})
	}
}

func TestLetter(t *testing.T) {
	for id, want := range map[string]struct {
		try int
		ok  bool
	}{
		key + ".12@insurer.example":  {12, true},
		key + ".0@insurer.example":   {0, false},
		key + "@insurer.example":     {0, false},
		"x" + key + ".1@x.example":   {0, false},
		key + ".1":                   {0, false},
		key + ".99999999999@x.examp": {0, false},
		"":                           {0, false},
	} {
		k, try, ok := bounce.Report{MessageID: id}.Letter()
		if ok != want.ok || try != want.try || ok && k != key {
			t.Errorf("%q: %q %d %v", id, k, try, ok)
		}
	}
}

func TestNoMail(t *testing.T) {
	for name, raw := range map[string]string{"nothing": "", "no headers": "\n\nhello", "binary": "\x00\xff\x00", "endless header": "Subject: " + strings.Repeat("x", 1<<20)} {
		if _, err := bounce.Parse(strings.NewReader(raw)); incident.KindOf(err) != incident.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHostile(t *testing.T) {
	deep := ""
	for n := range 200 {
		b := "b" + strings.Repeat("x", n%50)
		deep += "Content-Type: multipart/mixed; boundary=" + b + "\n\n--" + b + "\n"
	}
	for name, raw := range map[string]string{
		"deep":       deep + "Content-Type: message/delivery-status\n\nAction: failed\nStatus: 5.1.1\n",
		"many parts": "Content-Type: multipart/report; boundary=b\n\n" + strings.Repeat("--b\nContent-Type: text/plain\n\nx\n", 100000),
		"many groups": "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n" +
			strings.Repeat("Action: delivered\n\n", 500000) + "Action: failed\nStatus: 5.1.1\n",
	} {
		got, err := bounce.Parse(strings.NewReader(raw))
		if err != nil || got.Kind == bounce.Failed {
			t.Errorf("%s: %+v (%v)", name, got, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	all, err := filepath.Glob("testdata/*.eml")
	if err != nil || len(all) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, name := range all {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := bounce.Parse(bytes.NewReader(raw))
		if err != nil {
			if incident.KindOf(err) != incident.Invalid {
				t.Errorf("kind of %v", err)
			}
			return
		}
		if strings.ContainsAny(r.MessageID, "<>\r\n\t ") || len(r.MessageID) > 255 || len(r.Status) > 9 {
			t.Errorf("%q %q", r.MessageID, r.Status)
		}
		if r.Kind == bounce.Other && r != (bounce.Report{Kind: bounce.Other}) {
			t.Errorf("no report, and says %+v", r)
		}
	})
}
