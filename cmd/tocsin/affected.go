package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/warehouse"
)

// AffectedCmd works out whose data leaked.
type AffectedCmd struct {
	Resolve ResolveCmd `cmd:"" help:"Match exposed data with the customer directory: who is affected, by what, and where they live."`
	Scan    ScanCmd    `cmd:"" help:"Look through mailboxes, chats and free text for personal data, and make an exposure of them."`
}

// ResolveCmd is `tocsin affected resolve`.
type ResolveCmd struct {
	Spec    string `arg:"" help:"TOML file that names the directory, the exposures and how they match. Its paths are relative to it."`
	Out     string `required:"" placeholder:"DIR" help:"Folder for the result; new, empty, or an earlier result."`
	JSON    bool   `name:"json" help:"Print summary.json to standard output, and nothing else."`
	Workers int    `placeholder:"N" help:"Blocks worked on at once; by default one for each processor. The result is the same."`
	Memory  string `placeholder:"SIZE" help:"Memory the matching may take, such as 512MB or 2GiB. What does not fit goes sealed into a temporary file."`
	Inside  bool   `help:"Have the database match, where the directory and all exposures are queries of one that speaks PostgreSQL's protocol. Only affected people travel; the result is the same."`
	Plan    bool   `help:"With --inside: print the SQL and the database's plan for it, and stop."`
}

// Validate refuses flags that make no sense, before anything is opened.
func (c *ResolveCmd) Validate() error {
	switch {
	case strings.TrimSpace(c.Out) == "":
		return errors.New("--out needs a folder")
	case c.Workers < 0 || c.Workers > 1024:
		return fmt.Errorf("%d workers make no sense: give 1 to 1024, or 0 for one for each processor", c.Workers)
	case c.Plan && !c.Inside:
		return errors.New("--plan shows what a database would do, so it needs --inside")
	case c.Memory == "":
		return nil
	}
	_, err := affected.ParseSize(c.Memory)
	return err
}

// Run does the work. A spec or file that cannot be used is reported with every problem at once.
func (c *ResolveCmd) Run(g *Globals) error {
	opt := affected.Options{Workers: c.Workers, Now: g.Now}
	if c.Memory != "" {
		size, err := affected.ParseSize(c.Memory)
		if err != nil {
			return err
		}
		opt.Memory = size
		debug.SetMemoryLimit(size / 10 * 9) // this process does nothing else
	}
	file, err := os.Open(c.Spec)
	if err != nil {
		return incident.Because(incident.Invalid, err, "the spec cannot be opened")
	}
	defer file.Close()
	spec, err := affected.ParseSpec(file, filepath.Base(c.Spec))
	if err != nil {
		return err
	}
	databases, err := warehouse.Open(spec, warehouse.Config{Folder: filepath.Dir(c.Spec), Getenv: g.Getenv})
	if err != nil {
		return err
	}
	defer databases.Close() //nolint:errcheck // nothing was written there
	opt.Query = databases.Query
	meter := &meter{w: g.Stderr, now: g.Now, live: isTerminal(g.Stderr)}
	opt.Progress = meter.show
	resolve := func() (affected.Summary, error) {
		return affected.ResolveToFolder(g.Context, spec, affected.Folder(filepath.Dir(c.Spec)), c.Out, opt)
	}
	if c.Inside {
		in, err := c.inside(g, databases, spec)
		if err != nil || c.Plan {
			return err
		}
		resolve = func() (affected.Summary, error) { return in.ResolveToFolder(g.Context, c.Out, opt) }
	}
	sum, err := resolve()
	meter.end()
	if err != nil {
		if g.Context.Err() != nil {
			return errors.New("stopped; nothing was written")
		}
		return err
	}
	if c.JSON {
		out := json.NewEncoder(g.Stdout)
		out.SetIndent("", "  ")
		return out.Encode(sum)
	}
	return printSummary(g.Stdout, sum, c.Out)
}

