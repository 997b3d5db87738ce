package outbox

import (
	"time"
)

// Outlook is how a mailing is getting on, worked out when it is asked for. What
// it counts with is in the store, so a restart changes nothing about it.
type Outlook struct {
	PerMinute int        `json:"per_minute"`     // letters whose outcome came, over the last minutes
	Left      int        `json:"left"`           // people still to be written to, deferred ones among them
	Held      int        `json:"held"`           // of them, who wait for a limit an hour
	Ends      *time.Time `json:"ends,omitempty"` // when it should be through; nil where nothing is known
}

// tally is how many outcomes came in ten seconds.
type tally struct {
	At      int64 `json:"at"` // of ten seconds since 1970
	Letters int   `json:"letters"`
}

const (
	tallySeconds = 10
	tallies      = 30 // five minutes
)

// tally counts outcomes, and forgets those of more than five minutes ago.
func (m *Mailing) tally(now time.Time, letters int) {
	at := now.Unix() / tallySeconds
	for len(m.Recent) > 0 && (m.Recent[0].At <= at-tallies || m.Recent[0].At > at) {
		m.Recent = m.Recent[1:]
	}
	if last := len(m.Recent) - 1; last >= 0 && m.Recent[last].At == at {
		m.Recent[last].Letters += letters
		return
	}
	m.Recent = append(m.Recent, tally{at, letters})
}

// perMinute is how fast letters went lately: over the last five minutes, or since
// the first of them where that is less. 0 where none went.
func (m *Mailing) perMinute(now time.Time) float64 {
	from, n := now.Add(-tallies*tallySeconds*time.Second), 0
	begun := time.Time{}
	for _, t := range m.Recent {
		at := time.Unix(t.At*tallySeconds, 0)
		if at.Before(from.Truncate(tallySeconds*time.Second)) || at.After(now) {
			continue
		}
		if begun.IsZero() {
			begun = at
		}
		n += t.Letters
	}
	if n == 0 {
		return 0
	}
	if begun.Before(m.ReleasedAt) {
		begun = m.ReleasedAt
	}
	return float64(n) / max(now.Sub(begun).Minutes(), 1.0/60)
}

// outlook says how it is getting on at an instant.
func (m *Mailing) outlook(now time.Time) *Outlook {
	out := &Outlook{Left: m.Pending() + m.Counts.Deferred + m.Counts.Attempting}
	if m.State != MailingPaused && !m.State.Active() {
		return out
	}
	for _, h := range m.Held {
		out.Held += h.People
	}
	out.Held = min(out.Held, out.Left)
	rate := m.perMinute(now)
	out.PerMinute = int(rate + 0.5)
	if !m.State.Active() || out.Left == 0 {
		return out
	}
	ends := now
	free := out.Left - out.Held
	switch waits := m.Counts.Deferred; {
	case free <= min(waits, free) && m.NextPass != nil && waits > 0:
		// Only those are left who were put off: when they are taken is their servers' affair.
		ends = *m.NextPass
		if len(m.Held) == 0 {
			return out
		}
	case free > 0 && rate == 0:
		return out
	case free > 0:
		ends = ends.Add(time.Duration(float64(free) / rate * float64(time.Minute)))
	}
	for _, h := range m.Held {
		if h.Down {
			return out // nobody knows how long
		}
		if h.Clear.After(ends) {
			ends = h.Clear
		}
	}
	if !ends.After(now) {
		return out
	}
	out.Ends = &ends
	return out
}
