package console

import (
	"log/slog"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/outbox"
	"tocsin/notify/statute"
	"tocsin/playbooks/runner"
	"tocsin/web/auth"
	"tocsin/web/view"
)

// Deps are what the pages act through. Parts a page needs are added here.
type Deps struct {
	Auth   *auth.Service
	View   *view.Renderer
	Ledger *ledger.DB                       // the audit pages
	Desk   *casework.Desk                   // the pages of a case
	Outbox *outbox.Service                  // obligations and notices
	Runner *runner.Runner                   // playbooks
	Rules  func() (*statute.Library, error) // the law library; the outbox's if nil
	Logger *slog.Logger                     // nothing is logged if nil
	Clock  func() time.Time                 // time.Now if nil
}

// Config of the console.
type Config struct {
	PublicURL string // where people reach it, "https://tocsin.example.org"; from the request if empty
	Secure    bool   // that is https: cookies are marked so
}

// Console answers the pages. It is safe for concurrent use.
type Console struct {
	Deps
	cfg     Config
	text    *markdown
	library libraryCache
}

// New puts the console together. Runner, Rules, Logger and Clock may be left out.
func New(deps Deps, cfg Config) (*Console, error) {
	if deps.Auth == nil || deps.View == nil || deps.Ledger == nil || deps.Desk == nil || deps.Outbox == nil {
		return nil, incident.Errorf(incident.Internal, "console: New needs Auth, View, Ledger, Desk and Outbox")
	}
	if deps.Logger == nil {
		deps.Logger = slog.New(slog.DiscardHandler)
	}
	if deps.Rules == nil {
		deps.Rules = deps.Outbox.Library
	}
	if deps.Clock == nil {
		deps.Clock = time.Now
	}
	cfg.PublicURL = strings.TrimRight(cfg.PublicURL, "/")
	return &Console{Deps: deps, cfg: cfg, text: newMarkdown()}, nil
}
