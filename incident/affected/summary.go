package affected

import (
	"context"
	"time"
)

// Summary is the result in numbers, as summary.json has it. Matched,
// Duplicates, Unmatched and Malformed add up to the rows of all exposures.
type Summary struct {
	People               int64                       `json:"people"`
	ByJurisdiction       map[string]int64            `json:"by_jurisdiction"` // UnknownJurisdiction included
	ByElement            map[string]int64            `json:"by_element"`
	ByJurisdictionWithin map[string]map[string]int64 `json:"by_jurisdiction_element"` // jurisdiction → element → people

	Matched    int64 `json:"matched"`    // rows whose person appears for the first time in that exposure
	Duplicates int64 `json:"duplicates"` // rows whose person appeared before; their elements count
	Unmatched  int64 `json:"unmatched"`  // rows that name nobody in the directory
	Malformed  int64 `json:"malformed"`  // rows that cannot be read

	// Conflicts are rows, matched or duplicate, that could mean several people:
	// their keys name different people, or the only key they have is one that
	// several rows of the directory share. Such a row goes to the person whom its strongest key
	// (see MatchKeys) names first in the directory, and is listed for a person to settle.
	Conflicts int64 `json:"conflicts"`
	// NoContact are affected people for whom the directory has neither an e-mail
	// address that could be used, nor a phone number, nor a postal address (of those the spec maps).
	NoContact int64      `json:"no_contact"`
	Residence Residences `json:"residence"`

	Inputs          []InputSummary `json:"inputs"`             // the directory, then the exposures in the spec's order
	Warnings        []string       `json:"warnings,omitempty"` // what a person should look at
	ElapsedMS       int64          `json:"elapsed_ms"`
	PeakMemoryBytes int64          `json:"peak_memory_bytes"` // of the whole process, since its start
}

// Residences says of how many people the residence comes from where.
type Residences struct {
	Directory   int64  `json:"directory"`
	LastAddress int64  `json:"last_address"`
	Default     int64  `json:"default"` // stated in the spec, with the reason
	Unknown     int64  `json:"unknown"`
	Reason      string `json:"reason,omitempty"`
}

// InputSummary says what became of one file. For the directory, whose rows are
// not matched but matched with, only Rows and Malformed count.
type InputSummary struct {
	Name       string `json:"name"` // "directory", or the exposure's name
	Path       string `json:"path"` // as in the spec
	Rows       int64  `json:"rows"` // without the header
	Bytes      int64  `json:"bytes"`
	SHA256     string `json:"sha256"` // of the file as it is stored
	Matched    int64  `json:"matched"`
	Duplicates int64  `json:"duplicates"`
	Unmatched  int64  `json:"unmatched"`
	Malformed  int64  `json:"malformed"`
}

// add takes an exposure into the totals.
func (s *Summary) add(in *InputSummary) {
	s.Matched += in.Matched
	s.Duplicates += in.Duplicates
	s.Unmatched += in.Unmatched
	s.Malformed += in.Malformed
}

// Progress says how far a run has come.
type Progress struct {
	// Stage is "index", "match" or "write"; within a memory limit also "join" (Done
	// and Total are steps, and Input is a key) and "list".
	Stage string
	Input string // "directory", or the exposure's name
	Rows  int64  // of this input, so far
	Done  int64  // bytes of this input
	Total int64  // bytes of this input, -1 where not known
}

// Options are what a run may be told besides what to do. The zero value works.
type Options struct {
	Workers int // blocks worked on at once; 0: one for each processor
	// Memory is how many bytes the run may take; 0: no limit. Where the tables do
	// not fit, the run works on parts of them, with the rest sealed in a temporary file; TooLarge where not even that fits.
	Memory  int64
	Scratch string // folder of that temporary file; "": the system's
	// Prior is an earlier result that later exposures are added to; nil: everything
	// is done. unmatched, rejected and conflicts then hold what is new alone.
	Prior *Prior
	// Decisions settle rows that were conflicts, besides those of the spec.
	Decisions []Decision
	// Rows are indexes of the inputs' rows, with which Explain, DirectoryRows and
	// ExposedRows read a little of each; nil: they read all. Resolve has no use for them.
	Rows *RowIndexes
	// Query asks a database that the spec names. The answer must be the same each
	// time in one run. nil: inputs that are queries are refused.
	Query    func(ctx context.Context, database, query string) (Rows, error)
	Now      func() time.Time // for ElapsedMS; nil: not measured
	Progress func(Progress)   // called by one goroutine at a time, for every block of about 1 MiB
}
