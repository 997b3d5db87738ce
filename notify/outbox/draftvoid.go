package outbox

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/notify/letter"
)

// dutySet are the duties that the readers of a draft are owed now, each with the
// version of its rule: for people, all towards where they live, for an office the
// one it is for. Sorted.
func (b *caseBasis) dutySet(d *Draft) []string {
	var out []string
	if d.Audience == AudiencePublic {
		for _, id := range d.Obligations {
			if o := b.byID[id]; o != nil && o.Owed() {
				out = append(out, o.ID+" "+o.Version)
			}
		}
		return out
	}
	if d.Audience != "individuals" {
		if o := b.byID[d.Obligation]; o != nil && o.Owed() {
			out = append(out, o.ID+" "+o.Version)
		}
		return out
	}
	var owed []*Obligation
	for n := range b.duties {
		if o := &b.duties[n]; o.Owed() && o.Audience == "individuals" {
			owed = append(owed, o)
		}
	}
	for _, area := range d.Covers {
		for _, o := range dutiesIn(owed, area) {
			out = append(out, o.ID+" "+o.Version)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// valuesNow are the values a draft would be made from now.
func (s *Service) valuesNow(i *incident.Incident, d *Draft, now time.Time, b *caseBasis) (map[string]string, error) {
	o := b.byID[d.Obligation]
	if o == nil || len(d.Current().Letter.Values) == 0 {
		return nil, nil // made before they were kept
	}
	lib, err := s.Letters()
	if err != nil {
		return nil, err
	}
	values, err := lib.Values(specOf(d), s.caseFrom(i, o, d.Covers, now, b).Case)
	if kind := incident.KindOf(err); err != nil && (kind == incident.NotFound || kind == incident.Invalid) {
		return nil, nil // a letter the library no longer has; its text still stands
	}
	return values, err
}

// voids says, a sentence each, what an approval no longer fits; nil where it holds.
// values are those of now.
func (b *caseBasis) voids(d *Draft, values map[string]string) []string {
	a := d.Approval
	if a == nil {
		return nil
	}
	var out []string
	if a.Text != d.Current().Digest {
		out = append(out, "The text changed: version "+strconv.Itoa(d.Current().N)+" is newer than what was approved.")
	}
	if a.Roster != rosterDigest(b.roster) {
		out = append(out, "The list of affected people changed.")
	}
	if a.Duties != nil {
		out = append(out, b.movedDuties(a.Duties, b.dutySet(d))...)
	}
	for _, what := range letter.Changed(a.Values, values) {
		out = append(out, "What the case says changed: "+what+".")
	}
	return out
}

// movedDuties says what came to a set of duties and what left it.
func (b *caseBasis) movedDuties(was, is []string) []string {
	var out []string
	name := func(entry string) string {
		id, _, _ := strings.Cut(entry, " ")
		if o := b.byID[id]; o != nil {
			return o.Regime + " (" + o.Rule + ")"
		}
		return id
	}
	has := func(set []string, entry string) (same, older bool) {
		id, _, _ := strings.Cut(entry, " ")
		for _, e := range set {
			if e == entry {
				return true, false
			}
			older = older || strings.HasPrefix(e, id+" ")
		}
		return false, older
	}
	for _, e := range is {
		if same, older := has(was, e); older {
			out = append(out, "The rule changed: "+name(e)+".")
		} else if !same {
			out = append(out, "Another duty is owed to its readers: "+name(e)+".")
		}
	}
	for _, e := range was {
		if same, newer := has(is, e); !same && !newer {
			out = append(out, "A duty is no longer owed: "+name(e)+".")
		}
	}
	return out
}

// sentence ends a person's words with a full stop.
func sentence(s string) string {
	if s = strings.TrimSpace(s); s == "" || strings.ContainsAny(s[len(s)-1:], ".!?") {
		return s
	}
	return s + "."
}
