package smtp

import (
	"context"
	"net/mail"
	"os"
	"strings"
	"sync/atomic"
	"time"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/time/rate"

	"tocsin/notify"
)

// timeout bounds each exchange with the server.
const timeout = 30 * time.Second

// Channel is a pool of connections to one mail server.
type Channel struct {
	cfg     Config
	from    string // header form
	sender  string // envelope form
	domain  string // of our Message-IDs
	options []gomail.Option
	limit   *rate.Limiter
	pool    chan *connection // as many as may be open; a nil client is not open yet
	closed  atomic.Bool
	clock   func() time.Time
}

// connection is one line to the server, used by one sender at a time.
type connection struct{ client *gomail.Client }

// Deps are what a Channel takes from the world.
type Deps struct {
	Env   func(string) string // os.Getenv if nil
	Clock func() time.Time    // for the Date of messages; time.Now if nil
}

// New checks the configuration and reads the password. It opens no connection.
func New(cfg Config, deps Deps) (*Channel, error) {
	if deps.Env == nil {
		deps.Env = os.Getenv
	}
	if deps.Clock == nil {
		deps.Clock = time.Now
	}
	if problems := cfg.Check(); len(problems) > 0 {
		return nil, configError(problems)
	}
	from, err := mail.ParseAddress(cfg.From)
	if err != nil {
		return nil, err
	}
	sender := from.Address
	if cfg.Envelope != "" {
		a, err := mail.ParseAddress(cfg.Envelope)
		if err != nil {
			return nil, err
		}
		sender = a.Address
	}
	domain := from.Address[strings.LastIndexByte(from.Address, '@')+1:]
	name := cfg.Name
	if name == "" {
		name = domain
	}
	c := &Channel{
		cfg: cfg, from: from.String(), sender: sender, domain: domain, clock: deps.Clock,
		pool: make(chan *connection, cfg.Connections),
		options: []gomail.Option{
			gomail.WithPort(cfg.Port), gomail.WithTimeout(timeout), gomail.WithHELO(name),
			// Every server takes plain SMTP; with SMTPUTF8 bounces come in a form many readers miss.
			gomail.WithoutSMTPUTF8(),
		},
	}
	switch cfg.TLS {
	case "tls":
		c.options = append(c.options, gomail.WithSSL())
	case "starttls":
		c.options = append(c.options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	default:
		c.options = append(c.options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if cfg.User != "" {
		password, err := cfg.password(deps.Env)
		if err != nil {
			return nil, err
		}
		c.options = append(c.options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(cfg.User), gomail.WithPassword(password))
	}
	if cfg.Rate > 0 {
		c.limit = rate.NewLimiter(rate.Limit(cfg.Rate), 1)
	}
	for range cfg.Connections {
		c.pool <- &connection{}
	}
	return c, nil
}

// Name is "smtp".
func (c *Channel) Name() string { return "smtp" }

// Connections is how many messages can be under way at once.
func (c *Channel) Connections() int { return c.cfg.Connections }

// Send hands one message to the server.
func (c *Channel) Send(ctx context.Context, m notify.Message) notify.Receipt {
	to, err := Address(m.To)
	if err != nil {
		return notify.Receipt{Outcome: notify.Rejected, Detail: "the address cannot receive mail"}
	}
	msg, err := c.message(m, to)
	if err != nil {
		return notify.Receipt{Outcome: notify.Rejected, Detail: "the message cannot be written as mail"}
	}
	if c.limit != nil {
		if err := c.limit.Wait(ctx); err != nil {
			return deferred("stopped before it began")
		}
	}
	var conn *connection
	select {
	case conn = <-c.pool:
	case <-ctx.Done():
		return deferred("stopped before it began")
	}
	defer func() { c.pool <- conn }()
	if c.closed.Load() {
		return deferred("the channel is closed")
	}
	if conn.client == nil {
		if r, ok := c.dial(ctx, conn); !ok {
			return r
		}
	}
	err = conn.client.Send(msg)
	r := outcome(msg, err)
	if err != nil && broken(msg, err) {
		conn.hangUp()
	}
	return r
}

func (c *Channel) dial(ctx context.Context, conn *connection) (notify.Receipt, bool) {
	client, err := gomail.NewClient(c.cfg.Host, c.options...)
	if err != nil {
		return deferred("the mail client cannot be made"), false
	}
	dial, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := client.DialWithContext(dial); err != nil {
		return deferred("the mail server does not answer as it should"), false
	}
	conn.client = client
	return notify.Receipt{}, true
}

// hangUp drops the connection; the next message dials anew, because the client
// does not do so by itself after a line was lost.
func (c *connection) hangUp() {
	if c.client != nil {
		_ = c.client.Close()
		c.client = nil
	}
}

// Close waits for messages under way and ends every connection.
func (c *Channel) Close() error {
	if c.closed.Swap(true) {
		return nil
	}
	for range c.cfg.Connections {
		conn := <-c.pool
		conn.hangUp()
		defer func() { c.pool <- conn }()
	}
	return nil
}

func deferred(detail string) notify.Receipt {
	return notify.Receipt{Outcome: notify.Deferred, Detail: detail}
}
