package outbox

import "sync"

// counter hands out the letters of a batch to those who send them. A domain that
// takes few connections gets no more letters at once, and nobody waits for it: the next
// letter to another domain goes first.
type counter struct {
	mu     sync.Mutex
	free   *sync.Cond
	queue  []*recipient
	limits *limits
	under  map[string]int // letters under way, of domains with a limit
}

func newCounter(queue []*recipient, l *limits) *counter {
	c := &counter{queue: queue, limits: l, under: map[string]int{}}
	c.free = sync.NewCond(&c.mu)
	return c
}

// next is a letter that may go now; it waits where there is none yet, and is nil
// where none is left.
func (c *counter) next() *recipient {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.limits.slots {
		if len(c.queue) == 0 {
			return nil
		}
		r := c.queue[0]
		c.queue = c.queue[1:]
		return r
	}
	for len(c.queue) > 0 {
		for n, r := range c.queue {
			if most := c.limits.of[r.domain].Connections; most > 0 && c.under[r.domain] >= most {
				continue
			}
			c.under[r.domain]++
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
	if !c.limits.slots {
		return
	}
	c.mu.Lock()
	c.under[r.domain]--
	c.mu.Unlock()
	c.free.Broadcast()
}
