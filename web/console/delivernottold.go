package console

import (
	"net/url"
	"slices"
	"strconv"

	"tocsin/notify/outbox"
	"tocsin/web/view"
)

type notToldPage struct {
	Path    string
	Of      int
	Told    outbox.NotTold
	Reason  string
	Reasons []notToldReason
	Places  []view.Bar
	Next    string
	Empty   view.Empty
}

type notToldReason struct {
	outbox.NotToldReason
	Says string
	URL  string
}

// NotTold says who on a mailing's list was not told by it, and why.
func (c *Console) NotTold(r *Request) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	m, err := c.Outbox.Mailing(r.Ctx(), r.By, o.Incident.ID, r.Param("mailing"))
	if err != nil {
		return err
	}
	after, _ := strconv.Atoi(r.Query("after"))
	at := o.URL("/mailings/" + m.ID)
	d := notToldPage{Path: at + "/not-told", Of: m.People, Reason: r.Query("reason"), Empty: view.Empty{
		Title: "Everybody was told", Text: "The mail server took a letter for everyone on the list.", Action: &view.Link{Text: "Back to the mailing", URL: at},
	}}
	if d.Told, err = c.Outbox.NotTold(r.Ctx(), r.By, o.Incident.ID, m.ID, outbox.NotToldQuery{Reason: d.Reason, After: after, Limit: rowsAPage + 1}); err != nil {
		return err
	}
	if rows := d.Told.Rows; len(rows) > rowsAPage {
		d.Told.Rows = rows[:rowsAPage]
		d.Next = d.Path + "?" + url.Values{"reason": {d.Reason}, "after": {itoa(rows[rowsAPage-1].Line)}}.Encode()
	}
	for _, one := range d.Told.Reasons {
		d.Reasons = append(d.Reasons, notToldReason{one, sentenceCase(one.Reason), d.Path + "?" + url.Values{"reason": {one.Reason}}.Encode()})
	}
	for place, n := range d.Told.Places {
		d.Places = append(d.Places, view.Bar{Label: place, Value: n})
	}
	slices.SortFunc(d.Places, func(a, b view.Bar) int {
		if a.Value != b.Value {
			return b.Value - a.Value
		}
		return slices.Compare([]byte(a.Label), []byte(b.Label))
	})
	p := o.page(r, "Who was not told", d)
	p.Lead = "By mailing " + itoa(m.Seq) + ", row by row of its list."
	p.Crumbs = []view.Link{{Text: "Notices", URL: o.URL("/notices")}, {Text: "Mailing " + itoa(m.Seq), URL: at}}
	return r.Show("mailing-not-told", p)
}
