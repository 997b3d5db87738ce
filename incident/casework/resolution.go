package casework

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
	"tocsin/incident/vault"
)

// ResolutionState is where the work on a list of affected people stands.
type ResolutionState string

const (
	ResolutionMapping ResolutionState = "mapping" // files are in; what their columns mean is to be confirmed
	ResolutionRunning ResolutionState = "running"
	ResolutionFailed  ResolutionState = "failed"
	ResolutionDone    ResolutionState = "done"    // a list is ready to be put in force
	ResolutionSettled ResolutionState = "settled" // it is in force, or was
)

// Resolution is one way from exported files to a list of affected people. The
// files lie in the vault as evidence.
type Resolution struct {
	ID     string           `json:"id"`
	Seq    int              `json:"seq"`
	State  ResolutionState  `json:"state"`
	Files  []ResolutionFile `json:"files"` // the directory first
	Spec   affected.Spec    `json:"spec"`
	Error  string           `json:"error,omitempty"`
	Roster *incident.Roster `json:"roster,omitempty"` // the result, not in force until settled
	MadeAt time.Time        `json:"made_at"`
	MadeBy string           `json:"made_by"`
	RunAt  *time.Time       `json:"run_at,omitempty"`
}

// ResolutionFile is one of its files.
type ResolutionFile struct {
	Name     string   `json:"name"` // "directory", or the exposure's
	FileName string   `json:"file_name"`
	Evidence string   `json:"evidence"` // exhibit id
	SHA256   string   `json:"sha256"`
	Size     int64    `json:"size"`
	Columns  []string `json:"columns"` // of the header
}

var resolutions = ledger.NewCaseTable[Resolution]("resolutions") // incident, resolution id

// Upload is one file of a new resolution.
type Upload struct {
	Name     string // "directory", or what the exposure is called
	FileName string
	Body     io.Reader
}

// uploadName keeps an exposure's name fit for people.csv, where names are joined.
func uploadName(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9')
	}), "_")
}

// NewResolution takes files in as evidence, the directory first, and reads
// their headers. Each body is read as it comes; none is held in memory.
func (d *Desk) NewResolution(ctx context.Context, p incident.Principal, ref string, files func(yield func(Upload) error) error) (*Resolution, error) {
	r := &Resolution{State: ResolutionMapping, MadeBy: p.ID}
	err := files(func(u Upload) error {
		kind, title := "Exposed data set", uploadName(u.Name)
		if len(r.Files) == 0 {
			kind, title = "Customer directory", "directory"
		} else if title == "" || title == "directory" || slices.ContainsFunc(r.Files, func(f ResolutionFile) bool { return f.Name == title }) {
			title = fmt.Sprintf("exposure_%d", len(r.Files))
		}
		head := &header{r: bufio.NewReaderSize(u.Body, 64<<10)}
		columns, err := head.columns()
		if err != nil {
			return incident.Because(incident.Invalid, err, "%s has no header line that can be read as CSV.", clip(u.FileName, 80))
		}
		e, err := d.CollectEvidence(ctx, p, ref, NewEvidence{
			Title: kind + ": " + title, Kind: "file", Source: "export " + clip(u.FileName, 80), FileName: u.FileName, MediaType: "text/csv", Method: "uploaded for matching",
		}, head.r)
		if err != nil {
			return err
		}
		r.Files = append(r.Files, ResolutionFile{Name: title, FileName: u.FileName, Evidence: e.ID, SHA256: e.SHA256, Size: e.Size, Columns: columns})
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(r.Files) < 2 {
		return nil, incident.Errorf(incident.Invalid, "Give the customer directory and at least one exposed data set.")
	}
	r.Spec = guessSpec(r.Files)
	err = d.act(ctx, p, ref, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		n, err := tx.Sequence("resolutions-" + i.ID)
		if err != nil {
			return err
		}
		r.ID, r.Seq, r.MadeAt = id.String(), int(n), tx.Now()
		tx.Record("resolution.create", "resolution/"+r.ID)
		return resolutions.Put(tx, ledger.K(i.ID, r.ID), *r)
	})
	return r, err
}

// header looks at a stream's first line without taking it away.
type header struct{ r *bufio.Reader }

func (h *header) columns() ([]string, error) {
	peek, err := h.r.Peek(32 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	text := strings.TrimPrefix(string(peek), "\uFEFF")
	return csv.NewReader(strings.NewReader(text)).Read()
}

// guessSpec proposes what the columns mean, by their names; a person confirms.
func guessSpec(files []ResolutionFile) affected.Spec {
	s := affected.Spec{Directory: affected.Directory{Input: affected.Input{Path: files[0].SHA256}, Columns: map[string]string{}}}
	for _, ours := range affected.DirectoryColumns() {
		if column := guessColumn(ours, files[0].Columns); column != "" {
			s.Directory.Columns[ours] = column
		}
	}
	for _, f := range files[1:] {
		e := affected.Exposure{Name: f.Name, Input: affected.Input{Path: f.SHA256}, Match: map[string]string{}, Columns: map[string]string{}}
		for _, key := range []string{"customer_id", "email"} {
			if column := guessColumn(key, f.Columns); column != "" && len(e.Match) == 0 {
				e.Match[key] = column
			}
		}
		s.Exposures = append(s.Exposures, e)
	}
	return s
}

// aliases are names that columns go by.
var aliases = map[string][]string{
	"customer_id": {"customer_id", "customer", "customerid", "client_id", "id", "member_id", "account_id"},
	"email":       {"email", "e_mail", "mail", "holder_email", "email_address"},
	"name":        {"name", "full_name", "customer_name"},
	"country":     {"country", "country_code"},
	"region":      {"region", "state", "province", "subdivision"},
	"birth_date":  {"birth_date", "dob", "date_of_birth", "birthday"},
	"language":    {"language", "preferred_language", "lang", "locale"},
	"phone":       {"phone", "telephone", "mobile"},
}

func guessColumn(ours string, columns []string) string {
	for _, alias := range append([]string{ours}, aliases[ours]...) {
		for _, c := range columns {
			if strings.EqualFold(strings.NewReplacer(" ", "_", "-", "_").Replace(strings.TrimSpace(c)), alias) {
				return c
			}
		}
	}
	return ""
}

// Resolution reads one. A run that no program is working on any more says so.
func (d *Desk) Resolution(ctx context.Context, p incident.Principal, ref, id string) (Resolution, affected.Progress, error) {
	var out Resolution
	err := d.read(ctx, p, ref, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		var err error
		out, err = resolutions.Get(tx, ledger.K(i.ID, id))
		return orNotFound(err, "There is no such run.")
	})
	progress, running := d.running.get(id)
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
			out = append(out, r)
			return nil
		})
	})
	return out, err
}

