package ledger

import (
	"encoding/json"
	"os"
	"time"

	"tocsin/incident"
)

// holder says which process has the store open, for the message another one
// gives. The lock itself is bbolt's, on the file: this text is only read while
// that lock is held, so one left by a crash misleads nobody.
type holder struct {
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
}

func lockPath(path string) string { return path + ".lock" }

func (db *DB) signLock() error {
	text, err := json.Marshal(holder{PID: os.Getpid(), Started: db.clock().UTC().Truncate(time.Second)})
	if err != nil {
		return storeError(err)
	}
	if err := os.WriteFile(lockPath(db.path), append(text, '\n'), 0o600); err != nil {
		return storeError(err)
	}
	return nil
}

func (db *DB) dropLock() {
	if !db.inspect {
		os.Remove(lockPath(db.path)) // one left behind misleads nobody
	}
}

func heldBy(path string, cause error) error {
	cause = lockHeld{cause}
	var h holder
	text, err := os.ReadFile(lockPath(path))
	if err != nil || json.Unmarshal(text, &h) != nil || h.PID == 0 {
		return incident.Because(incident.Unavailable, cause, "%s is in use by another process", path)
	}
	return incident.Because(incident.Unavailable, cause, "%s is in use by process %d, started %s: stop that one first",
		path, h.PID, h.Started.Format("2 Jan 2006 15:04:05 MST"))
}

// lockHeld says in people's words what bbolt calls a timeout; it is still told
// from damage by what it wraps.
type lockHeld struct{ cause error }

func (lockHeld) Error() string   { return "only one process at a time may have it" }
func (e lockHeld) Unwrap() error { return e.cause }
