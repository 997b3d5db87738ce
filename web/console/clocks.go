package console

import (
	"sort"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/notify/outbox"
	"tocsin/notify/statute"
	"tocsin/web/view"
)

// duties is what the rules say about one incident, as the frame needs it.
type duties struct {
	all       []outbox.Obligation // in the outbox's order
	standing  outbox.Standing
	clocks    []clock
	questions []statute.Question
	byID      map[string]*outbox.Obligation
	owed      int // obligations that are owed and not yet met
	drafts    int // notices a person still has to deal with
}

// clock is one deadline of an incident, of a duty or of a task. Without due
// there is no instant yet, and note says what it waits for.
type clock struct {
	title, url, owner, note string
	due                     time.Time
	duty                    bool
}

// stripClocks is how many deadlines stay in sight.
const stripClocks = 4

// deadlines lists every clock of the incident, the soonest first, and what waits last.
func (o *openCase) deadlines() []clock {
	return deadlines(&o.Incident, o.Tasks, o.desk.clocks, o.names)
}

func deadlines(i *incident.Incident, tasks []incident.Task, duties []clock, names map[string]string) []clock {
	if i.Status.Ended() {
		return nil
	}
	all := append([]clock(nil), duties...)
	for n := range all {
		if all[n].owner = holderNames(i, incident.Counsel, names); all[n].owner == "" {
			all[n].owner = incident.Counsel.Label()
		}
	}
	for _, t := range tasks {
		if t.State.Ended() || t.Due == nil {
			continue
		}
		owner := holderNames(i, t.Role, names)
		switch {
		case t.Assignee != "":
			owner = who(names, t.Assignee)
		case owner == "" && t.Role != "":
			owner = t.Role.Label()
		}
		all = append(all, clock{title: t.Title, url: caseURL(i, "/tasks/"+itoa(t.Number)), owner: owner, due: *t.Due})
	}
	sort.SliceStable(all, func(a, b int) bool {
		x, y := all[a], all[b]
		switch {
		case x.due.IsZero() || y.due.IsZero():
			return !x.due.IsZero() && y.due.IsZero()
		case !x.due.Equal(y.due):
			return x.due.Before(y.due)
		}
		return x.duty && !y.duty
	})
	return all
}

// strip is the next few clocks as the frame shows them.
func (o *openCase) strip(reader view.Reader) []view.Clock {
	var out []view.Clock
	for _, k := range o.deadlines() {
		if len(out) == stripClocks {
			break
		}
		out = append(out, k.view(reader))
	}
	return out
}

func (k clock) view(reader view.Reader) view.Clock {
	v := view.Clock{Title: k.title, State: dueBadge(k.due, reader.Now), Owner: k.owner, Note: k.note, URL: k.url}
	if !k.due.IsZero() {
		v.Due = reader.When(k.due)
	}
	return v
}

// dueBadge says how near an instant is, by word, shape and colour.
func dueBadge(due, now time.Time) view.Badge {
	switch {
	case due.IsZero():
		return view.Badge{Text: "Waiting", Tone: view.Waiting}
	case due.Before(now):
		return view.Badge{Text: "Overdue", Tone: view.Overdue}
	case due.Before(now.Add(24 * time.Hour)):
		return view.Badge{Text: "Due soon", Tone: view.Soon}
	}
	return view.Badge{Text: "Running", Tone: view.Running}
}

// sentenceCase makes a fragment begin like a sentence.
func sentenceCase(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
