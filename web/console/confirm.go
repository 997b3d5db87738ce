package console

import (
	"tocsin/web/auth"
	"tocsin/web/view"
)

type confirmPage struct {
	Form *view.Form // nil where the account has no factor to show
}

func (c *Console) confirmPage(r *Request) (confirmPage, error) {
	f, err := c.Auth.Factors(r.Ctx(), r.Account)
	if err != nil || !f.TOTP {
		return confirmPage{}, err
	}
	return confirmPage{codeForm("/account/confirm", r.Next())}, nil
}

// ConfirmPage asks for the second factor again before administration.
func (c *Console) ConfirmPage(r *Request) error {
	d, err := c.confirmPage(r)
	if err != nil {
		return err
	}
	return r.Show("confirm", view.Page{Title: "Confirm that it is you", Data: d})
}

// Confirm checks it.
func (c *Console) Confirm(r *Request) error {
	err := c.Auth.Code(r.Ctx(), r.Form("code"), r.Attempt())
	if err == nil {
		return r.Go(r.Next())
	}
	d, perr := c.confirmPage(r)
	if perr != nil || d.Form == nil {
		return err
	}
	return r.Wrong(err, d.Form, "confirm", view.Page{Title: "Confirm that it is you", Data: d})
}

func passwordForm(has bool) *view.Form {
	f := &view.Form{Action: "/account/password", Submit: "Change password", Cancel: "/account", Fields: []view.Field{
		{Name: "old", Label: "Present password", Type: "password", Required: true, Autocomplete: "current-password"},
		{Name: "password", Label: "New password", Help: "At least 12 characters. Several words in a row are easy to remember and hard to guess.", Type: "password", Required: true, Autocomplete: "new-password"},
		{Name: "repeat", Label: "The new password again", Type: "password", Required: true, Autocomplete: "new-password"},
	}}
	if !has {
		f.Fields = f.Fields[1:]
	}
	return f
}

func (c *Console) passwordPage(r *Request, f auth.Factors) (*view.Form, view.Page) {
	form := passwordForm(f.Password)
	return form, view.Page{Title: "Change your password", Lead: "Your other sessions will be signed out.",
		Crumbs: []view.Link{{Text: "Your account", URL: "/account"}}, Data: form}
}

// PasswordPage asks for a new password.
func (c *Console) PasswordPage(r *Request) error {
	f, err := c.Auth.Factors(r.Ctx(), r.Account)
	if err != nil {
		return err
	}
	_, p := c.passwordPage(r, f)
	return r.Show("form", p)
}

// ChangePassword sets it.
func (c *Console) ChangePassword(r *Request) error {
	f, err := c.Auth.Factors(r.Ctx(), r.Account)
	if err != nil {
		return err
	}
	err = c.Auth.ChangePassword(r.Ctx(), r.Account, r.Session.ID, r.Secret("old"), r.Secret("password"), r.Secret("repeat"), r.Attempt())
	if err != nil {
		form, p := c.passwordPage(r, f)
		return r.Wrong(err, form, "form", p)
	}
	return r.Done("/account", "Your password is changed.")
}
