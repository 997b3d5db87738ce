package casework

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"html/template"
	"io"
	"time"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/keys"
	"tocsin/incident/ledger"
)

// RightCopy is a copy made for one request. It lies sealed under the request's
// key until it is taken, once.
type RightCopy struct {
	SHA256  string     `json:"sha256"`
	Size    int64      `json:"size"`
	MadeAt  time.Time  `json:"made_at"`
	MadeBy  string     `json:"made_by"`
	TakenAt *time.Time `json:"taken_at,omitempty"`
	TakenBy string     `json:"taken_by,omitempty"`
	// Skipped are incidents that were linked and could not be read any more.
	Skipped int `json:"skipped,omitempty"`
}

// HeldCopy is what a person is given: held.json is exactly this.
type HeldCopy struct {
	Format  string     `json:"format"` // tocsin-held/1
	Request string     `json:"request"`
	Right   string     `json:"right"`
	Made    time.Time  `json:"made"`
	Cases   []HeldCase `json:"incidents"`
	Note    string     `json:"note"`
}

// HeldCase is what one incident holds on the person.
type HeldCase struct {
	Number      string              `json:"number"`
	Opened      time.Time           `json:"opened"`
	KeptUntil   *time.Time          `json:"kept_until,omitempty"`
	Lists       []HeldList          `json:"lists"`
	Corrections []map[string]string `json:"corrections,omitempty"` // column → corrected value
	Restricted  bool                `json:"restricted"`
	Held        []Holding           `json:"deliveries_and_letters,omitempty"`
	Files       []string            `json:"made_from,omitempty"` // names of the uploaded files that the lists were made from
}

// HeldList is the person's row in one list.
type HeldList struct {
	List     int               `json:"list"`
	InForce  bool              `json:"in_force"`
	Settled  time.Time         `json:"settled"`
	Row      int               `json:"row"`
	Values   map[string]string `json:"values"`
	Elements []string          `json:"exposed"`
	Sources  []string          `json:"sources"`
}

const copyNote = "This is what the register of personal-data incidents holds on you: your rows in lists of affected people, what was corrected or restricted, and the notices made out to you. " +
	"Files that were collected as evidence are not opened for this copy. Notes and reports of the people working on an incident are not in it."

