package outbox

import (
	"cmp"
	"slices"
	"time"
)

// Hold is people who wait because as many letters as may be went out in the last
// hour, or because their mail server asks to wait. It is no failed attempt.
type Hold struct {
	Domain  string    `json:"domain,omitempty"` // where the configuration names it; else all others together
	All     bool      `json:"all,omitempty"`    // of the limit on everything that goes out
	Rest    bool      `json:"rest,omitempty"`   // the server keeps putting letters off
	Down    bool      `json:"down,omitempty"`   // our own mail server cannot be reached
	People  int       `json:"people"`
	PerHour int       `json:"per_hour,omitempty"`
	Until   time.Time `json:"until"` // when the next of them go
	Clear   time.Time `json:"clear"` // when the last of them should be through
}

// holds is who was held back in a pass, by domain; it grows with the domains that
// are at their limit, not with the people.
type holds struct {
	of  map[string]*held
	all *lane // the limit on everything, where it was reached
	now time.Time
}

type held struct {
	lane   *lane
	people int
}

// add notes one person whom a lane has no room for.
func (h *holds) add(g *gate, domain string, l *lane) {
	h.now = g.now
	if l.key == inAll {
		h.all = l
		return
	}
	if h.of == nil {
		h.of = map[string]*held{}
	}
	if at := h.of[domain]; at != nil {
		at.people++
		return
	}
	h.of[domain] = &held{lane: l, people: 1}
}

// lines are what a page shows. left is how many of the mailing are still to be written to.
func (h *holds) lines(left int) []Hold {
	byName := map[Hold]*Hold{}
	for _, at := range h.of {
		l := at.lane
		one := l.hold(h.now, at.people)
		k := Hold{Domain: one.Domain, Rest: one.Rest, PerHour: one.PerHour}
		sum := byName[k]
		if sum == nil {
			byName[k] = &one
			continue
		}
		sum.People += one.People
		if one.Until.Before(sum.Until) {
			sum.Until = one.Until
		}
		if one.Clear.After(sum.Clear) {
			sum.Clear = one.Clear
		}
	}
	var out []Hold
	for _, one := range byName {
		out = append(out, *one)
	}
	slices.SortFunc(out, func(a, b Hold) int {
		return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.PerHour, b.PerHour))
	})
	if h.all != nil {
		one := h.all.hold(h.now, left)
		one.All = true
		out = slices.Insert(out, 0, one)
	}
	return out
}

func (l *lane) hold(now time.Time, people int) Hold {
	out := Hold{Domain: l.named, People: people, PerHour: l.limit, Until: l.opens(now, l.limit), Rest: l.Until != nil && l.Until.After(now) || l.Window > 0}
	out.Clear = out.Until
	hourly := l.limit
	if slow := l.Window * 60; slow > 0 && (hourly == 0 || slow < hourly) {
		hourly = slow
	}
	if hourly > 0 {
		// The first share goes as it opens, the others one by one after it.
		further := max(0, people-share(hourly))
		out.Clear = out.Until.Add(time.Duration(float64(further) / float64(hourly) * float64(time.Hour)))
	}
	return out
}

// soonest is when somebody of them can be written to.
func soonestOf(all []Hold) *time.Time {
	var out *time.Time
	for n := range all {
		if t := all[n].Until; out == nil || t.Before(*out) {
			out = &t
		}
	}
	return out
}
