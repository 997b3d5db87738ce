package outbox

import "sync"

// slots are the letters under way to domains that take few connections, over all
// mailings.
type slots struct {
	mu    sync.Mutex
	free  *sync.Cond
	under map[string]int
}

func (s *slots) ready() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.free == nil {
		s.free, s.under = sync.NewCond(&s.mu), map[string]int{}
	}
}

// counter hands out the letters of a batch to those who send them. A domain that
// takes few connections gets no more letters at once, and nobody waits for it: the next
// letter to another domain goes first.
type counter struct {
	*slots
	queue  []*recipient
	limits *limits
}

func (s *Service) counter(queue []*recipient) *counter {
	s.slots.ready()
	return &counter{slots: &s.slots, queue: queue, limits: &s.limits}
}

// next is a letter that may go now; it waits where there is none yet, and is nil
// where none is left.
func (c *counter) next() *recipient {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.queue) > 0 {
		for n, r := range c.queue {
			most := c.limits.of[r.domain].Connections
			if most > 0 && c.under[r.domain] >= most {
				continue
			}
			if most > 0 {
				c.under[r.domain]++
			}
			if n == 0 {
				c.queue = c.queue[1:]
				return r
			}
			// The order of those that wait does not change.
			rest := make([]*recipient, 0, len(c.queue)-1)
			c.queue = append(append(rest, c.queue[:n]...), c.queue[n+1:]...)
			return r
		}
		c.free.Wait()
	}
	return nil
}

// back says that a letter is no longer under way.
func (c *counter) back(r *recipient) {
	if c.limits.of[r.domain].Connections == 0 {
		return
	}
	c.mu.Lock()
	if c.under[r.domain]--; c.under[r.domain] == 0 {
		delete(c.under, r.domain)
	}
	c.mu.Unlock()
	c.free.Broadcast()
}
