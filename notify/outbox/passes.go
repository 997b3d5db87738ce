package outbox

import (
	"context"
	"sync"
)

// passesAtOnce is how many mailings are sent side by side. One that has a slow mail
// server, or a million people, does not keep another incident's from beginning.
const passesAtOnce = 4

// passes are the mailings whose lists are being gone through.
type passes struct {
	mu sync.Mutex
	on map[string]bool
	wg sync.WaitGroup
}

// begin reports whether a pass over a mailing may begin: one at a time each.
func (p *passes) begin(mailing string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.on[mailing] || len(p.on) >= passesAtOnce {
		return false
	}
	if p.on == nil {
		p.on = map[string]bool{}
	}
	p.on[mailing] = true
	return true
}

func (p *passes) end(mailing string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.on, mailing)
}

// round begins a pass for every mailing that has none. It does not wait for them;
// when one ends, the sender looks again.
func (s *Service) round(ctx context.Context) error {
	jobs, err := s.jobs(ctx)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if ctx.Err() != nil {
			return nil
		}
		if !s.passes.begin(j.mailing) {
			continue
		}
		s.passes.wg.Go(func() {
			again := false
			defer func() {
				s.passes.end(j.mailing)
				if again {
					s.nudge()
				}
			}()
			var err error
			if again, err = s.pass(ctx, j); err != nil {
				s.Logger.Error("mailing failed", "mailing", j.mailing, "error", err)
			}
		})
	}
	return nil
}