// inside prepares the matching inside a database and shows what it will do
// there: on standard output where that is all that is asked.
func (c *ResolveCmd) inside(g *Globals, databases *warehouse.Databases, spec affected.Spec) (*warehouse.Inside, error) {
	in, err := databases.Inside(g.Context, spec)
	if err != nil {
		return nil, err
	}
	steps, err := in.Plan(g.Context)
	if err != nil {
		return nil, err
	}
	w := g.Stderr
	if c.Plan {
		w = g.Stdout
	}
	return in, warehouse.WritePlan(w, steps)
}

// meter shows progress: one line that changes on a terminal; elsewhere a line
// when a step ends, and every ten seconds in between.
type meter struct {
	w    io.Writer
	now  func() time.Time
	live bool
	last affected.Progress
	next time.Time
	from time.Time // when the step began
}

func (m *meter) show(p affected.Progress) {
	if m.last.Stage != "" && (m.last.Stage != p.Stage || m.last.Input != p.Input) {
		m.end()
	}
	now := m.now()
	every := 10 * time.Second
	if m.live {
		every = 100 * time.Millisecond
	}
	if m.last.Stage == "" {
		m.next, m.from = now.Add(every), now
	} else if !now.Before(m.next) {
		m.next = now.Add(every)
		m.line(p)
	}
	m.last = p
}

// end writes the last state of the step under way.
func (m *meter) end() {
	if m.last.Stage == "" {
		return
	}
	m.line(m.last)
	if m.live {
		fmt.Fprintln(m.w)
	}
	m.last = affected.Progress{}
}

func (m *meter) line(p affected.Progress) {
	doing := map[string]string{"ask": "asking the database for", "index": "reading", "match": "matching", "join": "joining by", "list": "listing what is left of", "write": "writing people from"}[p.Stage]
	text := fmt.Sprintf("%s %s", doing, p.Input)
	if p.Rows > 0 {
		text += fmt.Sprintf(": %d rows", p.Rows)
	}
	if p.Total > 0 {
		text += fmt.Sprintf(", %d %%", 100*p.Done/p.Total)
		if took := m.now().Sub(m.from); p.Done > 0 && p.Done < p.Total && took > 2*time.Second {
			left := time.Duration(float64(took) / float64(p.Done) * float64(p.Total-p.Done))
			text += fmt.Sprintf(", about %s left", left.Round(time.Second))
		}
	}
	if m.live {
		fmt.Fprintf(m.w, "\r\x1b[K%s", text)
		return
	}
	fmt.Fprintln(m.w, text)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func printSummary(w io.Writer, s affected.Summary, dir string) error {
	fmt.Fprintf(w, "%d people are affected, in %d jurisdictions.\n\n", s.People, len(s.ByJurisdiction))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "input\trows\tmatched\tduplicate\tunmatched\tmalformed\t")
	for i, in := range s.Inputs {
		if i == 0 { // the directory, which is matched with
			fmt.Fprintf(t, "%s\t%d\t\t\t\t%d\t\n", in.Name, in.Rows, in.Malformed)
			continue
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t\n", in.Name, in.Rows, in.Matched, in.Duplicates, in.Unmatched, in.Malformed)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	t = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "jurisdiction\tpeople")
	places := make([]string, 0, len(s.ByJurisdiction))
	for j := range s.ByJurisdiction {
		places = append(places, j)
	}
	slices.Sort(places)
	slices.SortStableFunc(places, func(a, b string) int { return int(s.ByJurisdiction[b] - s.ByJurisdiction[a]) })
	for _, j := range places {
		fmt.Fprintf(t, "%s\t%d\n", j, s.ByJurisdiction[j])
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if s.Conflicts > 0 {
		fmt.Fprintf(w, "\n%d rows could mean several people: settle them with %s.\n", s.Conflicts, filepath.Join(dir, affected.ConflictsFile))
	}
	for _, warning := range s.Warnings {
		fmt.Fprintf(w, "\nWarning: %s.\n", warning)
	}
	if s.NoContact > 0 {
		fmt.Fprintf(w, "\n%d affected people have no address by which they could be reached.\n", s.NoContact)
	}
	fmt.Fprintf(w, "\nThe result is in %s.\n", dir)
	return nil
}
