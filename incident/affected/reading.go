package affected

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// mark is where a block begins: it is handed from each block to the next
// before either is worked on, so that every worker knows the lines and row
// numbers of its block although blocks are worked on at once.
type mark struct {
	carry []byte // the end of the block before, which only makes sense with this one
	line  uint64 // of the first byte, carry included
	row   uint64 // readable rows before
}

// job is one block on its way from the reader through a worker to the end of the line.
type job[T any] struct {
	batch
	buf    []byte
	final  bool
	start  mark
	passed int // bytes of data that its rows take; the rest is the next block's
	in     <-chan mark
	out    chan<- mark
	ready  chan struct{}
	raw    int64 // bytes of the file read when this block was cut
	value  T
}

// read runs an input through workers: work is called for every block, at once
// with others, with the number of the worker; done is called for every block
// in the order of the file, by one goroutine. The value that work fills is reused.
//
// A block may begin in the middle of a record, where a quoted field runs over a
// line's end. Each worker splits its block in the hope that it does not, then
// waits for the mark of the block before; where that brings bytes, it splits again.
func read[T any](ctx context.Context, in *input, workers int, work func(worker int, j *job[T]), done func(j *job[T]) error) error {
	group, ctx := errgroup.WithContext(ctx)
	depth := 2 * workers
	todo, order, free := make(chan *job[T]), make(chan *job[T], depth), make(chan *job[T], depth+workers+2)
	group.Go(func() error {
		defer close(todo)
		defer close(order)
		return cut(ctx, in, todo, order, free)
	})
	for w := range workers {
		group.Go(func() error {
			for j := range todo {
				if err := settle(ctx, in.format, j); err != nil {
					return err
				}
				work(w, j)
				close(j.ready)
			}
			return nil
		})
	}
	group.Go(func() error {
		for j := range order {
			select {
			case <-j.ready:
			case <-ctx.Done():
				return ctx.Err()
			}
			in.format.gather(&j.batch)
			if err := done(j); err != nil {
				return err
			}
			select {
			case free <- j:
			default:
			}
		}
		return nil
	})
	return group.Wait()
}

// cut reads blocks and hands them out.
func cut[T any](ctx context.Context, in *input, todo, order chan<- *job[T], free <-chan *job[T]) error {
	first := make(chan mark, 1)
	first <- mark{line: in.line}
	for next := (<-chan mark)(first); ; {
		var j *job[T]
		select {
		case j = <-free:
		default:
			j = &job[T]{}
		}
		var err error
		if j.data, j.final, err = in.blocks.next(j.buf); err != nil {
			return in.readError(err)
		}
		j.buf, j.raw, j.ready = j.data, in.place(), make(chan struct{})
		out := make(chan mark, 1)
		j.in, j.out, next = next, out, out
		// order first: a block that is worked on always has its place in the line.
		for _, to := range []chan<- *job[T]{order, todo} {
			select {
			case to <- j:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if j.final {
			return nil
		}
	}
}

// settle splits the block, waits for its mark, and passes on the next one.
func settle[T any](ctx context.Context, f format, j *job[T]) error {
	width := len(f.columns())
	j.reset(width)
	rest := f.split(&j.batch, j.final)
	select {
	case j.start = <-j.in:
	case <-ctx.Done():
		return ctx.Err()
	}
	if len(j.start.carry) > 0 {
		j.data = append(j.start.carry, j.data...)
		j.reset(width)
		rest = f.split(&j.batch, j.final)
	}
	j.passed = rest
	next := mark{line: j.start.line + uint64(j.lined), row: j.start.row + uint64(j.rows())}
	if rest < len(j.data) {
		next.carry = append(next.carry, j.data[rest:]...)
	}
	j.out <- next
	return nil
}
