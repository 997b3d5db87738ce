package casework

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
)

// ResolutionState is where the work on a list of affected people stands.
type ResolutionState string

const (
	ResolutionMapping  ResolutionState = "mapping" // files are in; what their columns mean is to be confirmed
	ResolutionRunning  ResolutionState = "running"
	ResolutionFailed   ResolutionState = "failed"
	ResolutionDone     ResolutionState = "done"     // there is a list; nobody has put it forward
	ResolutionProposed ResolutionState = "proposed" // somebody has; a second person is to settle it
	ResolutionSettled  ResolutionState = "settled"  // it is in force, or was
)

// Resolution is one way from exported files to a list of affected people. The
// files lie in the vault as evidence; by their digests, the spec and the
// versions it can be repeated.
type Resolution struct {
	ID    string           `json:"id"`
	Seq   int              `json:"seq"`
	State ResolutionState  `json:"state"`
	Files []ResolutionFile `json:"files"` // the directory first
	Spec  affected.Spec    `json:"spec"`
	Error string           `json:"error,omitempty"`
	// Prior is the run whose exposures come first and are not read again.
	Prior      string            `json:"prior,omitempty"`
	PriorFiles int               `json:"prior_files,omitempty"` // how many exposures that are
	Roster     *incident.Roster  `json:"roster,omitempty"`      // the result, not in force until settled
	Decisions  string            `json:"decisions,omitempty"`   // digest of the decisions it was run with
	Versions   map[string]string `json:"versions,omitempty"`    // of what made the list
	ElapsedMS  int64             `json:"elapsed_ms,omitempty"`
	MadeAt     time.Time         `json:"made_at"`
	MadeBy     string            `json:"made_by"`
	RunAt      *time.Time        `json:"run_at,omitempty"`
	RunBy      string            `json:"run_by,omitempty"` // who confirmed what the columns mean
	ProposedAt *time.Time        `json:"proposed_at,omitempty"`
	ProposedBy string            `json:"proposed_by,omitempty"`
}

// ResolutionFile is one of its files.
type ResolutionFile struct {
	Name     string           `json:"name"` // "directory", or the exposure's
	FileName string           `json:"file_name"`
	Path     string           `json:"path"`     // as the spec and the reports call it
	Evidence string           `json:"evidence"` // exhibit id
	SHA256   string           `json:"sha256"`
	Size     int64            `json:"size"`
	Columns  []string         `json:"columns"`
	Sheets   []string         `json:"sheets,omitempty"`
	Guesses  affected.Guesses `json:"guesses,omitzero"`
	Source   string           `json:"source,omitempty"` // the database whose answer it is
	Query    string           `json:"query,omitempty"`  // and what it was asked
}

// called is the path under which the spec has the file.
func (f *ResolutionFile) called() string {
	if f.Path == "" {
		return f.SHA256 // runs from before files had a path
	}
	return f.Path
}

// at is the path of a file within an archive; the archive's own where member is "".
func (f *ResolutionFile) at(member string) string {
	if member == "" {
		return f.called()
	}
	return f.called() + "/" + member
}

// within says which file of an archive a path means; "" for the file itself.
func (f *ResolutionFile) within(path string) (member string, ok bool) {
	if path == f.called() {
		return "", true
	}
	return strings.CutPrefix(path, f.called()+"/")
}

// title is what people call what a path means.
func (f *ResolutionFile) title(path string) string {
	if member, ok := f.within(path); ok && member != "" {
		return f.FileName + "/" + member
	}
	return f.FileName
}

// Listed reports whether there is a list that can be looked at.
func (r *Resolution) Listed() bool {
	return r.Roster != nil && (r.State == ResolutionDone || r.State == ResolutionProposed || r.State == ResolutionSettled)
}

var resolutions = ledger.NewCaseTable[Resolution]("resolutions") // incident, resolution id

// resolutionOf reads one run within a transaction.
func resolutionOf(tx *ledger.Tx, i *incident.Incident, id string) (Resolution, error) {
	r, err := resolutions.Get(tx, ledger.K(i.ID, id))
	return r, orNotFound(err, "There is no such run.")
}

// Resolution reads one. A run that no program is working on any more says so.
func (d *Desk) Resolution(ctx context.Context, p incident.Principal, ref, id string) (Resolution, RunProgress, error) {
	var out Resolution
	err := d.read(ctx, p, ref, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		var err error
		out, err = resolutionOf(tx, i, id)
		return err
	})
	progress, running := d.running.get(id, d.cfg.Clock())
	if out.State == ResolutionRunning && !running {
		out.State, out.Error = ResolutionFailed, "The program ended while it ran. Run it again: the files are kept."
	}
	return out, progress, err
}

