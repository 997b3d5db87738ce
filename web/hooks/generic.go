package hooks

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"sort"

	"tocsin/incident"
)

// field is one thing to be found: the configured path, or the usual ones in turn.
type field struct {
	key   string // in the configuration
	paths []path
}

// mapper is the generic parser with its paths read.
type mapper struct {
	alerts                                                                  *path
	id, fingerprint, title, description, severity, status, occurred, labels field
	hosts, users, ips, resources, links                                     field
	severities, statuses                                                    map[string]string
}

// generic reads any JSON, by the paths of its source. Error: Invalid, problems
// relative to the source.
func generic(p Paths) (parser, error) {
	m := mapper{severities: p.Severities, statuses: p.Statuses}
	var problems []incident.Problem
	for _, f := range []struct {
		to        *field
		key, path string
		usual     []string
	}{
		{&m.id, "id", p.ID, []string{"external_id", "id"}},
		{&m.fingerprint, "fingerprint", p.Fingerprint, []string{"fingerprint"}},
		{&m.title, "title", p.Title, []string{"title", "name", "summary"}},
		{&m.description, "description", p.Description, []string{"description", "message"}},
		{&m.severity, "severity", p.Severity, []string{"severity", "level", "priority"}},
		{&m.status, "status", p.Status, []string{"status", "state"}},
		{&m.occurred, "occurred_at", p.OccurredAt, []string{"occurred_at", "timestamp", "time"}},
		{&m.hosts, "hosts", p.Hosts, []string{"entities.hosts", "hosts", "host"}},
		{&m.users, "users", p.Users, []string{"entities.users", "users", "user"}},
		{&m.ips, "ips", p.IPs, []string{"entities.ips", "ips", "ip"}},
		{&m.resources, "resources", p.Resources, []string{"entities.resources", "resources", "resource"}},
		{&m.links, "links", p.Links, []string{"links", "url", "link"}},
		{&m.labels, "labels", p.Labels, []string{"labels", "tags"}},
	} {
		f.to.key = f.key
		if f.path != "" {
			f.usual = []string{f.path}
		}
		for _, s := range f.usual {
			read, err := parsePath(s)
			if err != nil {
				problems = append(problems, incident.Problem{Where: "paths." + f.key, What: err.Error()})
			}
			f.to.paths = append(f.to.paths, read)
		}
	}
	if p.Alerts != "" {
		read, err := parsePath(p.Alerts)
		if err != nil {
			problems = append(problems, incident.Problem{Where: "paths.alerts", What: err.Error()})
		}
		m.alerts = &read
	}
	problems = append(problems, words("paths.severities", p.Severities, []string{"critical", "high", "medium", "low", "info", "unknown"})...)
	problems = append(problems, words("paths.statuses", p.Statuses, []string{"open", "resolved", "ignored"})...)
	if len(problems) > 0 {
		return nil, &incident.Error{Kind: incident.Invalid, Problems: problems}
	}
	return m.parse, nil
}

func words(where string, in map[string]string, allowed []string) []incident.Problem {
	var out []incident.Problem
	for k, v := range in {
		if !slices.Contains(allowed, v) {
			out = append(out, incident.Problem{Where: where + "." + k, What: fmt.Sprintf("one of %v", allowed)})
		}
	}
	return sorted(out)
}

func (m mapper) parse(body []byte) ([]incident.Alert, error) {
	v, err := decode(body)
	if err != nil {
		return nil, err
	}
	list, at := []any{v}, "$"
	switch whole := v.(type) {
	case []any:
		if m.alerts == nil {
			list, at = whole, "$[*]"
		}
	}
	if m.alerts != nil {
		at = m.alerts.String()
		list = m.alerts.find(v)
		if len(list) == 1 {
			if inner, ok := list[0].([]any); ok {
				list, at = inner, at+"[*]"
			}
		}
	}
	if len(list) == 0 {
		return nil, unreadable(incident.Problem{Where: at, What: "there is no alert here"})
	}
	var out []incident.Alert
	var problems []incident.Problem
	for n, item := range list {
		where := at
		if len(list) > 1 {
			where = fmt.Sprintf("%s (alert %d of %d)", at, n+1, len(list))
		}
		if _, ok := item.(map[string]any); !ok {
			problems = append(problems, incident.Problem{Where: where, What: "it is " + kindOf(item) + "; an object is needed"})
			continue
		}
		r := reading{in: item, at: where}
		out = append(out, m.alert(&r))
		problems = append(problems, r.problems...)
	}
	if len(problems) > 0 {
		return nil, unreadable(problems[:min(len(problems), 50)]...)
	}
	return out, nil
}

