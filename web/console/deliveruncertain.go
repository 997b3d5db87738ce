package console

import (
	"net/url"
	"strconv"

	"tocsin/incident"
	"tocsin/notify/outbox"
	"tocsin/web/view"
)

// rowsAPage is how many deliveries a page lists.
const rowsAPage = 50

type uncertainPage struct {
	Path    string
	People  int
	Reasons []outbox.UncertainReason
	Rows    []outbox.UncertainDelivery
	Next    string // where the list goes on
	Settle  bool
	Empty   view.Empty
}

// Uncertain lists a mailing's letters that nobody knows the end of.
func (c *Console) Uncertain(r *Request) error { return c.showUncertain(r, nil) }

func (c *Console) showUncertain(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	m, err := c.Outbox.Mailing(r.Ctx(), r.By, o.Incident.ID, r.Param("mailing"))
	if err != nil {
		return err
	}
	at := o.URL("/mailings/" + m.ID)
	d := uncertainPage{Path: at + "/uncertain", People: m.Counts.Uncertain, Settle: o.may(incident.ReleaseNotice), Empty: view.Empty{
		Title: "Nothing is uncertain", Text: "Of every letter of this mailing it is known whether the mail server took it.", Action: &view.Link{Text: "Back to the mailing", URL: at},
	}}
	if d.Rows, err = c.Outbox.Uncertain(r.Ctx(), r.By, o.Incident.ID, outbox.UncertainQuery{Mailing: m.ID, After: r.Query("after"), Limit: rowsAPage + 1, People: true}); err != nil {
		return err
	}
	if len(d.Rows) > rowsAPage {
		d.Rows = d.Rows[:rowsAPage]
		d.Next = d.Path + "?after=" + url.QueryEscape(d.Rows[rowsAPage-1].Key)
	}
	if len(d.Rows) > 0 {
		if d.Reasons, err = c.Outbox.UncertainReasons(r.Ctx(), r.By, o.Incident.ID, m.ID); err != nil {
			return err
		}
	}
	p := o.page(r, "Uncertain letters", d)
	p.Lead = "Nobody knows whether these were taken. They are not sent again by themselves: look the Message-ID up in the mail server's log, and say what became of them."
	p.Crumbs = []view.Link{{Text: "Notices", URL: o.URL("/notices")}, {Text: "Mailing " + itoa(m.Seq), URL: at}}
	if wrong != nil {
		return r.Wrong(wrong, &view.Form{}, "mailing-uncertain", p)
	}
	return r.Show("mailing-uncertain", p)
}

// SettleUncertain takes a person's word on one of them, on those with the same
// reason, or on all.
func (c *Console) SettleUncertain(r *Request) error {
	ref, id := r.Param("incident"), r.Param("mailing")
	st := outbox.Settlement{Mailing: id, As: outbox.SettleAs(r.Form("as")), Key: r.Form("key"), Reason: r.Form("reason"), Note: r.Form("note")}
	if batch := r.Form("batch"); batch != "" {
		n, err := strconv.ParseUint(batch, 10, 63)
		if err != nil || n == 0 {
			return c.showUncertain(r, incident.Errorf(incident.Invalid, "A batch is a number from 1."))
		}
		st.Batch = n
	}
	n, err := c.Outbox.Settle(r.Ctx(), r.By, ref, st)
	if err != nil {
		return c.showUncertain(r, err)
	}
	said := map[outbox.SettleAs]string{
		outbox.SettleArrived: " put down as arrived.", outbox.SettleAgain: " sent again.", outbox.SettleLetter: " told by letter instead: they are listed with those whose mail came back.",
	}[st.As]
	at := "/incidents/" + ref + "/mailings/" + id
	if m, err := c.Outbox.Mailing(r.Ctx(), r.By, ref, id); err == nil && m.Counts.Uncertain > 0 {
		at += "/uncertain"
	}
	return r.Done(at, view.Thousands(n)+said)
}
