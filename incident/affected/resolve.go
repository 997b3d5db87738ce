package affected

import (
	"bufio"
	"context"
	"errors"
	"io"
	"math/bits"
	"runtime"
	"time"

	"tocsin/incident"
)

// Outputs are where the tables go, as CSV with a header; nil ones are not written.
// What was written is only worth anything once Resolve has returned without an error.
type Outputs struct {
	People    io.Writer // people.csv, for ReadRoster
	Unmatched io.Writer // unmatched.csv: file, line, why, exposure, and the keys of the row
	Rejected  io.Writer // rejected.csv: file, line, why
	Conflicts io.Writer // conflicts.csv: file, line, why
}

// run is one resolution under way.
type run struct {
	spec          Spec
	from          Sources
	opt           Options
	lim           limits
	budget        *budget
	key           hashKey
	directory     []piece
	directorySize int64                       // bytes; -1 where not known
	decided       map[string]map[uint64]int64 // see Decision, by path and line
	prior         *priors                     // where an earlier result is added to
	exposed       []piece                     // of all exposures, in their order
	keep          func(*entry, int) error     // takes rows of the directory; see keeper
	indexes       map[string]*index           // by the name of the key
	people        uint64                      // rows of the directory
	seen          [][]uint32                  // for each exposure, people who appear in it, as bits
	shown         []uint64                    // Elements of each person
	owners        map[string][]uint32         // people who have a primary key, as bits, by its name
	born          []birth                     // of each person; nil where no exposure has it checked
	narrow        *narrow                     // where the job does not fit into the memory limit
	whole         *state                      // else everyone, once the exposures are matched
	out           struct{ people, unmatched, rejected, conflicts *bufio.Writer }
	sum           Summary
	firstBad      Place // the first malformed row, which is the directory's where it has one
	firstBadWhy   string
	sink          uint64 // see outcome.sink
}

// Resolve matches the exposures with the directory. Errors are Invalid (the spec
// or a file, every problem at once where it can be told beforehand), TooLarge (the memory
// limit), Conflict (a file changed while it was read), or ctx's.
func Resolve(ctx context.Context, spec Spec, from Sources, to Outputs, opt Options) (Summary, error) {
	return resolve(ctx, spec, from, to, opt, limits{block: blockSize, record: maxRecord})
}

func resolve(ctx context.Context, spec Spec, from Sources, to Outputs, opt Options, lim limits) (Summary, error) {
	if err := spec.Validate(); err != nil {
		return Summary{}, err
	}
	if opt.Workers < 0 || opt.Workers > 1024 {
		return Summary{}, incident.Errorf(incident.Invalid, "%d workers make no sense: give 1 to 1024, or 0 for one for each processor", opt.Workers)
	}
	if opt.Workers == 0 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	var began time.Time
	if opt.Now != nil {
		began = opt.Now()
	}
	r := &run{spec: spec, from: from, opt: opt, lim: lim, budget: &budget{limit: opt.Memory}, key: newHashKey(), owners: map[string][]uint32{}}
	defer func() {
		if r.narrow != nil {
			r.narrow.spill.close()
		}
	}()
	// A block, its carry, and about as much for the places of its fields.
	if err := r.budget.take(int64(3*opt.Workers+2) * 3 * int64(lim.block)); err != nil {
		return Summary{}, err
	}
	r.out.people, r.out.unmatched = buffered(to.People), buffered(to.Unmatched)
	r.out.rejected, r.out.conflicts = buffered(to.Rejected), buffered(to.Conflicts)
	if err := r.checkFiles(ctx); err != nil {
		return Summary{}, err
	}
	if err := r.readDecisions(ctx); err != nil {
		return Summary{}, err
	}
	if err := r.all(ctx); err != nil {
		return Summary{}, err
	}
	if opt.Now != nil {
		r.sum.ElapsedMS = opt.Now().Sub(began).Milliseconds()
	}
	r.sum.PeakMemoryBytes = peakMemory()
	return r.sum, nil
}

func (r *run) all(ctx context.Context) error {
	r.out.rejected.WriteString("file,line,why\n")
	r.out.conflicts.WriteString("file,line,why,person,others\n")
	if p := r.opt.Prior; p != nil {
		var err error
		if r.prior, err = r.newPriors(p); err != nil {
			return err
		}
		defer r.prior.stop()
	}
	indexed, err := r.indexDirectory(ctx)
	if err != nil {
		return err
	}
	if err := r.checkDirectory(); err != nil {
		return err
	}
	if r.prior != nil {
		if err := r.addPrior(); err != nil {
			return err
		}
	}
	if err := r.checkDecisions(); err != nil {
		return err
	}
	if err := r.matchExposures(ctx); err != nil {
		return err
	}
	r.indexes, r.owners, r.born = nil, nil, nil // the writing needs only who is affected by what
	if err := r.writePeople(ctx, indexed); err != nil {
		return err
	}
	for _, w := range []*bufio.Writer{r.out.people, r.out.unmatched, r.out.rejected, r.out.conflicts} {
		if err := w.Flush(); err != nil {
			return outputError(err)
		}
	}
	return nil
}

