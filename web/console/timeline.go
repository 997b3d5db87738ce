package console

import (
	"strconv"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/web/view"
)

type timelinePage struct {
	URL, Only string
	Tabs      []view.Link
	Rows      []timelineRow
	Pager     view.Pager
	Note      *view.Form // nil where this person may not write
	Work      bool
	Mark      bool
}

type timelineRow struct {
	Seq                 int
	At, Recorded        time.Time
	Late                bool // written down more than a few minutes after it happened
	Who, Door, Act      string
	Text, Link          string
	Pinned, Note        bool
	Corrects, Corrected int
	Privileged          bool
}

func (o *openCase) timelineRow(e incident.TimelineEntry) timelineRow {
	row := timelineRow{Seq: e.Seq, At: e.At, Recorded: e.Recorded, Late: e.Recorded.Sub(e.At) > 5*time.Minute, Who: o.who(e.By), Door: door(e.Source), Act: e.Act,
		Text: e.Text, Pinned: e.Pinned, Note: e.Act == "note" || e.Act == "correction", Corrects: e.Corrects, Corrected: e.Corrected, Privileged: e.Privileged != nil}
	kind, id, _ := strings.Cut(e.Object, "/")
	switch kind {
	case "task":
		for _, t := range o.Tasks {
			if t.ID == id {
				row.Link = o.URL("/tasks/" + itoa(t.Number))
			}
		}
	case "evidence":
		row.Link = o.URL("/evidence/" + id)
	case "roster":
		row.Link = o.URL("/affected")
	}
	return row
}

// door names the way an act came in, where it is not the usual one.
func door(s incident.Source) string {
	switch s {
	case incident.FromConsole, incident.FromClock:
		return ""
	case incident.FromHook:
		return "alert hook"
	}
	return string(s)
}

// timelineRows is how many lines a page shows.
const timelineRows = 100

// Timeline is everything that happened, the newest first.
func (c *Console) Timeline(r *Request) error { return c.showTimeline(r, nil) }

func (c *Console) showTimeline(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	lines, err := c.Desk.Timeline(r.Ctx(), r.By, o.Incident.ID, 0)
	if err != nil {
		return err
	}
	d := timelinePage{URL: o.URL("/timeline"), Only: r.Query("show"), Work: o.may(incident.WorkIncident), Mark: o.may(incident.MarkPrivileged)}
	d.Tabs = []view.Link{{Text: "Everything", URL: d.URL, Current: d.Only == ""}, {Text: "Pinned", URL: d.URL + "?show=pinned", Current: d.Only == "pinned"},
		{Text: "Notes", URL: d.URL + "?show=notes", Current: d.Only == "notes"}, {Text: "Legal", URL: d.URL + "?show=legal", Current: d.Only == "legal"}}
	before, err := strconv.Atoi("0" + r.Query("before"))
	if err != nil {
		return incident.Errorf(incident.NotFound, "There is no such line.")
	}
	for _, e := range lines {
		if before > 0 && e.Seq >= before || !shown(d.Only, e) {
			continue
		}
		if len(d.Rows) == timelineRows {
			d.Pager.Older = d.URL + "?show=" + d.Only + "&before=" + itoa(d.Rows[len(d.Rows)-1].Seq)
			break
		}
		d.Rows = append(d.Rows, o.timelineRow(e))
	}
	if before > 0 {
		d.Pager.Newer = d.URL + "?show=" + d.Only
	}
	if d.Work {
		d.Note = o.noteForm(r)
	}
	p := o.page(r, "Timeline", d)
	if wrong != nil {
		if d.Note == nil {
			return wrong
		}
		return r.Wrong(wrong, d.Note, "timeline", p)
	}
	return r.Show("timeline", p)
}

func shown(only string, e incident.TimelineEntry) bool {
	switch only {
	case "pinned":
		return e.Pinned
	case "notes":
		return e.Act == "note" || e.Act == "correction"
	case "legal":
		for _, p := range []string{"milestone.", "fact.", "duty.", "obligation.", "draft.", "notice.", "filing.", "risk.", "mailing.", "roster."} {
			if strings.HasPrefix(e.Act, p) {
				return true
			}
		}
		return false
	}
	return true
}

func (o *openCase) noteForm(r *Request) *view.Form {
	zone := r.Account.Location().String()
	f := &view.Form{Action: o.URL("/timeline"), Submit: "Add the note", Fields: []view.Field{
		{Name: "text", Label: "Note", Type: "textarea", Rows: 3, Required: true, Value: r.Form("text"), MaxLength: 20000},
		{Name: "when", Label: "When it happened", Type: "datetime-local", Value: r.Form("when"), Help: "Empty means now. In " + zone + "."},
	}}
	f.Fields = append(f.Fields, view.Field{Name: "privileged", Label: "Who may read it", Type: "checkboxes", Values: r.FormAll("privileged"),
		Options: []view.Option{{Value: "yes", Text: "Legally privileged", Help: "Only counsel and you see it; no export holds it unless counsel names it."}}})
	return f
}

// AddNote adds a person's line.
func (c *Console) AddNote(r *Request) error {
	at, err := localTime(r.Form("when"), r.Account.Location(), "when")
	if err == nil {
		var mark *incident.Privilege
		if r.Form("privileged") == "yes" {
			mark = &incident.Privilege{}
		}
		err = c.Desk.Note(r.Ctx(), r.By, r.Param("incident"), r.Form("text"), at, mark)
	}
	return c.did(r, err, "/timeline", "The note is on the timeline.", c.showTimeline)
}

// PinEntry marks a line as important, or no longer.
func (c *Console) PinEntry(r *Request) error {
	seq, err := strconv.Atoi(r.Param("line"))
	if err != nil {
		return incident.Errorf(incident.NotFound, "There is no such line.")
	}
	on := r.Form("pinned") == "yes"
	note := "The line is pinned."
	if !on {
		note = "The line is no longer pinned."
	}
	return c.did(r, c.Desk.PinEntry(r.Ctx(), r.By, r.Param("incident"), seq, on), "/timeline", note, c.showTimeline)
}

// CorrectEntry adds a line that corrects another.
func (c *Console) CorrectEntry(r *Request) error {
	seq, err := strconv.Atoi(r.Param("line"))
	if err != nil {
		return incident.Errorf(incident.NotFound, "There is no such line.")
	}
	return c.did(r, c.Desk.CorrectEntry(r.Ctx(), r.By, r.Param("incident"), seq, r.Form("correction")), "/timeline", "The correction is on the timeline; the original stays.", c.showTimeline)
}

// MarkEntry marks a line as privileged, or no longer.
func (c *Console) MarkEntry(r *Request) error {
	off := r.Form("privileged") != "yes"
	err := c.Desk.MarkPrivileged(r.Ctx(), r.By, r.Param("incident"), "timeline", r.Param("line"), nil, off)
	return c.did(r, err, "/timeline", privilegeNote(off), c.showTimeline)
}

func privilegeNote(off bool) string {
	if off {
		return "The mark of privilege is taken away."
	}
	return "It is marked as legally privileged."
}

// localTime reads what a date-and-time input sends, in a zone. Empty is the zero time.
func localTime(s string, zone *time.Location, field string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, oneProblem(field, "Write date and time as 2026-11-22T14:05.")
}
