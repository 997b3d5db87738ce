package web

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"tocsin/incident"
	"tocsin/web/auth"
	"tocsin/web/console"
)

// page runs a page of the console: who is it, may they, then the handler; an
// error of any of the three is answered in one place.
func (s *Server) page(rt Route) gin.HandlerFunc {
	return func(g *gin.Context) {
		r, err := s.deps.Console.Request(g)
		if err == nil {
			err = s.admit(rt, r)
		}
		if err == nil {
			err = readForm(g.Request)
		}
		if err == nil {
			err = rt.Page(r)
		}
		if err != nil {
			s.fail(g, r, err)
		}
	}
}

// errStale asks for the second factor again.
var errStale = errors.New("a recent second factor is needed")

func (s *Server) admit(rt Route, r *console.Request) error {
	if rt.Action == incident.SignInAnonymously {
		return nil
	}
	if r.Session.Stage != auth.Full {
		return incident.Errorf(incident.Unauthorized, "Sign in first.")
	}
	if !rt.OnCase() && !incident.Can(r.By, rt.Action, nil) {
		return incident.Errorf(incident.Forbidden, "Your account may not open this page. An administrator can change what it may do.")
	}
	if rt.Fresh && !s.deps.Auth.Fresh(r.Session) {
		return errStale
	}
	return nil
}

// readForm reads an ordinary form, within the limit. Uploads are left alone:
// their handler reads them as a stream.
func readForm(r *http.Request) error {
	if r.Method != http.MethodPost {
		return nil
	}
	err := r.ParseForm()
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		return incident.Errorf(incident.TooLarge, "What was sent is larger than %d MiB.", big.Limit>>20)
	case err != nil:
		return incident.Because(incident.Invalid, err, "What was sent could not be read as a form.")
	}
	return nil
}

// fail answers an error of a page: with a redirect where the person can do
// something about it, with an error page otherwise.
func (s *Server) fail(g *gin.Context, r *console.Request, err error) {
	if r != nil && !r.Refresh() {
		next := url.QueryEscape(r.Here())
		switch {
		case errors.Is(err, errStale):
			g.Redirect(http.StatusSeeOther, "/account/confirm?next="+next)
			return
		case incident.KindOf(err) == incident.Unauthorized && r.Session.Stage == auth.Pending:
			g.Redirect(http.StatusSeeOther, "/sign-in/code?next="+next)
			return
		case incident.KindOf(err) == incident.Unauthorized:
			g.Redirect(http.StatusSeeOther, "/sign-in?next="+next)
			return
		}
	}
	if errors.Is(err, errStale) {
		err = incident.Errorf(incident.Unauthorized, "Confirm that it is you.")
	}
	s.errorPage(g.Writer, g.Request, err, 0)
}
