package api

import (
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/outbox"
	"tocsin/playbooks/runner"
	"tocsin/web/auth"
)

// Deps are whom the API hands acts to. All but Logger are required.
type Deps struct {
	Auth   *auth.Service
	Desk   *casework.Desk
	Runner *runner.Runner
	Outbox *outbox.Service
	Ledger *ledger.DB
	Logger *slog.Logger // nothing is logged if nil
}

// Config of an API. The zero value works.
type Config struct {
	PublicURL   string // where people reach the console, for links; the address the request was sent to if empty
	UploadLimit int64  // bytes of one upload; 2 GiB if 0
}

// API answers /api/v1/…. It is an http.Handler and safe for concurrent use.
type API struct {
	Deps
	cfg    Config
	routes []route
	mux    *http.ServeMux

	mu     sync.Mutex
	flying map[string]bool // requests with a key that are under way in this process
}

// New gives an API. Error: Internal for a part that is missing.
func New(deps Deps, cfg Config) (*API, error) {
	if deps.Auth == nil || deps.Desk == nil || deps.Runner == nil || deps.Outbox == nil || deps.Ledger == nil {
		return nil, incident.Errorf(incident.Internal, "web/api: New needs Auth, Desk, Runner, Outbox and Ledger")
	}
	if deps.Logger == nil {
		deps.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.UploadLimit <= 0 {
		cfg.UploadLimit = 2 << 30
	}
	cfg.PublicURL = strings.TrimRight(cfg.PublicURL, "/")
	a := &API{Deps: deps, cfg: cfg, mux: http.NewServeMux(), flying: map[string]bool{}}
	a.routes = a.list()
	for _, rt := range a.routes {
		a.mux.HandleFunc(rt.method+" "+prefix+rt.path, a.serve(rt))
	}
	a.mux.HandleFunc("GET "+prefix+"/openapi.json", document)
	a.mux.HandleFunc("/", a.none)
	return a, nil
}

const prefix = "/api/v1"

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

// none answers what no route is for: 405 where the address exists for another
// method, else 404.
func (a *API) none(w http.ResponseWriter, r *http.Request) {
	var allow []string
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		other := r.Clone(r.Context())
		other.Method = m
		if _, pattern := a.mux.Handler(other); pattern != "/" && pattern != "" {
			allow = append(allow, m)
		}
	}
	if len(allow) == 0 {
		a.refuse(w, r, incident.Errorf(incident.NotFound, "There is nothing at this address of the API; see /api/v1/openapi.json."))
		return
	}
	w.Header().Set("Allow", strings.Join(allow, ", "))
	problem(w, http.StatusMethodNotAllowed, incident.Invalid, "This address takes "+strings.Join(allow, ", ")+".")
}
