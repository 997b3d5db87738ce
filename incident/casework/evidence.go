package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"strings"
	"time"

	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/incident/vault"
)

// NewEvidence describes an exhibit as it is collected.
type NewEvidence struct {
	Title       string
	Kind        string
	Source      string
	CollectedAt time.Time // now if zero
	Method      string
	Tool        string
	MediaType   string
	FileName    string
	Link        string
	Note        string
	Task        string // task number or id it is collected for
	Privileged  bool
}

// CollectEvidence seals bytes in the vault and records the exhibit with its
// first custody event. body is nil for a link or a physical item. The bytes are
// in the vault before the record: a crash between leaves bytes nobody names,
// never a record without bytes. Errors: Invalid, Conflict, Unavailable.
func (d *Desk) CollectEvidence(ctx context.Context, p incident.Principal, ref string, in NewEvidence, body io.Reader) (*incident.Evidence, error) {
	in.Title = strings.TrimSpace(in.Title)
	if in.Title == "" {
		in.Title = strings.TrimSpace(in.FileName)
	}
	if err := in.check(body != nil); err != nil {
		return nil, err
	}
	var id string
	if err := d.read(ctx, p, ref, incident.WorkIncident, func(_ *ledger.Tx, i *incident.Incident) error {
		id = i.ID
		return nil
	}); err != nil {
		return nil, err
	}
	var object vault.Object
	if body != nil {
		var err error
		if object, err = d.vault.Put(ctx, id, body); err != nil {
			return nil, err
		}
	}
	var out *incident.Evidence
	err := d.act(ctx, p, id, incident.WorkIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		e, err := d.addExhibit(tx, p, i, in, object)
		out = e
		return err
	})
	return out, err
}

func (in NewEvidence) check(hasBody bool) error {
	var problems []incident.Problem
	if in.Title == "" {
		problems = append(problems, incident.Problem{Where: "title", What: "say what it is"})
	}
	if !incident.ValidEvidenceKind(in.Kind) {
		problems = append(problems, incident.Problem{Where: "kind", What: "one of " + values(incident.EvidenceKinds())})
	}
	if !hasBody && in.Kind != "link" && in.Kind != "physical" {
		problems = append(problems, incident.Problem{Where: "file", What: "no file was given"})
	}
	if in.Kind == "link" && !strings.HasPrefix(in.Link, "https://") && !strings.HasPrefix(in.Link, "http://") {
		problems = append(problems, incident.Problem{Where: "link", What: "give an http or https address"})
	}
	return invalid("The evidence cannot be taken in.", problems)
}

func (d *Desk) addExhibit(tx *ledger.Tx, p incident.Principal, i *incident.Incident, in NewEvidence, object vault.Object) (*incident.Evidence, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	i.NextProof++
	e := &incident.Evidence{
		ID: id.String(), Number: i.NextProof, Title: in.Title, Kind: in.Kind, Source: in.Source,
		CollectedBy: p.ID, CollectedAt: in.CollectedAt.UTC(), Method: in.Method, Tool: in.Tool,
		SHA256: object.SHA256, Size: object.Size, MediaType: in.MediaType, FileName: in.FileName, Link: in.Link, Note: in.Note,
		LegalHold: i.LegalHold,
	}
	if in.CollectedAt.IsZero() {
		e.CollectedAt = tx.Now()
	}
	if in.Privileged {
		e.Privileged = &incident.Privilege{By: p.ID}
	}
	if in.Task != "" {
		t, err := taskOf(tx, p, i, in.Task)
		if err != nil {
			return nil, err
		}
		e.Task = t.ID
	}
	tx.Record("evidence.collect", "evidence/"+e.ID)
	if err := takeCustody(tx, i, e, incident.CustodyEvent{Kind: incident.CustodyReceived, SHA256: object.SHA256, Purpose: orText(in.Method, "collected")}); err != nil {
		return nil, err
	}
	return e, exhibitLine(tx, i, e, "evidence.collect", fmt.Sprintf("Evidence %d collected: %s", e.Number, e.Title))
}

// takeCustody adds a custody event, chained to the one before, and saves the exhibit.
func takeCustody(tx *ledger.Tx, i *incident.Incident, e *incident.Evidence, c incident.CustodyEvent) error {
	if e.CustodySeq > 0 {
		last, err := custody.Get(tx, ledger.K(i.ID, e.ID, e.CustodySeq))
		if err != nil {
			return err
		}
		c.Previous = last.Hash
	}
	e.CustodySeq++
	c.Seq, c.By, c.At = e.CustodySeq, tx.By().ID, tx.Now()
	c.Hash = CustodyHash(c)
	if err := custody.Put(tx, ledger.K(i.ID, e.ID, c.Seq), c); err != nil {
		return err
	}
	return exhibits.Put(tx, ledger.K(i.ID, e.ID), *e)
}

