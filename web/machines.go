package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"io"
	"net/http"
	"net/netip"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"tocsin/incident"
)

func wrap(h http.Handler) gin.HandlerFunc {
	return func(g *gin.Context) { h.ServeHTTP(g.Writer, g.Request) }
}

// mount hands a request on to a door of its own; one that is not configured
// does not exist.
func (s *Server) mount(h http.Handler) gin.HandlerFunc {
	if h == nil {
		return s.missing(incident.Errorf(incident.NotFound, "There is nothing at this address."), 0)
	}
	return wrap(h)
}

func plain(g *gin.Context, status int, text string) {
	g.Header("Content-Type", "text/plain; charset=utf-8")
	g.Header("Cache-Control", "no-store")
	g.Status(status)
	_, _ = io.WriteString(g.Writer, text+"\n")
}

// healthz says that the process answers, and nothing else.
func (s *Server) healthz(g *gin.Context) { plain(g, http.StatusOK, "ok") }

// readyz says whether work can be done, and in one sentence why not.
func (s *Server) readyz(g *gin.Context) {
	if s.deps.Ready == nil {
		plain(g, http.StatusOK, "ready")
		return
	}
	if err := s.deps.Ready(g.Request.Context()); err != nil {
		s.logError(g.Request, err)
		plain(g, http.StatusServiceUnavailable, "not ready: "+incident.Sentence(err))
		return
	}
	plain(g, http.StatusOK, "ready")
}

func robots(g *gin.Context) { plain(g, http.StatusOK, "User-agent: *\nAllow: /notices\nDisallow: /") }

// metrics answers Prometheus. It holds no personal data, but how many letters
// are waiting is nobody else's business: with a token configured it must be
// sent, without one only a direct request from this machine is answered.
func (s *Server) metrics(g *gin.Context) {
	if !s.mayScrape(g.Request) {
		s.errorPage(g.Writer, g.Request, incident.Errorf(incident.NotFound, "There is no such page."), 0)
		return
	}
	promhttp.HandlerFor(s.meter.registry, promhttp.HandlerOpts{}).ServeHTTP(g.Writer, g.Request)
}

func (s *Server) mayScrape(r *http.Request) bool {
	if want := s.cfg.MetricsToken; want != "" {
		got, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		a, b := sha256.Sum256([]byte(got)), sha256.Sum256([]byte(want))
		return subtle.ConstantTimeCompare(a[:], b[:]) == 1
	}
	// A proxy on this machine makes everybody look local; it also says so.
	if r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" {
		return false
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && peer.Addr().Unmap().IsLoopback()
}
