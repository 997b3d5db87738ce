package smtp

import (
	"context"
	"net"
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

// connection is one line to the server, used by one sender at a time. line is
// the socket under it, where it could be kept: it is closed by itself, because
// the library's goodbye would end a half-written message with its final dot.
type connection struct {
	client *gomail.Client
	line   net.Conn
	used   bool // a message went over it
}

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
			// No question before each message: a connection the server has given
			// up shows at MAIL FROM, where it is certain that nothing was taken.
			gomail.WithoutNoop(),
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
	kept := conn.used
	r := c.hand(conn, msg)
	if kept && r.Outcome == notify.Deferred && conn.client == nil && ctx.Err() == nil {
		// The server had ended a connection that lay idle; nothing was said on it.
		if again, ok := c.dial(ctx, conn); !ok {
			return again
		}
		r = c.hand(conn, msg)
	}
	return r
}

// hand gives a message to the open connection, and drops the connection unless
// the answer was a plain one about this message.
func (c *Channel) hand(conn *connection, msg *gomail.Msg) notify.Receipt {
	err := conn.client.Send(msg)
	conn.used = true
	r := outcome(msg, err)
	if broken(err) {
		conn.hangUp()
	}
	return r
}

func (c *Channel) dial(ctx context.Context, conn *connection) (notify.Receipt, bool) {
	options := c.options
	if c.cfg.TLS != "tls" {
		options = append(options[:len(options):len(options)], gomail.WithDialContextFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
			line, err := (&net.Dialer{Timeout: timeout}).DialContext(ctx, network, address)
			conn.line = line
			return line, err
		}))
	}
	client, err := gomail.NewClient(c.cfg.Host, options...)
	if err != nil {
		return deferred("the mail client cannot be made"), false
	}
	dial, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := client.DialWithContext(dial); err != nil {
		if conn.line != nil {
			_ = conn.line.Close()
			conn.line = nil
		}
		return deferred("the mail server does not answer as it should"), false
	}
	conn.client, conn.used = client, false
	return notify.Receipt{}, true
}

// hangUp drops the connection without a word; the next message dials anew,
// because the client does not do so by itself after a line was lost.
func (c *connection) hangUp() {
	if c.line != nil {
		_ = c.line.Close()
	} else if c.client != nil {
		_ = c.client.Close()
	}
	c.client, c.line = nil, nil
}

// quit takes leave of the server.
func (c *connection) quit() {
	if c.client != nil {
		_ = c.client.Close()
	}
	c.hangUp()
}

// Close waits for messages under way and ends every connection.
func (c *Channel) Close() error {
	if c.closed.Swap(true) {
		return nil
	}
	for range c.cfg.Connections {
		conn := <-c.pool
		conn.quit()
		defer func() { c.pool <- conn }()
	}
	return nil
}

func deferred(detail string) notify.Receipt {
	return notify.Receipt{Outcome: notify.Deferred, Detail: detail}
}
