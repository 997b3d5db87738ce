package console

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/web/view"
)

type clocksPage struct {
	URL      string
	Pictures []clockPicture // the same, for a desk and for a phone
	Key      []milestoneKey
	Origin   string
	Lines    []clockLine
	Counts   []view.Part
	Empty    view.Empty
}

// milestoneKey is a milestone that is set, under the number it has in the picture.
type milestoneKey struct {
	Number     int
	Name       incident.Milestone
	Label, URL string
	At         time.Time
}

// Clocks is the picture of all clocks of an incident, and the table behind it.
func (c *Console) Clocks(r *Request) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	reader := r.Reader()
	d := clocksPage{URL: o.URL(""), Lines: o.clockLines(reader), Key: o.milestoneKeys(),
		Empty: view.Empty{Title: "No clock to draw", Text: "Once facts and affected people are recorded, every duty with a deadline is drawn here, from the milestone it counts from to the instant it ends.",
			Action: &view.Link{Text: "Answer the open questions", URL: o.URL("/interview")}}}
	if len(d.Lines) > 0 {
		origin, name := o.clockOrigin()
		d.Origin = name
		d.Counts = countClocks(d.Lines)
		text := picturedWords(d.Lines, d.Counts)
		for _, size := range []pictureSize{wideSize(), narrowSize()} {
			p := draw(d.Lines, d.Key, origin, reader, size)
			p.Text = text
			d.Pictures = append(d.Pictures, p)
		}
	}
	return r.Show("clocks", o.page(r, "Clocks", d))
}

// clockOrigin is the instant that the picture counts from: awareness, since most
// clocks hang on it, else what is there.
func (o *openCase) clockOrigin() (time.Time, string) {
	for _, m := range []incident.Milestone{incident.Aware, incident.Discovered, incident.Detected} {
		if s, ok := o.InForce[m]; ok {
			return s.At, "the milestone “" + m.Label() + "”"
		}
	}
	return o.Incident.OpenedAt, "the opening of the incident"
}

func (o *openCase) milestoneKeys() []milestoneKey {
	var out []milestoneKey
	for m, s := range o.InForce {
		if strings.HasPrefix(string(m), "filed:") {
			continue // a filing is the end of a bar
		}
		out = append(out, milestoneKey{Name: m, Label: m.Label(), URL: o.URL("/milestones/" + string(m)), At: s.At})
	}
	slices.SortFunc(out, func(a, b milestoneKey) int {
		if n := a.At.Compare(b.At); n != 0 {
			return n
		}
		return strings.Compare(string(a.Name), string(b.Name))
	})
	for n := range out {
		out[n].Number = n + 1
	}
	return out
}

// clockLines are the clocks of duties that are or may be owed, by jurisdiction,
// then those of tasks.
func (o *openCase) clockLines(reader view.Reader) []clockLine {
	var out []clockLine
	for _, ob := range o.desk.byID {
		if ob.Applies == "no" || ob.Decision.Settled() {
			continue
		}
		for _, st := range ob.Stages {
			if st.State == "none" {
				continue
			}
			l := clockLine{Group: placeName(ob.Jurisdiction), Label: sentenceCase(ob.Recipient), Law: ob.Regime, Mark: markOf(ob.Reviewed, ob.Confidence), Stage: words(st.Stage), URL: o.URL("/obligations#" + anchor(ob.ID)),
				Counted: st.Counted, Zone: st.Zone, Due: st.Due, Latest: st.Latest, Met: st.Met, State: stageBadge(st, reader.Now), Unsure: ob.Applies == "unknown", Soft: !st.Binding}
			if len(ob.Stages) > 1 {
				l.Label = sentenceCase(l.Stage) + ": " + ob.Recipient
			}
			if m, ok := o.InForce[incident.Milestone(st.From)]; ok {
				l.Start = m.At
			}
			if st.State == "waiting" && st.Met == nil {
				l.Start, l.Note = time.Time{}, waitWords(st.From)
			}
			if l.Unsure {
				l.State.Text = "May apply"
				if l.State.Tone != view.Overdue {
					l.State.Tone = view.Unknown
				}
			}
			out = append(out, l)
		}
	}
	slices.SortFunc(out, func(a, b clockLine) int {
		if n := strings.Compare(a.Group, b.Group); n != 0 {
			return n
		}
		if n := byEnd(a, b); n != 0 {
			return n
		}
		return strings.Compare(a.Law+a.Label, b.Law+b.Label)
	})
	return append(out, o.taskLines(reader.Now)...)
}

// waitWords says what a clock that has not started waits for.
func waitWords(from string) string { return "waits for " + milestoneWords(from) }

// byEnd puts what ends sooner first, and what has no end last.
func byEnd(a, b clockLine) int {
	x, y := a.end(), b.end()
	switch {
	case x.IsZero() && y.IsZero():
		return 0
	case x.IsZero():
		return 1
	case y.IsZero():
		return -1
	}
	return x.Compare(y)
}

func (l clockLine) end() time.Time {
	switch {
	case l.Met != nil:
		return *l.Met
	case l.Due != nil:
		return *l.Due
	}
	return time.Time{}
}

func (o *openCase) taskLines(now time.Time) []clockLine {
	var out []clockLine
	for _, t := range o.Tasks {
		if t.Due == nil || t.State.Ended() {
			continue
		}
		out = append(out, clockLine{Group: "Tasks", Label: strconv.Itoa(t.Number) + ". " + t.Title, Law: "task", URL: o.URL("/tasks/" + itoa(t.Number)), Start: o.Incident.OpenedAt, Due: t.Due, State: dueBadge(*t.Due, now)})
	}
	slices.SortStableFunc(out, byEnd)
	return out
}

// countClocks counts the states, the loudest first.
func countClocks(lines []clockLine) []view.Part {
	var out []view.Part
	for _, tone := range []view.Tone{view.Overdue, view.Soon, view.Running, view.Unknown, view.Waiting, view.Done} {
		n, text := 0, ""
		for _, l := range lines {
			if l.State.Tone == tone {
				n++
				text = l.State.Text
			}
		}
		if n > 0 {
			out = append(out, view.Part{Text: strings.ToLower(text), Count: n, Tone: tone})
		}
	}
	return out
}

// picturedWords is the picture in one sentence.
func picturedWords(lines []clockLine, counts []view.Part) string {
	var parts []string
	for _, p := range counts {
		parts = append(parts, itoa(p.Count)+" "+p.Text)
	}
	places := map[string]bool{}
	for _, l := range lines {
		places[l.Group] = true
	}
	return itoa(len(lines)) + " clocks in " + itoa(len(places)) + " groups: " + strings.Join(parts, ", ") + ". The table below the picture holds every one of them."
}
