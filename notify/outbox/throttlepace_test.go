package outbox

import (
	"testing"
	"time"
)

// Whatever is asked for at whatever moments, no sixty minutes see more letters
// than the limit, and a steady demand gets nearly all of it.
func TestNoHourSeesMoreThanItsLimit(t *testing.T) {
	start := time.Date(2026, 3, 2, 9, 0, 30, 0, time.UTC)
	for _, limit := range []int{1, 2, 7, 12, 13, 100, 5000} {
		for _, every := range []time.Duration{time.Second, 37 * time.Second, 4 * time.Minute, 6 * time.Minute} {
			var p pace
			type sent struct {
				at time.Time
				n  int
			}
			var log []sent
			total := 0
			for at := start; at.Before(start.Add(6 * time.Hour)); at = at.Add(every) {
				n := p.room(at, limit)
				if n > share(limit) {
					t.Fatalf("limit %d: %d at once, a share is %d", limit, n, share(limit))
				}
				if n == 0 {
					continue
				}
				p.add(at, n)
				total += n
				log = append(log, sent{at, n})
				hour := 0
				for _, s := range log {
					if at.Sub(s.at) < time.Hour {
						hour += s.n
					}
				}
				if hour > limit {
					t.Fatalf("limit %d, asked every %s: %d letters in the hour to %s", limit, every, hour, at)
				}
			}
			if len(p.Sent) > window+1 {
				t.Errorf("limit %d: %d minutes are remembered", limit, len(p.Sent))
			}
			if least := 6 * limit * 8 / 10; limit >= 12 && every < time.Minute && total < least {
				t.Errorf("limit %d, asked every %s: %d in six hours, want %d at least", limit, every, total, least)
			}
		}
	}
}

// opens is never too early: what it promises is there.
func TestOpensWhenThereIsRoom(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, limit := range []int{1, 5, 12, 240} {
		var p pace
		for range 200 {
			n := p.room(at, limit)
			if n == 0 {
				t.Fatalf("limit %d: nothing at %s, when it was to open", limit, at)
			}
			p.add(at, n)
			next := p.opens(at, limit)
			if !next.After(at) || next.Sub(at) > time.Hour+2*time.Minute {
				t.Fatalf("limit %d: opens at %s, from %s", limit, next, at)
			}
			at = next
		}
	}
}

func TestADomainThatPutsOffRestsLongerAndLonger(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	var p pace
	p.answers(now, 3, 2) // one of them greylists
	if p.room(now, 0) < 1000 {
		t.Fatal("two put off, three taken: it need not rest")
	}
	for n, want := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
		p.answers(now, 0, 4)
		if n == 0 && p.Until != nil {
			t.Fatal("it rests for four letters")
		}
		p.answers(now, 1, 3)
		if p.Until == nil || p.Until.Sub(now) != want*time.Minute || p.room(now, 0) != 0 {
			t.Fatalf("rests until %v, want %d minutes from %s", p.Until, want, now)
		}
		p.answers(now, 0, 50) // of letters that were on the wire before
		if p.Until.Sub(now) != want*time.Minute {
			t.Fatal("what was on the wire prolonged the rest")
		}
		now = *p.Until
		if got := p.room(now, 0); got != max(1, restAfter>>n) {
			t.Fatalf("%d go after rest %d, want %d", got, n+1, max(1, restAfter>>n))
		}
	}
	for want := 1; want < free; want *= 2 {
		if got := p.room(now, 0); got != want {
			t.Fatalf("%d may go in this minute, want %d", got, want)
		}
		p.add(now, want)
		p.answers(now, want, 0)
		if now = now.Add(time.Minute); p.Rests != 0 {
			t.Fatalf("it takes letters again, and rests: %+v", p)
		}
	}
	if p.room(now, 0) < free {
		t.Errorf("it takes letters, and is kept short: %+v", p)
	}
	if !p.idle(now.Add(2 * time.Hour)) {
		t.Error("nothing of it matters, and it is kept")
	}
}

func TestSteadyClock(t *testing.T) {
	var c steady
	for _, step := range []struct{ behind, want time.Duration }{
		{0, 0}, {time.Hour, 0}, {50 * time.Minute, 10 * time.Minute}, {2 * time.Hour, 0}, {119 * time.Minute, time.Minute}, {0, 0}, {time.Minute, 0},
	} {
		if got := c.since(step.behind); got != step.want {
			t.Errorf("behind by %s: %s have passed, want %s", step.behind, got, step.want)
		}
	}
}