// MakeCopy gathers what is held on the person a request is about, in every
// incident it is linked to, and seals it for one download. Nothing in it is
// about anybody else. Errors: Conflict until identity is confirmed and somebody linked.
func (d *Desk) MakeCopy(ctx context.Context, p incident.Principal, ref string) (*RightCopy, error) {
	var r *incident.RightRequest
	var a *Asker
	var now time.Time
	if err := d.db.View(ctx, func(tx *ledger.Tx) (err error) {
		now = tx.Now()
		r, a, err = openRight(tx, p, ref)
		return err
	}); err != nil {
		return nil, err
	}
	if err := confirmed(r); err != nil {
		return nil, err
	}
	if len(a.Subjects) == 0 {
		return nil, incident.Errorf(incident.Conflict, "%s is linked to nobody yet. Search for the person, and choose who they are.", r.Number)
	}
	held := HeldCopy{Format: "tocsin-held/1", Request: r.Number, Right: string(r.Right), Made: now, Note: copyNote, Cases: []HeldCase{}}
	made := RightCopy{MadeBy: p.ID}
	for _, who := range a.Subjects {
		one, err := d.heldCase(ctx, p, who)
		if k := incident.KindOf(err); err != nil && (k == incident.Gone || k == incident.NotFound) {
			made.Skipped++
			continue
		}
		if err != nil {
			return nil, err
		}
		held.Cases = append(held.Cases, *one)
	}
	body, err := held.zip()
	if err != nil {
		return nil, err
	}
	object, err := d.vault.Put(ctx, r.ID, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	var old string
	err = d.actRight(ctx, p, r.ID, "rights.copy", func(tx *ledger.Tx, r *incident.RightRequest, _ *Asker) error {
		if err := confirmed(r); err != nil {
			return err
		}
		before, err := rightCopies.Get(tx, ledger.K(r.ID))
		if err != nil && incident.KindOf(err) != incident.NotFound {
			return err
		}
		if err == nil && before.TakenAt == nil && before.SHA256 != object.SHA256 {
			old = before.SHA256
			if err := leftovers.Put(tx, ledger.K(r.ID, old), Leftover{}); err != nil {
				return err
			}
		}
		if err := leftovers.Delete(tx, ledger.K(r.ID, object.SHA256)); err != nil {
			return err
		}
		made.SHA256, made.Size, made.MadeAt = object.SHA256, object.Size, tx.Now()
		return rightCopies.Put(tx, ledger.K(r.ID), made)
	})
	if err == nil && old != "" {
		err = d.clearLeftovers(ctx, p, r.ID)
	}
	return &made, err
}

// heldCase reads what one incident holds on somebody.
func (d *Desk) heldCase(ctx context.Context, p incident.Principal, who Subject) (*HeldCase, error) {
	out := &HeldCase{Lists: []HeldList{}}
	var i *incident.Incident
	var lists []incident.Roster
	key, err := d.db.DataKey(ctx, who.Incident)
	if err != nil {
		return nil, err
	}
	if err := d.db.View(ctx, func(tx *ledger.Tx) (err error) {
		if i, err = rightCase(tx, p, who.Incident, incident.FindPerson); err != nil {
			return err
		}
		out.Number, out.Opened, out.KeptUntil = i.Number, i.OpenedAt, i.RetainUntil
		if err := rosters.Scan(tx, ledger.K(i.ID), func(_ ledger.Key, r incident.Roster) error {
			lists = append(lists, r)
			return nil
		}); err != nil {
			return err
		}
		all, err := marksOf(tx, i.ID)
		for _, m := range all {
			switch {
			case m.Who != who:
			case m.Kind == Correction:
				out.Corrections = append(out.Corrections, m.Now)
			case m.LiftedAt == nil:
				out.Restricted = true
			}
		}
		return err
	}); err != nil {
		return nil, err
	}
	places, err := d.placesOf(ctx, i.ID, who, lists)
	if err != nil {
		return nil, err
	}
	files := map[string]bool{}
	for _, at := range places {
		l := HeldList{List: at.List, Row: at.Line, Values: map[string]string{}, Elements: at.Person.Elements.Names(), Sources: at.Person.Sources}
		for _, r := range lists {
			if r.Seq != at.List {
				continue
			}
			l.Settled, l.InForce = r.SettledAt, r.Seq == lists[len(lists)-1].Seq
			for _, in := range r.Inputs {
				if !files[in.Path] && in.Path != "" {
					files[in.Path] = true
					out.Files = append(out.Files, in.Path)
				}
			}
		}
		add := func(name, v string) {
			if v != "" {
				l.Values[name] = v
			}
		}
		add("customer_id", at.Person.CustomerID)
		for _, c := range CorrectableColumns() {
			add(c.Value, *column(&at.Person, c.Value))
		}
		add("household", at.Person.Household)
		add("guardian", at.Person.Guardian)
		add("deceased", at.Person.Deceased)
		add("protected", at.Person.Protected)
		out.Lists = append(out.Lists, l)
	}
	return out, d.heldBeside(ctx, i, key, places, out)
}

func (d *Desk) heldBeside(ctx context.Context, i *incident.Incident, key *keys.Key, places []ListPlace, out *HeldCase) error {
	return d.db.View(ctx, func(tx *ledger.Tx) (err error) {
		if out.Held, err = excludedIn(tx, i.ID, places); err != nil {
			return err
		}
		return d.holders(func(h Holder) error {
			got, err := h.HeldOn(tx, i, key, places)
			out.Held = append(out.Held, got...)
			return err
		})
	})
}

// placesOf finds a person's rows in lists. A list that was settled twice is read once.
func (d *Desk) placesOf(ctx context.Context, id string, who Subject, lists []incident.Roster) ([]ListPlace, error) {
	var out []ListPlace
	read := map[string][]ListPlace{}
	for _, r := range lists {
		if _, known := read[r.Object]; !known {
			read[r.Object] = nil
			if err := d.eachMatch(ctx, id, r.Object, who.lookups(), nil, func(line int, row affected.Person) error {
				if who.Is(&row) {
					read[r.Object] = append(read[r.Object], ListPlace{Object: r.Object, Line: line, Person: row})
				}
				return nil
			}); err != nil {
				return nil, err
			}
		}
		for _, at := range read[r.Object] {
			at.List = r.Seq
			out = append(out, at)
		}
	}
	return out, nil
}

// zip holds the copy twice: for machines and for people.
func (h *HeldCopy) zip() ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.Create("held.json")
	if err == nil {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		err = e.Encode(h)
	}
	if err == nil {
		if w, err = z.Create("held.html"); err == nil {
			err = heldPage.Execute(w, h)
		}
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return nil, incident.Because(incident.Internal, err, "the copy could not be written")
	}
	return out.Bytes(), nil
}

