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
	row("reviewed", r.Reviewed.String()+", confidence "+Sure(r.Confidence))
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

// Sure words how far a rule's text is trusted; one of low confidence is to be
// verified before anybody leans on it.
func Sure(confidence string) string {
	if confidence == "low" {
		return "low, verify"
	}
	return confidence
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
