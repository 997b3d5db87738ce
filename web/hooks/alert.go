package hooks

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tocsin/incident"
)

// parser reads the alerts of one call. body is authentic but otherwise anything.
// Source, ID, ReceivedAt and the counters are left to the desk; an OccurredAt
// that could not be read is left zero, and the desk says that it guessed. Error:
// Invalid with every problem and its place; nothing else comes back with it.
type parser func(body []byte) ([]incident.Alert, error)

// parserOf is the list of formats. Error: Invalid, problems relative to the source.
func parserOf(s Source) (parser, error) {
	switch s.Parser {
	case "alertmanager":
		return alertmanager, nil
	case "generic":
		return generic(s.Paths)
	}
	return nil, &incident.Error{Kind: incident.Invalid, Problems: []incident.Problem{{Where: "parser", What: "one of alertmanager, generic"}}}
}

// How much of a sender's text an alert keeps; the whole call is kept beside it.
const (
	maxTitle       = 300
	maxDescription = 8000
	maxLabels      = 100
	maxLabel       = 1000
	maxList        = 100
)

// line is text on one line without control characters, at most n characters.
func line(s string, n int) string {
	return clip(strings.Join(strings.Fields(printable(s)), " "), n)
}

// block is text that keeps its line breaks.
func block(s string, n int) string {
	return clip(strings.TrimSpace(printable(strings.ReplaceAll(s, "\r\n", "\n"))), n)
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		if unicode.IsControl(r) || r == utf8.RuneError || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}
		return r
	}, s)
}

func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// severityOf maps the words that senders use. A word nobody knows stays unknown.
func severityOf(s string) string {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "critical", "crit", "fatal", "emergency", "emerg", "disaster", "page", "blocker", "urgent", "p1", "sev1":
		return "critical"
	case "high", "error", "err", "major", "severe", "alert", "p2", "sev2":
		return "high"
	case "medium", "moderate", "warning", "warn", "average", "p3", "sev3":
		return "medium"
	case "low", "minor", "notice", "p4", "sev4":
		return "low"
	case "info", "information", "informational", "none", "debug", "ok", "p5", "sev5":
		return "info"
	}
	return "unknown"
}

// statusOf maps the words that senders use. What nobody knows is open: better
// looked at once too often.
func statusOf(s string) string {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "resolved", "closed", "close", "ok", "recovered", "fixed", "inactive", "cleared", "normal", "done":
		return "resolved"
	case "ignored", "ignore", "suppressed", "muted", "silenced", "dismissed":
		return "ignored"
	}
	return "open"
}

// links keeps what is a web address; anything else may not become a link.
func links(list ...string) []string {
	var out []string
	for _, s := range list {
		s = strings.TrimSpace(s)
		u, err := url.Parse(s)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || len(s) > 2000 {
			continue
		}
		out = add(out, s)
	}
	return out
}

// add appends s unless it is empty, there already or one too many.
func add(list []string, s string) []string {
	s = line(s, maxLabel)
	if s == "" || slices.Contains(list, s) || len(list) >= maxList {
		return list
	}
	return append(list, s)
}

// addHost files a host under its kind: a name, or an IP address; a port is cut off.
func addHost(e *incident.Entities, s string) {
	s = strings.TrimSpace(s)
	if ap, err := netip.ParseAddrPort(s); err == nil {
		s = ap.Addr().String()
	}
	if ip, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		e.IPs = add(e.IPs, ip.String())
		return
	}
	if host, port, ok := strings.Cut(s, ":"); ok && port != "" && strings.Trim(port, "0123456789") == "" {
		s = host
	}
	e.Hosts = add(e.Hosts, s)
}

// labels bounds what a sender attached.
func labels(in map[string]string) map[string]string {
	names := make([]string, 0, len(in))
	for k := range in {
		names = append(names, k)
	}
	slices.Sort(names)
	out := make(map[string]string, min(len(in), maxLabels))
	for _, k := range names {
		if key := line(k, 100); key != "" && len(out) < maxLabels {
			out[key] = block(in[k], maxLabel)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
