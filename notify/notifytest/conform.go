package notifytest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/notify"
)

// Conform holds a mail channel to what notify.Channel promises, at servers that
// behave well and at servers that do not, with PIPELINING and without. safety is how
// they protect themselves; secret is what the channel was configured with and must
// never show.
func Conform(t *testing.T, open Open, safety Safety, secret string) {
	for name, pipelining := range map[string]bool{"one by one": false, "pipelining": true} {
		t.Run(name, func(t *testing.T) {
			safety := safety
			safety.Pipelining = pipelining
			t.Parallel()
			c := conformance{safety: safety, open: open, secret: secret}
			for _, e := range endings() {
				t.Run(string(e.move), func(t *testing.T) { c.ends(t, e) })
			}
			t.Run("refused in the middle of a long letter", c.midway)
			t.Run("nothing is sent once it is over", c.over)
			t.Run("a message under way is carried to its end", c.carried)
			t.Run("many at once, each once", c.many)
			t.Run("a connection that the server gave up", c.given)
			t.Run("a server that closes after 100 messages", c.limited)
			t.Run("everything at once", c.storm)
			t.Run("stopped in the middle", c.stopped)
			t.Run("closed in the middle", c.closed)
			t.Run("a server that loses commands", c.forgetful)
		})
	}
}

// Open gives a new channel to the server on port, of at most eight connections.
// patience is how long it waits for an answer, and for what is under way when a ctx ends.
type Open func(t *testing.T, port int, patience time.Duration) notify.Channel

type conformance struct {
	safety Safety
	open   Open
	secret string
}

const (
	// patience is more than a busy machine needs.
	patience = 20 * time.Second
	// impatience is for servers that stall.
	impatience = 500 * time.Millisecond
)

func (c conformance) start(t *testing.T, script ...Move) (*Server, notify.Channel) {
	t.Helper()
	s := StartSafe(t, c.safety, script...)
	wait := patience
	if c.safety.Forgets {
		wait = impatience
	}
	for _, m := range script {
		switch m {
		case StallAtData, StallAfterDot, DripAfterDot:
			wait = impatience
		}
	}
	ch := c.open(t, s.Port, wait)
	t.Cleanup(func() { _ = ch.Close() })
	return s, ch
}

// ends plays one move, and then a message that goes through.
func (c conformance) ends(t *testing.T, e ending) {
	t.Parallel()
	s, ch := c.start(t, e.move)
	m := Letter(1)
	if e.move == DropMidway {
		// Longer than what the system takes ahead of the other side: the final dot never leaves.
		m = long(m)
	}
	r := ch.Send(t.Context(), m)
	if r.Outcome != e.want || r.Code != e.code {
		t.Errorf("%+v, want %s with code %d", r, e.want, e.code)
	}
	if text := fmt.Sprintf("%+v", r); strings.Contains(text, secretAddress) || c.secret != "" && strings.Contains(text, c.secret) {
		t.Errorf("the receipt tells more than it may: %s", text)
	}
	// Whatever happened, the next message goes through.
	if r := ch.Send(t.Context(), Letter(2)); r.Outcome != notify.Accepted {
		t.Errorf("the next message: %+v", r)
	}
	s.agrees(t, map[string]notify.Outcome{m.ID: r.Outcome, Letter(2).ID: notify.Accepted})
}

// midway: it is refused before its end, so it is refused or put off, and never uncertain.
func (c conformance) midway(t *testing.T) {
	t.Parallel()
	s, ch := c.start(t, TooBigMidway)
	m := long(Letter(1))
	r := ch.Send(t.Context(), m)
	if r.Outcome != notify.Rejected && r.Outcome != notify.Deferred {
		t.Errorf("%+v", r)
	}
	s.agrees(t, map[string]notify.Outcome{m.ID: r.Outcome})
}

func (c conformance) over(t *testing.T) {
	s, ch := c.start(t)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if r := ch.Send(ended, Letter(1)); r.Outcome != notify.Deferred {
		t.Errorf("after the context ended: %+v", r)
	}
	if err := ch.Close(); err != nil {
		t.Error(err)
	}
	if r := ch.Send(t.Context(), Letter(1)); r.Outcome != notify.Deferred {
		t.Errorf("after Close: %+v", r)
	}
	if n := len(s.Messages()); n != 0 {
		t.Errorf("%d messages arrived", n)
	}
}

func (c conformance) carried(t *testing.T) {
	s, ch := c.start(t, Slow)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for len(s.Messages()) == 0 && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		cancel() // the dot was sent and the answer is still to come
	}()
	if r := ch.Send(ctx, Letter(1)); r.Outcome != notify.Accepted {
		t.Errorf("%+v", r)
	}
	if r := ch.Send(t.Context(), Letter(2)); r.Outcome != notify.Accepted {
		t.Errorf("the next message: %+v", r)
	}
}

func (c conformance) many(t *testing.T) {
	s, ch := c.start(t)
	out := send(t, ch, 200)
	for id, o := range out {
		if o != notify.Accepted {
			t.Errorf("%s: %s", id, o)
		}
	}
	s.agrees(t, out)
}

func (c conformance) given(t *testing.T) {
	// As many messages as it keeps connections, at most eight, then the line ends.
	s, ch := c.start(t, Accept, Accept, Accept, Accept, Accept, Accept, Accept, Accept, DropAtMail)
	for n := range 10 {
		if r := ch.Send(t.Context(), Letter(n)); r.Outcome != notify.Accepted {
			t.Errorf("message %d: %+v", n+1, r)
		}
	}
	if n := len(s.Messages()); n != 10 {
		t.Errorf("%d messages arrived", n)
	}
}

// limited: the server takes 100 messages a connection and then hangs up. Nobody is
// the worse for it, however full the line was.
func (c conformance) limited(t *testing.T) {
	t.Parallel()
	c.safety.Limit = 100
	s, ch := c.start(t)
	out := send(t, ch, 1500)
	for id, o := range out {
		if o != notify.Accepted {
			t.Errorf("%s: %s", id, o)
		}
	}
	if s.Sessions() < 1500/100 {
		t.Errorf("%d connections only", s.Sessions())
	}
	s.agrees(t, out)
}

// Letter is a message to p<n>@mail.example.
func Letter(n int) notify.Message {
	return notify.Message{
		ID: fmt.Sprintf("id-%d.1", n), To: fmt.Sprintf("p%d@mail.example", n), Subject: "Notice of Data Breach",
		Text: "Dear Person,\n\nwe write to you about your data: Grüße.\n.\nYours\n", HTML: "<p>Dear Person,</p><p>we write to you about your data: Grüße.</p>",
	}
}
