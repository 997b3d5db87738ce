package statute

import (
	"fmt"
	"io"
	"slices"
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

// row is one clock that runs or waits.
type row struct {
	*Obligation
	*StageOut
}

// rank puts dates first, then what is due without delay, then what waits.
func (r row) rank() int {
	switch {
	case r.StageOut.Due != nil:
		return 0
	case r.State == Running:
		return 1
	}
	return 2
}

// clockRows lists the clocks of what is or may be owed, in due order.
func clockRows(a Assessment) []row {
	var rows []row
	for i := range a.Obligations {
		o := &a.Obligations[i]
		if o.Applies == condition.No {
			continue
		}
		for j := range o.Stages {
			if s := &o.Stages[j]; s.State != Stopped {
				rows = append(rows, row{o, s})
			}
		}
	}
	slices.SortStableFunc(rows, func(x, y row) int {
		if x.rank() == 0 && y.rank() == 0 {
			return x.StageOut.Due.Compare(*y.StageOut.Due)
		}
		return x.rank() - y.rank()
	})
	return rows
}

func writeDuties(b *strings.Builder, a Assessment) {
	fmt.Fprintf(b, "\n")
	t := tabwriter.NewWriter(b, 0, 4, 2, ' ', 0)
	fmt.Fprintf(t, "DUE\tAPPLIES\tWHERE\tTELL\tRULE\tSTAGE\tREVIEWED\tCONFIDENCE\n")
	rows := clockRows(a)
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", dueWords(*r.StageOut, a.At), r.Applies, r.Jurisdiction,
			shorten(r.Recipient, 48), r.Rule, r.Stage, r.Reviewed, Sure(r.Confidence))
	}
	switch {
	case len(rows) == 0 && a.Decided():
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
		fmt.Fprintf(b, "  %s (reviewed %s, %s): %s\n", o.Rule, o.Reviewed, Sure(o.Confidence), strings.Join(o.BecauseNot, "; "))
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
