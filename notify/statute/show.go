package statute

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// WriteRule writes one version of a rule for people: what it is, then its file
// as it stands, which is the form in which counsel reads and corrects it.
func WriteRule(w io.Writer, l *Library, r *Rule) error {
	b := &strings.Builder{}
	t := tabwriter.NewWriter(b, 0, 4, 2, ' ', 0)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(t, "%s\t%s\n", name, value)
		}
	}
	row("rule", r.ID+", version "+r.Version)
	row("what", r.Title)
	row("where", r.Jurisdiction)
	row("regime", r.Regime)
	row("audience", r.Audience)
	row("citation", r.Citation)
	row("in force", inForceWords(r.InForce))
	if !r.IsEnabled() {
		row("enabled", "no: "+r.Reason)
	}
	row("reviewed", r.Reviewed.String()+", confidence "+r.Confidence)
	for i, s := range r.Sources {
		name := ""
		if i == 0 {
			name = "sources"
		}
		fmt.Fprintf(t, "%s\t%s\n", name, s)
	}
	row("file", r.file)
	_ = t.Flush() // into a strings.Builder, which takes everything
	fmt.Fprintf(b, "\n%s", l.Source(r))
	_, err := io.WriteString(w, b.String())
	return err
}

func inForceWords(f InForce) string {
	from, until := dateText(f.From), dateText(f.Until)
	switch {
	case from == nil && until == nil:
		return ""
	case until == nil:
		return "from " + *from
	case from == nil:
		return "until " + *until
	}
	return "from " + *from + " until " + *until
}

// WriteCoverage writes a line for each jurisdiction.
func WriteCoverage(w io.Writer, rows []CoverageRow) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "WHERE\tRULES\tAUDIENCES\tCASES\tCONFIDENCE\tOLDEST REVIEW\tAUTHORITIES\tNOT COUNTED")
	rules, cases := 0, 0
	for _, r := range rows {
		rules += r.Rules
		cases += r.Cases
		fmt.Fprintf(t, "%s\t%d\t%s\t%d\t%s\t%s\t%d\t%d\n", r.Jurisdiction, r.Rules, counts(r.Audiences), r.Cases, counts(r.Confidence), r.Oldest, r.Authorities, r.Disabled)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%d rules with %d cases\n", rules, cases)
	return err
}

// counts writes counts by name: high 3, low 1.
func counts(m map[string]int) string {
	var out []string
	for _, k := range sortedKeys(m) {
		out = append(out, fmt.Sprintf("%s %d", k, m[k]))
	}
	return strings.Join(out, ", ")
}
