package ledger

import "time"

// reading is the clock's reading, never before last: entries keep their order
// when the machine's clock is set back. It warns once each time that begins.
func (db *DB) reading(last time.Time) time.Time {
	now := db.clock().Round(0).UTC()
	if !now.Before(last) {
		db.behind.Store(false)
		return now
	}
	if !db.behind.Swap(true) {
		db.logger.Warn("the clock is behind the last entry of the audit log; acts carry that entry's instant until it has caught up",
			"behind", last.Sub(now).String())
	}
	return last
}

// ClockBehind is how far the clock is behind the last entry of the audit log; 0
// when it is not. More than a moment of it means that the clock was set back, or
// was ahead before: no instant this program records is right until that is settled.
func (db *DB) ClockBehind() time.Duration {
	last := time.Unix(0, db.last.Load())
	return max(0, last.Sub(db.clock()))
}
