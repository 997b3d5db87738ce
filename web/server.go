package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"tocsin/incident"
	"tocsin/web/auth"
	"tocsin/web/console"
	"tocsin/web/public"
	"tocsin/web/view"
)

// Deps are the parts the server puts together. Auth, Console and View are
// required.
type Deps struct {
	Auth    *auth.Service
	Console *console.Console
	View    *view.Renderer

	// Mounted as they are; each checks its own callers. Nil is 404.
	Hooks http.Handler // POST /hooks/{source}
	Slack http.Handler // POST /slack/commands, /slack/interactions, /slack/events
	API   http.Handler // /api/v1/…

	// Public answers people outside, who do not sign in. Nil is 404.
	Public *public.Public

	// Ready tells whether the program can do its work: the store is writable,
	// the clock is sane. Nil means it always can.
	Ready func(context.Context) error

	Metrics *prometheus.Registry // what /metrics shows; an own one if nil
	Logger  *slog.Logger         // nothing is logged if nil
	Clock   func() time.Time     // time.Now if nil
}

// Config of a Server. The zero value works.
type Config struct {
	TLS            bool           // people reach it over https: HSTS is sent
	MetricsToken   string         // bearer token of /metrics; without one only this machine may read it
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed; nobody's if empty
	UploadLimit    int64          // bytes of one upload; 2 GiB if 0
}

// Server is the whole of Tocsin's HTTP. It is an http.Handler.
type Server struct {
	deps    Deps
	cfg     Config
	engine  *gin.Engine
	handler http.Handler
	routes  []Route
	meter   *meter
}

// New builds the engine. Errors: Internal for a route that is not complete.
func New(deps Deps, cfg Config) (*Server, error) {
	if deps.Auth == nil || deps.Console == nil || deps.View == nil {
		return nil, incident.Errorf(incident.Internal, "web: New needs Auth, Console and View")
	}
	if deps.Logger == nil {
		deps.Logger = slog.New(slog.DiscardHandler)
	}
	if deps.Clock == nil {
		deps.Clock = time.Now
	}
	if cfg.UploadLimit <= 0 {
		cfg.UploadLimit = 2 << 30
	}
	s := &Server{deps: deps, cfg: cfg}
	var err error
	if s.meter, err = newMeter(deps.Metrics); err != nil {
		return nil, incident.Because(incident.Internal, err, "register metrics")
	}
	if err := s.build(); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Server) build() error {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	if err := e.SetTrustedProxies(proxies(s.cfg.TrustedProxies)); err != nil {
		return incident.Because(incident.Internal, err, "set trusted proxies")
	}
	e.HandleMethodNotAllowed = true
	e.RedirectTrailingSlash = true
	e.Use(s.observe, s.headers, s.recover)
	s.engine = e
	s.routes = s.list()
	for _, rt := range s.routes {
		if err := rt.complete(); err != nil {
			return err
		}
		e.Handle(rt.Method, rt.Path, s.limit(rt), s.door(rt))
		if rt.Method == http.MethodGet {
			e.Handle(http.MethodHead, rt.Path, s.limit(rt), s.door(rt))
		}
	}
	e.NoRoute(s.missing(incident.Errorf(incident.NotFound, "There is no such page."), 0))
	e.NoMethod(s.missing(incident.Errorf(incident.Invalid, "This address does not take that method."), http.StatusMethodNotAllowed))

	// Sessions wrap the engine, because the cookie must be written before the
	// first byte; what carries no cookie passes beside them.
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(s.crossOrigin))
	withSession := guard.Handler(s.deps.Auth.Sessions(e, s.noSession))
	s.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if stateless(r.URL.Path) {
			e.ServeHTTP(w, r)
			return
		}
		withSession.ServeHTTP(w, r)
	})
	return nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Routes is the list of all routes, for tests and for the API's document.
func (s *Server) Routes() []Route { return s.routes }

// HTTP is an http.Server around the handler with limits on everything a slow or
// hostile client can stretch. The caller sets Addr and TLS.
func (s *Server) HTTP() *http.Server {
	return &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       60 * time.Second, // uploads lift it, see limit
		WriteTimeout:      90 * time.Second,
		IdleTimeout:       120 * time.Second,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.deps.Logger.Handler(), slog.LevelDebug),
	}
}

func proxies(list []netip.Prefix) []string {
	if len(list) == 0 {
		return nil // nobody: gin's default believes everybody
	}
	out := make([]string, 0, len(list))
	for _, p := range list {
		out = append(out, p.String())
	}
	return out
}
