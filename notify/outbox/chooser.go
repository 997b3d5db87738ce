package outbox

import (
	"fmt"
	"strings"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/notify/letter"
	"tocsin/notify/statute"
)

// chooser finds the one letter a person gets: of the narrowest place that covers
// where they live, in their language if there is one. A person to whom several
// laws apply gets one notice; the narrower law is the one with its own content.
type chooser struct {
	letters []chosen
	found   map[[2]string]*chosen
}

type chosen struct {
	sent    Sent
	mailing *letter.Mailing
}

func newChooser(lib *letter.Library, letters []Sent, texts []Draft) (*chooser, error) {
	c := &chooser{found: map[[2]string]*chosen{}}
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
func (c *chooser) For(jurisdiction, language string) *chosen {
	language, _, _ = strings.Cut(strings.ToLower(language), "-")
	key := [2]string{jurisdiction, language}
	if l, ok := c.found[key]; ok {
		return l
	}
	var best *chosen
	rank := -1
	for n := range c.letters {
		l := &c.letters[n]
		for _, area := range l.sent.Covers {
			if !statute.Within(jurisdiction, area) {
				continue
			}
			r := 2 * narrowness(area, jurisdiction)
			if strings.HasPrefix(strings.ToLower(l.sent.Language), language) && language != "" {
				r += 1
			} else if l.sent.Language != "en" && rank >= r {
				continue
			} else if l.sent.Language != "en" {
				r -= 1 // a language they did not ask for is the last choice
			}
			if r > rank {
				best, rank = l, r
			}
		}
	}
	c.found[key] = best
	return best
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

// render writes the letter of one person; code is their check code.
func (l *chosen) render(p *affected.Person, code string) (letter.Message, error) {
	return l.mailing.Render(addressee(p, code))
}
