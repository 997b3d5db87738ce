package public

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How often anybody may send a form. A person mistypes a code a few times; a
// household or an office shares an address. All together stay far below what makes guessing 80 bits
// worth while, and above what a mailing of millions brings on its first day (36,000 an hour).
const (
	perAddress      = rate.Limit(10.0 / 60) // a second
	perAddressBurst = 15
	together        = rate.Limit(10)
	togetherBurst   = 50
	mostAddresses   = 20_000
)

// limits counts in memory; no address is written anywhere.
type limits struct {
	clock func() time.Time
	mu    sync.Mutex
	of    map[netip.Prefix]*rate.Limiter
	all   *rate.Limiter
}

func newLimits(clock func() time.Time) *limits {
	return &limits{clock: clock, of: map[netip.Prefix]*rate.Limiter{}, all: rate.NewLimiter(together, togetherBurst)}
}

// allow reports whether one more form is taken from an address. An IPv6 address stands
// for its network of 64 bits, which one household has. Whoever is over their own limit takes nothing
// from everybody's. This machine itself is a proxy that the configuration does not name: behind it
// nobody can be told from anybody, and the limit of all together is the only one.
func (l *limits) allow(address string) bool {
	now := l.clock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if a, err := netip.ParseAddr(address); err == nil && a.Unmap().IsLoopback() {
		return l.all.AllowN(now, 1)
	}
	key := network(address)
	one := l.of[key]
	if one == nil {
		if len(l.of) >= mostAddresses {
			l.forget(now)
		}
		one = rate.NewLimiter(perAddress, perAddressBurst)
		l.of[key] = one
	}
	return one.AllowN(now, 1) && l.all.AllowN(now, 1)
}

// forget drops those who have not asked for long, and everybody where nobody has: the
// limit of all together still holds.
func (l *limits) forget(now time.Time) {
	for k, one := range l.of {
		if one.TokensAt(now) >= perAddressBurst {
			delete(l.of, k)
		}
	}
	if len(l.of) >= mostAddresses {
		clear(l.of)
	}
}

func network(address string) netip.Prefix {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return netip.Prefix{} // unknown callers share one limit
	}
	a = a.Unmap().WithZone("")
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits)
	return p
}
