package hooks

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// layouts are how senders write an instant. A time without a zone is UTC: what
// else would a server mean. None is ambiguous between days and months.
var layouts = [...]string{
	time.RFC3339Nano,
	"2006-01-02T15:04:05.999999999Z0700",
	"2006-01-02T15:04:05.999999999",
	"2006-01-02T15:04Z07:00",
	"2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999Z0700",
	"2006-01-02 15:04:05.999999999 Z07:00",
	"2006-01-02 15:04:05.999999999 -0700",
	"2006-01-02 15:04:05.999999999 -0700 MST",
	"2006-01-02 15:04:05.999999999",
	"2006-01-02 15:04",
	"2006-01-02",
	"20060102",
	"20060102T150405Z0700",
	time.RFC1123Z,
	"Mon, 02 Jan 2006 15:04:05 GMT",
}

// readTime reads an instant in any of the usual forms: the layouts above, or a
// number of seconds, milliseconds, microseconds or nanoseconds since 1970, told
// apart by size. False for anything else, and for years that no alert is from.
func readTime(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	for _, utc := range []string{"(UTC)", " UTC", " Z"} {
		if rest, ok := strings.CutSuffix(s, utc); ok {
			s = strings.TrimSpace(rest)
			break
		}
	}
	if len(s) > 64 {
		return time.Time{}, false
	}
	if t, ok := epoch(s); ok {
		return sane(t)
	}
	for _, l := range layouts {
		if t, err := time.Parse(l, s); err == nil {
			return sane(t)
		}
	}
	return time.Time{}, false
}

func sane(t time.Time) (time.Time, bool) {
	t = t.UTC()
	if y := t.Year(); y < 1990 || y > 2200 {
		return time.Time{}, false
	}
	return t, true
}

// The largest numbers read as seconds, milliseconds and microseconds; each is
// in the year 5138, and the next unit's numbers of our time are all above it.
const (
	maxSeconds = 1e11
	maxMillis  = 1e14
	maxMicros  = 1e17
)

func epoch(s string) (time.Time, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		switch {
		case n < maxSeconds:
			return time.Unix(n, 0), len(s) > 8 // 20251124 is a date, not a day in August 1970
		case n < maxMillis:
			return time.UnixMilli(n), true
		case n < maxMicros:
			return time.UnixMicro(n), true
		}
		return time.Unix(0, n), true
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || f < 1e8 || f > math.MaxInt64 {
		return time.Time{}, false
	}
	switch {
	case f < maxSeconds:
		return parts(s, f)
	case f < maxMillis:
		return time.UnixMicro(int64(f * 1e3)), true
	case f < maxMicros:
		return time.UnixMicro(int64(f)), true
	}
	return time.Unix(0, int64(f)), true
}

// parts keeps all digits of seconds with a fraction, which a float64 does not.
func parts(s string, f float64) (time.Time, bool) {
	whole, fraction, found := strings.Cut(s, ".")
	sec, err := strconv.ParseInt(whole, 10, 64)
	if !found || err != nil || len(fraction) > 9 || strings.Trim(fraction, "0123456789") != "" {
		return time.UnixMicro(int64(f * 1e6)), true
	}
	nanos, err := strconv.ParseInt((fraction + "000000000")[:9], 10, 64)
	return time.Unix(sec, nanos), err == nil
}
