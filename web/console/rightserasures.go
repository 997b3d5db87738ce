package console

import (
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

type erasuresPage struct {
	Ended  []keepingRow
	Erased []erasedRow
	Hidden int
	Rotate bool // a backup from before an erasure would still open
	Empty  view.Empty
}

type keepingRow struct {
	casework.Keeping
	URL, Proposer string
	Badge         view.Badge
	Act           bool
}

type erasedRow struct {
	casework.Erasure
	Who   string
	Badge view.Badge
}

// Erasures lists ended incidents by the date until which they are kept, and
// what was erased.
func (c *Console) Erasures(r *Request) error {
	k, err := c.Desk.Erasures(r.Ctx(), r.By)
	if err != nil {
		return err
	}
	names, err := c.Auth.Names(r.Ctx())
	if err != nil {
		return err
	}
	d := erasuresPage{Hidden: k.Hidden, Empty: view.Empty{Title: "Nothing has ended yet", Text: "When an incident is closed or dismissed, it is listed here with the date until which its data is kept. After it, two people erase it."}}
	for _, e := range k.Ended {
		row := keepingRow{Keeping: e, URL: "/erasures/" + e.Number, Badge: keepingBadge(&e), Act: e.MayPropose || e.MayApprove}
		if e.Proposed != nil {
			row.Proposer = who(names, e.Proposed.ProposedBy)
		}
		d.Ended = append(d.Ended, row)
	}
	for _, e := range k.Erased {
		row := erasedRow{Erasure: e, Who: who(names, e.ProposedBy) + " and " + who(names, e.ApprovedBy), Badge: view.Badge{Text: "Erased", Tone: view.Done}}
		if !k.BackupsClosed(&e) {
			row.Badge = view.Badge{Text: "Erased; older backups still open", Tone: view.Soon}
			d.Rotate = true
		}
		if e.FinishedAt == nil {
			row.Badge = view.Badge{Text: "Key destroyed, files being deleted", Tone: view.Soon}
		}
		d.Erased = append(d.Erased, row)
	}
	return r.Show("rights-erasures", view.Page{Title: "Erasure after retention", Lead: "Until when ended incidents are kept, and what was erased.", Data: d})
}

func keepingBadge(e *casework.Keeping) view.Badge {
	switch {
	case e.Hold:
		return view.Badge{Text: "Legal hold", Tone: view.Waiting}
	case e.Proposed != nil:
		return view.Badge{Text: "Waits for a second person", Tone: view.Soon}
	case e.Due:
		return view.Badge{Text: "Due for erasure", Tone: view.Soon}
	}
	return view.Badge{Text: "Kept", Tone: view.Running}
}

type keepingPage struct {
	Row                      keepingRow
	URL                      string
	Propose, Withdraw        bool
	Approve, Extend, SetHold *view.Form
}

// Keeping is one ended incident: kept longer, held, or erased by two.
func (c *Console) Keeping(r *Request) error { return c.showKeeping(r, nil) }

func (c *Console) showKeeping(r *Request, wrong error) error {
	k, err := c.Desk.Erasures(r.Ctx(), r.By)
	if err != nil {
		return err
	}
	names, err := c.Auth.Names(r.Ctx())
	if err != nil {
		return err
	}
	var e *casework.Keeping
	for n := range k.Ended {
		if k.Ended[n].Number == r.Param("case") {
			e = &k.Ended[n]
		}
	}
	if e == nil || !e.MayPropose && !e.MayApprove {
		return incident.Errorf(incident.NotFound, "There is no ended incident %q that you can act on.", r.Param("case"))
	}
	d := keepingPage{URL: "/erasures/" + e.Number, Row: keepingRow{Keeping: *e, Badge: keepingBadge(e)}}
	if e.Proposed != nil {
		d.Row.Proposer = who(names, e.Proposed.ProposedBy)
	}
	d.Propose, d.Withdraw = e.MayPropose && e.Due && e.Proposed == nil, e.MayPropose && e.Proposed != nil
	if e.MayApprove && e.Proposed != nil && e.Proposed.ProposedBy != r.By.ID {
		d.Approve = &view.Form{Action: d.URL + "/approve", Submit: "Erase " + e.Number + " for good", Danger: true, Fields: []view.Field{
			{Name: "number", Label: "Type " + e.Number, Required: true, Mono: true, Autocomplete: "off", Help: "Its key is destroyed: nobody can read any of it again, here or in a restored backup. The audit log still verifies, and a line of dates and counts stays in the register. This cannot be undone."}}}
	}
	if e.MayPropose {
		d.Extend = &view.Form{Action: d.URL + "/extend", Submit: "Keep it longer", Fields: []view.Field{
			{Name: "until", Label: "Until", Type: "date", Required: true, Value: r.Form("until")}, {Name: "extend-reason", Label: "Why it must be kept longer", Type: "textarea", Required: true, Value: r.Form("extend-reason")}}}
		text := "Set a legal hold"
		if e.Hold {
			text = "Lift the legal hold"
		}
		d.SetHold = &view.Form{Action: d.URL + "/hold", Submit: text, Fields: []view.Field{{Name: "hold-reason", Label: "Why", Type: "textarea", Required: true, Value: r.Form("hold-reason")}}}
		if e.Hold {
			d.SetHold.Hidden = map[string]string{"hold": "no"}
		} else {
			d.SetHold.Hidden = map[string]string{"hold": "yes"}
		}
	}
	p := view.Page{Title: "Keep or erase " + e.Number, Crumbs: []view.Link{{Text: "Erasure after retention", URL: "/erasures"}}, Data: d}
	if wrong == nil {
		return r.Show("rights-keeping", p)
	}
	form := &view.Form{}
	for _, x := range []*view.Form{d.Approve, d.Extend, d.SetHold} {
		if x != nil && x.Action == r.HTTP().URL.Path {
			form = x
		}
	}
	return r.Wrong(wrong, form, "rights-keeping", p)
}

func (c *Console) keepingDone(r *Request, err error, to, note string) error {
	if err != nil {
		return c.showKeeping(r, err)
	}
	return r.Done(to, note)
}

// ProposeErasure puts it forward.
func (c *Console) ProposeErasure(r *Request) error {
	return c.keepingDone(r, c.Desk.ProposeErasure(r.Ctx(), r.By, r.Param("case")), "/erasures", "The erasure is proposed. Somebody else must approve it.")
}

// WithdrawErasure takes the proposal back.
func (c *Console) WithdrawErasure(r *Request) error {
	return c.keepingDone(r, c.Desk.WithdrawErasure(r.Ctx(), r.By, r.Param("case")), "/erasures", "The proposal is taken back.")
}

// EraseIncident is the second person's word.
func (c *Console) EraseIncident(r *Request) error {
	return c.keepingDone(r, c.Desk.EraseIncident(r.Ctx(), r.By, r.Param("case"), r.Form("number")), "/erasures", "The incident is erased.")
}

// ExtendRetention keeps it longer: to the end of the day given.
func (c *Console) ExtendRetention(r *Request) error {
	until, err := time.ParseInLocation(time.DateOnly, r.Form("until"), r.Account.Location())
	if err != nil {
		return c.showKeeping(r, oneProblem("until", "Give a date."))
	}
	err = c.Desk.ExtendRetention(r.Ctx(), r.By, r.Param("case"), until.AddDate(0, 0, 1), r.Form("extend-reason"))
	return c.keepingDone(r, renamed(err, map[string]string{"reason": "extend-reason"}), "/erasures", "It is kept longer.")
}

// SetHold sets or lifts a legal hold.
func (c *Console) SetHold(r *Request) error {
	err := c.Desk.SetLegalHold(r.Ctx(), r.By, r.Param("case"), r.Form("hold") == "yes", r.Form("hold-reason"))
	return c.keepingDone(r, renamed(err, map[string]string{"reason": "hold-reason"}), "/erasures/"+r.Param("case"), "The legal hold is as you say.")
}