var heldPage = template.Must(template.New("held").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>What is held on you</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #999}pre{white-space:pre-wrap;border:1px solid #999;padding:.8rem}</style></head><body>
<h1>What is held on you</h1><p>Request {{.Request}}, as of {{.Made.Format "2 January 2006, 15:04 MST"}}.</p><p>{{.Note}}</p>
{{range .Cases}}<h2>Incident {{.Number}}</h2><p>Opened {{.Opened.Format "2 January 2006"}}{{with .KeptUntil}}; kept until {{.Format "2 January 2006"}}{{end}}.{{if .Restricted}} Your data is restricted: it is kept and not used.{{end}}</p>
{{range .Lists}}<h3>List {{.List}}{{if .InForce}}, in force{{end}}</h3><table><tbody>{{range $k, $v := .Values}}<tr><th scope="row">{{$k}}</th><td>{{$v}}</td></tr>{{end}}<tr><th scope="row">exposed</th><td>{{range $n, $e := .Elements}}{{if $n}}, {{end}}{{$e}}{{end}}</td></tr><tr><th scope="row">found in</th><td>{{range $n, $e := .Sources}}{{if $n}}, {{end}}{{$e}}{{end}}</td></tr></tbody></table>{{end}}
{{if .Corrections}}<h3>Corrected</h3><table><tbody>{{range .Corrections}}{{range $k, $v := .}}<tr><th scope="row">{{$k}}</th><td>{{$v}}</td></tr>{{end}}{{end}}</tbody></table>{{end}}
{{if .Held}}<h3>Notices and letters</h3>{{range .Held}}<table><tbody><tr><th scope="row">{{.Kind}}</th><td>{{.At}}</td></tr>{{range $k, $v := .Values}}<tr><th scope="row">{{$k}}</th><td>{{$v}}</td></tr>{{end}}{{with .Subject}}<tr><th scope="row">subject</th><td>{{.}}</td></tr>{{end}}</tbody></table>{{with .Text}}<pre>{{.}}</pre>{{end}}{{end}}{{end}}
{{if .Files}}<h3>The lists were made from</h3><ul>{{range .Files}}<li>{{.}}</li>{{end}}</ul>{{end}}{{else}}<p>Nothing was found.</p>{{end}}</body></html>
`))

// TakeCopy gives the copy, once. Closing it deletes it from the vault; whoever
// lost it makes a new one.
func (d *Desk) TakeCopy(ctx context.Context, p incident.Principal, ref string) (name string, size int64, body io.ReadCloser, err error) {
	var c RightCopy
	var id string
	err = d.actRight(ctx, p, ref, "rights.copy-taken", func(tx *ledger.Tx, r *incident.RightRequest, _ *Asker) error {
		if err := confirmed(r); err != nil {
			return err
		}
		if c, err = rightCopies.Get(tx, ledger.K(r.ID)); err != nil {
			return orNotFound(err, "No copy has been made for %s.", r.Number)
		}
		if c.TakenAt != nil {
			return incident.Errorf(incident.Gone, "The copy for %s was taken on %s. A copy is given once; make a new one.", r.Number, c.TakenAt.Format(time.DateOnly))
		}
		now := tx.Now()
		c.TakenAt, c.TakenBy = &now, p.ID
		id, name = r.ID, "held-"+r.Number+".zip"
		if err := leftovers.Put(tx, ledger.K(r.ID, c.SHA256), Leftover{}); err != nil {
			return err
		}
		return rightCopies.Put(tx, ledger.K(r.ID), c)
	})
	if err != nil {
		return "", 0, nil, err
	}
	f, err := d.vault.Open(ctx, id, c.SHA256)
	if err != nil {
		return "", 0, nil, err
	}
	return name, c.Size, &taken{f, func() error { return d.clearLeftovers(ctx, p, id) }}, nil
}

type taken struct {
	io.ReadSeekCloser
	after func() error
}

func (t *taken) Close() error {
	err := t.ReadSeekCloser.Close()
	if cerr := t.after(); err == nil {
		err = cerr
	}
	return err
}
