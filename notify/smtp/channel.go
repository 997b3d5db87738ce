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
	cfg      Config
	from     *mail.Address
	replyTo  *mail.Address // nil for none
	sender   string        // envelope form
	domain   string        // of our Message-IDs
	limit    *rate.Limiter
	clock    func() time.Time
	patience time.Duration // with one answer
	grace    time.Duration // for what is under way when its ctx ends
	letters  letters
	sign     *tls.Certificate   // nil: letters are not S/MIME-signed
	dkim     *gomail.DKIMSigner // nil: nor DKIM-signed

	pool   chan *line        // as many as may be open
	queue  chan *transaction // has no room: whoever takes from it carries what it takes
	apart  atomic.Bool       // commands do not travel with the letter before: this server loses them
	closed atomic.Bool
	done   chan struct{} // closed with it
}

var _ notify.Channel = (*Channel)(nil)

// Deps are what a Channel takes from the world.
type Deps struct {
	Env   func(string) string // os.Getenv if nil
	Clock func() time.Time    // for the Date of messages; time.Now if nil
	Roots *x509.CertPool      // who may vouch for the server; the system's if nil

	Patience time.Duration // how long one answer of the server may take; five minutes if 0
	Grace    time.Duration // how long a message under way may take once its ctx has ended; 20 seconds if 0
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
	if problems := cfg.Check(deps.Clock()); len(problems) > 0 || !cfg.On() {
		return nil, &incident.Error{Kind: incident.Invalid, Message: "The mail configuration is wrong.", Problems: problems}
	}
	if deps.Patience == 0 {
		deps.Patience = answerTimeout
	}
	if deps.Grace == 0 {
		deps.Grace = graceTime
	}
	c := &Channel{
		cfg: cfg, clock: deps.Clock, patience: deps.Patience, grace: deps.Grace,
		pool: make(chan *line, cfg.Connections), queue: make(chan *transaction), done: make(chan struct{}),
	}
	if err := c.addresses(); err != nil {
		return nil, err
	}
	c.sign, _ = cfg.Sign.certificate(c.from.Address, deps.Clock())
	c.dkim, _ = cfg.DKIM.signer(c.from.Address, deps.Clock)
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
		l, err := c.newLine(secure, options)
		if err != nil {
			return nil, incident.Because(incident.Invalid, err, "The mail configuration is wrong.")
		}
		c.pool <- l
	}
	return c, nil
}

// addresses reads ours; Check has found them good.
func (c *Channel) addresses() error {
	from, err := mailbox(c.cfg.From)
	if err != nil {
		return err
	}
	c.from, c.sender = from, from.Address
	c.domain = from.Address[strings.LastIndexByte(from.Address, '@')+1:]
	for _, a := range []struct {
		text string
		use  func(*mail.Address)
	}{
		{c.cfg.ReplyTo, func(a *mail.Address) { c.replyTo = a }},
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

// Name is "smtp".
func (c *Channel) Name() string { return "smtp" }

// Domain is that of our Message-IDs.
func (c *Channel) Domain() string { return c.domain }

// Connections is how many messages are best sent at once: for every connection one on
// its way, one whose commands travel with it, and one that is being written.
func (c *Channel) Connections() int { return 3 * c.cfg.Connections }

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
	// It is written before a connection is taken, which then need not wait for it.
	letter := c.letters.get()
	defer c.letters.put(letter)
	if r, ok := c.write(letter, m, to); !ok {
		return r
	}
	if c.limit != nil {
		if err := c.limit.Wait(ctx); err != nil {
			return deferred("stopped before it began")
		}
	}
	t := &transaction{ctx: ctx, to: to, letter: letter, done: make(chan notify.Receipt, 1)}
	select {
	case l := <-c.pool:
		go l.work(t)
	case c.queue <- t:
	case <-ctx.Done():
		return deferred("stopped before it began")
	case <-c.done:
		return deferred("the channel is closed")
	}
	return <-t.done
}

// next is a message that waits for a line, nil if none does.
func (c *Channel) next() *transaction {
	for {
		select {
		case t := <-c.queue:
			if r, over := c.over(t.ctx); over {
				t.done <- r
				continue
			}
			return t
		default:
			return nil
		}
	}
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
	close(c.done)
	for range c.cfg.Connections {
		(<-c.pool).quit()
	}
	return nil
}

func deferred(detail string) notify.Receipt {
	return notify.Receipt{Outcome: notify.Deferred, Detail: detail}
}
