package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"tocsin/incident"
	"tocsin/web/auth"
	"tocsin/web/view"
)

// Handler is a page or an act. An error it returns is answered by web.
type Handler func(*Request) error

// Request is one request to the console with who makes it. By and Account are
// empty, and Session.Stage is not Full, where nobody is signed in: the guard
// lets such a request reach only the pages that are meant for it.
type Request struct {
	By      incident.Principal
	Account auth.Account
	Session auth.Session

	c *Console
	g *gin.Context
}

// Request finds out who is asking. The error is the store's; not being signed
// in is none.
func (c *Console) Request(g *gin.Context) (*Request, error) {
	r := &Request{c: c, g: g}
	a, ses, err := c.Auth.Current(g.Request.Context(), !r.Refresh())
	if err != nil && incident.KindOf(err) != incident.Unauthorized {
		return r, err
	}
	if err == nil {
		r.Session = ses
		r.Account = a
		if ses.Stage == auth.Full {
			r.By = a.Principal(incident.FromConsole)
		}
	}
	return r, nil
}

// SignedIn reports whether both factors were shown.
func (r *Request) SignedIn() bool { return r.Session.Stage == auth.Full }

// Ctx is the request's context: what everything below the web is given.
func (r *Request) Ctx() context.Context { return r.g.Request.Context() }

// HTTP is the raw request, for uploads and downloads.
func (r *Request) HTTP() *http.Request { return r.g.Request }

// Writer is the raw answer, for downloads; pages use Show.
func (r *Request) Writer() http.ResponseWriter { return r.g.Writer }

// Param is a part of the path: r.Param("incident").
func (r *Request) Param(name string) string { return r.g.Param(name) }

// Query is a parameter of the address.
func (r *Request) Query(name string) string { return r.g.Query(name) }

// Form is a field of the form that was sent, without surrounding space.
func (r *Request) Form(name string) string {
	return strings.TrimSpace(r.g.Request.PostForm.Get(name))
}

// Secret is a field as it was typed: a password may begin with a space.
func (r *Request) Secret(name string) string { return r.g.Request.PostForm.Get(name) }

// FormAll is every value of a field: of checkboxes.
func (r *Request) FormAll(name string) []string { return r.g.Request.PostForm[name] }

// Refresh reports whether a page is only renewing itself: nobody is behind it.
func (r *Request) Refresh() bool { return r.g.GetHeader("Tocsin-Refresh") != "" }

// Attempt describes the peer for the limiter.
func (r *Request) Attempt() auth.Attempt {
	return auth.Attempt{Address: r.g.ClientIP(), UserAgent: r.g.Request.UserAgent()}
}

// Reader is how this person reads instants.
func (r *Request) Reader() view.Reader {
	return view.Reader{Zone: r.Account.Location(), Now: r.c.Clock()}
}

// Here is the page to come back to: this one, or for an act the page it was
// asked for from.
func (r *Request) Here() string {
	u := r.g.Request.URL
	if r.g.Request.Method != http.MethodGet && r.g.Request.Method != http.MethodHead {
		from, err := url.Parse(r.g.Request.Referer())
		if err != nil || from.Host != r.g.Request.Host {
			return "/"
		}
		u = from
	}
	return local(u.RequestURI())
}

// Next is where the person was going before they had to sign in.
func (r *Request) Next() string {
	if n := r.g.Query("next"); n != "" {
		return local(n)
	}
	return local(r.Form("next"))
}

// local keeps a redirect on this site: anything else becomes the start page,
// and so do the pages of signing in.
func local(target string) string {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || u.User != nil {
		return "/"
	}
	if !strings.HasPrefix(target, "/") || strings.HasPrefix(target, "//") ||
		strings.ContainsAny(target, "\\\r\n\t\x00") || strings.HasPrefix(u.Path, "//") || strings.Contains(u.Path, "\\") {
		return "/"
	}
	for _, p := range []string{"/sign-in", "/sign-out", "/enrol/", "/account/confirm"} {
		if strings.HasPrefix(u.Path, p) {
			return "/"
		}
	}
	return target
}

// URL makes a path of this site absolute, for links that leave the page.
func (r *Request) URL(path string) string {
	if r.c.cfg.PublicURL != "" {
		return r.c.cfg.PublicURL + path
	}
	scheme := "http"
	if r.g.Request.TLS != nil || r.c.cfg.Secure {
		scheme = "https"
	}
	return scheme + "://" + r.g.Request.Host + path
}
