package register

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"
	"time"
)

// columns of the CSV, in order.
var columns = []string{
	"number", "title", "summary", "kind", "severity", "status", "opened_at",
	"occurred_from", "occurred_until", "detected", "aware", "aware_reason",
	"people", "by_jurisdiction", "by_element", "facts", "effects", "risk",
	"contained", "recovered", "actions", "told", "not_notified", "open", "closed_at", "outcome",
}

// CSV writes a row for each entry below a header. A cell that a spreadsheet
// would take for a formula begins with an apostrophe.
func CSV(w io.Writer, entries []Entry) error {
	out := csv.NewWriter(w)
	if err := out.Write(columns); err != nil {
		return err
	}
	for n := range entries {
		row := cells(&entries[n])
		for c := range row {
			row[c] = inert(row[c])
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// JSON writes the entries as one array.
func JSON(w io.Writer, entries []Entry) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(entries)
}

func cells(e *Entry) []string {
	people := ""
	if e.People != nil {
		people = strconv.Itoa(*e.People)
	}
	return []string{
		e.Number, e.Title, e.Summary, e.Kind, e.Severity, e.Status, stamp(&e.OpenedAt),
		stamp(e.OccurredFrom), stamp(e.OccurredUntil), stamp(e.Detected), stamp(e.Aware), e.AwareReason,
		people, pairs(e.Jurisdictions), pairs(e.Elements), pairs(e.Facts), pairs(e.Effects), e.Risk,
		stamp(e.Contained), stamp(e.Recovered), lines(e.Actions, action), lines(e.Told, told), lines(e.NotNotified, decision),
		lines(e.Open, open), stamp(e.ClosedAt), e.Outcome,
	}
}

func action(a Action) string {
	return reasoned(fmt.Sprintf("%s task %d: %s", stamp(a.At), a.Task, a.Title), a.Outcome)
}

func told(t Told) string {
	name := t.Rule
	if t.Stage != "" {
		name += ":" + t.Stage
	}
	if name != "" && name != t.To {
		name = " (" + name + ")"
	} else {
		name = ""
	}
	return stamp(&t.At) + " " + t.To + name
}

func decision(d Decision) string {
	what := "nobody was told"
	if d.Rule != "" {
		what = d.Recipient + " (" + d.Rule + ")"
	}
	if d.Rule != "" && !d.Settled {
		what += ", not yet approved"
	}
	return reasoned(what, d.Reason)
}

func open(o Open) string { return strings.TrimSpace(o.Recipient + " (" + o.Rule + ") " + stamp(o.Due)) }

func reasoned(what, why string) string {
	if why == "" {
		return what
	}
	return what + ": " + why
}

func lines[T any](all []T, text func(T) string) string {
	out := make([]string, len(all))
	for n, x := range all {
		out[n] = strings.TrimSpace(text(x))
	}
	return strings.Join(out, "\n")
}

func pairs[V any](m map[string]V) string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	for n, name := range names {
		names[n] = fmt.Sprintf("%s=%v", name, m[name])
	}
	return strings.Join(names, "; ")
}

func stamp(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// inert keeps a spreadsheet from running a cell: one that begins with one of
// these characters, in any width, is a formula to some program. Blanks before
// it do not make it text.
func inert(cell string) string {
	first := strings.TrimLeft(cell, " \u00a0\u3000")
	if first == "" {
		return cell
	}
	if strings.ContainsRune("=+-@\t\r\n|＝＋－＠", []rune(first)[0]) {
		return "'" + cell
	}
	return cell
}
