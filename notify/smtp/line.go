package smtp

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
	gosmtp "github.com/wneessen/go-mail/smtp"
)

const (
	// dialTimeout bounds reaching the server.
	dialTimeout = 30 * time.Second
	// answerTimeout bounds greeting, and each answer of the server, also the one
	// after the dot. Servers scan before that; giving up early would make
	// letters uncertain that were merely slow (RFC 5321, 4.5.3.2).
	answerTimeout = 5 * time.Minute
	// graceTime is how long a message under way may still take once its ctx has
	// ended: cutting it off at once would leave it uncertain.
	graceTime = 20 * time.Second
)

// line is one connection to the server, open or not. Whoever has it out of the
// channel's pool is its only user.
type line struct {
	c      *Channel
	mailer *gomail.Client

	// What follows holds while client is there.
	client    *gosmtp.Client
	in        *bufio.Reader
	out       *bufio.Writer
	pipelines bool // the server takes commands in groups (RFC 2920)
	sizes     bool // it wants to know how long a letter is (RFC 1870)
	used      bool // it answered a MAIL on this line before
	dirty     bool // it may have a transaction open that came to nothing
	group     []byte

	mu      sync.Mutex
	raw     net.Conn  // beneath client, and beneath its encryption
	last    time.Time // no deadline may be later; zero: any
	watched uint64    // counts messages, so that none hurries the one after it
}

func (c *Channel) newLine(secure *tls.Config, options []gomail.Option) (*line, error) {
	l := &line{c: c}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, dialTimeout)
		defer cancel()
		raw, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		l.mu.Lock()
		l.raw = raw
		l.mu.Unlock()
		if secure == nil {
			return bounded{raw, l}, nil
		}
		encrypted := tls.Client(bounded{raw, l}, secure)
		return encrypted, encrypted.HandshakeContext(ctx)
	}
	var err error
	l.mailer, err = gomail.NewClient(c.cfg.Host, append(options[:len(options):len(options)], gomail.WithDialContextFunc(dial))...)
	return l, err
}

// open dials, encrypts and signs in, where the line is not open already.
func (l *line) open(ctx context.Context) error {
	if l.client != nil {
		return nil
	}
	client, err := l.mailer.DialToSMTPClientWithContext(ctx)
	if err != nil {
		l.hangUp() // the library leaves a half-made connection open
		return err
	}
	l.client, l.in, l.out = client, client.Text.R, client.Text.W
	l.pipelines, _ = client.Extension("PIPELINING")
	l.sizes, _ = client.Extension("SIZE")
	l.used, l.dirty = false, false
	return nil
}

// bounded is the line as the library sees it: its deadlines cannot outlast the line's last.
type bounded struct {
	net.Conn
	l *line
}

func (b bounded) SetDeadline(t time.Time) error { b.l.until(t); return nil }

// wait gives the server the time of one answer from now.
func (l *line) wait() { l.until(time.Now().Add(l.c.patience)) }

// until sets the line's deadline, or its last one where that is sooner.
func (l *line) until(t time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.last.IsZero() && t.After(l.last) {
		t = l.last
	}
	if l.raw != nil {
		_ = l.raw.SetDeadline(t)
	}
}

// watch hurries the line when ctx ends. ok, called when the message is over, is
// false where that happened: the line's deadline is then short for good.
func (l *line) watch(ctx context.Context) (ok func() bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = time.Time{}
	l.watched++
	n := l.watched
	return context.AfterFunc(ctx, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.watched == n {
			l.hurry(time.Now().Add(l.c.grace))
		}
	})
}

// hurry gives what is under way until t; l.mu is held.
func (l *line) hurry(t time.Time) {
	l.last = t
	if l.raw != nil {
		_ = l.raw.SetDeadline(t)
	}
}

// hangUp drops the line without a word: after a failure, whatever would be said
// could still end a message that was given up.
func (l *line) hangUp() {
	l.client, l.in, l.out = nil, nil, nil
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.raw != nil {
		_ = l.raw.Close()
		l.raw = nil
	}
}

// quit takes leave of the server, but does not wait long for its answer.
func (l *line) quit() {
	if l.client != nil {
		l.mu.Lock()
		l.hurry(time.Now().Add(min(time.Second, l.c.grace)))
		l.mu.Unlock()
		_ = l.client.Quit()
	}
	l.hangUp()
}

// write puts p on the wire at once and says how much of it may have left.
func (l *line) write(p []byte) (int, error) {
	n, err := l.out.Write(p)
	if err == nil {
		err = l.out.Flush()
	}
	return n - l.out.Buffered(), err
}

// silent reports whether the server said nothing that was not read. Called where
// no answer is owed: one that is there all the same was to nothing we said.
func (l *line) silent() bool { return l.in.Buffered() == 0 }
