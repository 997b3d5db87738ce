package console

import (
	"fmt"
	"strings"
	"time"

	"tocsin/incident/condition"
	"tocsin/notify/statute"
	"tocsin/web/view"
)

// whatIfResult is the difference between the case as it stands and as supposed.
type whatIfResult struct {
	Summary  string
	Same     bool
	Risk     *riskMove
	Owed     []supposedDuty // come to be owed
	Maybe    []supposedDuty // come to be unknown
	Fallen   []supposedDuty // are no longer owed, or no longer listed
	Moved    []movedDate
	Asked    []string // questions that come up
	Answered int      // questions that are gone
	Notices  []string
	Versions []string // another version of a law is asked
}

type riskMove struct{ From, To view.Badge }

type supposedDuty struct {
	Title, Where, URL string
	Mark              ruleMark
	Was               view.Badge
	Why               []string
	Due               []stageDue
}

type stageDue struct {
	Stage string
	Due   *time.Time
	Words string // where there is no instant
}

// movedDate is a deadline that would be another.
type movedDate struct {
	Title, Where, Stage, URL string
	Mark                     ruleMark
	From, To                 *time.Time
	FromWords, ToWords       string
	By                       string // "2 d earlier"; empty where there is a deadline on one side only
	Earlier                  bool
}

func whatFollows(c statute.Changes) *whatIfResult {
	d := &whatIfResult{Same: c.IsZero(), Answered: len(c.Answered), Notices: c.NoticesNew}
	if c.Risk != nil && c.Risk.From.Level != c.Risk.To.Level {
		d.Risk = &riskMove{riskBadge(c.Risk.From.Level), riskBadge(c.Risk.To.Level)}
	}
	for n := range c.Appeared {
		o := &c.Appeared[n]
		switch row := dutyOf(o, view.Badge{Text: "Not listed", Tone: view.NotOwed}); o.Applies {
		case condition.Yes:
			d.Owed = append(d.Owed, row)
		case condition.Unknown:
			d.Maybe = append(d.Maybe, row)
		}
	}
	for n := range c.Changed {
		ch := &c.Changed[n]
		if ch.Reversioned() {
			d.Versions = append(d.Versions, ch.After.Rule+": version "+ch.Before.Version+" → "+ch.After.Version)
		}
		if !ch.Turned() {
			d.Moved = append(d.Moved, movesOf(ch)...)
			continue
		}
		row := dutyOf(&ch.After, truthBadge(ch.Before.Applies))
		switch ch.After.Applies {
		case condition.Yes:
			d.Owed = append(d.Owed, row)
		case condition.Unknown:
			d.Maybe = append(d.Maybe, row)
		default:
			d.Fallen = append(d.Fallen, row)
		}
	}
	for n := range c.Fell {
		if o := &c.Fell[n]; o.Applies != condition.No {
			row := dutyOf(o, truthBadge(o.Applies))
			row.Why = []string{"nobody is affected there, and nothing else ties the organisation to it"}
			d.Fallen = append(d.Fallen, row)
		}
	}
	for _, q := range c.Asked {
		d.Asked = append(d.Asked, q.Ask)
	}
	d.Summary = d.summary()
	return d
}

func (d *whatIfResult) summary() string {
	if d.Same {
		return "Nothing would change."
	}
	count := func(n int, one, many string) string {
		if n == 1 {
			return "1 " + one
		}
		return itoa(n) + " " + many
	}
	var parts []string
	for _, p := range []struct {
		n         int
		one, many string
	}{{len(d.Owed), "duty comes to be owed", "duties come to be owed"}, {len(d.Maybe), "duty becomes uncertain", "duties become uncertain"},
		{len(d.Fallen), "duty falls away", "duties fall away"}, {len(d.Moved), "date moves", "dates move"}} {
		if p.n > 0 {
			parts = append(parts, count(p.n, p.one, p.many))
		}
	}
	if len(parts) == 0 {
		return "No duty and no date changes."
	}
	return strings.Join(parts, ", ") + "."
}

func truthBadge(t condition.Truth) view.Badge {
	switch t {
	case condition.Yes:
		return view.Badge{Text: "Owed", Tone: view.Running}
	case condition.No:
		return view.Badge{Text: "Not owed", Tone: view.NotOwed}
	}
	return view.Badge{Text: "Unknown", Tone: view.Unknown}
}

func dutyOf(o *statute.Obligation, was view.Badge) supposedDuty {
	row := supposedDuty{Title: o.Title, Where: placeName(o.Jurisdiction) + ": " + o.Recipient, URL: ruleURL(o.Rule, o.Version), Mark: markOf(o.Reviewed, o.Confidence), Was: was, Why: o.Because}
	if row.Title == "" {
		row.Title = o.Regime
	}
	switch o.Applies {
	case condition.No:
		row.Why = o.BecauseNot
		return row
	case condition.Unknown:
		row.Why = nil
		for _, fact := range o.Missing {
			row.Why = append(row.Why, "not known: "+factPhrase(fact))
		}
	}
	for _, s := range o.Stages {
		if s.State != statute.Stopped {
			row.Due = append(row.Due, stageDue{Stage: words(s.Stage), Due: s.Due, Words: stageWords(s)})
		}
	}
	return row
}

// stageWords says how a stage stands that has no deadline.
func stageWords(s statute.StageOut) string {
	switch {
	case s.Due != nil:
		return ""
	case s.State == statute.Waiting:
		return waitWords(s.From)
	case s.State == statute.Running:
		return "without undue delay"
	}
	return "not owed"
}

func movesOf(ch *statute.Change) []movedDate {
	if ch.After.Applies == condition.No {
		return nil // no date of a duty that is not owed is anybody's concern
	}
	var out []movedDate
	row := dutyOf(&ch.After, view.Badge{})
	for _, m := range ch.Moves {
		d := movedDate{Title: row.Title, Where: row.Where, URL: row.URL, Mark: row.Mark, Stage: words(m.Stage), From: m.From.Due, To: m.To.Due, FromWords: stageWords(m.From), ToWords: stageWords(m.To)}
		if by, ok := m.By(); ok && by != 0 {
			d.Earlier = by < 0
			d.By = distanceWords(by)
		}
		out = append(out, d)
	}
	return out
}

// distanceWords says how far a deadline moves: "2 d 3 h earlier".
func distanceWords(d time.Duration) string {
	way := "later"
	if d < 0 {
		d, way = -d, "earlier"
	}
	var parts []string
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}} {
		if n := d / u.unit; n > 0 && len(parts) < 2 {
			parts = append(parts, fmt.Sprintf("%d %s", n, u.name))
			d -= n * u.unit
		}
	}
	if len(parts) == 0 {
		return "less than a minute " + way
	}
	return strings.Join(parts, " ") + " " + way
}
