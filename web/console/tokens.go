package console

import (
	"time"

	"tocsin/incident"
	"tocsin/web/auth"
	"tocsin/web/view"
)

type tokensPage struct {
	Form   *view.Form
	Rows   []tokenRow
	Empty  view.Empty
	Secret string // of the token just made
}

type tokenRow struct {
	ID, Name, Grants, By string
	Made, Used, Expires  time.Time
	State                view.Badge
	Alive                bool
}

func tokenForm(name, days string, grants []string) *view.Form {
	return &view.Form{Action: "/tokens", Submit: "Make a token", Fields: []view.Field{
		{Name: "name", Label: "What it is for", Help: "Such as: ticket system.", Value: name, Required: true, MaxLength: 100},
		{Name: "days", Label: "Works for", Type: "select", Value: days, Required: true, Options: []view.Option{
			{Value: "30", Text: "30 days"}, {Value: "90", Text: "90 days"}, {Value: "365", Text: "a year"}, {Value: "0", Text: "until it is revoked"}}},
		{Name: "grants", Label: "What it may do", Type: "checkboxes", Options: grantOptions(), Values: grants},
	}}
}

func (c *Console) tokensPage(r *Request, form *view.Form, secret string) (view.Page, error) {
	all, err := c.Auth.Tokens(r.Ctx(), r.By)
	if err != nil {
		return view.Page{}, err
	}
	names, err := c.Auth.Names(r.Ctx())
	if err != nil {
		return view.Page{}, err
	}
	d := tokensPage{Form: form, Secret: secret, Empty: view.Empty{Title: "No tokens", Text: "Programs that work through the API will be listed here, with what they may do and when they last did it."}}
	for _, t := range all {
		row := tokenRow{ID: t.ID, Name: t.Name, Grants: grantWords(t.Grants), By: who(names, t.MadeBy), Made: t.MadeAt, Used: t.UsedAt, Expires: t.Expires, Alive: t.Alive(c.Clock())}
		switch {
		case !t.Revoked.IsZero():
			row.State = view.Badge{Text: "Revoked", Tone: view.NotOwed}
		case !row.Alive:
			row.State = view.Badge{Text: "Expired", Tone: view.NotOwed}
		default:
			row.State = view.Badge{Text: "Active", Tone: view.Done}
		}
		d.Rows = append(d.Rows, row)
	}
	return view.Page{Title: "API tokens", Lead: "With a token another program does through the API what its grants allow.", Data: d}, nil
}

// Tokens lists the API tokens.
func (c *Console) Tokens(r *Request) error {
	p, err := c.tokensPage(r, tokenForm("", "90", nil), "")
	if err != nil {
		return err
	}
	return r.Show("tokens", p)
}

// AddToken makes one and shows its secret, once.
func (c *Console) AddToken(r *Request) error {
	name, days, grants := r.Form("name"), r.Form("days"), r.FormAll("grants")
	var expires time.Time
	switch days {
	case "30":
		expires = c.Clock().AddDate(0, 0, 30)
	case "90":
		expires = c.Clock().AddDate(0, 0, 90)
	case "365":
		expires = c.Clock().AddDate(1, 0, 0)
	case "0":
	default:
		return incident.Errorf(incident.Invalid, "Choose how long the token works.")
	}
	_, secret, err := c.Auth.AddToken(r.Ctx(), r.By, auth.NewToken{Name: name, Grants: grantsOf(grants), Expires: expires})
	form := tokenForm("", "90", nil)
	if err != nil {
		form = tokenForm(name, days, grants)
		form.Explain(err)
	}
	p, perr := c.tokensPage(r, form, secret)
	if perr != nil {
		return perr
	}
	if err != nil {
		return r.Wrong(err, form, "tokens", p)
	}
	return r.Show("tokens", p)
}

// RevokeToken ends one.
func (c *Console) RevokeToken(r *Request) error {
	if err := c.Auth.RevokeToken(r.Ctx(), r.By, r.Param("token")); err != nil {
		return err
	}
	return r.Done("/tokens", "The token is revoked.")
}

// who names an actor for people: an account by its name, the rest by what it is.
func who(names map[string]string, id string) string {
	if n, ok := names[id]; ok {
		return n
	}
	switch id {
	case "cli":
		return "the operator"
	case "clock":
		return "the clock"
	case "stranger":
		return "somebody not signed in"
	case "setup":
		return "the set-up"
	}
	return id
}
