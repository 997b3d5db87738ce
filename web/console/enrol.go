package console

import (
	"html/template"

	"tocsin/web/auth"
	"tocsin/web/view"
)

type enrolPage struct {
	Form   *view.Form
	QR     template.URL // a data URI
	Key    string       // the same for typing, in groups of four
	People []view.Field // who it is: asked of the first administrator alone
	Login  string       // whose enrolment it is, where that is known
	Secret []view.Field // password, twice
	Code   view.Field
}

func (c *Console) enrolPage(r *Request, in auth.Invitation, sent auth.Enrolment) (enrolPage, view.Page, error) {
	qr, err := in.Key.QR()
	if err != nil {
		return enrolPage{}, view.Page{}, err
	}
	form := &view.Form{Action: "/enrol/" + r.Param("secret"), Submit: "Finish", Fields: []view.Field{
		{Name: "login", Label: "E-mail address", Help: "You will sign in with it.", Type: "email", Value: sent.Login, Required: true, Autocomplete: "username", MaxLength: 254},
		{Name: "name", Label: "Name", Help: "As colleagues will see it.", Value: sent.Name, Required: true, Autocomplete: "name", MaxLength: 100},
		{Name: "password", Label: "New password", Help: "At least 12 characters. Several words in a row are easy to remember and hard to guess.", Type: "password", Required: true, Autocomplete: "new-password"},
		{Name: "repeat", Label: "The same password again", Type: "password", Required: true, Autocomplete: "new-password"},
		{Name: "code", Label: "Code the app shows now", Required: true, Autocomplete: "one-time-code", InputMode: "numeric", MaxLength: 10, Mono: true},
	}}
	p := view.Page{Title: "Welcome to Tocsin", Lead: "Set a password and a second factor. It takes two minutes."}
	switch in.Purpose {
	case auth.ForSetup:
		p.Title = "Set up Tocsin"
		p.Lead = "You will be its first administrator and can invite colleagues afterwards."
	case auth.ForReset:
		p.Title = "Set your sign-in anew"
	}
	return enrolPage{Form: form, QR: template.URL(qr), Key: in.Key.Grouped(), Login: in.Account.Login}, p, nil //nolint:gosec // a data URI made by us
}

func (e *enrolPage) lay(setup bool) {
	if setup {
		e.People = []view.Field{e.Form.Field("login"), e.Form.Field("name")}
	}
	e.Secret = []view.Field{e.Form.Field("password"), e.Form.Field("repeat")}
	e.Code = e.Form.Field("code")
}

// EnrolPage shows an invitation, a reset or the first run, without using it up.
func (c *Console) EnrolPage(r *Request) error {
	in, err := c.Auth.Invitation(r.Ctx(), r.Param("secret"))
	if err != nil {
		return err
	}
	data, p, err := c.enrolPage(r, in, auth.Enrolment{})
	if err != nil {
		return err
	}
	data.lay(in.Purpose == auth.ForSetup)
	p.Data = data
	return r.Show("enrol", p)
}

// Enrol sets password and second factor, signs in, and shows the recovery codes.
func (c *Console) Enrol(r *Request) error {
	sent := auth.Enrolment{Login: r.Form("login"), Name: r.Form("name"), Password: r.Secret("password"),
		Repeat: r.Secret("repeat"), Code: r.Form("code"), Zone: r.Form("zone")}
	in, err := c.Auth.Invitation(r.Ctx(), r.Param("secret"))
	if err != nil {
		return err
	}
	a, codes, err := c.Auth.Enrol(r.Ctx(), r.Param("secret"), sent)
	if err != nil {
		data, p, perr := c.enrolPage(r, in, sent)
		if perr != nil {
			return perr
		}
		form := data.Form
		p.Problems = form.Explain(err)
		data.lay(in.Purpose == auth.ForSetup)
		p.Data = data
		return r.Wrong(err, form, "enrol", p)
	}
	if err := c.Auth.Begin(r.Ctx(), a, "enrolment", r.HTTP().UserAgent()); err != nil {
		return err
	}
	return r.Show("recovery", view.Page{Title: "Keep your recovery codes", Data: codes})
}