// CustodyHash is SHA-256 over the JSON of the event without its Hash, in hex.
func CustodyHash(c incident.CustodyEvent) string {
	c.Hash = ""
	raw, err := json.Marshal(c)
	if err != nil {
		panic(err) // a struct of strings, numbers and one time always marshals
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

func exhibitLine(tx *ledger.Tx, i *incident.Incident, e *incident.Evidence, act, text string) error {
	_, err := addEntry(tx, i, incident.TimelineEntry{At: tx.Now(), Act: act, Object: "evidence/" + e.ID, Text: text, Privileged: e.Privileged})
	return err
}

// EvidenceOf gives the exhibits of an incident, by number.
func EvidenceOf(tx *ledger.Tx, id string) ([]incident.Evidence, error) {
	var out []incident.Evidence
	err := exhibits.Scan(tx, ledger.K(id), func(_ ledger.Key, e incident.Evidence) error {
		out = append(out, e)
		return nil
	})
	sort.Slice(out, func(a, b int) bool { return out[a].Number < out[b].Number })
	return out, err
}

// CustodyOf gives an exhibit's custody events, oldest first.
func CustodyOf(tx *ledger.Tx, id, evidence string) ([]incident.CustodyEvent, error) {
	var out []incident.CustodyEvent
	err := custody.Scan(tx, ledger.K(id, evidence), func(_ ledger.Key, c incident.CustodyEvent) error {
		out = append(out, c)
		return nil
	})
	return out, err
}

func exhibitOf(tx *ledger.Tx, p incident.Principal, i *incident.Incident, ref string) (*incident.Evidence, error) {
	all, err := EvidenceOf(tx, i.ID)
	if err != nil {
		return nil, err
	}
	for n := range all {
		e := &all[n]
		if (e.ID == ref || fmt.Sprint(e.Number) == ref) && incident.Sees(p, i, e.Privileged) {
			return e, nil
		}
	}
	return nil, incident.Errorf(incident.NotFound, "There is no evidence %s on %s.", clip(ref, 40), i.Number)
}

// handle is the one shape of an act on an exhibit: it leaves a custody event.
func (d *Desk) handle(ctx context.Context, p incident.Principal, ref, evidence, act string, c incident.CustodyEvent, check func(*incident.Incident, *incident.Evidence) error) (*incident.Evidence, string, error) {
	var out *incident.Evidence
	var id string
	err := d.act(ctx, p, ref, incident.WorkIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		e, err := exhibitOf(tx, p, i, evidence)
		if err != nil {
			return err
		}
		if e.Destroyed {
			return incident.Errorf(incident.Gone, "Evidence %d was destroyed; its hash and custody are kept.", e.Number)
		}
		if check != nil {
			if err := check(i, e); err != nil {
				return err
			}
		}
		tx.Record(act, "evidence/"+e.ID)
		out, id = e, i.ID
		return takeCustody(tx, i, e, c)
	})
	return out, id, err
}

// OpenEvidence gives an exhibit's bytes and records that they were downloaded,
// before the first byte is read. The reader fails on bytes that were tampered with.
func (d *Desk) OpenEvidence(ctx context.Context, p incident.Principal, ref, evidence, purpose string) (*incident.Evidence, io.ReadSeekCloser, error) {
	e, id, err := d.handle(ctx, p, ref, evidence, "evidence.download",
		incident.CustodyEvent{Kind: incident.CustodyDownloaded, Purpose: orText(purpose, "viewed in the console")},
		func(_ *incident.Incident, e *incident.Evidence) error {
			if e.SHA256 == "" {
				return incident.Errorf(incident.Invalid, "Evidence %d has no file.", e.Number)
			}
			return nil
		})
	if err != nil {
		return nil, nil, err
	}
	r, err := d.vault.Open(ctx, id, e.SHA256)
	return e, r, err
}

// TransferEvidence records that an exhibit was handed to somebody.
func (d *Desk) TransferEvidence(ctx context.Context, p incident.Principal, ref, evidence, to, purpose string) error {
	if strings.TrimSpace(to) == "" || strings.TrimSpace(purpose) == "" {
		return incident.Errorf(incident.Invalid, "Say who receives it, and for what purpose.")
	}
	_, _, err := d.handle(ctx, p, ref, evidence, "evidence.transfer",
		incident.CustodyEvent{Kind: incident.CustodyTransferred, To: to, Purpose: purpose}, nil)
	return err
}

// VerifyEvidence reads an exhibit's bytes again and records the outcome. A
// mismatch is an error and leaves no custody event that claims otherwise.
func (d *Desk) VerifyEvidence(ctx context.Context, p incident.Principal, ref, evidence string) error {
	var id, sum string
	if err := d.read(ctx, p, ref, incident.WorkIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		e, err := exhibitOf(tx, p, i, evidence)
		if err != nil {
			return err
		}
		id, sum = i.ID, e.SHA256
		return nil
	}); err != nil {
		return err
	}
	if sum == "" {
		return incident.Errorf(incident.Invalid, "There is no file to verify.")
	}
	if _, err := d.vault.Verify(ctx, id, sum); err != nil {
		return err
	}
	_, _, err := d.handle(ctx, p, ref, evidence, "evidence.verify",
		incident.CustodyEvent{Kind: incident.CustodyVerified, SHA256: sum, Purpose: "hash read again and found the same"}, nil)
	return err
}

// Exhibit is an exhibit with its custody.
type Exhibit struct {
	incident.Evidence
	Custody []incident.CustodyEvent
	Broken  int // Seq of the first custody event whose hash or link does not hold; 0 if all do
}

// Exhibits gives the exhibits p may see, with custody checked.
func (d *Desk) Exhibits(ctx context.Context, p incident.Principal, ref string) ([]Exhibit, error) {
	var out []Exhibit
	err := d.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		all, err := EvidenceOf(tx, i.ID)
		if err != nil {
			return err
		}
		for _, e := range all {
			if !incident.Sees(p, i, e.Privileged) {
				continue
			}
			c, err := CustodyOf(tx, i.ID, e.ID)
			if err != nil {
				return err
			}
			out = append(out, Exhibit{Evidence: e, Custody: c, Broken: brokenLink(c)})
		}
		return nil
	})
	return out, err
}

func brokenLink(events []incident.CustodyEvent) int {
	previous := ""
	for _, c := range events {
		if c.Previous != previous || CustodyHash(c) != c.Hash {
			return c.Seq
		}
		previous = c.Hash
	}
	return 0
}
