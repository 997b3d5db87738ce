package smtp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/mail"
	"os"
	"strings"
	"sync/atomic"
	"time"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/time/rate"

	"tocsin/incident"
	"tocsin/notify"
)

// Channel is a pool of connections to one mail server.
type Channel struct {
	cfg     Config
	from    string // header form
	replyTo string // header form; empty for none
	sender  string // envelope form
	domain  string // of our Message-IDs
	limit   *rate.Limiter
	pool    chan *connection // as many as may be open
	closed  atomic.Bool
	clock   func() time.Time
}

var _ notify.Channel = (*Channel)(nil)

// Deps are what a Channel takes from the world.
type Deps struct {
	Env   func(string) string // os.Getenv if nil
	Clock func() time.Time    // for the Date of messages; time.Now if nil
	Roots *x509.CertPool      // who may vouch for the server; the system's if nil
}

// New checks the configuration and reads the password. It opens no connection.
// Error: Invalid.
func New(cfg Config, deps Deps) (*Channel, error) {
	if deps.Env == nil {
		deps.Env = os.Getenv
	}
	if deps.Clock == nil {
		deps.Clock = time.Now
	}
	if problems := cfg.Check(); len(problems) > 0 || !cfg.On() {
		return nil, &incident.Error{Kind: incident.Invalid, Message: "The mail configuration is wrong.", Problems: problems}
	}
	c := &Channel{cfg: cfg, clock: deps.Clock, pool: make(chan *connection, cfg.Connections)}
	if err := c.addresses(); err != nil {
		return nil, err
	}
	options, err := c.options(deps)
	if err != nil {
		return nil, err
	}
	var secure *tls.Config
	if cfg.TLS == "tls" {
		secure = trust(cfg.Host, deps.Roots)
	}
	if cfg.Rate > 0 {
		c.limit = rate.NewLimiter(rate.Limit(cfg.Rate), 1)
	}
	for range cfg.Connections {
		conn, err := newConnection(cfg.Host, secure, options)
		if err != nil {
			return nil, incident.Because(incident.Invalid, err, "The mail configuration is wrong.")
		}
		c.pool <- conn
	}
	return c, nil
}

// addresses reads ours; Check has found them good.
func (c *Channel) addresses() error {
	from, err := mailbox(c.cfg.From)
	if err != nil {
		return err
	}
	c.from, c.sender = from.String(), from.Address
	c.domain = from.Address[strings.LastIndexByte(from.Address, '@')+1:]
	for _, a := range []struct {
		text string
		use  func(*mail.Address)
	}{
		{c.cfg.ReplyTo, func(a *mail.Address) { c.replyTo = a.String() }},
		{c.cfg.Envelope, func(a *mail.Address) { c.sender = a.Address }},
	} {
		if a.text == "" {
			continue
		}
		read, err := mailbox(a.text)
		if err != nil {
			return err
		}
		a.use(read)
	}
	return nil
}

// options say how the library speaks: no NOOP before a message and no RSET
// after it, which would double the round trips and tell nothing that the next
// command does not; no SMTPUTF8, with which bounces come in a form many readers miss.
func (c *Channel) options(deps Deps) ([]gomail.Option, error) {
	name := c.cfg.Name
	if name == "" {
		name = c.domain
	}
	out := []gomail.Option{
		gomail.WithPort(c.cfg.Port), gomail.WithTimeout(answerTimeout), gomail.WithHELO(name),
		gomail.WithoutNoop(), gomail.WithoutRset(), gomail.WithoutSMTPUTF8(),
	}
	switch c.cfg.TLS {
	case "tls":
		// The line is encrypted before the library sees it (newConnection); this
		// policy makes it look whether it is, which it must know to sign in.
		out = append(out, gomail.WithTLSPolicy(gomail.TLSOpportunistic), gomail.WithTLSConfig(trust(c.cfg.Host, deps.Roots)))
	case "starttls":
		out = append(out, gomail.WithTLSPolicy(gomail.TLSMandatory), gomail.WithTLSConfig(trust(c.cfg.Host, deps.Roots)))
	default:
		out = append(out, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if c.cfg.User != "" {
		password, err := c.cfg.password(deps.Env)
		if err != nil {
			return nil, err
		}
		out = append(out, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(c.cfg.User), gomail.WithPassword(password))
	}
	return out, nil
}

// trust is how the server's certificate is checked: for its name, always.
func trust(host string, roots *x509.CertPool) *tls.Config {
	return &tls.Config{ServerName: host, RootCAs: roots, MinVersion: tls.VersionTLS12}
}

// Name is "smtp".
func (c *Channel) Name() string { return "smtp" }

// Connections is how many messages can be under way at once.
func (c *Channel) Connections() int { return c.cfg.Connections }

// Send hands one message to the server. It waits for a free connection and for
// the rate; a message whose first command was sent is carried to its end, for
// at most 20 seconds after ctx has ended.
func (c *Channel) Send(ctx context.Context, m notify.Message) notify.Receipt {
	if r, over := c.over(ctx); over {
		return r
	}
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
	if r, over := c.over(ctx); over { // while it waited
		return r
	}
	return conn.hand(ctx, msg)
}

// over reports whether nothing may be sent any more.
func (c *Channel) over(ctx context.Context) (notify.Receipt, bool) {
	switch {
	case c.closed.Load():
		return deferred("the channel is closed"), true
	case ctx.Err() != nil:
		return deferred("stopped before it began"), true
	}
	return notify.Receipt{}, false
}

// Close waits for messages under way and ends every connection.
func (c *Channel) Close() error {
	if c.closed.Swap(true) {
		return nil
	}
	for range c.cfg.Connections {
		conn := <-c.pool
		conn.quit()
		defer func() { c.pool <- conn }() // for those who still wait for one
	}
	return nil
}

func deferred(detail string) notify.Receipt {
	return notify.Receipt{Outcome: notify.Deferred, Detail: detail}
}
