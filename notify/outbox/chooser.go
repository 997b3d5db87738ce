package outbox

import (
	"fmt"
	"strings"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/notify/letter"
	"tocsin/notify/statute"
)

// chooser finds the letter a person gets in a mailing: of the narrowest place that
// covers where they live, in their language if there is one. A person to whom several
// laws apply gets one notice, which meets them all; where no one letter can, the
// further letter goes in a mailing of its own.
type chooser struct {
	letters []chosen
	found   map[who]*chosen
}

// who is what a letter is chosen by.
type who struct {
	place, language string
	employee        bool
}

type chosen struct {
	sent    Sent
	mailing *letter.Mailing
}

func newChooser(lib *letter.Library, letters []Sent, texts []Draft) (*chooser, error) {
	c := &chooser{found: map[who]*chosen{}}
	for n, l := range letters {
		d := texts[n]
		v := d.Versions[l.Version-1]
		if v.Digest != l.Digest || v.Letter.Digest() != l.Digest {
			return nil, incident.Errorf(incident.Internal, "mailing: the text of draft %s is not what was approved", d.ID)
		}
		m, err := lib.Prepare(v.Letter)
		if err != nil {
			return nil, fmt.Errorf("prepare draft %s: %w", d.ID, err)
		}
		c.letters = append(c.letters, chosen{sent: l, mailing: m})
	}
	return c, nil
}

// For gives the letter for somebody; nil where none covers them.
func (c *chooser) For(p *affected.Person) *chosen {
	key := who{p.Jurisdiction(), p.Language, employed(p)}
	if l, ok := c.found[key]; ok {
		return l
	}
	want, usual := tagOf(key.language), official(key.place)
	var best *chosen
	rank := -1
	for n := range c.letters {
		l := &c.letters[n]
		if l.sent.Reader == letter.Employee && !key.employee {
			continue
		}
		for _, area := range l.sent.Covers {
			if !statute.Within(key.place, area) {
				continue
			}
			r := 16*narrowness(area, key.place) + fluency(l.sent.Language, want, usual)
			if l.sent.Reader == letter.Employee {
				r += 8
			}
			if r > rank {
				best, rank = l, r
			}
		}
	}
	c.found[who{key.place, strings.Clone(key.language), key.employee}] = best
	return best
}

// fluency ranks the language of a text for somebody: their own, else the usual
// one of where they live, else English, else one nobody asked for.
func fluency(text, want, usual string) int {
	text = strings.ToLower(text)
	switch {
	case text == want:
		return 5
	case baseOf(text) == baseOf(want):
		return 4
	case text == usual:
		return 3
	case baseOf(text) == baseOf(usual):
		return 2
	case text == "en":
		return 1
	}
	return 0
}

// narrowness ranks an area by how closely it fits a place.
func narrowness(area, place string) int {
	switch {
	case area == place:
		return 3
	case strings.HasPrefix(place, area+"-"):
		return 2
	}
	return 1
}

// render writes the letter of one person; code is their check code, enrol that of the
// monitoring they are offered, where the letter shows one.
func (l *chosen) render(p *affected.Person, code, enrol string) (letter.Message, error) {
	to := addressee(p, code)
	to.MonitoringCode = enrol
	return l.mailing.Render(to)
}
