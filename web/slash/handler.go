package slash

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	api "github.com/slack-go/slack"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/notify/outbox"
	"tocsin/playbooks/runner"
	"tocsin/web/auth"
)

// Accounts says who a Slack user is.
type Accounts interface {
	// BySlack is NotFound for a user who is linked to no account.
	BySlack(ctx context.Context, team, user string) (auth.Account, error)
	// SlackLink gives the path of a page on which a signed-in person takes this
	// Slack user as theirs.
	SlackLink(ctx context.Context, team, user string) (path string, err error)
	// Account is NotFound for an id that is nobody's.
	Account(ctx context.Context, id string) (auth.Account, error)
}

// Desk is what the command does to cases.
type Desk interface {
	OpenIncident(ctx context.Context, p incident.Principal, in casework.NewIncident) (*incident.Incident, error)
	Incidents(ctx context.Context, p incident.Principal, f casework.Filter) ([]incident.Incident, error)
	Incident(ctx context.Context, p incident.Principal, ref string) (*incident.Incident, error)
	File(ctx context.Context, p incident.Principal, ref string) (*casework.File, error)
	CompleteTask(ctx context.Context, p incident.Principal, ref, task, outcome string) error
	SkipTask(ctx context.Context, p incident.Principal, ref, task, reason string) error
	AssignTask(ctx context.Context, p incident.Principal, ref, task, account string) error
	SetSeverity(ctx context.Context, p incident.Principal, ref string, s incident.Severity, reason string) error
	Note(ctx context.Context, p incident.Principal, ref, text string, at time.Time, mark *incident.Privilege) error
	AddTask(ctx context.Context, p incident.Principal, ref string, in casework.NewTask) (*incident.Task, error)
	SetFacts(ctx context.Context, p incident.Principal, ref string, in []casework.NewFact) error
	SetMilestone(ctx context.Context, p incident.Principal, ref string, in casework.SetMilestone) error
	Assign(ctx context.Context, p incident.Principal, ref string, a incident.Assignment) error
	Unassign(ctx context.Context, p incident.Principal, ref string, a incident.Assignment) error
	HandOff(ctx context.Context, p incident.Principal, ref string, in casework.Handoff) error
	CollectEvidence(ctx context.Context, p incident.Principal, ref string, in casework.NewEvidence, body io.Reader) (*incident.Evidence, error)
	Exhibits(ctx context.Context, p incident.Principal, ref string) ([]casework.Exhibit, error)
	CloseIncident(ctx context.Context, p incident.Principal, ref, outcome string, dismissed bool) error
}

// Duties gives deadlines, and what is owed, written and approved.
type Duties interface {
	// NextClocks are those of all incidents p may see, soonest first; 0 is all of them.
	NextClocks(ctx context.Context, p incident.Principal, limit int) ([]outbox.Clock, error)
	Obligations(ctx context.Context, p incident.Principal, ref string) ([]outbox.Obligation, error)
	Drafts(ctx context.Context, p incident.Principal, ref string) ([]outbox.DraftView, error)
	// Approve and ReturnDraft are bound to the digest of the text that was read.
	Approve(ctx context.Context, p incident.Principal, ref, id, digest string) error
	ReturnDraft(ctx context.Context, p incident.Principal, ref, id, digest, reason string) error
	AcknowledgeReminder(ctx context.Context, p incident.Principal, id string) (outbox.Reminder, error)
}

// Playbooks gives and runs the written procedures.
type Playbooks interface {
	Playbooks(ctx context.Context, by incident.Principal) ([]runner.Revision, error)
	Runs(ctx context.Context, by incident.Principal, ref string) ([]runner.Run, error)
	StartRun(ctx context.Context, by incident.Principal, ref, playbook string) (runner.Run, error)
	PlanUpgrade(ctx context.Context, by incident.Principal, ref, run, to string) (runner.Upgrade, error)
	UpgradeRun(ctx context.Context, by incident.Principal, ref, run, from, to string) (runner.Run, error)
}

