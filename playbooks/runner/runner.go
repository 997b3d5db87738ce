package runner

import (
	"time"

	"tocsin/incident"
	"tocsin/incident/condition"
	"tocsin/incident/ledger"
)

// Runner keeps the library and the runs of one store. It is safe for
// concurrent use. As a casework.Reactor it is listed after whoever keeps the
// obligations, whose deadlines it reads.
type Runner struct {
	db  *ledger.DB
	cfg Config
}

// Config is what the runner cannot know by itself.
type Config struct {
	// Organisation answers for organisation.* facts; nil means unknown.
	Organisation condition.Facts
	// Deadlines gives the deadlines of an incident's obligations, for due times
	// that hang on them. nil means that none is ever known.
	Deadlines func(tx *ledger.Tx, i *incident.Incident) ([]Deadline, error)
}

// Deadline is one stage of a duty.
type Deadline struct {
	Rule  string
	Stage string
	Due   time.Time
	Met   bool // filed or sent, or no longer owed
}

// New gives a Runner over db.
func New(db *ledger.DB, cfg Config) (*Runner, error) {
	if db == nil {
		return nil, incident.Errorf(incident.Internal, "the playbook runner needs a store")
	}
	if cfg.Organisation == nil {
		cfg.Organisation = condition.Map{}
	}
	return &Runner{db: db, cfg: cfg}, nil
}
