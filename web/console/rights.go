package console

import (
	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

type rightsPage struct {
	Open, Ended []rightRow
	Handle      bool
	Empty       view.Empty
}

type rightRow struct {
	incident.RightRequest
	Right, Regime, URL string
	Badge, Clock       view.Badge
}

// Rights is the queue of people's requests, the nearest limit first. It names nobody.
func (c *Console) Rights(r *Request) error {
	all, err := c.Desk.Rights(r.Ctx(), r.By)
	if err != nil {
		return err
	}
	d := rightsPage{Handle: incident.Can(r.By, incident.HandleRights, nil), Empty: view.Empty{
		Title: "No request is kept", Text: "When somebody asks what is held on them, or wants it corrected, restricted or erased, their request is taken in here, with the limit its law sets."}}
	if d.Handle {
		d.Empty.Action = &view.Link{Text: "Take a request in", URL: "/rights/new", Icon: "plus"}
	}
	for n := range all {
		row := rightRowOf(r, &all[n], d.Handle)
		if all[n].Ended() {
			d.Ended = append(d.Ended, row)
		} else {
			d.Open = append(d.Open, row)
		}
	}
	return r.Show("rights", view.Page{Title: "People's rights", Lead: "Requests over what is held on people here, the nearest limit first. This list names nobody.", Data: d})
}

func rightRowOf(r *Request, q *incident.RightRequest, link bool) rightRow {
	row := rightRow{RightRequest: *q, Right: q.Right.Label(), Badge: rightBadge(q)}
	if regime, ok := incident.RegimeOf(q.Regime); ok {
		row.Regime = regime.Label
	}
	if link {
		row.URL = "/rights/" + q.Number
	}
	if !q.Ended() {
		row.Clock = dueBadge(q.Due, r.Reader().Now)
		if !q.Due.Before(r.Reader().Now) && !q.Remind().After(r.Reader().Now) {
			row.Clock = view.Badge{Text: "Due within a week", Tone: view.Soon}
		}
	}
	return row
}

func rightBadge(q *incident.RightRequest) view.Badge {
	switch q.State() {
	case incident.RightDecided:
		return view.Badge{Text: "Decided, person not yet told", Tone: view.Soon}
	case incident.RightAnswered:
		return view.Badge{Text: incident.ChoiceLabel(incident.RightOutcomes(), q.Decision.Outcome), Tone: view.Done}
	case incident.RightWithdrawn:
		return view.Badge{Text: "Withdrawn", Tone: view.NotOwed}
	}
	if q.Identity == nil || q.Identity.Outcome != "confirmed" {
		return view.Badge{Text: "Identity not confirmed", Tone: view.Waiting}
	}
	return view.Badge{Text: "In progress", Tone: view.Running}
}

func (c *Console) newRightForm(r *Request) *view.Form {
	var regimes []view.Option
	for _, x := range incident.RightRegimes() {
		regimes = append(regimes, view.Option{Value: x.ID, Text: x.Label})
	}
	at := r.Form("received_at")
	if at == "" {
		at = r.Reader().Now.In(r.Account.Location()).Format("2006-01-02T15:04")
	}
	zone := r.Form("zone")
	if zone == "" {
		zone = r.Account.Location().String()
	}
	value := func(name, otherwise string) string {
		if v := r.Form(name); v != "" {
			return v
		}
		return otherwise
	}
	return &view.Form{Action: "/rights/new", Submit: "Take it in", Cancel: "/rights", Fields: []view.Field{
		{Name: "right", Label: "What they ask for", Type: "select", Required: true, Value: r.Form("right"), Options: options(incident.Rights(), "")},
		{Name: "regime", Label: "Law", Type: "select", Required: true, Value: value("regime", "eu-gdpr"), Options: regimes, Help: "Its limit is counted from receipt. Where several could apply, take the one that asks for more, sooner."},
		{Name: "received_at", Label: "Received at", Type: "datetime-local", Required: true, Value: at, Help: "In your time zone, " + r.Account.Location().String() + "."},
		{Name: "zone", Label: "Whose days are counted", Required: true, Value: zone, Mono: true, Help: "A time zone: where the organisation is, as a rule."},
		{Name: "channel", Label: "How it came", Type: "select", Required: true, Value: r.Form("channel"), Options: options(incident.RightChannels(), "")},
		{Name: "customer_id", Label: "Customer id", Value: r.Form("customer_id"), MaxLength: 300, Help: "Of these five, what the person gave. They are sealed under a key of this request, and can be erased with it."},
		{Name: "email", Label: "E-mail address", Type: "email", Value: r.Form("email"), MaxLength: 300},
		{Name: "phone", Label: "Phone number", Value: r.Form("phone"), MaxLength: 300},
		{Name: "name", Label: "Name", Value: r.Form("name"), MaxLength: 300},
		{Name: "birth_date", Label: "Birth date", Type: "date", Value: r.Form("birth_date")},
		{Name: "words", Label: "In their words", Type: "textarea", Value: r.Form("words"), Rows: 4},
	}}
}

// NewRightPage asks for a request.
func (c *Console) NewRightPage(r *Request) error {
	_, p := c.newRightPage(r)
	return r.Show("form", p)
}

func (c *Console) newRightPage(r *Request) (*view.Form, view.Page) {
	f := c.newRightForm(r)
	return f, view.Page{Title: "Take a request in", Crumbs: []view.Link{{Text: "People's rights", URL: "/rights"}}, Data: f}
}

// AddRight takes it in.
func (c *Console) AddRight(r *Request) error {
	at, err := localTime(r.Form("received_at"), r.Account.Location(), "received_at")
	var q *incident.RightRequest
	if err == nil {
		q, err = c.Desk.ReceiveRight(r.Ctx(), r.By, casework.NewRight{
			Right: incident.Right(r.Form("right")), Regime: r.Form("regime"), Zone: r.Form("zone"), Channel: r.Form("channel"), ReceivedAt: at,
			Asker: casework.Asker{CustomerID: r.Form("customer_id"), Email: r.Form("email"), Phone: r.Form("phone"), Name: r.Form("name"), BirthDate: r.Form("birth_date"), Words: r.Form("words")},
		})
	}
	if err != nil {
		f, p := c.newRightPage(r)
		return r.Wrong(err, f, "form", p)
	}
	return r.Done("/rights/"+q.Number, "The request is taken in; its clock runs.")
}