// running is how far the runs of this process are. It is only what a progress
// bar shows: what is pending, and what came of it, is in the store.
type running struct {
	mu   sync.Mutex
	now  map[string]affected.Progress
	work sync.WaitGroup
}

func (r *running) get(id string) (affected.Progress, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, ok := r.now[id]
	return p, ok
}

func (r *running) set(id string, p affected.Progress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now == nil {
		r.now = map[string]affected.Progress{}
	}
	r.now[id] = p
}

func (r *running) end(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.now, id)
}

// Wait returns when no run is under way; the program calls it before it closes the store.
func (d *Desk) Wait() { d.running.work.Wait() }

// RunResolution checks what the columns mean and begins to match in the
// background. Errors: Invalid with every problem of the mapping.
func (d *Desk) RunResolution(ctx context.Context, p incident.Principal, ref, id string, spec affected.Spec) error {
	var r Resolution
	var incidentID string
	err := d.act(ctx, p, ref, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		var err error
		if r, err = resolutions.Get(tx, ledger.K(i.ID, id)); err != nil {
			return orNotFound(err, "There is no such run.")
		}
		if _, busy := d.running.get(id); busy || r.State == ResolutionSettled {
			return incident.Errorf(incident.Conflict, "It has been run already.")
		}
		spec.Directory.Path = r.Files[0].SHA256
		for n := range spec.Exposures {
			if n+1 >= len(r.Files) {
				return incident.Errorf(incident.Invalid, "The mapping names more data sets than there are files.")
			}
			spec.Exposures[n].Name, spec.Exposures[n].Path = r.Files[n+1].Name, r.Files[n+1].SHA256
		}
		if err := spec.Validate(); err != nil {
			return err
		}
		now := tx.Now()
		r.State, r.Spec, r.Error, r.Roster, r.RunAt = ResolutionRunning, spec, "", nil, &now
		incidentID = i.ID
		tx.Record("resolution.run", "resolution/"+r.ID)
		return resolutions.Put(tx, ledger.K(i.ID, r.ID), r)
	})
	if err != nil {
		return err
	}
	d.running.set(id, affected.Progress{Stage: "index"})
	d.running.work.Add(1)
	go func() {
		defer d.running.work.Done()
		defer d.running.end(id)
		// The run outlives the request that began it.
		ctx := context.WithoutCancel(ctx)
		roster, err := d.match(ctx, incidentID, &r)
		if err := d.matched(ctx, p, incidentID, id, roster, err); err != nil {
			d.log.Error("the outcome of a matching run could not be kept", "resolution", id, "error", err)
		}
	}()
	return nil
}

