package web

import (
	"encoding/json"
	"net/http"
	"strings"

	"tocsin/incident"
	"tocsin/web/view"
)

// StatusOf is the HTTP status of a kind of error. This is the only such table.
func StatusOf(k incident.Kind) int {
	switch k {
	case incident.Invalid:
		return http.StatusUnprocessableEntity
	case incident.NotFound:
		return http.StatusNotFound
	case incident.Conflict:
		return http.StatusConflict
	case incident.Forbidden:
		return http.StatusForbidden
	case incident.Unauthorized:
		return http.StatusUnauthorized
	case incident.TooLarge:
		return http.StatusRequestEntityTooLarge
	case incident.Unavailable:
		return http.StatusServiceUnavailable
	case incident.Gone:
		return http.StatusGone
	default:
		return http.StatusInternalServerError
	}
}

func titleOf(status int) string {
	switch status {
	case http.StatusUnprocessableEntity:
		return "This could not be accepted"
	case http.StatusNotFound:
		return "Page not found"
	case http.StatusConflict:
		return "Something has changed meanwhile"
	case http.StatusForbidden:
		return "You may not do this"
	case http.StatusUnauthorized:
		return "Sign in first"
	case http.StatusRequestEntityTooLarge:
		return "This is too large"
	case http.StatusServiceUnavailable:
		return "Not possible just now"
	case http.StatusGone:
		return "No longer there"
	case http.StatusMethodNotAllowed:
		return "Not this way"
	default:
		return "Something went wrong"
	}
}

// errorPage answers a person. status 0 means the one of the error's kind.
func (s *Server) errorPage(w http.ResponseWriter, r *http.Request, err error, status int) {
	if status == 0 {
		status = StatusOf(incident.KindOf(err))
	}
	p := view.ErrorPage{Sentence: incident.Sentence(err)}
	for _, x := range incident.ProblemsOf(err) {
		p.Problems = append(p.Problems, x.String())
	}
	if status >= 500 {
		if status == http.StatusInternalServerError {
			p.Reference = requestID(r)
		}
		s.logError(r, err)
	}
	body, rerr := s.deps.View.Render("error", view.Page{Title: titleOf(status), Data: p})
	if rerr != nil {
		s.logError(r, rerr)
		body = []byte(incident.Sentence(rerr))
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	if status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "30")
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// ProblemBody is an error for a machine, as RFC 9457 has it. Type is omitted:
// "about:blank", the status says it all; Errors lists each single thing wrong.
type ProblemBody struct {
	Title     string             `json:"title"`
	Status    int                `json:"status"`
	Detail    string             `json:"detail"`
	Kind      incident.Kind      `json:"kind"`
	Reference string             `json:"reference,omitempty"` // the request's id, where the fault is ours
	Errors    []incident.Problem `json:"errors,omitempty"`
}

// Problem answers a machine with application/problem+json. The API, the hooks
// and Slack use it; logging an internal error is left to whoever has a logger.
func Problem(w http.ResponseWriter, r *http.Request, err error) {
	status := StatusOf(incident.KindOf(err))
	writeProblem(w, r, err, status)
}

func writeProblem(w http.ResponseWriter, r *http.Request, err error, status int) {
	p := ProblemBody{Title: http.StatusText(status), Status: status, Detail: incident.Sentence(err),
		Kind: incident.KindOf(err), Errors: incident.ProblemsOf(err)}
	if status == http.StatusInternalServerError {
		p.Reference = requestID(r)
	}
	body, merr := json.Marshal(p)
	if merr != nil {
		body = []byte(`{"title":"Internal Server Error","status":500}`)
		status = http.StatusInternalServerError
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	switch status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="tocsin"`)
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "30")
	}
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n'))
}

// machine reports whether the other side reads problem+json.
func machine(path string) bool {
	return strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/hooks/") || strings.HasPrefix(path, "/slack/")
}
