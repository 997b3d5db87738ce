package console

import (
	"encoding/base64"
	"net/http"

	"tocsin/incident"
	"tocsin/web/view"
)

// Show answers with a page. It fills in what every page has: reader, sections,
// account, and the note the act before left.
func (r *Request) Show(name string, p view.Page) error { return r.ShowStatus(http.StatusOK, name, p) }

// ShowStatus is Show with another status.
func (r *Request) ShowStatus(status int, name string, p view.Page) error {
	p.Reader = r.Reader()
	if r.SignedIn() {
		p.Nav = r.sections()
		p.Account = &view.Who{Name: r.Account.Name, Role: grantWords(r.Account.Grants)}
	}
	if p.Note == "" && !r.Refresh() {
		p.Note = r.takeNote()
	}
	body, err := r.c.View.Render(name, p)
	if err != nil {
		return err
	}
	h := r.g.Writer.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	r.g.Writer.WriteHeader(status)
	_, _ = r.g.Writer.Write(body)
	return nil
}

// Wrong shows a form again, with the problems of err beside its fields, if err
// is about what was sent; any other error is returned as it is.
func (r *Request) Wrong(err error, form *view.Form, name string, p view.Page) error {
	var status int
	switch incident.KindOf(err) {
	case incident.Invalid:
		status = http.StatusUnprocessableEntity
	case incident.Conflict:
		status = http.StatusConflict
	case incident.Unauthorized:
		status = http.StatusUnauthorized
	case incident.Unavailable:
		status = http.StatusServiceUnavailable
	default:
		return err
	}
	p.Problems = form.Explain(err)
	return r.ShowStatus(status, name, p)
}

// Done ends an act: it goes to another page, which says once what was done.
func (r *Request) Done(path, note string) error {
	if note != "" {
		http.SetCookie(r.g.Writer, r.noteCookie(base64.RawURLEncoding.EncodeToString([]byte(note)), 60))
	}
	return r.Go(path)
}

// Go redirects to a path of this site. The script that shows how far an upload
// has come is told where to go instead: it would follow a redirect by itself and
// eat the note.
func (r *Request) Go(path string) error {
	if r.g.GetHeader("Tocsin-Upload") != "" {
		r.g.Header("Tocsin-Location", path)
		r.g.Status(http.StatusNoContent)
		return nil
	}
	r.g.Redirect(http.StatusSeeOther, path)
	return nil
}

// The note travels in a cookie of its own: a session would have to be written,
// and every write is an act. It says what was done and never to whom.
func (r *Request) noteCookie(value string, seconds int) *http.Cookie {
	name := "tocsin-note"
	if r.c.cfg.Secure {
		name = "__Host-tocsin-note"
	}
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: seconds, HttpOnly: true,
		Secure: r.c.cfg.Secure, SameSite: http.SameSiteStrictMode}
}

func (r *Request) takeNote() string {
	k := r.noteCookie("", -1)
	sent, err := r.g.Request.Cookie(k.Name)
	if err != nil {
		return ""
	}
	http.SetCookie(r.g.Writer, k)
	note, err := base64.RawURLEncoding.DecodeString(sent.Value)
	if err != nil || len(note) > 500 {
		return ""
	}
	return string(note)
}
