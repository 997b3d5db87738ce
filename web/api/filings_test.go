package api_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"tocsin/incident"
)

// A form through the API: seen, answered, frozen, filed, completed, compared.
func TestAFormThroughTheAPI(t *testing.T) {
	h := build(t)
	writer := h.token(incident.GrantResponder)
	number := writer.open("Leak")
	at := "/incidents/" + number
	for _, m := range []string{"aware", "discovered", "occurred_from"} {
		writer.do("POST", at+"/milestones", fmt.Sprintf(`{"milestone":%q,"at":"2026-03-02T08:00:00Z","reason":"log read"}`, m)).want(201)
	}
	writer.do("POST", at+"/facts", `{"facts":[{"name":"incident.confidentiality","values":["breached"],"source":"log"},{"name":"notice.what_happened","values":["A link could be guessed."],"source":"us"}]}`).want(201)
	var duties struct {
		Items []struct {
			Form, Stage     string
			Asked, Answered int
			Obligation      struct{ ID, Rule string }
		}
	}
	writer.get(at + "/filing-duties").want(200).into(&duties)
	one, id := "", ""
	for _, d := range duties.Items {
		if d.Form == "eu-gdpr-33" {
			id = d.Obligation.ID
			one = at + "/obligations/" + url.PathEscape(id)
		}
	}
	if one == "" {
		t.Fatalf("no form: %+v", duties)
	}
	answer := func(c interface{ Fatalf(string, ...any) }, body, id string) (got string, missing bool) {
		var pack struct {
			Fields []struct {
				ID, Answer string
				Missing    bool
			}
		}
		writer.get(one + "/filing-pack").want(200).into(&pack)
		for _, f := range pack.Fields {
			if f.ID == id {
				return f.Answer, f.Missing
			}
		}
		c.Fatalf("no field %s %s", id, body)
		return "", false
	}
	if got, _ := answer(t, "", "what_happened"); got != "A link could be guessed." {
		t.Errorf("from the case: %q", got)
	}
	writer.do("POST", one+"/filing-answers", `{"answers":{"measures_before":["Training."],"edpb_before":["Incident log","Periodic audits"]}}`).want(200)
	if got, missing := answer(t, "", "edpb_before"); got != "Incident log\nPeriodic audits" || missing {
		t.Errorf("%q", got)
	}
	for _, wrong := range []string{`{}`, `{"answers":{}}`, `{"answers":{"edpb_before":["Magic"]}}`, `{"answers":{"nothing":["x"]}}`, `{"answers":{"measures_before":"x"}}`} {
		writer.do("POST", one+"/filing-answers", wrong).want(422)
	}
	var v struct {
		N      int
		Digest string
	}
	writer.do("POST", one+"/filing-versions", `{}`).want(201).into(&v)
	writer.do("POST", one+"/filing-versions", `{}`).want(409)
	writer.do("POST", one+"/filing-versions", `{"stage":"nothing"}`).want(422)
	if v.N != 1 || len(v.Digest) != 64 {
		t.Errorf("%+v", v)
	}
	late := fmt.Sprintf(`{"obligation":%q,"at":"2026-03-02T08:30:00Z","version":1,"late_reasons":"x"}`, id)
	writer.do("POST", at+"/filings", late).want(422)
	var filed struct {
		Version int
		Late    bool
	}
	writer.do("POST", at+"/filings", fmt.Sprintf(`{"obligation":%q,"at":"2026-03-02T08:30:00Z","version":1,"reference":"SA-1"}`, id)).want(201).into(&filed)
	if filed.Version != 1 || filed.Late {
		t.Errorf("%+v", filed)
	}
	writer.do("POST", one+"/filing-answers", `{"answers":{"measures_before":[]}}`).want(200)
	writer.do("POST", one+"/filing-versions", `{"stage":"phased_information"}`).want(201)
	var changes struct {
		Items []struct{ ID, Was, Is string }
	}
	writer.get(one + "/filing-versions/2/changes").want(200).into(&changes)
	said := fmt.Sprint(changes.Items)
	if !strings.Contains(said, "{measures_before Training. Not yet known}") || !strings.Contains(said, "edpb_type") {
		t.Errorf("%s", said)
	}
	for format, begins := range map[string]string{"html": "<!DOCTYPE html>", "json": "{", "pdf": "%PDF-", "zip": "PK"} {
		for _, path := range []string{"/filing-versions/1/file", "/filing-pack/file"} {
			if got := writer.get(one + path + "?format=" + format).want(200); !strings.HasPrefix(got.body, begins) {
				t.Errorf("%s %s: %q", path, format, got.body[:min(20, len(got.body))])
			}
		}
	}
	writer.get(one + "/filing-pack/file?format=exe").want(404)
	writer.get(one + "/filing-versions/x").want(404)
	writer.get(one + "/filing-versions/9/file").want(404)
	var history struct{ Items []struct{ Field string } }
	writer.get(at + "/filing-answers").want(200).into(&history)
	if len(history.Items) != 3 {
		t.Errorf("%+v", history)
	}
	other := h.token(incident.GrantAuditor)
	other.do("POST", one+"/filing-answers", `{"answers":{"measures_before":["x"]}}`).want(403)
}