// checkDirectory refuses a directory of which no row can be read: every row of
// the exposures would name nobody, and the empty list would pass for a whole one.
func (r *run) checkDirectory() error {
	rows, malformed := int64(0), int64(0)
	for _, in := range r.sum.Inputs {
		rows, malformed = rows+in.Rows, malformed+in.Malformed
	}
	if malformed == 0 || malformed < rows {
		return nil
	}
	return incident.Errorf(incident.Invalid, "%s: none of its %d rows can be read; the first is line %d: %s", r.firstBad.Path, rows, r.firstBad.Line, r.firstBadWhy)
}

// addPrior takes over the account of the earlier result, whose directory must be this one.
func (r *run) addPrior() error {
	if err := r.prior.end(); err != nil {
		return err
	}
	before := r.opt.Prior.Inputs
	own := len(r.sum.Inputs)
	if len(before) < own {
		return incident.Errorf(incident.Invalid, "the earlier result does not say what it was made from")
	}
	for i, in := range r.sum.Inputs {
		if before[i].SHA256 != in.SHA256 {
			return incident.Errorf(incident.Conflict, "the earlier result was made with another directory: run everything again")
		}
	}
	for i := range before[own:] {
		r.sum.Inputs = append(r.sum.Inputs, before[own+i])
		r.sum.add(&before[own+i])
	}
	r.sum.Conflicts = r.opt.Prior.Conflicts
	return nil
}

func buffered(w io.Writer) *bufio.Writer {
	if w == nil {
		w = io.Discard
	}
	return bufio.NewWriterSize(w, 64<<10)
}

// outputError says what a failed write means: a full disk, mostly.
func outputError(err error) error {
	return incident.Because(incident.Unavailable, err, "the result could not be written")
}

// checkFiles opens every file and looks for the columns, so that all problems
// come up before any work is done.
func (r *run) checkFiles(ctx context.Context) error {
	var problems []incident.Problem
	note := func(err error) error {
		var e *incident.Error
		if !errors.As(err, &e) || e.Kind != incident.Invalid {
			return err
		}
		if len(e.Problems) == 0 {
			problems = append(problems, incident.Problem{What: e.Error()})
		}
		problems = append(problems, e.Problems...)
		return nil
	}
	look := func(in Input, exposure int, columns []string) (pieces []piece, size int64, err error) {
		if pieces, err = r.piecesOf(ctx, in, exposure); err != nil {
			return nil, 0, note(err)
		}
		for i := range pieces {
			in, err := r.open(ctx, &pieces[i], columns, false)
			if err != nil {
				if err = note(err); err != nil {
					return nil, 0, err
				}
				continue
			}
			if in.size < 0 || size < 0 {
				size = -1
			} else {
				size += in.size
			}
			in.close()
		}
		return pieces, size, nil
	}
	var err error
	if r.directory, r.directorySize, err = look(r.spec.Directory.Input, -1, r.directoryColumns()); err != nil {
		return err
	}
	for i := range r.spec.Exposures {
		if r.opt.Prior != nil && i < r.opt.Prior.Exposures {
			continue
		}
		e := &r.spec.Exposures[i]
		pieces, _, err := look(e.Input, i, e.allColumns())
		if err != nil {
			return err
		}
		r.exposed = append(r.exposed, pieces...)
	}
	return problemsError("the files do not fit the spec", problems)
}

// finish closes the account of an input that has been read to its end.
func (r *run) finish(in *input, s *InputSummary) error {
	if in.tally.sha != nil {
		s.Bytes, s.SHA256 = in.tally.bytes, in.tally.digest()
	}
	if s.Rows == 0 {
		return nil
	}
	var problems []incident.Problem
	for _, column := range in.format.missing() {
		problems = append(problems, incident.Problem{Where: in.path, What: "no row has a field called \"" + column + "\""})
	}
	return problemsError(in.path+" does not have the fields the spec names", problems)
}

func (r *run) progress(stage, name string, in *input, rows, raw int64) {
	if r.opt.Progress != nil {
		r.opt.Progress(Progress{Stage: stage, Input: name, Rows: rows, Done: raw, Total: in.size})
	}
}

// reject lists the malformed rows of a block.
func (r *run) reject(path string, start uint64, bad []badRow) error {
	if len(bad) > 0 && r.firstBadWhy == "" {
		r.firstBad, r.firstBadWhy = Place{path, start + uint64(bad[0].line)}, bad[0].why
	}
	for _, b := range bad {
		if err := writeRow(r.out.rejected, path, start+uint64(b.line), b.why); err != nil {
			return err
		}
	}
	return nil
}

func bitset(people uint64) []uint32 { return make([]uint32, (people+31)/32) }

func has(set []uint32, person uint64) bool { return set[person/32]>>(person%32)&1 != 0 }

func count(set []uint32) (n int64) {
	for _, word := range set {
		n += int64(bits.OnesCount32(word))
	}
	return n
}
