package post

import (
	"context"
	"io"
	"os"
	"strings"

	"filippo.io/age"

	"tocsin/incident"
)

// HouseConfig is the [post] part of the configuration. Without a sender no letters
// are printed.
type HouseConfig struct {
	Paper       string   `toml:"paper"`       // a4 or letter
	Sender      []string `toml:"sender"`      // the name, then the address letters come back to, line by line
	Endorsement string   `toml:"endorsement"` // to the postal service, in the window: "Return Service Requested"
	Home        string   `toml:"home"`        // the country letters are posted in, ISO 3166-1 alpha-2
	Domestic    string   `toml:"domestic"`    // postage class inside it
	Abroad      string   `toml:"abroad"`      // postage class to other countries
	Points      float64  `toml:"points"`      // size of the text
	Duplex      bool     `toml:"duplex"`      // printed on both sides
	Batch       int      `toml:"batch"`       // letters in one file
	Fonts       []string `toml:"fonts"`       // TrueType files for characters the built-in ones lack
	KeysFile    string   `toml:"keys_file"`   // the mail house's age public keys, one a line; packages are sealed for them
}

// DefaultHouse is what a key that is not given means.
func DefaultHouse() HouseConfig {
	return HouseConfig{Paper: string(A4), Points: 11, Batch: 500}
}

// On reports whether letters can be printed.
func (c HouseConfig) On() bool { return len(c.Sender) > 0 }

// House is the mail house as the program has it: a press for letters, one whose every
// page says that it is a drill's, and whom packages are sealed for.
type House struct {
	Live, Drill *Press
	keys        []age.Recipient
}

// NewHouse reads the fonts and keys. Error: Invalid with every problem; nil without
// a House where no sender is configured.
func NewHouse(c HouseConfig) (*House, error) {
	if !c.On() {
		return nil, nil
	}
	cfg := Config{Paper: Paper(c.Paper), Points: c.Points, Sender: c.Sender, Endorsement: c.Endorsement, Home: c.Home, Domestic: c.Domestic, Abroad: c.Abroad, Duplex: c.Duplex, Batch: c.Batch}
	var problems []incident.Problem
	for _, name := range c.Fonts {
		data, err := os.ReadFile(name)
		if err != nil {
			problems = append(problems, incident.Problem{Where: "fonts", What: "the file " + name + " cannot be read"})
			continue
		}
		cfg.Fonts = append(cfg.Fonts, Font{Name: name, Data: data})
	}
	var h House
	if c.KeysFile != "" {
		raw, err := os.ReadFile(c.KeysFile)
		if err != nil {
			problems = append(problems, incident.Problem{Where: "keys_file", What: "cannot be read"})
		}
		var lines []string
		for line := range strings.Lines(string(raw)) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				lines = append(lines, line)
			}
		}
		if err == nil && len(lines) == 0 {
			problems = append(problems, incident.Problem{Where: "keys_file", What: "has no key"})
		}
		if h.keys, err = ParseRecipients(lines); err != nil {
			problems = append(problems, incident.Problem{Where: "keys_file", What: incident.Sentence(err)})
		}
	}
	var err error
	if h.Live, err = New(cfg); err == nil {
		cfg.Drill = true
		h.Drill, err = New(cfg)
	}
	if err != nil {
		if problems = append(problems, incident.ProblemsOf(err)...); len(incident.ProblemsOf(err)) == 0 {
			problems = append(problems, incident.Problem{Where: "paper", What: incident.Sentence(err)})
		}
	}
	if len(problems) > 0 {
		for n := range problems {
			problems[n].Where = "post." + problems[n].Where
		}
		return nil, &incident.Error{Kind: incident.Invalid, Message: "The configuration of letters on paper is wrong.", Problems: problems}
	}
	return &h, nil
}

// Press gives the one for an incident or a drill.
func (h *House) Press(drill bool) *Press {
	if drill {
		return h.Drill
	}
	return h.Live
}

// Sealed reports whether packages are sealed for the mail house's keys.
func (h *House) Sealed() bool { return len(h.keys) > 0 }

// Pack writes a run's package, sealed where the mail house has keys. See Press.Pack.
func (h *House) Pack(ctx context.Context, w io.Writer, from Store, r Report) error {
	return h.Live.Pack(ctx, w, from, r, h.keys...)
}
