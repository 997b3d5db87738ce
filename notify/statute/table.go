package statute

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"tocsin/incident/condition"
)

// WriteTable writes an assessment for people: duties in due order, then what
// is not owed and why, what to know, and what to find out next.
func WriteTable(w io.Writer, a Assessment) error {
	b := &strings.Builder{}
	fmt.Fprintf(b, "As of %s, rules %s. Not legal advice.\n", a.At.UTC().Format("2 Jan 2006, 15:04 MST"), a.Edition)
	fmt.Fprintf(b, "Risk to people: %s%s\n", a.Risk.Level, riskWords(a.Risk))
	for _, r := range a.Risk.Because {
		fmt.Fprintf(b, "  %s\n", r)
	}
	writeDuties(b, a)
	writeNotOwed(b, a)
	writeList(b, "To know", a.Notices)
	if len(a.Questions) > 0 {
		fmt.Fprintf(b, "\nTo find out next\n")
		for i, q := range a.Questions {
			fmt.Fprintf(b, "  %d. %s\n     %s decides %s%s\n", i+1, q.Ask, q.Fact, someOf(q.Decides, 4), soonestWords(q, a.At))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func riskWords(r Risk) string {
	switch {
	case !r.Proposed:
		return " (concluded)"
	case r.Level == "unknown":
		return ""
	}
	return " (proposed)"
}

func writeDuties(b *strings.Builder, a Assessment) {
	fmt.Fprintf(b, "\n")
	t := tabwriter.NewWriter(b, 0, 4, 2, ' ', 0)
	fmt.Fprintf(t, "DUE\tAPPLIES\tWHERE\tTELL\tRULE\tSTAGE\n")
	rows := 0
	for _, o := range a.Obligations {
		if o.Applies == condition.No {
			continue
		}
		for _, s := range o.Stages {
			if s.State == Stopped {
				continue
			}
			rows++
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", dueWords(s, a.At), o.Applies, o.Jurisdiction, shorten(o.Recipient, 48), o.Rule, s.Stage)
		}
	}
	switch {
	case rows == 0 && a.Decided():
		fmt.Fprintf(t, "Nobody has to be told, on these facts.\n")
	case len(a.Obligations) == 0:
		fmt.Fprintf(t, "Which laws to look at is not known: it takes where the people affected live, and where the organisation is established.\n")
	}
	_ = t.Flush() // into a strings.Builder, which takes everything
}

func writeNotOwed(b *strings.Builder, a Assessment) {
	first := true
	for _, o := range a.Obligations {
		if o.Applies != condition.No {
			continue
		}
		if first {
			fmt.Fprintf(b, "\nNot owed\n")
			first = false
		}
		fmt.Fprintf(b, "  %s: %s\n", o.Rule, strings.Join(o.BecauseNot, "; "))
	}
}

func writeList(b *strings.Builder, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n", title)
	for _, l := range lines {
		fmt.Fprintf(b, "  %s\n", l)
	}
}

// dueWords words a stage's deadline: 22 Nov 2026, 14:05 CET (in 3 h).
func dueWords(s StageOut, at time.Time) string {
	var out string
	switch {
	case s.State == Waiting:
		return strings.TrimPrefix(s.Counted, "not started: ")
	case s.Due == nil:
		out = "without undue delay"
	default:
		due := *s.Due
		if s.Zone != nil {
			due = due.In(s.Zone)
		}
		out = due.Format("2 Jan 2006, 15:04 MST") + " (" + Until(due.Sub(at)) + ")"
	}
	if !s.Binding {
		out += ", expected"
	}
	return out
}

// Until words a time left or gone: in 3 h, in 12 days, 5 h ago.
func Until(d time.Duration) string {
	gone := d < 0
	if gone {
		d = -d
	}
	var text string
	switch {
	case d < time.Hour:
		text = fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 72*time.Hour:
		text = fmt.Sprintf("%d h", int(d.Hours()))
	default:
		text = fmt.Sprintf("%d days", int(d.Hours()/24))
	}
	if gone {
		return text + " ago"
	}
	return "in " + text
}

func soonestWords(q Question, at time.Time) string {
	if q.Soonest == nil {
		return ""
	}
	return ", the soonest due " + Until(q.Soonest.Sub(at))
}

func someOf(list []string, most int) string {
	if len(list) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(list[:most], ", "), len(list)-most)
	}
	return strings.Join(list, ", ")
}

func shorten(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most-1]) + "…"
}
