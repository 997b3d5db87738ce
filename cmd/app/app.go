package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/notify/bounce"
	"tocsin/notify/letter"
	"tocsin/notify/outbox"
	"tocsin/notify/statute"
	"tocsin/playbooks/builtin"
	"tocsin/playbooks/runner"
	"tocsin/web"
	"tocsin/web/api"
	"tocsin/web/auth"
	"tocsin/web/console"
	"tocsin/web/hooks"
	"tocsin/web/view"
)

// Deps are what the program takes from the world.
type Deps struct {
	Clock  func() time.Time // time.Now if nil
	Logger *slog.Logger     // nothing is logged if nil
}

func (d Deps) clock() func() time.Time {
	if d.Clock == nil {
		return time.Now
	}
	return d.Clock
}

// App is the whole program, running or about to.
type App struct {
	cfg   Config
	deps  Deps
	log   *slog.Logger
	store *Store

	Auth   *auth.Service
	Desk   *casework.Desk
	Outbox *outbox.Service
	Runner *runner.Runner

	rules   func() (*statute.Library, error)
	letters func() (*letter.Library, error)

	web      *web.Server
	server   *http.Server
	listener net.Listener

	closers []closer // in the order things came to be; undone from the end
	work    sync.WaitGroup
	cancel  context.CancelFunc
	failed  chan error
}

// closer undoes one thing; name is for the log.
type closer struct {
	name string
	undo func(context.Context) error
}

// New opens the data folder and puts the parts together. Nothing listens yet.
// On an error everything opened is closed again.
func New(cfg Config, deps Deps) (app *App, err error) {
	if deps.Logger == nil {
		deps.Logger = slog.New(slog.DiscardHandler)
	}
	deps.Clock = deps.clock()
	a := &App{cfg: cfg, deps: deps, log: deps.Logger, failed: make(chan error, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.close(context.Background()))
		}
	}()
	if a.store, err = OpenStore(cfg, deps.Clock, deps.Logger, false); err != nil {
		return nil, err
	}
	a.onStop("store", func(context.Context) error { return a.store.Close() })
	if err = a.assemble(); err != nil {
		return nil, err
	}
	return a, nil
}

func (a *App) onStop(name string, undo func(context.Context) error) {
	a.closers = append(a.closers, closer{name, undo})
}

// assemble builds the parts over the store, innermost first.
func (a *App) assemble() (err error) {
	if a.Auth, err = auth.New(a.store.DB, a.cfg.Auth.service(a.cfg, a.deps)); err != nil {
		return err
	}
	if err = a.sender(); err != nil {
		return err
	}
	organisation, err := organisationFacts(a.cfg)
	if err != nil {
		return err
	}
	a.Runner, err = runner.New(a.store.DB, runner.Config{Organisation: organisation, Deadlines: deadlines})
	if err != nil {
		return err
	}
	desk, err := a.cfg.Matching.casework()
	if err != nil {
		return err
	}
	sources, err := a.cfg.Matching.sources()
	if err != nil {
		return err
	}
	desk.Retention = time.Duration(a.cfg.Retention.Closed)
	// The runner comes after the outbox: it reads the deadlines that the outbox works out.
	a.Desk, err = casework.New(casework.Deps{
		DB: a.store.DB, Vault: a.store.Vault, Logger: a.log,
		Reactors: []casework.Reactor{a.Outbox, a.Runner}, Sources: sources,
	}, desk)
	if err != nil {
		return err
	}
	return a.doors(desk.UploadLimit)
}

// doors builds what people and machines talk to.
func (a *App) doors(upload int64) error {
	renderer, err := view.New()
	if err != nil {
		return err
	}
	pages, err := console.New(console.Deps{
		Auth: a.Auth, View: renderer, Ledger: a.store.DB, Desk: a.Desk, Outbox: a.Outbox, Runner: a.Runner, Rules: a.Outbox.Library,
		Logger: a.log, Clock: a.deps.Clock,
	}, console.Config{PublicURL: a.cfg.PublicURL, Secure: a.cfg.secure()})
	if err != nil {
		return err
	}
	alerts, err := hooks.New(hooks.Deps{Desk: a.Desk, Bounces: a.Outbox, Logger: a.log, Clock: a.deps.Clock}, a.cfg.hooks())
	if err != nil {
		return err
	}
	command, err := a.slackCommand()
	if err != nil {
		return err
	}
	machines, err := api.New(api.Deps{
		Auth: a.Auth, Desk: a.Desk, Runner: a.Runner, Outbox: a.Outbox, Ledger: a.store.DB, Logger: a.log,
	}, api.Config{PublicURL: a.cfg.PublicURL})
	if err != nil {
		return err
	}
	token, err := secret(a.cfg.Metrics.TokenFile)
	if err != nil {
		return err
	}
	proxies, _ := a.cfg.Public.trusted() // checked with the configuration
	outside, err := a.publicPages(renderer)
	if err != nil {
		return err
	}
	a.web, err = web.New(web.Deps{
		Public: outside,
		Auth:   a.Auth, Console: pages, View: renderer, Hooks: alerts, Slack: command, API: machines, Ready: a.store.Ready,
		Metrics: a.metrics(), Logger: a.log, Clock: a.deps.Clock,
	}, web.Config{TLS: a.cfg.secure(), MetricsToken: token, UploadLimit: upload, TrustedProxies: proxies})
	return err
}

