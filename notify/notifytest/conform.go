package notifytest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/notify"
)

// Conform holds a mail channel to what notify.Channel promises. open gives a
// new channel to the server on port; secret is what it was configured with and
// must never show.
func Conform(t *testing.T, open func(t *testing.T, port int) notify.Channel, secret string) {
	table := []struct {
		move Move
		want notify.Outcome
		code int
	}{
		{Accept, notify.Accepted, 250}, {RefuseMailbox, notify.Rejected, 550}, {RefuseContent, notify.Rejected, 554}, {PutOff, notify.Deferred, 451},
		{ShutDown, notify.Deferred, 421}, {RefuseSender, notify.Deferred, 550}, {DropAtMail, notify.Deferred, 0},
		{DropAtMailbox, notify.Deferred, 0}, {DropAtData, notify.Deferred, 0}, {DropMidway, notify.Deferred, 0}, {RefuseData, notify.Rejected, 554}, {PutOffContent, notify.Deferred, 451},
		{DropAfterDot, notify.Uncertain, 0}, {AcceptThenDrop, notify.Accepted, 250},
	}
	for _, c := range table {
		t.Run(string(c.move), func(t *testing.T) {
			s := Start(t, c.move)
			ch := open(t, s.Port)
			defer ch.Close()
			m := Letter(1)
			if c.move == DropMidway {
				// Longer than what the system takes ahead of the other side: the final dot never leaves.
				m.Text = strings.Repeat("we write to you about your data\n", 1<<18)
			}
			r := ch.Send(t.Context(), m)
			if r.Outcome != c.want || r.Code != c.code {
				t.Errorf("%+v, want %s with code %d", r, c.want, c.code)
			}
			if text := fmt.Sprintf("%+v", r); strings.Contains(text, secretAddress) || secret != "" && strings.Contains(text, secret) {
				t.Errorf("the receipt tells more than it may: %s", text)
			}
			// Whatever happened, the next message goes through.
			if r := ch.Send(t.Context(), Letter(2)); r.Outcome != notify.Accepted {
				t.Errorf("the next message: %+v", r)
			}
		})
	}
	t.Run("nothing is sent once it is over", func(t *testing.T) {
		s := Start(t)
		ch := open(t, s.Port)
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
	})
	t.Run("a message under way is carried to its end", func(t *testing.T) {
		s := Start(t, Slow)
		ch := open(t, s.Port)
		defer ch.Close()
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
	})
	t.Run("many at once, each once", func(t *testing.T) {
		s := Start(t)
		ch := open(t, s.Port)
		defer ch.Close()
		var wg sync.WaitGroup
		for n := range 40 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				if r := ch.Send(t.Context(), Letter(n)); r.Outcome != notify.Accepted {
					t.Errorf("%+v", r)
				}
			}()
		}
		wg.Wait()
		if n := len(s.Messages()); n != 40 {
			t.Errorf("%d messages arrived", n)
		}
	})
	t.Run("a connection that the server gave up", func(t *testing.T) {
		// As many messages as it keeps connections, at most eight, then the line ends.
		s := Start(t, Accept, Accept, Accept, Accept, Accept, Accept, Accept, Accept, DropAtMail)
		ch := open(t, s.Port)
		defer ch.Close()
		for n := range 10 {
			if r := ch.Send(t.Context(), Letter(n)); r.Outcome != notify.Accepted {
				t.Errorf("message %d: %+v", n+1, r)
			}
		}
	})
}

// Letter is a message to p<n>@mail.example.
func Letter(n int) notify.Message {
	return notify.Message{
		ID: fmt.Sprintf("id-%d.1", n), To: fmt.Sprintf("p%d@mail.example", n), Subject: "Notice of Data Breach",
		Text: "Dear Person,\n\nwe write to you about your data: Grüße.\n.\nYours\n", HTML: "<p>Dear Person,</p><p>we write to you about your data: Grüße.</p>",
	}
}
