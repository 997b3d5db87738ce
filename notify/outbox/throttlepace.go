package outbox

import "time"

// pace is what went to one domain, or out in all, in the last hour, and how the
// domain answers.
type pace struct {
	Sent []minute `json:"sent,omitempty"` // oldest first

	PutOff int        `json:"put_off,omitempty"` // letters put off by a server (4xx) since one was taken
	Rests  int        `json:"rests,omitempty"`   // in a row
	Until  *time.Time `json:"until,omitempty"`   // the last rest ends
	Window int        `json:"window,omitempty"`  // letters a minute since then; 0 is no such limit
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
	if p.Window > 0 {
		out = min(out, max(0, p.Window-p.since(minuteOf(now))))
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
	if p.Window > 0 && p.room(at, 0) == 0 {
		at = at.Truncate(time.Minute).Add(time.Minute)
	}
	want := share(limit)
	if p.Window > 0 {
		want = min(want, p.Window)
	}
	for range window + 2 {
		if limit == 0 || p.room(at, limit) >= want {
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

// free is the window from which on there is none.
const free = 1000

// answers takes in what became of some letters: a server that keeps answering
// "not now" is asked less and less often, until it takes letters again. Then a few go
// first, half as many as the last time, and for each that is taken one more a minute.
func (p *pace) answers(now time.Time, taken, putOff int) {
	if taken > putOff || putOff == 0 {
		p.PutOff, p.Rests, p.Until = 0, 0, nil
		if p.Window > 0 {
			p.Window += max(0, taken-2*putOff)
		}
		if p.Window >= free {
			p.Window = 0
		}
		return
	}
	if p.Until != nil && p.Until.After(now) {
		return // of before the rest began
	}
	enough := restAfter
	if p.Window > 0 {
		enough = min(enough, p.Window)
	}
	if p.PutOff += putOff; p.PutOff < enough {
		return
	}
	rest := longestRest
	if p.Rests < 6 {
		rest = time.Minute << p.Rests
	}
	until := now.Add(rest)
	p.PutOff, p.Until = 0, &until
	if p.Window == 0 {
		p.Window = 2 * restAfter
	}
	p.Window = max(1, p.Window/2)
	p.Rests++
}

// idle reports whether nothing of it matters any more.
func (p *pace) idle(now time.Time) bool {
	return p.since(minuteOf(now)-window) == 0 && (p.Until == nil || now.Sub(*p.Until) > longestRest)
}
