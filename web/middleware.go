package web

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"tocsin/incident"
)

// observe gives the request its id, and writes one line and one sample about it.
func (s *Server) observe(g *gin.Context) {
	start := s.deps.Clock()
	id := uuid.NewString()
	g.Request = g.Request.WithContext(context.WithValue(g.Request.Context(), requestKey{}, id))
	g.Header("X-Request-Id", id)
	g.Next()
	took := s.deps.Clock().Sub(start)
	route := g.FullPath()
	if route == "" {
		route = "none" // the address is not logged: it may hold anything
	}
	s.meter.saw(g.Request.Method, route, g.Writer.Status(), took)
	s.deps.Logger.InfoContext(g.Request.Context(), "request", "id", id, "method", g.Request.Method, "route", route,
		"status", g.Writer.Status(), "bytes", max(0, g.Writer.Size()), "ms", took.Milliseconds())
}

type requestKey struct{}

// RequestID is the id of the request that ctx belongs to; empty outside one.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

func requestID(r *http.Request) string { return RequestID(r.Context()) }

// policy allows what the pages use: own files, images drawn into the page (QR
// codes), forms to ourselves. No inline script or style, no frame, no plug-in.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

func (s *Server) headers(g *gin.Context) {
	h := g.Writer.Header()
	h.Set("Cache-Control", "no-store") // static files say otherwise
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	// Not no-referrer: it makes some browsers send "Origin: null" with our own
	// forms, which the cross-origin check must then refuse. Nothing leaves this site.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()")
	if s.cfg.TLS {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
}

// recover turns a panic into the one fixed sentence, with a reference to the
// log, where the whole of it is.
func (s *Server) recover(g *gin.Context) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if p == http.ErrAbortHandler {
			panic(p)
		}
		s.deps.Logger.ErrorContext(g.Request.Context(), "panic", "id", requestID(g.Request), "route", g.FullPath(),
			"panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		g.Abort()
		if g.Writer.Written() {
			panic(http.ErrAbortHandler) // half an answer must not look like a whole one
		}
		s.answer(g.Writer, g.Request, incident.Errorf(incident.Internal, "panic"), 0)
	}()
	g.Next()
}

// answer gives an error to whoever asked: a page or a problem document.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, err error, status int) {
	if !machine(r.URL.Path) {
		s.errorPage(w, r, err, status)
		return
	}
	if status == 0 {
		status = StatusOf(incident.KindOf(err))
	}
	writeProblem(w, r, err, status)
}

func (s *Server) missing(err error, status int) gin.HandlerFunc {
	return func(g *gin.Context) { s.answer(g.Writer, g.Request, err, status) }
}

// crossOrigin answers a request that a browser says another site has made. It
// runs before the engine, so it sets the headers itself.
func (s *Server) crossOrigin(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", policy)
	s.errorPage(w, r, incident.Errorf(incident.Forbidden, "This request came from another site and was not carried out."), 0)
}

// noSession answers when the store of sessions cannot be read or written.
func (s *Server) noSession(w http.ResponseWriter, r *http.Request, err error) {
	w.Header().Set("Content-Security-Policy", policy)
	s.errorPage(w, r, err, 0)
}

func (s *Server) logError(r *http.Request, err error) {
	s.deps.Logger.ErrorContext(r.Context(), "request failed", "id", requestID(r), "kind", string(incident.KindOf(err)), "err", err.Error())
}

// liftDeadlines lets an upload take as long as it needs.
func liftDeadlines(w http.ResponseWriter) {
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Time{})  // not supported by a test recorder,
	_ = c.SetWriteDeadline(time.Time{}) // which has none to lift
}
