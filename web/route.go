package web

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"tocsin/incident"
	"tocsin/web/console"
)

// Route is one line of the list: what is asked for, which action it performs,
// and who answers. Exactly one of Page and Raw is set.
type Route struct {
	Method string
	Path   string          // gin's pattern; one incident's pages are under /incidents/:incident
	Action incident.Action // asked of incident.Can before the handler, or by the desk where it is on one incident
	Fresh  bool            // only soon after a second factor was shown
	Upload bool            // takes Config.UploadLimit bytes and as long as they need
	Page   console.Handler // a page or act of the console: behind the session
	Raw    gin.HandlerFunc // everything else: checks its own caller
}

// OnCase reports whether the route concerns one incident, so that the desk and
// not the guard decides.
func (rt Route) OnCase() bool { return strings.Contains(rt.Path, "/:incident") }

// complete finds a line that forgot to say who may.
func (rt Route) complete() error {
	if rt.Action == "" || (rt.Page == nil) == (rt.Raw == nil) {
		return incident.Errorf(incident.Internal, "route %s %s: it needs an action and one handler", rt.Method, rt.Path)
	}
	return nil
}

// bodyLimit is what a form may weigh; alert hooks count their own mebibyte below it.
const bodyLimit = 2 << 20

// limit bounds the body and, for uploads, lifts the time limits.
func (s *Server) limit(rt Route) gin.HandlerFunc {
	most := int64(bodyLimit)
	if rt.Upload {
		most = s.cfg.UploadLimit
	}
	return func(g *gin.Context) {
		g.Request.Body = http.MaxBytesReader(g.Writer, g.Request.Body, most)
		if rt.Upload {
			liftDeadlines(g.Writer)
		}
	}
}

func (s *Server) door(rt Route) gin.HandlerFunc {
	if rt.Raw != nil {
		return rt.Raw
	}
	return s.page(rt)
}

// stateless are the paths that carry no cookie: no session is read for them,
// and a browser's cross-site rules have nothing to protect there.
func stateless(path string) bool {
	for _, p := range []string{"/static/", "/hooks/", "/slack/", "/api/", "/notices/"} {
		if strings.HasPrefix(path, p) {
			return true
		}
	}
	return path == "/healthz" || path == "/readyz" || path == "/metrics" || path == "/robots.txt" || path == "/letter" || path == "/notices"
}
