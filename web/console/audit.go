package console

import (
	"time"

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
		State:    view.Badge{Text: "Proved", Tone: view.Done},
		Sentence: "Every entry is as it was written, and everything stored is what the log last recorded.",
		Facts: []view.Fact{
			{Name: "Entries", Value: view.Thousands(int(report.Entries))},        //nolint:gosec // counts of what fits on a disk
			{Name: "Values compared", Value: view.Thousands(int(report.Values))}, //nolint:gosec // as above
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

func (c *Console) showAudit(r *Request, v *verdict) error {
	return r.Show("audit", view.Page{Title: "Audit log", Data: auditPage{Verdict: v, Object: r.Query("object")}})
}
