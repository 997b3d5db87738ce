package smtp

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
	gosmtp "github.com/wneessen/go-mail/smtp"

	"tocsin/notify"
)

const (
	// dialTimeout bounds reaching the server.
	dialTimeout = 30 * time.Second
	// answerTimeout bounds greeting, and each message from its first command to
	// the answer after the dot. Servers scan before that answer; giving up early
	// would make letters uncertain that were merely slow (RFC 5321, 4.5.3.2).
	answerTimeout = 5 * time.Minute
	// grace is how long a message under way may still take once its ctx has
	// ended: cutting it off at once would leave it uncertain.
	grace = 20 * time.Second
)

// connection is one line to the server, used by one sender at a time.
type connection struct {
	mailer *gomail.Client
	client *gosmtp.Client // nil: not open

	mu   sync.Mutex
	line net.Conn  // beneath client, and beneath its encryption
	last time.Time // no deadline may be later; zero: any
}

func newConnection(host string, secure *tls.Config, options []gomail.Option) (*connection, error) {
	c := &connection{}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, dialTimeout)
		defer cancel()
		raw, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		c.line = raw
		c.mu.Unlock()
		if secure == nil {
			return bounded{raw, c}, nil
		}
		line := tls.Client(bounded{raw, c}, secure)
		return line, line.HandshakeContext(ctx)
	}
	var err error
	c.mailer, err = gomail.NewClient(host, append(options[:len(options):len(options)], gomail.WithDialContextFunc(dial))...)
	return c, err
}

// bounded is the line as the library sees it: its deadlines cannot outlast the connection's last.
type bounded struct {
	net.Conn
	c *connection
}

func (b bounded) SetDeadline(t time.Time) error {
	b.c.mu.Lock()
	defer b.c.mu.Unlock()
	if !b.c.last.IsZero() && t.After(b.c.last) {
		t = b.c.last
	}
	return b.Conn.SetDeadline(t)
}

// hurry gives what is under way until t.
func (c *connection) hurry(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = t
	if c.line != nil {
		_ = c.line.SetDeadline(t)
	}
}

// hand sends one message and dials first where the line is not open. A line
// that had been lost while it was idle is dialled once more.
func (c *connection) hand(ctx context.Context, msg *gomail.Msg) notify.Receipt {
	c.mu.Lock()
	c.last = time.Time{}
	c.mu.Unlock()
	undo := context.AfterFunc(ctx, func() { c.hurry(time.Now().Add(grace)) })
	defer func() {
		if !undo() {
			c.hangUp() // its deadline is short for good
		}
	}()
	idle := c.client != nil
	for {
		if c.client == nil {
			client, err := c.mailer.DialToSMTPClientWithContext(ctx)
			if err != nil {
				c.hangUp() // the library leaves a half-made connection open
				return unreached(err)
			}
			c.client = client
		}
		err := c.mailer.SendWithSMTPClient(c.client, msg)
		if !reusable(msg, err) {
			c.hangUp()
		}
		if idle && !msg.IsDelivered() && stale(err) && ctx.Err() == nil {
			idle = false
			continue
		}
		return outcome(msg, err)
	}
}

// hangUp drops the line without a word: after a failure, whatever the library
// would say could still end a message that was given up.
func (c *connection) hangUp() {
	c.client = nil
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.line != nil {
		_ = c.line.Close()
		c.line = nil
	}
}

// quit takes leave of the server, but does not wait long for its answer.
func (c *connection) quit() {
	if c.client != nil {
		c.hurry(time.Now().Add(time.Second))
		_ = c.client.Quit()
	}
	c.hangUp()
}
