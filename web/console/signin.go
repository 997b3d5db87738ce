package console

import (
	"net/url"
	"strings"

	"tocsin/incident"
	"tocsin/web/auth"
	"tocsin/web/view"
)

func signInForm(login, next string) *view.Form {
	return &view.Form{Action: "/sign-in", Submit: "Continue", Hidden: map[string]string{"next": next}, Fields: []view.Field{
		{Name: "login", Label: "E-mail address", Type: "email", Value: login, Required: true, Autocomplete: "username", Focus: login == "", MaxLength: 254},
		{Name: "password", Label: "Password", Type: "password", Required: true, Autocomplete: "current-password", Focus: login != ""},
	}}
}

type signInPage struct {
	Form  *view.Form
	Ready bool // somebody can sign in already
}

// SignInPage asks for address and password.
func (c *Console) SignInPage(r *Request) error {
	if r.SignedIn() {
		return r.Go(r.Next())
	}
	ready, err := c.Auth.Ready(r.Ctx())
	if err != nil {
		return err
	}
	return r.Show("sign-in", view.Page{Title: "Sign in", Data: signInPage{signInForm("", r.Next()), ready}})
}

// SignIn checks them and goes on to the second factor.
func (c *Console) SignIn(r *Request) error {
	login := r.Form("login")
	err := c.Auth.Password(r.Ctx(), login, r.Secret("password"), r.Attempt())
	if err != nil {
		form := signInForm(login, r.Next())
		return r.Wrong(err, form, "sign-in", view.Page{Title: "Sign in", Data: signInPage{form, true}})
	}
	return r.Go("/sign-in/code?next=" + url.QueryEscape(r.Next()))
}

func codeForm(action, next string) *view.Form {
	return &view.Form{Action: action, Submit: "Continue", Hidden: map[string]string{"next": next}, Fields: []view.Field{
		{Name: "code", Label: "Code", Help: "Six digits from your authenticator app, or one of your recovery codes.", Required: true,
			Autocomplete: "one-time-code", MaxLength: 40, Focus: true, Mono: true},
	}}
}

// CodePage asks for the second factor.
func (c *Console) CodePage(r *Request) error {
	switch r.Session.Stage {
	case auth.Full:
		return r.Go(r.Next())
	case auth.Pending:
		return r.Show("code", view.Page{Title: "Enter your code", Data: codeForm("/sign-in/code", r.Next())})
	}
	return r.Go("/sign-in?next=" + url.QueryEscape(r.Next()))
}

// Code checks it and lets the person in.
func (c *Console) Code(r *Request) error {
	if r.Session.Stage == "" {
		return r.Done("/sign-in?next="+url.QueryEscape(r.Next()), "The sign-in took too long. Please start again.")
	}
	err := c.Auth.Code(r.Ctx(), r.Form("code"), r.Attempt())
	if err != nil {
		form := codeForm("/sign-in/code", r.Next())
		return r.Wrong(err, form, "code", view.Page{Title: "Enter your code", Data: form})
	}
	return r.Go(r.Next())
}

// SignInOnce uses up a one-time sign-in link. A browser that fetches it ahead
// of a click must not.
func (c *Console) SignInOnce(r *Request) error {
	h := r.HTTP().Header
	if strings.Contains(h.Get("Sec-Purpose")+h.Get("Purpose")+h.Get("X-Moz"), "prefetch") || r.HTTP().Method != "GET" {
		return incident.Errorf(incident.Unavailable, "Open this link by a click.")
	}
	a, err := c.Auth.UseOneTimeLink(r.Ctx(), r.Param("secret"))
	if err != nil {
		return err
	}
	if err := c.Auth.Begin(r.Ctx(), a, "link", r.HTTP().UserAgent()); err != nil {
		return err
	}
	return r.Go("/")
}

// SignOut ends this session.
func (c *Console) SignOut(r *Request) error {
	if err := c.Auth.SignOut(r.Ctx()); err != nil {
		return err
	}
	return r.Done("/sign-in", "You are signed out.")
}
