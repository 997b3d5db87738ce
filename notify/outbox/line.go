package outbox

import (
	"context"
	"sync"
)

// batch is some people of a list whose attempts are written together.
type batch struct {
	number uint64 // within the mailing, from 1
	all    []recipient
	todo   []*recipient // who is to be written to now
}

// line is the way of batches through a pass: one is on the wire, one waits for
// it with its attempts written, and of one the outcomes are being written. What a crash can
// make uncertain is these three.
type line struct {
	ready  chan *batch
	sent   chan *batch
	done   chan struct{}
	broken chan struct{} // closed when an outcome could not be written

	once sync.Once
	err  error
}

func (p *pass) newLine(ctx context.Context) *line {
	l := &line{ready: make(chan *batch), sent: make(chan *batch), done: make(chan struct{}), broken: make(chan struct{})}
	go func() {
		defer close(l.sent)
		for b := range l.ready {
			p.send(ctx, b.todo)
			l.sent <- b
		}
	}()
	go func() {
		defer close(l.done)
		for b := range l.sent {
			// Also when ctx has ended: what was handed over is known, and goes on record.
			if err := p.keep(context.WithoutCancel(ctx), b); err != nil {
				l.once.Do(func() {
					l.err = err
					close(l.broken)
				})
			}
		}
	}()
	return l
}

// take puts a batch on its way, waiting for the one before to leave; false
// where outcomes cannot be written any more. Even then the batch goes: its attempts are on
// record, and a letter that is known to be accepted is better than one that is uncertain.
func (l *line) take(b *batch) bool {
	l.ready <- b
	select {
	case <-l.broken:
		return false
	default:
		return true
	}
}

// land waits for every batch on its way.
func (p *pass) land() error {
	if p.line == nil {
		return nil
	}
	close(p.line.ready)
	<-p.line.done
	return p.line.err
}