func (a *App) metrics() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for result, count := range map[string]func(outbox.BounceTally) uint64{
		"matched":   func(t outbox.BounceTally) uint64 { return t.Matched },
		"unmatched": func(t outbox.BounceTally) uint64 { return t.Unmatched }, // forged, or of another program
		"ignored":   func(t outbox.BounceTally) uint64 { return t.Ignored },   // no report on a delivery
	} {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "tocsin_returned_mail_total", Help: "Messages from mail servers about letters.", ConstLabels: prometheus.Labels{"result": result},
		}, func() float64 { return float64(count(a.Outbox.Bounces())) }))
	}
	return r
}

// Start seeds the library, listens and serves. It returns when requests are
// answered; what goes wrong later comes from Wait.
func (a *App) Start(ctx context.Context) error {
	seed, err := builtin.All()
	if err != nil {
		return err
	}
	if err := a.Runner.Seed(ctx, seed); err != nil {
		return err
	}
	if err := a.ownPlaybooks(ctx); err != nil {
		return err
	}
	// What an erasure that was cut short has left behind goes before anybody works.
	if err := a.Desk.FinishErasures(ctx); err != nil {
		return err
	}
	a.listener, err = net.Listen("tcp", a.cfg.Listen)
	if err != nil {
		return incident.Because(incident.Unavailable, err, "Nothing can listen on %s: %v.", a.cfg.Listen, unwrapNet(err))
	}
	control, err := startControl(&Operator{Store: a.store, Auth: a.Auth, URL: a.URL()}, a.log)
	if err != nil {
		a.listener.Close()
		return err
	}
	a.onStop("control socket", control.stop)
	a.server = a.web.HTTP()
	a.onStop("web", a.server.Shutdown)
	a.work.Add(1)
	go func() {
		defer a.work.Done()
		var err error
		if a.cfg.TLS.on() {
			err = a.server.ServeTLS(a.listener, a.cfg.TLS.CertFile, a.cfg.TLS.KeyFile)
		} else {
			err = a.server.Serve(a.listener)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			a.fail(fmt.Errorf("web server: %w", err))
		}
	}()
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	a.cancel = cancel
	a.loop(work, "playbook clock", time.Minute, a.Runner.Tick)
	a.loop(work, "reminders", 5*time.Second, a.Outbox.Tick)
	a.work.Add(1)
	go func() {
		defer a.work.Done()
		if err := a.Outbox.Run(work); err != nil {
			a.fail(fmt.Errorf("sender: %w", err))
		}
	}()
	if folder := bounce.Maildir(a.cfg.Mail.Bounces); folder != "" {
		a.loop(work, "returned mail", 15*time.Second, func(ctx context.Context) error { return a.Outbox.EmptyBounces(ctx, folder) })
	}
	a.loop(work, "session sweep", time.Hour, a.Auth.Sweep)
	a.loop(work, "upload sweep", 10*time.Minute, a.Desk.ExpireTransfers)
	a.readRules()
	a.log.Info("serving", "listen", a.Addr())
	return nil
}

// loop calls fn now and then until work ends. What is due is read from the
// store each time, so a missed round loses nothing.
func (a *App) loop(work context.Context, name string, every time.Duration, fn func(context.Context) error) {
	a.work.Add(1)
	go func() {
		defer a.work.Done()
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-work.Done():
				return
			case <-ticker.C:
			}
			if err := fn(work); err != nil && work.Err() == nil {
				a.log.Error("background work failed", "work", name, "error", err)
			}
		}
	}()
}

func (a *App) fail(err error) {
	select {
	case a.failed <- err:
	default:
	}
}

// Wait gives the error that ended the serving, or nil when ctx ends first.
func (a *App) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-a.failed:
		return err
	}
}

// Addr is the address it listens on, with the real port; empty before Start.
func (a *App) Addr() string {
	if a.listener == nil {
		return ""
	}
	return a.listener.Addr().String()
}

// URL is where people reach the console.
func (a *App) URL() string { return a.cfg.baseURL(a.Addr()) }

// Config is what the program runs with.
func (a *App) Config() Config { return a.cfg }

// Handler answers requests without a listener, for tests.
func (a *App) Handler() http.Handler { return a.web }

// Stop lets requests finish and undoes everything in reverse. ctx bounds the wait.
func (a *App) Stop(ctx context.Context) error {
	if a.cancel != nil {
		a.cancel()
	}
	return a.close(ctx)
}

func (a *App) close(ctx context.Context) error {
	var errs []error
	for n := len(a.closers) - 1; n >= 0; n-- {
		c := a.closers[n]
		if c.name == "store" {
			a.work.Wait() // nobody writes any more
			if a.Desk != nil {
				a.Desk.Stop()
			}
		}
		if err := c.undo(ctx); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", c.name, err))
		}
	}
	a.closers = nil
	return errors.Join(errs...)
}

func unwrapNet(err error) error {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		return op.Err
	}
	return err
}
