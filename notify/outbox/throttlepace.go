package outbox

import "time"

// pace is what went to one domain, or out in all, in the last hour, and how the
// domain answers.
type pace struct {
	Sent []minute `json:"sent,omitempty"` // oldest first

	PutOff int        `json:"put_off,omitempty"` // letters put off by a server (4xx) more than were taken, lately
	Rests  int        `json:"rests,omitempty"`   // in a row
	Until  *time.Time `json:"until,omitempty"`   // the last rest ends
}

// minute is how many letters were handed over in one.
type minute struct {
	At      int64 `json:"at"` // minutes since 1970
	Letters int   `json:"letters"`
}

const (
	window = 60 // minutes that a limit counts
	burst  = 5  // minutes in which its twelfth may go
)

func minuteOf(t time.Time) int64 { return t.Unix() / 60 }

// since is what was sent from a minute on.
func (p *pace) since(from int64) int {
	n := 0
	for _, m := range p.Sent {
		if m.At >= from {
			n += m.Letters
		}
	}
	return n
}

// share is what may go in five minutes.
func share(limit int) int { return (limit + window/burst - 1) / (window / burst) }

// room is how many more may go now under a limit an hour; limit 0 is none. The
// oldest minute counts whole, although part of it is more than an hour ago.
func (p *pace) room(now time.Time, limit int) int {
	if p.Until != nil && p.Until.After(now) {
		return 0
	}
	const many = 1 << 30
	out := many
	if limit > 0 {
		at := minuteOf(now)
		out = max(0, min(limit-p.since(at-window), share(limit)-p.since(at-burst+1)))
	}
	if p.Rests > 0 {
		// After a rest a few go first, and what becomes of them decides.
		out = min(out, restAfter)
	}
	return out
}

// opens is when there is room for a share again, at the latest an hour and a
// minute from now: looking at a list for each single letter is not worth it.
func (p *pace) opens(now time.Time, limit int) time.Time {
	if p.Until != nil && p.Until.After(now) {
		return *p.Until
	}
	at := now
	for range window + 2 {
		if limit == 0 || p.room(at, limit) >= share(limit) {
			return at
		}
		at = at.Truncate(time.Minute).Add(time.Minute)
	}
	return at
}

// add counts letters that are being handed over.
func (p *pace) add(now time.Time, n int) {
	at := minuteOf(now)
	for len(p.Sent) > 0 && p.Sent[0].At < at-window {
		p.Sent = p.Sent[1:]
	}
	if last := len(p.Sent) - 1; last >= 0 && p.Sent[last].At >= at {
		p.Sent[last].Letters += n
		return
	}
	p.Sent = append(p.Sent, minute{at, n})
}

// restAfter is how many letters are put off before a domain is given a rest.
const restAfter = 5

// longestRest is the longest rest; the first is a minute, each further one twice as long.
const longestRest = time.Hour

// answers takes in what became of some letters: a server that keeps answering
// "not now" is asked less and less often, until it takes letters again.
func (p *pace) answers(now time.Time, taken, putOff int) {
	if taken >= putOff {
		p.PutOff, p.Rests, p.Until = 0, 0, nil
		return
	}
	if p.Until != nil && p.Until.After(now) {
		return // of before the rest began
	}
	if p.PutOff += putOff - taken; p.PutOff < restAfter {
		return
	}
	rest := longestRest
	if p.Rests < 6 {
		rest = time.Minute << p.Rests
	}
	until := now.Add(rest)
	p.PutOff, p.Until = 0, &until
	p.Rests++
}

// idle reports whether nothing of it matters any more.
func (p *pace) idle(now time.Time) bool {
	return p.since(minuteOf(now)-window) == 0 && (p.Until == nil || now.Sub(*p.Until) > longestRest) && p.PutOff == 0
}