// Resolutions gives every run of an incident, newest first.
func (d *Desk) Resolutions(ctx context.Context, p incident.Principal, ref string) ([]Resolution, error) {
	var out []Resolution
	err := d.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		return resolutions.ScanBack(tx, ledger.K(i.ID), func(_ ledger.Key, r Resolution) error {
			if r.State == ResolutionRunning && !d.running.has(r.ID) {
				r.State = ResolutionFailed
			}
			out = append(out, r)
			return nil
		})
	})
	return out, err
}

// vaultFiles gives the engine its files by the path the spec has for them.
type vaultFiles struct {
	vault Vault
	scope string
	files []ResolutionFile
}

func (v vaultFiles) Open(ctx context.Context, path string) (io.ReadCloser, int64, error) {
	for n := range v.files {
		if f := &v.files[n]; f.called() == path {
			r, err := v.vault.Open(ctx, v.scope, f.SHA256)
			return r, f.Size, err
		}
	}
	return nil, -1, incident.Errorf(incident.NotFound, "There is no such file in this run.")
}

// RunProgress is how far a run of this process is.
type RunProgress struct {
	affected.Progress
	Share   float64       // of all that is to be read, 0 to 1
	Elapsed time.Duration // since it began
	Left    time.Duration // estimated; 0 where it is too early to say
}

// running is how far the runs of this process are. It is only what a progress
// bar shows: what is pending, and what came of it, is in the store.
type running struct {
	mu   sync.Mutex
	now  map[string]*flight
	work sync.WaitGroup
	left map[string]map[string]int // see countExcluded; a list never changes
	over []*context.CancelFunc     // of what is done for later, and may be given up
}

// spare gives a context for what need not be done now; done is called when it ended.
func (r *running) spare(ctx context.Context) (_ context.Context, done func()) {
	ctx, cancel := context.WithCancel(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over = append(r.over, &cancel)
	return ctx, func() {
		cancel()
		r.mu.Lock()
		defer r.mu.Unlock()
		r.over = slices.DeleteFunc(r.over, func(c *context.CancelFunc) bool { return c == &cancel })
	}
}

// giveUp ends what is done for later.
func (r *running) giveUp() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, cancel := range r.over {
		(*cancel)()
	}
}

// flight is one run under way.
type flight struct {
	incident string
	progress affected.Progress
	began    time.Time
	files    []ResolutionFile
	skip     int // exposures that an earlier run has read
	cancel   context.CancelFunc
	stopped  bool // by a person
}

func (r *running) has(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now[id] != nil
}

func (r *running) get(id string, now time.Time) (RunProgress, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.now[id]
	if f == nil {
		return RunProgress{}, false
	}
	p := RunProgress{Progress: f.progress, Elapsed: now.Sub(f.began), Share: f.share()}
	if p.Share > 0.02 && p.Elapsed > time.Second {
		p.Left = time.Duration(float64(p.Elapsed) * (1 - p.Share) / p.Share)
	}
	return p, true
}

// begin takes a run up; false where one of the same incident is under way.
func (r *running) begin(id string, f *flight) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, other := range r.now {
		if other.incident == f.incident {
			return false
		}
	}
	if r.now == nil {
		r.now = map[string]*flight{}
	}
	r.now[id] = f
	return true
}

// skips notes how many exposures are not read again.
func (r *running) skips(id string, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f := r.now[id]; f != nil {
		f.skip = n
	}
}

// counted gives what was counted before under a key.
func (r *running) counted(key string) (map[string]int, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, ok := r.left[key]
	return n, ok
}

// keepCount keeps a count for the next page that asks.
func (r *running) keepCount(key string, n map[string]int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left == nil || len(r.left) >= 64 {
		r.left = map[string]map[string]int{}
	}
	r.left[key] = n
}

func (r *running) set(id string, p affected.Progress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f := r.now[id]; f != nil {
		f.progress = p
	}
}

// stop ends a run because a person wants it; false where none is under way.
func (r *running) stop(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.now[id]
	if f == nil {
		return false
	}
	f.stopped = true
	f.cancel()
	return true
}

// end takes a run down and says whether a person stopped it.
func (r *running) end(id string) (stopped bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f := r.now[id]; f != nil {
		f.cancel()
		stopped = f.stopped
	}
	delete(r.now, id)
	return stopped
}

func (r *running) wasStopped(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now[id] != nil && r.now[id].stopped
}

// share is how much of all that is read has been: the directory twice, each
// exposure once, in bytes of the files as they are stored.
func (f *flight) share() float64 {
	directory := f.files[0].Size
	all, before := 2*directory, directory // before: where the present input begins
	met := false
	for n, file := range f.files[1:] {
		if n < f.skip {
			continue
		}
		all += file.Size
		met = met || file.Name == f.progress.Input
		if !met {
			before += file.Size
		}
	}
	switch f.progress.Stage {
	case "index":
		before = 0
	case "match":
	default:
		before = all - directory
	}
	if all == 0 {
		return 0
	}
	return min(1, float64(before+max(0, f.progress.Done))/float64(all))
}
