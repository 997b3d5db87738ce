package ledger

import (
	"fmt"

	"tocsin/incident"
)

// Report is what Verify and Fsck found.
type Report struct {
	Entries  uint64             `json:"entries"`  // of the audit log
	Writes   uint64             `json:"writes"`   // that those entries recorded
	Values   uint64             `json:"values"`   // now in the store
	Opened   uint64             `json:"opened"`   // values decrypted and decoded; Fsck only
	Erased   uint64             `json:"erased"`   // values whose key was destroyed; Fsck only
	Head     string             `json:"head"`     // the signed checkpoint
	Problems []incident.Problem `json:"problems"` // where: "case/notes inc-1/5", "entry 7", "page 3"
	More     uint64             `json:"more"`     // problems beyond the first maxProblems
}

// maxProblems bounds a report: a file that is wrong everywhere is wrong enough.
const maxProblems = 200

// OK reports whether nothing was found wrong.
func (r *Report) OK() bool { return len(r.Problems) == 0 }

func (r *Report) problem(where, format string, args ...any) {
	if len(r.Problems) >= maxProblems {
		r.More++
		return
	}
	r.Problems = append(r.Problems, incident.Problem{Where: where, What: fmt.Sprintf(format, args...)})
}

// Progress is told how far a long check is: what it is doing, how many of how
// many units are done. It may be nil.
type Progress func(what string, done, total uint64)

// every is how many rows pass between two words of progress, and two looks at the context.
const every = 1024

func (p Progress) at(what string, done, total uint64) {
	if p != nil && (done%every == 0 || done == total) {
		p(what, done, total)
	}
}