func (m mapper) alert(r *reading) incident.Alert {
	a := incident.Alert{
		ExternalID:  line(r.text(m.id), 500),
		Title:       line(r.text(m.title), maxTitle),
		Description: block(r.text(m.description), maxDescription),
	}
	if a.Title == "" {
		r.problem(m.title, "an alert needs a title, and there is none here")
	}
	print := line(r.text(m.fingerprint), 500)
	if print == "" {
		print = a.ExternalID
	}
	if print == "" {
		print = contents(r.in)
	}
	a.Fingerprint = "generic:" + print
	a.Severity = translate(m.severities, r.text(m.severity), severityOf)
	a.Status = translate(m.statuses, r.text(m.status), statusOf)
	a.OccurredAt, _ = readTime(r.text(m.occurred))
	for _, h := range r.list(m.hosts) {
		addHost(&a.Entities, h)
	}
	for _, s := range r.list(m.users) {
		a.Entities.Users = add(a.Entities.Users, s)
	}
	for _, s := range r.list(m.ips) {
		a.Entities.IPs = add(a.Entities.IPs, s)
	}
	for _, s := range r.list(m.resources) {
		a.Entities.Resources = add(a.Entities.Resources, s)
	}
	a.Links = links(r.list(m.links)...)
	a.Labels = labels(r.pairs(m.labels))
	return a
}

func translate(table map[string]string, word string, usual func(string) string) string {
	if w, ok := table[word]; ok {
		return w
	}
	return usual(word)
}

// contents identifies an alert that has no id: the same contents are the same
// alert. encoding/json writes the keys of an object in order.
func contents(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "" // cannot be: it came from JSON. Without a fingerprint every call is a new alert.
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// reading is one alert being read, and what was wrong with it.
type reading struct {
	in       any
	at       string
	problems []incident.Problem
}

func (r *reading) problem(f field, what string) {
	where := r.at
	if len(f.paths) > 0 {
		where += " " + f.paths[0].String()
	}
	r.problems = append(r.problems, incident.Problem{Where: where, What: f.key + ": " + what})
}

// values gives what the first path that leads anywhere finds.
func (r *reading) values(f field) []any {
	for _, p := range f.paths {
		if found := p.find(r.in); len(found) > 0 && !(len(found) == 1 && found[0] == nil) {
			return found
		}
	}
	return nil
}

func (r *reading) text(f field) string {
	found := r.values(f)
	if len(found) == 0 {
		return ""
	}
	s, ok := text(found[0])
	if !ok {
		r.problem(f, "it is "+kindOf(found[0])+"; a text or a number is needed")
	}
	return s
}

// list takes texts, lists of texts, and leaves out what is neither.
func (r *reading) list(f field) []string {
	var out []string
	for _, v := range r.values(f) {
		inner, ok := v.([]any)
		if !ok {
			inner = []any{v}
		}
		for _, x := range inner {
			if s, ok := text(x); ok {
				out = append(out, s)
			}
		}
	}
	return out
}

// pairs takes an object of scalars, or a list of tags: "name:value" or "name".
func (r *reading) pairs(f field) map[string]string {
	out := map[string]string{}
	for _, v := range r.values(f) {
		if o, ok := v.(map[string]any); ok {
			for k, x := range o {
				if s, ok := text(x); ok {
					out[k] = s
				}
			}
		}
	}
	if len(out) == 0 {
		tags := r.list(f)
		sort.Strings(tags)
		for _, t := range tags {
			k, v := cutTag(t)
			out[k] = v
		}
	}
	return out
}

func cutTag(s string) (string, string) {
	for n, c := range s {
		if n > 0 && (c == ':' || c == '=') {
			return s[:n], s[n+1:]
		}
	}
	return s, "true"
}
