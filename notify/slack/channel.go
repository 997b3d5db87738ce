package slack

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	api "github.com/slack-go/slack"
	"golang.org/x/time/rate"

	"tocsin/incident"
	"tocsin/notify"
)

// Deps of a Channel. Every field may be nil.
type Deps struct {
	Logger *slog.Logger             // nothing is logged if nil
	Clock  func() time.Time         // for waits Slack asks for; time.Now if nil
	Env    func(name string) string // for the token; os.Getenv if nil
	HTTP   *http.Client             // one with a limit of 20 s if nil
}

// Channel posts to one Slack channel, and to people by themselves. It is safe
// for concurrent use.
type Channel struct {
	api       *api.Client
	channel   string
	workspace string // of the people it posts to; any if empty
	logger    *slog.Logger
	clock     func() time.Time
	pace      *rate.Limiter

	mu    sync.Mutex
	until time.Time // Slack asked for no post before
}

var _ notify.StaffChannel = (*Channel)(nil)

// New reads the token and makes the channel; it connects to nothing yet. Error: Invalid.
func New(cfg Config, d Deps) (*Channel, error) {
	if p := cfg.Check(); len(p) > 0 {
		return nil, &incident.Error{Kind: incident.Invalid, Message: "Slack is not configured rightly.", Problems: p}
	}
	token, err := secret("bot_token", cfg.BotTokenFile, cfg.BotTokenEnv, d.Env)
	if err != nil {
		return nil, err
	}
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	if d.Clock == nil {
		d.Clock = time.Now
	}
	if d.HTTP == nil {
		d.HTTP = &http.Client{Timeout: 20 * time.Second}
	}
	options := []api.Option{api.OptionHTTPClient(d.HTTP)}
	if cfg.APIURL != "" {
		options = append(options, api.OptionAPIURL(cfg.APIURL))
	}
	return &Channel{
		api: api.New(token, options...), channel: cfg.Channel, workspace: cfg.Workspace, logger: d.Logger, clock: d.Clock,
		// Slack takes about one message a second for each channel, and a short burst.
		pace: rate.NewLimiter(1, 3),
	}, nil
}

// Name is the channel's, for records.
func (c *Channel) Name() string { return "slack" }

// Post posts one line and waits for the answer. m.To is "<workspace>/<user>", as
// accounts hold it, and the line is then a direct message from the app; empty is
// the channel. While Slack has asked to wait, it is Deferred without asking again.
func (c *Channel) Post(ctx context.Context, m notify.StaffMessage) notify.Receipt {
	to, ok := c.address(m.To)
	if !ok {
		return notify.Receipt{Outcome: notify.Rejected, Detail: "the person is in another workspace"}
	}
	if wait := c.waiting(); wait > 0 {
		return notify.Receipt{Outcome: notify.Deferred, Code: http.StatusTooManyRequests, Detail: "Slack asks to wait " + wait.Round(time.Second).String()}
	}
	if err := c.pace.Wait(ctx); err != nil {
		return notify.Receipt{Outcome: notify.Deferred, Detail: "stopped before it was posted"}
	}
	var written atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest: func(w httptrace.WroteRequestInfo) { written.Store(w.Err == nil) },
	})
	text := Text(m)
	_, at, err := c.api.PostMessageContext(traced, to, api.MsgOptionText(text, true), api.MsgOptionBlocks(blocks(m, text)...),
		api.MsgOptionDisableLinkUnfurl(), api.MsgOptionDisableMediaUnfurl(), api.MsgOptionParse(false))
	r, wait := outcome(err, written.Load())
	if r.Outcome == notify.Accepted {
		r.Queue = at
		return r
	}
	c.hold(wait)
	c.logger.WarnContext(ctx, "not posted to slack", "outcome", string(r.Outcome), "code", r.Code, "detail", r.Detail)
	return r
}

// person is a Slack user as accounts hold it.
var person = regexp.MustCompile(`^([TE][A-Z0-9]{1,31})/([UW][A-Z0-9]{1,31})$`)

// address is the conversation that a message goes to.
func (c *Channel) address(to string) (conversation string, ok bool) {
	if to == "" {
		return c.channel, true
	}
	m := person.FindStringSubmatch(to)
	if m == nil || c.workspace != "" && m[1] != c.workspace {
		return "", false
	}
	return m[2], true
}

func (c *Channel) waiting() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.until.Sub(c.clock())
}

func (c *Channel) hold(wait time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if until := c.clock().Add(wait); wait > 0 && until.After(c.until) {
		c.until = until
	}
}

// ActionAcknowledge is the button of a reminder; its value is the reminder's id.
const ActionAcknowledge = "reminder.acknowledge"

// longest is what a section takes; a line for staff is far below it.
const longest = 2900

// Text is the whole message as one text: the drill mark, the sentence, the link.
func Text(m notify.StaffMessage) string {
	text := clip(strings.Join(strings.Fields(m.Text), " "), longest)
	if m.Drill {
		text = "[DRILL] " + text
	}
	if m.Link != "" {
		text += " " + m.Link
	}
	return text
}

// blocks show the same. plain_text, because a title may hold what Slack would
// read as a mention of everybody.
func blocks(m notify.StaffMessage, text string) []api.Block {
	shown := strings.TrimSuffix(text, " "+m.Link)
	out := []api.Block{api.NewSectionBlock(api.NewTextBlockObject(api.PlainTextType, shown, false, false), nil, nil)}
	var buttons []api.BlockElement
	if m.Acknowledge != "" {
		seen := api.NewButtonBlockElement(ActionAcknowledge, m.Acknowledge, api.NewTextBlockObject(api.PlainTextType, "Acknowledge", false, false))
		buttons = append(buttons, seen)
	}
	if strings.HasPrefix(m.Link, "https://") || strings.HasPrefix(m.Link, "http://") {
		open := api.NewButtonBlockElement("open", "", api.NewTextBlockObject(api.PlainTextType, "Open in Tocsin", false, false))
		open.URL = m.Link
		buttons = append(buttons, open)
	}
	if len(buttons) > 0 {
		out = append(out, api.NewActionBlock("links", buttons...))
	}
	return out
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
