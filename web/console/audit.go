package console

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/web/view"
)

type auditPage struct {
	Verdict *verdict
	Object  string
	Caption string
	Rows    []auditRow
	Pager   view.Pager
}

type auditRow struct {
	Number              uint64
	At                  time.Time
	Who, Door, Act      string
	Object, Short, Name string
}

type verdict struct {
	State    view.Badge
	Sentence string
	Facts    []view.Fact
	Faults   []string
	Head     string // to be kept elsewhere
}

// Audit shows the audit log, the newest entry first.
func (c *Console) Audit(r *Request) error { return c.showAudit(r, nil) }

// VerifyAudit proves the whole log and shows what was found.
func (c *Console) VerifyAudit(r *Request) error {
	report, err := c.Ledger.Verify(r.Ctx(), nil)
	if err != nil {
		return err
	}
	return c.showAudit(r, judge(report))
}

func judge(report ledger.Report) *verdict {
	v := &verdict{
		Head:     report.Head,
		State:    view.Badge{Text: "Proved", Tone: view.Done},
		Sentence: "Every entry is as it was written, and everything stored is what the log last recorded.",
		Facts: []view.Fact{
			{Name: "Entries", Value: view.Thousands(int(report.Entries))},             //nolint:gosec // counts of what fits on a disk
			{Name: "Writes they recorded", Value: view.Thousands(int(report.Writes))}, //nolint:gosec // as above
			{Name: "Values compared", Value: view.Thousands(int(report.Values))},      //nolint:gosec // as above
		},
	}
	if report.OK() {
		return v
	}
	v.State = view.Badge{Text: "Not as written", Tone: view.Overdue}
	v.Sentence = "Something was changed outside the program. Do not repair anything yet: copy the data folder, then see what is listed here."
	for _, p := range report.Problems {
		v.Faults = append(v.Faults, p.String())
	}
	if report.More > 0 {
		v.Faults = append(v.Faults, view.Thousands(int(report.More))+" more") //nolint:gosec // as above
	}
	return v
}

// auditRows is how many entries a page shows.
const auditRows = 50

func (c *Console) showAudit(r *Request, v *verdict) error {
	object := strings.TrimSpace(r.Query("object"))
	before, err := number(r.Query("before"))
	if err != nil {
		return err
	}
	var entries []ledger.Entry
	var total uint64
	err = c.Ledger.View(r.Ctx(), func(tx *ledger.Tx) error {
		if total, err = ledger.EntryCount(tx); err != nil {
			return err
		}
		entries, err = ledger.EntriesBefore(tx, before, object, auditRows+1)
		return err
	})
	if err != nil {
		return err
	}
	names, err := c.Auth.Names(r.Ctx())
	if err != nil {
		return err
	}
	d := auditPage{Verdict: v, Object: object, Caption: "The log has " + view.Thousands(int(total)) + " entries"} //nolint:gosec // as above
	link := func(before uint64) string {
		q := url.Values{}
		if before > 0 {
			q.Set("before", strconv.FormatUint(before, 10))
		}
		if object != "" {
			q.Set("object", object)
		}
		return "/audit?" + q.Encode()
	}
	if before > 0 {
		d.Pager.Newer = link(0)
	}
	if len(entries) > auditRows {
		entries = entries[:auditRows]
		d.Pager.Older = link(entries[auditRows-1].Number)
	}
	for _, e := range entries {
		d.Rows = append(d.Rows, auditRowOf(e, names))
	}
	return r.Show("audit", view.Page{Title: "Audit log", Data: d})
}

func auditRowOf(e ledger.Entry, names map[string]string) auditRow {
	row := auditRow{Number: e.Number, At: e.At, Who: who(names, e.Actor), Door: string(e.Source), Act: e.Act, Object: e.Object, Short: shortObject(e.Object)}
	if id, ok := strings.CutPrefix(e.Object, "account/"); ok {
		row.Name = names[id]
	}
	return row
}

// shortObject keeps what tells two objects apart: the end of a UUIDv7 is
// random, its beginning is the time.
func shortObject(object string) string {
	kind, id, _ := strings.Cut(object, "/")
	if len(id) > 14 {
		id = "…" + id[len(id)-8:]
	}
	return kind + "/" + id
}

func number(s string) (uint64, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(s, 10, 63)
	if err != nil {
		return 0, incident.Errorf(incident.NotFound, "There is no such entry.")
	}
	return n, nil
}
