package post

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tocsin/incident"
)

// MinPoints is the smallest type a letter is set in: California asks for no
// less than 10 points in a notice (Cal. Civ. Code § 1798.82(d)(1)).
const MinPoints = 10

// Config of a press. The zero value of every field but Sender and Home is useful.
type Config struct {
	Paper       Paper    // A4 where empty
	Points      float64  // of the text: 11 where 0, MinPoints at least
	Sender      []string // the name, then the address to return to, line by line
	Endorsement string   // to the postal service, in the window: "Return Service Requested"
	Home        string   // the country letters are posted in, ISO 3166-1 alpha-2
	Domestic    string   // postage class inside Home: "first_class" in the US where empty, "domestic" elsewhere
	Abroad      string   // postage class to other countries: "international" where empty
	Duplex      bool     // printed on both sides: each letter begins on a front
	Fonts       []Font   // for characters the built-in ones lack, in order
	Batch       int      // letters in one file: 500 where 0
	Drill       bool     // every page says that it is not to be posted
}

// maxPages in one file, whatever its letters: a file is held in memory while it
// is made.
const maxPages = 5000

// HIPAA's notice goes by first-class mail (45 CFR 164.404(d)(1)(i)).
const firstClass = "first_class"

// Press prints letters. It never changes, and is safe for concurrent use.
type Press struct {
	cfg    Config
	sheet  sheet
	faces  faces
	sender []placed // with the endorsement, in the window
}

var (
	countryCode = regexp.MustCompile(`^[A-Z]{2}$`)
	className   = regexp.MustCompile(`^[a-z0-9_]{1,40}$`)
)

// New checks the configuration. Invalid lists everything that is wrong with it.
func New(cfg Config) (*Press, error) {
	sh, err := cfg.Paper.sheet()
	if err != nil {
		return nil, err
	}
	if cfg.Paper == "" {
		cfg.Paper = A4
	}
	if cfg.Points == 0 {
		cfg.Points = 11
	}
	if cfg.Batch == 0 {
		cfg.Batch = 500
	}
	if cfg.Domestic == "" {
		cfg.Domestic = "domestic"
		if cfg.Home == "US" {
			cfg.Domestic = firstClass
		}
	}
	if cfg.Abroad == "" {
		cfg.Abroad = "international"
	}
	cfg.Sender = slices.Clone(cfg.Sender)
	for i := range cfg.Sender {
		cfg.Sender[i] = oneLine(cfg.Sender[i])
	}
	cfg.Endorsement = oneLine(cfg.Endorsement)
	fs, err := newFaces(cfg.Fonts)
	if err != nil {
		return nil, err
	}
	p := &Press{cfg: cfg, sheet: sh, faces: fs}
	if problems := p.problems(); len(problems) > 0 {
		return nil, &incident.Error{Kind: incident.Invalid, Message: "letters cannot be printed like this", Problems: problems}
	}
	return p, nil
}

func (p *Press) problems() []incident.Problem {
	var out []incident.Problem
	wrong := func(where, format string, args ...any) {
		out = append(out, incident.Problem{Where: where, What: fmt.Sprintf(format, args...)})
	}
	if p.cfg.Points < MinPoints || p.cfg.Points > 24 {
		wrong("points", "%g is not between %d and 24", p.cfg.Points, MinPoints)
	}
	if p.cfg.Batch < 1 || p.cfg.Batch > maxPages {
		wrong("batch", "%d is not between 1 and %d letters", p.cfg.Batch, maxPages)
	}
	if _, ok := countryName(p.cfg.Home); !ok {
		wrong("home", "%q is no country's two capital letters", p.cfg.Home)
	}
	for where, class := range map[string]string{"domestic": p.cfg.Domestic, "abroad": p.cfg.Abroad} {
		if !className.MatchString(class) {
			wrong(where, "a postage class is small letters, figures and _")
		}
	}
	slices.SortFunc(out, func(a, b incident.Problem) int { return strings.Compare(a.Where, b.Where) })
	if len(p.cfg.Sender) < 2 || slices.Contains(p.cfg.Sender, "") {
		wrong("sender", "a name and an address are needed, and no empty line")
		return out
	}
	for i, s := range append(slices.Clone(p.cfg.Sender), p.cfg.Endorsement) {
		if r, n := p.faces.uncovered(s, regular); n > 0 {
			wrong("sender", "line %d, character %d (script %s): %s", i+1, n, script(r), p.why(r))
		}
	}
	if len(out) == 0 {
		var fits bool
		if p.sender, fits = p.setSender(); !fits {
			wrong("sender", "it does not fit the envelope's window")
		}
	}
	return out
}

// why a rune is not printed.
func (p *Press) why(r rune) string {
	if !setsSimply(r) {
		return "this script needs shaping, which print here does not do"
	}
	return "no font here has it; name one that has in the configuration"
}
