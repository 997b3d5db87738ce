package outbox

import (
	"sync"
	"time"

	"tocsin/incident/ledger"
)

// steady lets waits end when the machine's clock was set back. The store's acts
// carry the instant of the last one until the clock has caught up, so that its log keeps
// its order; what waits for an instant would wait for as long as the clock went back,
// which may be a year. So that instant and the time that passed since are counted with.
type steady struct {
	mu     sync.Mutex
	behind time.Duration // the most the clock was behind since it was right
}

// since is how much time has passed although the clock is still behind.
func (c *steady) since(behind time.Duration) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if behind <= 0 || behind > c.behind {
		c.behind = max(0, behind)
	}
	return c.behind - max(0, behind)
}

// now is the instant to measure waits with.
func (s *Service) now(tx *ledger.Tx) time.Time {
	return tx.Now().Add(s.steady.since(s.DB.ClockBehind()))
}
