package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"tocsin/incident"
	"tocsin/notify/statute"
)

// RulesCmd is the statutory library.
type RulesCmd struct {
	List     RulesListCmd     `cmd:"" help:"List every rule: what it is, from which source, reviewed when."`
	Show     RulesShowCmd     `cmd:"" help:"Show one rule, whole."`
	Lint     RulesLintCmd     `cmd:"" help:"Check rules; every mistake with its line. Exits with 3 where there is one."`
	Test     RulesTestCmd     `cmd:"" help:"Play the worked cases of rules. Exits with 3 where one fails."`
	Coverage RulesCoverageCmd `cmd:"" help:"What is covered, by jurisdiction."`
}

// RulesListCmd is `tocsin rules list`.
type RulesListCmd struct {
	JSON  bool     `name:"json" help:"Print an array of rules as JSON, and nothing else."`
	Rules []string `name:"rules" placeholder:"DIR" help:"A folder of your own rules, on top of those shipped. May be repeated."`
}

// Run prints the list.
func (c *RulesListCmd) Run(g *Globals) error {
	library, err := loadRules(g, c.Rules)
	if err != nil {
		return err
	}
	rules := library.List()
	if c.JSON {
		return printJSON(g.Stdout, rules)
	}
	t := tabwriter.NewWriter(g.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "RULE\tVERSION\tWHERE\tAUDIENCE\tREGIME\tREVIEWED\tCONFIDENCE\tENABLED")
	for _, r := range rules {
		enabled := "yes"
		if !r.Enabled {
			enabled = "no"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, r.Version, r.Jurisdiction, r.Audience, r.Regime, r.Reviewed, statute.Sure(r.Confidence), enabled)
	}
	return t.Flush()
}

// RulesShowCmd is `tocsin rules show`.
type RulesShowCmd struct {
	ID    string   `arg:"" name:"id" help:"The rule's id, such as eu-gdpr-33-1."`
	JSON  bool     `name:"json" help:"Print the versions of the rule as JSON, and nothing else."`
	Rules []string `name:"rules" placeholder:"DIR" help:"A folder of your own rules, on top of those shipped. May be repeated."`
}

// Run prints the rule's versions, newest last, as their files say them.
func (c *RulesShowCmd) Run(g *Globals) error {
	library, err := loadRules(g, c.Rules)
	if err != nil {
		return err
	}
	versions := library.Versions(c.ID)
	if len(versions) == 0 {
		return incident.Errorf(incident.NotFound, "there is no rule %q%s", c.ID, library.Nearest(c.ID))
	}
	if c.JSON {
		out := make([]statute.RuleSummary, len(versions))
		for i, r := range versions {
			out[i] = r.Summary()
		}
		return printJSON(g.Stdout, out)
	}
	for i, r := range versions {
		if i > 0 {
			fmt.Fprintln(g.Stdout)
		}
		if err := statute.WriteRule(g.Stdout, library, r); err != nil {
			return err
		}
	}
	return nil
}

// RulesLintCmd is `tocsin rules lint`.
type RulesLintCmd struct {
	Dir  string `arg:"" optional:"" help:"A folder of rules; without it, the rules shipped with the program."`
	JSON bool   `name:"json" help:"Print an array of problems as JSON, and nothing else."`
}

// Run prints every mistake.
func (c *RulesLintCmd) Run(g *Globals) error {
	folder, name, err := optionalFolder(c.Dir)
	if err != nil {
		return err
	}
	problems, err := statute.Lint(folder, name)
	if err != nil {
		return err
	}
	if c.JSON {
		if problems == nil {
			problems = []incident.Problem{}
		}
		if err := printJSON(g.Stdout, problems); err != nil {
			return err
		}
	} else {
		for _, p := range problems {
			fmt.Fprintln(g.Stdout, p)
		}
		fmt.Fprintf(g.Stdout, "%s\n", count(len(problems), "problem"))
	}
	if len(problems) > 0 {
		return errWanting
	}
	return nil
}

// RulesTestCmd is `tocsin rules test`.
type RulesTestCmd struct {
	Dir     string `arg:"" optional:"" help:"A folder of rules; without it, the rules shipped with the program."`
	JSON    bool   `name:"json" help:"Print an array of case results as JSON, and nothing else."`
	Verbose bool   `short:"v" help:"Print the cases that pass too."`
}

// Run plays the cases and prints those that fail.
func (c *RulesTestCmd) Run(g *Globals) error {
	folder, name, err := optionalFolder(c.Dir)
	if err != nil {
		return err
	}
	results, err := statute.Test(folder, name)
	if err != nil {
		for _, p := range incident.ProblemsOf(err) {
			fmt.Fprintln(g.Stdout, p)
		}
		if len(incident.ProblemsOf(err)) > 0 {
			fmt.Fprintln(g.Stderr, "tocsin:", incident.Sentence(err))
			return errWanting
		}
		return err
	}
	failed := 0
	for i := range results {
		r := &results[i]
		if len(r.Failed) > 0 {
			failed++
		}
		switch {
		case c.JSON:
			if r.Failed == nil {
				r.Failed = []string{}
			}
		case len(r.Failed) > 0:
			fmt.Fprintf(g.Stdout, "FAIL %s: %s: %s\n     %s\n", r.Where, r.Rule, r.Case, strings.Join(r.Failed, "\n     "))
		case c.Verbose:
			fmt.Fprintf(g.Stdout, "ok   %s: %s\n", r.Rule, r.Case)
		}
	}
	switch {
	case c.JSON:
		if results == nil {
			results = []statute.CaseResult{}
		}
		if err := printJSON(g.Stdout, results); err != nil {
			return err
		}
	default:
		fmt.Fprintf(g.Stdout, "%s, %d failed\n", count(len(results), "case"), failed)
	}
	if failed > 0 || len(results) == 0 {
		return errWanting
	}
	return nil
}

// RulesCoverageCmd is `tocsin rules coverage`.
type RulesCoverageCmd struct {
	JSON  bool     `name:"json" help:"Print an array of jurisdictions as JSON, and nothing else."`
	Rules []string `name:"rules" placeholder:"DIR" help:"A folder of your own rules, on top of those shipped. May be repeated."`
}

// Run prints the map: as text a line for each rule and the countries without
// one; as JSON an object for each jurisdiction, those without a rule included.
func (c *RulesCoverageCmd) Run(g *Globals) error {
	library, err := loadRules(g, c.Rules)
	if err != nil {
		return err
	}
	rows, uncovered := library.Coverage(), library.Uncovered()
	if !c.JSON {
		return statute.WriteCoverage(g.Stdout, rows, uncovered, g.Now())
	}
	for _, country := range uncovered {
		if !slices.ContainsFunc(rows, func(r statute.CoverageRow) bool { return r.Jurisdiction == country }) {
			rows = append(rows, statute.CoverageRow{
				Jurisdiction: country, Audiences: map[string]int{}, Regimes: []string{}, Confidence: map[string]int{}, Versions: []statute.CoveredBy{},
			})
		}
	}
	slices.SortStableFunc(rows, func(x, y statute.CoverageRow) int { return strings.Compare(x.Jurisdiction, y.Jurisdiction) })
	return printJSON(g.Stdout, rows)
}

func optionalFolder(dir string) (fs.FS, string, error) {
	if dir == "" {
		return nil, "", nil
	}
	folder, err := openFolder(dir)
	return folder, filepath.ToSlash(filepath.Clean(dir)), err
}

func printJSON(w io.Writer, v any) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(v)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