// Deps of a Handler. Accounts, Desk, Duties and Playbooks are required.
type Deps struct {
	Accounts  Accounts
	Desk      Desk
	Duties    Duties
	Playbooks Playbooks
	Logger    *slog.Logger     // nothing is logged if nil
	Clock     func() time.Time // time.Now if nil
	HTTP      *http.Client     // for late answers; one with a limit of 10 s if nil
}

// Config of a Handler. Secrets is required.
type Config struct {
	Secrets     []string // signing secrets of the app: one, or two while they rotate
	Workspace   string   // id of the only workspace that is answered; any if empty
	BaseURL     string   // where people reach the console, for links
	ResponseURL string   // what a response_url must begin with; https://hooks.slack.com/ if empty

	// BotToken opens dialogs; without one, verbs are typed in full. APIURL is
	// https://slack.com/api/ if empty.
	BotToken, APIURL string

	// Patience is how long an answer is waited for before it is sent later; two
	// seconds if 0, because Slack waits for three.
	Patience time.Duration
}

// Handler answers /slack/… It is safe for concurrent use.
type Handler struct {
	deps  Deps
	cfg   Config
	since time.Time
	seen  *once
	verbs []verb
	views *views // nil without a token
	work  sync.WaitGroup
}

// New makes the handler. Error: Internal for what the caller forgot.
func New(d Deps, c Config) (*Handler, error) {
	if d.Accounts == nil || d.Desk == nil || d.Duties == nil || d.Playbooks == nil || len(c.Secrets) == 0 {
		return nil, incident.Errorf(incident.Internal, "slash: New needs accounts, a desk, duties, playbooks and a signing secret")
	}
	for _, s := range c.Secrets {
		if s == "" {
			return nil, incident.Errorf(incident.Internal, "slash: a signing secret is empty")
		}
	}
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	if d.Clock == nil {
		d.Clock = time.Now
	}
	if d.HTTP == nil {
		d.HTTP = &http.Client{Timeout: 10 * time.Second}
	}
	client := *d.HTTP
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // an answer goes where Slack said, nowhere else
	d.HTTP = &client
	if c.ResponseURL == "" {
		c.ResponseURL = "https://hooks.slack.com/"
	}
	if c.Patience <= 0 {
		c.Patience = 2 * time.Second
	}
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	h := &Handler{deps: d, cfg: c, since: d.Clock().Truncate(time.Second), seen: newOnce(), verbs: verbs()}
	if c.BotToken != "" {
		options := []api.Option{api.OptionHTTPClient(d.HTTP)}
		if c.APIURL != "" {
			options = append(options, api.OptionAPIURL(c.APIURL))
		}
		h.views = &views{api.New(c.BotToken, options...)}
	}
	return h, nil
}

// Close waits for answers that are still being worked out, until ctx ends.
func (h *Handler) Close(ctx context.Context) error {
	done := make(chan struct{})
	go func() { h.work.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// most is the largest body; Slack's are a few kilobytes.
const most = 256 << 10

// ServeHTTP checks where a request comes from and hands it on. 401 for what
// Slack did not sign just now, 404, 405 and 413 for what Slack does not send.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var door func(http.ResponseWriter, *http.Request, signed)
	switch strings.TrimPrefix(r.URL.Path, "/slack/") {
	case "commands":
		door = h.command
	case "interactions":
		door = h.interaction
	case "events":
		door = h.event
	default:
		http.Error(w, "There is nothing at this address.", http.StatusNotFound)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "Slack sends by POST.", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, most+1))
	switch {
	case len(body) > most:
		http.Error(w, "This is larger than anything Slack sends.", http.StatusRequestEntityTooLarge)
		return
	case err != nil:
		http.Error(w, "The request broke off.", http.StatusBadRequest)
		return
	}
	s, ok := h.verify(r.Header, body)
	if !ok {
		h.deps.Logger.WarnContext(r.Context(), "slack request refused: not signed by Slack just now")
		http.Error(w, "This was not signed by Slack just now.", http.StatusUnauthorized)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	door(w, r, s)
}
