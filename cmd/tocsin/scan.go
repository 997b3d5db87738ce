package main

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/scan"
	"tocsin/incident/scan/detect"
)

// ScanCmd is `tocsin affected scan`.
type ScanCmd struct {
	Paths        []string `arg:"" name:"path" help:"Mailboxes, chat exports, transcripts, tables with free text, pages; also packed with gzip or zstd, and folders of them."`
	Out          string   `required:"" placeholder:"DIR" help:"Folder for the result; new, empty, or an earlier result. Its exposure.csv holds personal data."`
	JSON         bool     `name:"json" help:"Print summary.json to standard output, and nothing else."`
	OwnDomain    []string `placeholder:"DOMAIN" help:"The organisation's mail domains, whose addresses are not customers'."`
	Country      []string `placeholder:"CC" help:"Where the people live: national numbers of these countries are listed also where no word says what they are."`
	PhoneCountry string   `placeholder:"CC" help:"Where telephone numbers without an international prefix belong."`
	CustomerID   string   `name:"customer-id" sep:"none" placeholder:"REGEXP" help:"How customer ids are written; a group takes a part."`
	Policy       string   `sep:"none" placeholder:"REGEXP" help:"How numbers of insurance policies are written."`
	Pattern      []string `sep:"none" placeholder:"NAME:ELEMENT=REGEXP" help:"Another kind of number and the element it stands for."`
	Without      []string `placeholder:"DETECTOR" help:"Detectors to leave out."`
	Least        string   `enum:"shape,context,checksum" default:"shape" help:"The weakest hits that count for the exposure (shape, context, checksum). All are listed."`
	Transcripts  bool     `help:"Plain text files are conversations, so that communications were exposed too."`
	KeyFile      string   `placeholder:"FILE" help:"Key of the hashes, to compare results; made if it is not there. By default a new one is used and forgotten."`
	Workers      int      `placeholder:"N" help:"Files read at once; by default one for each processor. The result is the same."`
}

// Run does the work.
func (c *ScanCmd) Run(g *Globals) error {
	opt := scan.Options{
		Detect:     detect.Config{Countries: c.Country, PhoneCountry: c.PhoneCountry, Without: c.Without},
		OwnDomains: c.OwnDomain, Transcripts: c.Transcripts, Workers: c.Workers, Now: g.Now,
	}
	var err error
	if opt.Detect.Patterns, err = c.patterns(); err != nil {
		return err
	}
	if opt.Least, err = detect.ParseStrength(c.Least); err != nil {
		return err
	}
	if c.KeyFile != "" {
		if opt.Key, err = hashKey(c.KeyFile); err != nil {
			return err
		}
	}
	paths := slices.Clone(c.Paths)
	for i, path := range paths {
		if info, err := os.Stat(path); err == nil && info.IsDir() && !strings.HasSuffix(path, "/") {
			paths[i] += "/"
		}
	}
	meter := &scanMeter{w: g.Stderr, now: g.Now, live: isTerminal(g.Stderr)}
	opt.Progress = meter.show
	sum, err := scan.ToFolder(g.Context, scan.Folder("."), paths, c.Out, opt)
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
	return printScan(g.Stdout, sum, c.Out)
}

// patterns are the operator's own.
func (c *ScanCmd) patterns() ([]detect.Pattern, error) {
	var all []detect.Pattern
	if c.CustomerID != "" {
		all = append(all, detect.Pattern{Name: detect.CustomerID, Expression: c.CustomerID})
	}
	if c.Policy != "" {
		all = append(all, detect.Pattern{Name: "policy", Element: "insurance_policy", Expression: c.Policy})
	}
	for _, p := range c.Pattern {
		head, expression, ok := strings.Cut(p, "=")
		name, element, both := strings.Cut(head, ":")
		if !ok || !both {
			return nil, incident.Errorf(incident.Invalid, "%q is not a pattern: write NAME:ELEMENT=REGEXP, such as visa:gov_id=V[0-9]{8}", p)
		}
		if _, known := affected.ElementOf(element); !known && element != "" {
			return nil, incident.Errorf(incident.Invalid, "%q is not a known element; known are %s", element, strings.Join(affected.ElementNames(), ", "))
		}
		all = append(all, detect.Pattern{Name: name, Element: element, Expression: expression})
	}
	return all, nil
}

