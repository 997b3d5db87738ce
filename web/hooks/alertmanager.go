package hooks

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sort"
	"strings"

	"tocsin/incident"
)

// alertmanager reads Prometheus Alertmanager's webhook, version 4: one envelope
// with any number of alerts. Its endsAt is 0001-01-01 while an alert fires. The
// fingerprint is the sender's own, which it computes from the labels.
func alertmanager(body []byte) ([]incident.Alert, error) {
	v, err := decode(body)
	if err != nil {
		return nil, err
	}
	envelope, ok := v.(map[string]any)
	if !ok {
		return nil, unreadable(incident.Problem{Where: "$", What: "it is " + kindOf(v) + "; Alertmanager sends an object"})
	}
	list, ok := envelope["alerts"].([]any)
	if !ok || len(list) == 0 {
		return nil, unreadable(incident.Problem{Where: "$.alerts", What: "it is " + kindOf(envelope["alerts"]) + "; a list with at least one alert is needed"})
	}
	r := amReader{}
	fallback, external := r.text(envelope, "$", "status"), r.text(envelope, "$", "externalURL")
	out := make([]incident.Alert, 0, len(list))
	for n, item := range list {
		at := fmt.Sprintf("$.alerts[%d]", n)
		o, ok := item.(map[string]any)
		if !ok {
			r.problem(at, "it is "+kindOf(item)+"; an object is needed")
			continue
		}
		out = append(out, r.alert(o, at, fallback, external))
	}
	if len(r.problems) > 0 {
		return nil, unreadable(r.problems...)
	}
	return out, nil
}

type amReader struct{ problems []incident.Problem }

func (r *amReader) problem(where, what string) {
	if len(r.problems) < 50 {
		r.problems = append(r.problems, incident.Problem{Where: where, What: what})
	}
}

func (r *amReader) text(o map[string]any, at, key string) string {
	s, ok := text(o[key])
	if !ok {
		r.problem(at+"."+key, "it is "+kindOf(o[key])+"; a text is needed")
	}
	return s
}

func (r *amReader) pairs(o map[string]any, at, key string) map[string]string {
	inner, ok := o[key].(map[string]any)
	if !ok {
		if o[key] != nil {
			r.problem(at+"."+key, "it is "+kindOf(o[key])+"; an object of texts is needed")
		}
		return nil
	}
	out := make(map[string]string, len(inner))
	for k, v := range inner {
		s, ok := text(v)
		if !ok {
			r.problem(at+"."+key+"."+line(k, 60), "it is "+kindOf(v)+"; a text is needed")
		}
		out[k] = s
	}
	return out
}

func (r *amReader) alert(o map[string]any, at, fallback, external string) incident.Alert {
	marks, notes := r.pairs(o, at, "labels"), r.pairs(o, at, "annotations")
	id := line(r.text(o, at, "fingerprint"), 200)
	if id == "" {
		id = labelPrint(marks)
	}
	status := r.text(o, at, "status")
	if status == "" {
		status = fallback
	}
	a := incident.Alert{
		ExternalID:  id,
		Fingerprint: "alertmanager:" + id,
		Title:       line(first(notes["summary"], marks["alertname"], notes["title"], notes["message"]), maxTitle),
		Description: block(first(notes["description"], notes["message"]), maxDescription),
		Severity:    severityOf(first(marks["severity"], marks["priority"], marks["level"])),
		Status:      statusOf(status),
		Links:       links(r.text(o, at, "generatorURL"), notes["runbook_url"], notes["dashboard_url"], external),
		Labels:      labels(marks),
	}
	if a.Title == "" {
		a.Title = "Alert " + id
	}
	if ends, ok := readTime(r.text(o, at, "endsAt")); status == "" && ok && !ends.IsZero() {
		a.Status = "resolved"
	}
	a.OccurredAt, _ = readTime(r.text(o, at, "startsAt"))
	for _, key := range []string{"host", "hostname", "instance", "node", "nodename"} {
		addHost(&a.Entities, marks[key])
	}
	for _, key := range []string{"ip", "src_ip", "source_ip", "client_ip"} {
		a.Entities.IPs = add(a.Entities.IPs, marks[key])
	}
	for _, key := range []string{"user", "username", "user_name"} {
		a.Entities.Users = add(a.Entities.Users, marks[key])
	}
	for _, key := range []string{"resource", "bucket", "database", "pod", "container"} {
		a.Entities.Resources = add(a.Entities.Resources, marks[key])
	}
	return a
}

// labelPrint stands in for the fingerprint that very old versions do not send.
func labelPrint(marks map[string]string) string {
	pairs := make([]string, 0, len(marks))
	for k, v := range marks {
		pairs = append(pairs, fmt.Sprintf("%q=%q", k, v))
	}
	sort.Strings(pairs)
	sum := sha256.Sum256([]byte(strings.Join(pairs, ",")))
	return hex.EncodeToString(sum[:8])
}

func first(list ...string) string {
	for _, s := range list {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}
