package hooks

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"tocsin/incident"
)

func utc(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func TestAlertmanager(t *testing.T) {
	got, err := alertmanager(fixture(t, "alertmanager-two.json"))
	if err != nil {
		t.Fatal(err)
	}
	want := []incident.Alert{
		{ExternalID: "5f1d0c7a2b9e4411", Fingerprint: "alertmanager:5f1d0c7a2b9e4411", Title: "Exports far above normal",
			Description: "412 exports in 5 minutes\nusual: 3", Severity: "critical", Status: "open",
			OccurredAt: utc("2026-03-02T08:51:07.123456789Z"),
			Entities:   incident.Entities{Hosts: []string{"crm-2.example"}, Users: []string{"svc-export"}},
			Links:      []string{"http://prometheus.example:9090/graph?g0.expr=exports", "https://wiki.example/runbooks/export", "http://alertmanager.example:9093"},
			Labels:     map[string]string{"alertname": "ExportSpike", "severity": "page", "instance": "crm-2.example:9100", "user": "svc-export"}},
		{ExternalID: "5f1d0c7a2b9e4412", Fingerprint: "alertmanager:5f1d0c7a2b9e4412", Title: "ExportSpike", Severity: "medium", Status: "resolved",
			OccurredAt: utc("2026-03-02T07:40:00Z"), Entities: incident.Entities{IPs: []string{"10.1.2.3"}},
			Links:  []string{"http://alertmanager.example:9093"},
			Labels: map[string]string{"alertname": "ExportSpike", "severity": "warning", "instance": "10.1.2.3:9100"}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestAlertmanagerWithLittle(t *testing.T) {
	got, err := alertmanager([]byte(`{"status":"resolved","alerts":[{"labels":{"b":"2","a":"1"},"startsAt":"never"},{"labels":{"a":"1","b":"2"},"status":"firing","annotations":null}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if got[0].Fingerprint != got[1].Fingerprint || got[0].Title == "" || got[0].Status != "resolved" || got[1].Status != "open" || !got[0].OccurredAt.IsZero() {
		t.Errorf("%+v", got)
	}
}

func TestGeneric(t *testing.T) {
	parse, err := generic(Paths{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := parse(fixture(t, "generic-default.json"))
	if err != nil {
		t.Fatal(err)
	}
	want := []incident.Alert{{ExternalID: "case-7781", Fingerprint: "generic:case-7781", Title: "Support tickets read in bulk",
		Description: "One agent opened 900 tickets in an hour.", Severity: "high", Status: "open", OccurredAt: utc("2026-03-02T08:43:00.123Z"),
		Entities: incident.Entities{Hosts: []string{"desk-4"}, Users: []string{"agent-17"}, IPs: []string{"203.0.113.9"}, Resources: []string{"ticket-archive"}},
		Links:    []string{"https://desk.example/audit/7781"}, Labels: map[string]string{"team": "support", "count": "900"}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestGenericMapped(t *testing.T) {
	parse, err := generic(Paths{Alerts: "events", ID: "meta.uid", Title: `["rule.name"]`, Severity: "$.score", Status: "state", OccurredAt: "meta.when",
		Resources: "objects[*].arn", Severities: map[string]string{"5": "critical"}, Statuses: map[string]string{"gone": "resolved"}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := parse(fixture(t, "generic-mapped.json"))
	if err != nil {
		t.Fatal(err)
	}
	want := []incident.Alert{
		{ExternalID: "18446744073709551615", Fingerprint: "generic:18446744073709551615", Title: "Bucket made public", Severity: "critical", Status: "open",
			OccurredAt: utc("2026-03-02T08:59:00Z"), Entities: incident.Entities{Resources: []string{"arn:aws:s3:::claims", "arn:aws:s3:::letters"}}},
		{ExternalID: "7", Fingerprint: "generic:7", Title: "Bucket made private", Severity: "unknown", Status: "resolved"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestGenericWithoutAnIDKnowsTheSameContents(t *testing.T) {
	parse, err := generic(Paths{})
	if err != nil {
		t.Fatal(err)
	}
	prints := map[string]string{}
	for _, body := range []string{`{"title":"a","host":"h"}`, `{ "host":"h", "title":"a" }`, `{"title":"a","host":"other"}`} {
		got, err := parse([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		prints[body] = got[0].Fingerprint
	}
	if len(prints) != 3 || prints[`{"title":"a","host":"h"}`] != prints[`{ "host":"h", "title":"a" }`] || prints[`{"title":"a","host":"h"}`] == prints[`{"title":"a","host":"other"}`] {
		t.Errorf("%v", prints)
	}
}

func TestReadTime(t *testing.T) {
	const want = "2026-03-02T08:51:07"
	for _, s := range []string{
		"2026-03-02T08:51:07Z", "2026-03-02T09:51:07+01:00", "2026-03-02T08:51:07+0000", "2026-03-02T08:51:07.000", "2026-03-02 08:51:07",
		"2026-03-02 08:51:07 (UTC)", "2026-03-02 08:51:07 UTC", "2026-03-02 09:51:07 +0100", "2026-03-02 08:51:07.000000000", "2026-03-02 08:51:07+00:00",
		"2026-03-02 08:51:07.5 +0000 UTC", "1772441467", "1772441467.123456789", "1772441467123", "1772441467123456", "1772441467123456789",
		"1.772441467e9", "1.772441467123e12", " 1772441467 ", "Mon, 02 Mar 2026 08:51:07 GMT", "Mon, 02 Mar 2026 09:51:07 +0100", "20260302T085107Z",
	} {
		got, ok := readTime(s)
		if !ok || got.Truncate(time.Second).Format("2006-01-02T15:04:05") != want || got.Location() != time.UTC {
			t.Errorf("%q: %v %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "soon", "5", "0", "-1", "0001-01-01T00:00:00Z", "NaN", "Inf", "1e400", "9999-12-31T23:59:59Z", "2026-13-01T00:00:00Z", strings.Repeat("1", 30), "03/04/2026 10:00"} {
		if got, ok := readTime(s); ok {
			t.Errorf("%q was read as %v", s, got)
		}
	}
	if got, _ := readTime("20260302"); !got.Equal(utc("2026-03-02T00:00:00Z")) {
		t.Errorf("a date in one number: %v", got)
	}
	if got, _ := readTime("1772441467.123456789"); got.Nanosecond() != 123456789 {
		t.Errorf("digits were lost: %v", got)
	}
}

func TestPaths(t *testing.T) {
	v, err := decode([]byte(`{"a":{"b":[{"c":1},{"c":2}]},"odd.name":{"x":"y"}}`))
	if err != nil {
		t.Fatal(err)
	}
	for s, want := range map[string]string{
		"a.b[0].c": "[1]", "$.a.b[*].c": "[1,2]", `["odd.name"].x`: `["y"]`, `$['odd.name'].x`: `["y"]`, "a.b[9].c": "[]", "a.c.d": "[]", "a[0]": "[]", "$": "whole",
	} {
		p, err := parsePath(s)
		if err != nil {
			t.Errorf("%s: %v", s, err)
			continue
		}
		found := p.find(v)
		b, _ := json.Marshal(found)
		if found == nil {
			b = []byte("[]")
		}
		if s == "$" {
			if len(found) != 1 {
				t.Errorf("$: %s", b)
			}
		} else if string(b) != want {
			t.Errorf("%s: %s, want %s", s, b, want)
		}
	}
	for _, s := range []string{".", "a.", "a..b", "a[", "a[]", "a[-1]", "a[x]", `a["b`, `a[""]`, "a]b[0]c", "$a"} {
		if p, err := parsePath(s); err == nil {
			t.Errorf("%q was read as %v", s, p)
		}
	}
}

// TestSharedSamples runs over a folder of senders' real payloads with expected
// answers, where the environment names one.
func TestSharedSamples(t *testing.T) {
	dir := os.Getenv("TOCSIN_ALERT_SAMPLES")
	f, err := os.Open(filepath.Join(dir, "EXPECTED.jsonl"))
	if dir == "" || err != nil {
		t.Skip("TOCSIN_ALERT_SAMPLES names no folder of samples")
	}
	defer f.Close()
	tried := 0
	for sc := bufio.NewScanner(f); sc.Scan(); {
		var want struct {
			File        string
			Source      string
			ExternalID  string `json:"external_id"`
			Fingerprint string
			Title       string
			Severity    string
			Status      string
			OccurredAt  string `json:"occurred_at"`
			Entities    incident.Entities
		}
		if err := json.Unmarshal(sc.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		if at, ok := readTime(want.OccurredAt); want.OccurredAt != "" && !ok {
			t.Errorf("%s: the time %q is not read (%v)", want.File, want.OccurredAt, at)
		}
		if want.Source != "alertmanager" {
			continue
		}
		name, number, _ := strings.Cut(want.File, "#")
		body, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		list, err := alertmanager(body)
		if err != nil {
			t.Fatal(err)
		}
		n, err := strconv.Atoi(number)
		if err != nil || n >= len(list) {
			t.Fatalf("%s: %d alerts", want.File, len(list))
		}
		a := list[n]
		at, _ := readTime(want.OccurredAt)
		if a.ExternalID != want.ExternalID || a.Fingerprint != want.Fingerprint || a.Title != want.Title || a.Severity != want.Severity ||
			a.Status != want.Status || !a.OccurredAt.Equal(at) || !cmp.Equal(a.Entities, want.Entities) {
			t.Errorf("%s: %+v", want.File, a)
		}
		tried++
	}
	if tried == 0 {
		t.Error("the folder held nothing for these parsers")
	}
}

// bounded is what every parser promises of whatever it accepts.
func bounded(t *testing.T, list []incident.Alert, err error) {
	if err != nil {
		if list != nil || incident.KindOf(err) != incident.Invalid || len(incident.ProblemsOf(err)) == 0 {
			t.Fatalf("%d alerts beside %v", len(list), err)
		}
		for _, p := range incident.ProblemsOf(err) {
			if p.Where == "" || p.What == "" {
				t.Fatalf("a problem without its place: %+v", p)
			}
		}
		return
	}
	if len(list) == 0 {
		t.Fatal("no error and no alert")
	}
	for _, a := range list {
		if a.Title == "" || strings.ContainsAny(a.Title, "\n\r\x00") || utf8.RuneCountInString(a.Title) > maxTitle || a.Fingerprint == "" {
			t.Fatalf("title %q, fingerprint %q", a.Title, a.Fingerprint)
		}
		for _, s := range []string{a.Title, a.Description, a.ExternalID} {
			if !utf8.ValidString(s) {
				t.Fatalf("not UTF-8: %q", s)
			}
		}
		for _, l := range a.Links {
			if !strings.HasPrefix(strings.ToLower(l), "http") {
				t.Fatalf("link %q", l)
			}
		}
		if s := a.Status; s != "open" && s != "resolved" && s != "ignored" {
			t.Fatalf("status %q", s)
		}
		if severityOf(a.Severity) != a.Severity {
			t.Fatalf("severity %q", a.Severity)
		}
	}
}

func FuzzAlertmanager(f *testing.F) {
	f.Add(fixture(f, "alertmanager-two.json"))
	f.Add([]byte(`{"alerts":[{"labels":{"a":1},"annotations":{"summary":"\u202e\u0000"}}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		list, err := alertmanager(body)
		bounded(t, list, err)
	})
}

func FuzzGeneric(f *testing.F) {
	f.Add(fixture(f, "generic-default.json"), "title", "id")
	f.Add(fixture(f, "generic-mapped.json"), `events[0]["rule.name"]`, "$.events[*].meta.uid")
	f.Fuzz(func(t *testing.T, body []byte, title, id string) {
		parse, err := generic(Paths{Title: title, ID: id})
		if err != nil {
			return
		}
		list, err := parse(body)
		bounded(t, list, err)
	})
}

func FuzzPath(f *testing.F) {
	for _, s := range []string{"a.b[0].c", `$["x.y"][*]`, `['"]']`, "$"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parsePath(s)
		if err != nil {
			return
		}
		again, err := parsePath(p.String())
		if err != nil || again.String() != p.String() {
			t.Fatalf("%q printed as %q: %v", s, p.String(), err)
		}
	})
}

func FuzzReadTime(f *testing.F) {
	f.Add("2026-03-02T08:51:07Z")
	f.Add("1772441467.5")
	f.Fuzz(func(t *testing.T, s string) {
		at, ok := readTime(s)
		if !ok {
			return
		}
		again, ok := readTime(at.Format(time.RFC3339Nano))
		if !ok || !again.Equal(at) {
			t.Fatalf("%q: %v, then %v", s, at, again)
		}
	})
}

func TestALongListOfProblemsIsCut(t *testing.T) {
	body := append(append([]byte("["), bytes.Repeat([]byte("1,"), 5000)...), "1]"...)
	parse, err := generic(Paths{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = parse(body); len(incident.ProblemsOf(err)) != 50 {
		t.Errorf("%d problems", len(incident.ProblemsOf(err)))
	}
}
