package auth

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"tocsin/incident"
)

// limiter counts attempts by key, in memory: it is there to make guessing slow,
// while the lock on an account, which is stored, makes it stop. It keeps the
// keys used last and forgets the others.
type limiter struct {
	mu    sync.Mutex
	size  int
	order *list.List // of *counted, the latest first
	byKey map[string]*list.Element
	clock func() time.Time
}

type counted struct {
	key string
	*rate.Limiter
}

func newLimiter(size int, clock func() time.Time) *limiter {
	return &limiter{size: size, order: list.New(), byKey: map[string]*list.Element{}, clock: clock}
}

// allow takes one of burst attempts, of which one comes back every interval.
func (l *limiter) allow(key string, every time.Duration, burst int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, ok := l.byKey[key]
	if ok {
		l.order.MoveToFront(e)
	} else {
		e = l.order.PushFront(&counted{key, rate.NewLimiter(rate.Every(every), burst)})
		l.byKey[key] = e
		if l.order.Len() > l.size {
			oldest := l.order.Back()
			l.order.Remove(oldest)
			delete(l.byKey, oldest.Value.(*counted).key)
		}
	}
	return e.Value.(*counted).AllowN(l.clock(), 1)
}

// attempt counts one try at an account from an address.
func (s *Service) attempt(account, address string) error {
	byAddress := s.limits.allow("address/"+network(address), 6*time.Second, 30)
	byAccount := s.limits.allow("account/"+digest(account), 20*time.Second, 15)
	if byAddress && byAccount {
		return nil
	}
	return incident.Errorf(incident.Unavailable, "Too many attempts. Wait a minute and try again.")
}

// network is what one attacker has to change to look like another: the address,
// or the /64 of IPv6.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return "unknown"
	}
	a = a.Unmap().WithZone("")
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