// match runs the engine from the vault into the vault: no plain text touches the disk.
func (d *Desk) match(ctx context.Context, incidentID string, r *Resolution) (*incident.Roster, error) {
	type result struct {
		object vault.Object
		err    error
	}
	names := []string{"people.csv", "unmatched.csv", "rejected.csv", "conflicts.csv"}
	writers := make([]*io.PipeWriter, len(names))
	results := make([]chan result, len(names))
	for n := range names {
		read, write := io.Pipe()
		writers[n], results[n] = write, make(chan result, 1)
		go func() {
			object, err := d.vault.Put(ctx, incidentID, read)
			read.CloseWithError(err)
			results[n] <- result{object, err}
		}()
	}
	summary, err := affected.Resolve(ctx, r.Spec, vaultFiles{d.vault, incidentID, r.Files}, affected.Outputs{
		People: writers[0], Unmatched: writers[1], Rejected: writers[2], Conflicts: writers[3],
	}, affected.Options{Progress: func(p affected.Progress) { d.running.set(r.ID, p) }})
	for _, w := range writers {
		w.CloseWithError(err) // nil ends the file
	}
	var objects []vault.Object
	for n := range results {
		got := <-results[n]
		if err == nil {
			err = got.err
		}
		objects = append(objects, got.object)
	}
	if err != nil {
		return nil, err
	}
	roster := &incident.Roster{
		Object: objects[0].SHA256, Size: objects[0].Size, Reports: map[string]string{},
		Matched: int(summary.Matched), Duplicates: int(summary.Duplicates), Unmatched: int(summary.Unmatched),
		Malformed: int(summary.Malformed), Conflicts: int(summary.Conflicts), NoContact: int(summary.NoContact),
	}
	for n, name := range names[1:] {
		roster.Reports[name] = objects[n+1].SHA256
	}
	for n, in := range summary.Inputs {
		roster.Inputs = append(roster.Inputs, incident.RosterInput{
			Name: in.Name, Path: r.Files[n].FileName, Rows: in.Rows, Bytes: in.Bytes, SHA256: in.SHA256,
			Matched: in.Matched, Duplicates: in.Duplicates, Unmatched: in.Unmatched, Malformed: in.Malformed,
		})
	}
	return roster, d.count(ctx, incidentID, roster)
}

// vaultFiles gives the engine its files by their digest.
type vaultFiles struct {
	vault Vault
	scope string
	files []ResolutionFile
}

func (v vaultFiles) Open(ctx context.Context, path string) (io.ReadCloser, int64, error) {
	for _, f := range v.files {
		if f.SHA256 == path {
			r, err := v.vault.Open(ctx, v.scope, path)
			return r, f.Size, err
		}
	}
	return nil, -1, incident.Errorf(incident.NotFound, "There is no such file in this run.")
}

// matched keeps what came of a run.
func (d *Desk) matched(ctx context.Context, p incident.Principal, incidentID, id string, roster *incident.Roster, failed error) error {
	return d.db.Update(ctx, p, func(tx *ledger.Tx) error {
		r, err := resolutions.Get(tx, ledger.K(incidentID, id))
		if err != nil {
			return err
		}
		r.State, r.Roster = ResolutionDone, roster
		if failed != nil {
			d.log.Warn("a matching run failed", "resolution", id, "error", failed)
			r.State, r.Roster, r.Error = ResolutionFailed, nil, incident.Sentence(failed)
			for _, problem := range incident.ProblemsOf(failed) {
				r.Error += "\n" + problem.String()
			}
		}
		tx.Record("resolution.end", "resolution/"+id)
		return resolutions.Put(tx, ledger.K(incidentID, id), r)
	})
}

// SettleResolution puts the list of a finished run in force.
func (d *Desk) SettleResolution(ctx context.Context, p incident.Principal, ref, id string) (*incident.Roster, error) {
	var out *incident.Roster
	err := d.act(ctx, p, ref, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		r, err := resolutions.Get(tx, ledger.K(i.ID, id))
		if err != nil {
			return orNotFound(err, "There is no such run.")
		}
		if r.State != ResolutionDone || r.Roster == nil {
			return incident.Errorf(incident.Conflict, "There is no finished list to put in force.")
		}
		r.State = ResolutionSettled
		if err := d.putRoster(tx, i, r.Roster); err != nil {
			return err
		}
		out = r.Roster
		return resolutions.Put(tx, ledger.K(i.ID, id), r)
	})
	return out, err
}
