package runner

import (
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/playbooks"
)

// Standing is what may be done with a revision.
type Standing string

const (
	Draft     Standing = "draft"     // stored; cannot be run
	Published Standing = "published" // what new runs of its slug are pinned to; one per slug
	Retired   Standing = "retired"   // superseded or withdrawn; its runs go on
)

// Revision is one text of a playbook. Digest names it; everything but its
// standing is fixed for ever.
type Revision struct {
	Digest     string    `json:"digest"` // SHA-256 of Definition, hex
	Seq        uint64    `json:"seq"`    // 1, 2, 3 … across the library, in the order they were stored
	Slug       string    `json:"slug"`
	Version    string    `json:"version"`
	Title      string    `json:"title"`
	Summary    string    `json:"summary,omitempty"`
	Steps      int       `json:"steps"`
	Builtin    bool      `json:"builtin,omitempty"` // came with the program
	Definition string    `json:"definition"`        // the canonical form
	StoredAt   time.Time `json:"stored_at"`
	StoredBy   string    `json:"stored_by"` // principal id

	Standing    Standing   `json:"standing"`
	PublishedAt *time.Time `json:"published_at,omitempty"` // last time
	PublishedBy string     `json:"published_by,omitempty"`
	RetiredAt   *time.Time `json:"retired_at,omitempty"`
	RetiredBy   string     `json:"retired_by,omitempty"`
}

// Playbook reads the text of r. An error means the store holds something else
// than was put there.
func (r Revision) Playbook() (*playbooks.Playbook, error) {
	p, err := playbooks.Decode([]byte(r.Definition))
	if err != nil {
		return nil, incident.Because(incident.Internal, err, "revision %s cannot be read", r.Digest)
	}
	if p.Digest() != r.Digest {
		return nil, incident.Errorf(incident.Internal, "revision %s is not what its digest says", r.Digest)
	}
	return p, nil
}

var (
	revisions = ledger.NewSystemTable[Revision]("playbook_revisions") // by digest
	bySlug    = ledger.NewSystemTable[string]("playbook_slugs")       // slug, seq → digest
)

// Tables lists the tables of this package, for the store's own checks.
func Tables() []ledger.Checker { return []ledger.Checker{revisions, bySlug, runs, approvals, declared} }
