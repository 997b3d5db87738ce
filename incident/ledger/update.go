package ledger

import (
	"context"
	"errors"
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"tocsin/incident"
)

// Update runs fn in a transaction that may write, and commits it if fn returns
// nil. On return nil is on the disk. Any error or panic in fn undoes all it did.
//
// fn must call Record if it writes: a write without an entry is refused with
// Internal and undone. fn that neither wrote nor recorded commits nothing and is
// no error. fn is called once, and must not touch the network: everyone else
// waits for it.
//
// Updates that come while others wait share one commit, hence one fsync, each
// with its own clock reading, entries and errors: one that fails leaves the others
// as they are. Long ones make those that share their commit wait, so cut bulk
// work into pieces of some thousand rows.
//
// Errors besides fn's own: Unavailable if the store is closed, ctx ended while
// waiting, or the disk refuses (nothing is changed then); Internal for a
// transaction inside another, an act without an actor, or a malformed Record.
func (db *DB) Update(ctx context.Context, by incident.Principal, fn func(*Tx) error) error {
	if err := checkActor(by); err != nil {
		return err
	}
	if db.inspect {
		return incident.Errorf(incident.Unavailable, "the store is open for inspection only: nothing is written")
	}
	marked, leave, err := db.nesting.enter(ctx, "an Update")
	if err != nil {
		return err
	}
	defer leave()
	g, err := db.act(marked, by, fn)
	if err != nil || g == nil {
		return err
	}
	<-g.done
	return g.err
}

// group is what shares one commit.
type group struct {
	b       *bbolt.Tx
	log     logState
	members int
	done    chan struct{} // closed when the commit has succeeded or failed
	err     error
}

// maxGroup bounds how long the first of a group waits for the last.
const maxGroup = 128

// act runs fn when its turn comes and gives the group whose commit to wait for;
// nil if there is nothing to commit.
func (db *DB) act(ctx context.Context, by incident.Principal, fn func(*Tx) error) (*group, error) {
	if err := db.takeTurn(ctx); err != nil {
		return nil, err
	}
	defer db.passTurn()
	g, err := db.join()
	if err != nil {
		return nil, err
	}
	tx := &Tx{db: db, b: g.b, ctx: ctx, by: by, writes: true, now: db.reading(g.log.last)}
	kept := false
	defer func() { // also when fn panics
		tx.ended.Store(true)
		if kept {
			return
		}
		if err := tx.rollback(); err != nil {
			db.spoil(g, err)
		}
	}()
	if err := fn(tx); err != nil {
		return nil, err
	}
	if err := tx.accepted(); err != nil {
		return nil, err
	}
	if len(tx.entries) == 0 {
		return nil, nil
	}
	if err := g.log.append(g.b, tx); err != nil {
		// Half an entry may be in the transaction, and the log has no undo.
		db.spoil(g, err)
		return nil, err
	}
	kept = true
	g.members++
	return g, nil
}

// join gives the open group, or begins one. The caller holds the turn.
func (db *DB) join() (*group, error) {
	if db.failed != nil {
		return nil, db.failed
	}
	if db.group != nil {
		return db.group, nil
	}
	b, err := db.bolt.Begin(true)
	if err != nil {
		return nil, storeError(err)
	}
	g := &group{b: b, done: make(chan struct{})}
	if g.log, err = readLog(b); err != nil {
		b.Rollback()
		return nil, err
	}
	db.group = g
	return g, nil
}

// spoil gives a group up: nothing of it is committed.
func (db *DB) spoil(g *group, err error) {
	if g.err == nil {
		g.err = incident.Because(incident.Internal, err, "the transaction could not be undone and was given up whole; nothing was changed")
	}
}

// takeTurn waits to be the writer. Whoever is counted in db.waiting will pass
// the turn on, so a caller that gives up leaves someone to do it in its place:
// an open group may be relying on it for its commit.
func (db *DB) takeTurn(ctx context.Context) error {
	db.waiting.Add(1)
	select {
	case db.turn <- struct{}{}:
		db.waiting.Add(-1)
	case <-ctx.Done():
		go func() {
			db.turn <- struct{}{}
			db.waiting.Add(-1)
			db.passTurn()
		}()
		return cancelled(ctx)
	}
	if ctx.Err() != nil {
		db.passTurn()
		return cancelled(ctx)
	}
	return nil
}

// passTurn hands the turn on, and commits the open group if nobody waits to join it.
func (db *DB) passTurn() {
	if g := db.group; g != nil && (g.err != nil || g.members >= maxGroup || db.waiting.Load() == 0) {
		db.group = nil
		db.finish(g)
	}
	<-db.turn
}

func (db *DB) finish(g *group) {
	defer close(g.done)
	if g.err != nil || g.members == 0 {
		g.b.Rollback()
		return
	}
	if err := db.commit(g); err != nil {
		g.err = err
		return
	}
	db.last.Store(g.log.last.UnixNano())
}

func (db *DB) commit(g *group) error {
	if err := g.log.sign(g.b, db.signer); err != nil {
		g.b.Rollback()
		return storeError(err)
	}
	err := g.b.Commit()
	if err == nil {
		return nil
	}
	// If the disk failed between writing the commit and confirming it, the new
	// state may be in the file after all. Then what is on the disk is not known,
	// and going on would build on sand: refuse until a restart has read it again.
	if b, rerr := db.bolt.Begin(false); rerr != nil || sizeOf(b) != g.log.start {
		db.failed = incident.Because(incident.Unavailable, err,
			"the disk failed while saving and it is not known whether the last act was kept; restart to find out")
		if rerr == nil {
			b.Rollback()
		}
		return db.failed
	} else {
		b.Rollback()
	}
	return storeError(err)
}

// View runs fn on the store as it is now; what is committed meanwhile does not
// show. Keep it short: the file cannot give back space while a View is open.
func (db *DB) View(ctx context.Context, fn func(*Tx) error) error {
	if db.damaged != nil {
		return db.unreadable()
	}
	marked, leave, err := db.nesting.enter(ctx, "a View")
	if err != nil {
		return err
	}
	defer leave()
	if ctx.Err() != nil {
		return cancelled(ctx)
	}
	b, err := db.bolt.Begin(false)
	if err != nil {
		return storeError(err)
	}
	defer b.Rollback()
	tx := &Tx{db: db, b: b, ctx: marked, now: db.reading(time.Unix(0, db.last.Load()).UTC())}
	defer tx.ended.Store(true)
	return fn(tx)
}

func checkActor(by incident.Principal) error {
	if !plainID(by.ID) || !plainID(string(by.Source)) {
		return incident.Errorf(incident.Internal, "an act needs an actor's id and the door it came through")
	}
	return nil
}

func cancelled(ctx context.Context) error {
	return incident.Because(incident.Unavailable, context.Cause(ctx), "the request ended before it could be served; nothing was changed")
}

// isClosed reports bbolt's word for a closed file.
func isClosed(err error) bool { return errors.Is(err, bbolterrors.ErrDatabaseNotOpen) }
