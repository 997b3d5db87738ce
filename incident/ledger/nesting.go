package ledger

import (
	"bytes"
	"context"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"

	"tocsin/incident"
)

// A transaction begun inside another one hangs: an Update waits for the writer
// it is called from; an Update inside a View can wait for ever to grow the
// memory map that its own View pins; a View inside a View can wait behind that
// Update. A hang has no stack trace anyone will see, so it is refused at once.
//
// Two signs are looked for, because each alone can be missed:
//
//   - the context: Tx.Context carries a mark, which also finds the nested call
//     that was handed to another goroutine;
//   - the goroutine: fn may call on with the context it closed over, which has
//     no mark. Go names no goroutine in its API on purpose, since state hung on
//     one breaks when work moves to another. Here nothing is hung on it: the id,
//     read from the first line of a stack trace, is only compared while fn is
//     running on that very goroutine, and forgotten when it returns. If the line
//     ever changes its form the id reads as 0, the check falls silent, and
//     TestNested fails.
type nesting struct {
	inside sync.Map // goroutine id → struct{}
}

type markKey struct{}

// enter marks this goroutine as inside a transaction, or says that it already
// is. The context returned carries the mark until leave is called.
func (n *nesting) enter(ctx context.Context, what string) (marked context.Context, leave func(), err error) {
	if open, ok := ctx.Value(markKey{}).(*atomic.Bool); ok && open.Load() {
		return nil, nil, nested(what)
	}
	id := goroutine()
	if id != 0 {
		if _, already := n.inside.LoadOrStore(id, struct{}{}); already {
			return nil, nil, nested(what)
		}
	}
	open := &atomic.Bool{}
	open.Store(true)
	return context.WithValue(ctx, markKey{}, open), func() {
		open.Store(false)
		n.inside.Delete(id)
	}, nil
}

func nested(what string) error {
	return incident.Errorf(incident.Internal, "ledger: %s inside another transaction would wait for itself: pass the *Tx on instead", what)
}

// goroutine is the number of the calling goroutine, from "goroutine 18 [running]:".
func goroutine() uint64 {
	var buf [40]byte
	line := buf[:runtime.Stack(buf[:], false)]
	line, ok := bytes.CutPrefix(line, []byte("goroutine "))
	end := bytes.IndexByte(line, ' ')
	if !ok || end < 0 {
		return 0
	}
	id, err := strconv.ParseUint(string(line[:end]), 10, 64)
	if err != nil {
		return 0
	}
	return id
}