// hashKey reads the key of the hashes, or makes one.
func hashKey(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		text = []byte(rand.Text() + rand.Text())
		if err := os.WriteFile(path, append(text, '\n'), 0o600); err != nil {
			return nil, incident.Because(incident.Unavailable, err, "the key cannot be kept in %s", path)
		}
		return text, nil
	case err != nil:
		return nil, incident.Because(incident.Invalid, err, "the key cannot be read")
	}
	key := []byte(strings.TrimSpace(string(text)))
	if raw, err := hex.DecodeString(string(key)); err == nil {
		key = raw
	}
	if len(key) < 16 {
		return nil, incident.Errorf(incident.Invalid, "%s: a key needs 16 bytes or more, or short numbers could be guessed from their hashes", path)
	}
	return key, nil
}

// scanMeter shows progress: a line that changes on a terminal, elsewhere one every ten seconds.
type scanMeter struct {
	w    io.Writer
	now  func() time.Time
	live bool
	next time.Time
	last scan.Progress
}

func (m *scanMeter) show(p scan.Progress) {
	m.last = p
	now := m.now()
	if m.next.IsZero() {
		m.next = now
		if !m.live {
			m.next = now.Add(10 * time.Second)
		}
	}
	if now.Before(m.next) {
		return
	}
	if m.next = now.Add(10 * time.Second); m.live {
		m.next = now.Add(100 * time.Millisecond)
	}
	m.line()
}

func (m *scanMeter) line() {
	text := fmt.Sprintf("scanning: %d of %d files, %d hits", m.last.Files, m.last.Of, m.last.Hits)
	if m.last.Total > 0 {
		text += fmt.Sprintf(", %d %%", min(100, 100*m.last.Done/m.last.Total))
	}
	if m.live {
		fmt.Fprintf(m.w, "\r\x1b[K%s", text)
		return
	}
	fmt.Fprintln(m.w, text)
}

// end writes the last state.
func (m *scanMeter) end() {
	if m.last.Of == 0 {
		return
	}
	if m.line(); m.live {
		fmt.Fprintln(m.w)
	}
}

func printScan(w io.Writer, s scan.Summary, dir string) error {
	fmt.Fprintf(w, "%d hits in %d messages of %d files.\n\n", s.Hits, s.Messages, len(s.Files))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "hits\tdetector\telement")
	elements := map[string]string{}
	for _, d := range s.Detectors {
		elements[d.Name] = cmp.Or(d.Element, "(identifies only)")
	}
	names := slices.Sorted(maps.Keys(s.ByDetector))
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(s.ByDetector[b], s.ByDetector[a]) })
	for _, name := range names {
		fmt.Fprintf(t, "%d\t%s\t%s\n", s.ByDetector[name], name, elements[name])
	}
	if err := t.Flush(); err != nil {
		return err
	}
	unsure := int64(0)
	for _, n := range s.Unsure {
		unsure += n
	}
	fmt.Fprintln(w)
	if unsure > 0 {
		fmt.Fprintf(w, "%d numbers pass a check, but nothing near them says what they are; --country lists those of a country.\n", unsure)
	}
	if s.Nobody > 0 {
		fmt.Fprintf(w, "%d of %d rows of the exposure identify nobody.\n", s.Nobody, s.Rows)
	}
	if s.Problems > 0 {
		fmt.Fprintf(w, "%d problems, %d files not read to their end: see %s.\n", s.Problems, s.Incomplete, filepath.Join(dir, scan.ProblemsFile))
	}
	_, err := fmt.Fprintf(w, "The result is in %s. Give %s to `tocsin affected resolve` with match = { email = \"email\", phone = \"phone\", customer_id = \"customer_id\" }\nand elements_column = \"elements\".\n",
		dir, filepath.Join(dir, scan.ExposureFile))
	return err
}
