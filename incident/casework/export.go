package casework

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
)

// Export is a list on its way out: sealed to its recipient's key, fit for a
// spreadsheet. Nobody but the holder of that key can read it, this program included.
type Export struct {
	Name   string
	desk   *Desk
	scope  string
	object string
	to     []age.Recipient
	why    func(*affected.Person) string
	hide   *Marks // people who are restricted, where whoever exports handles no requests
}

// ExportRoster prepares the list in force for one recipient. That it leaves,
// for whom and why is recorded before the first byte does. recipient is an age key
// (age1…), or several, one a line. Errors: Invalid, NotFound where no list is in force.
func (d *Desk) ExportRoster(ctx context.Context, p incident.Principal, ref, recipient, why string) (*Export, error) {
	why = strings.TrimSpace(why)
	var problems []incident.Problem
	to, err := age.ParseRecipients(strings.NewReader(recipient))
	if err != nil {
		problems = append(problems, incident.Problem{Where: "recipient", What: "this is no age key; one begins with age1"})
	}
	if why == "" {
		problems = append(problems, incident.Problem{Where: "why", What: "say who gets it and what for"})
	}
	if len(problems) > 0 {
		return nil, invalid("The list cannot be exported like that.", problems)
	}
	e := &Export{desk: d, to: to}
	return e, d.act(ctx, p, ref, incident.ExportRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		r, err := CurrentRoster(tx, i.ID)
		if err != nil {
			return err
		}
		if r == nil {
			return incident.Errorf(incident.NotFound, "No list of affected people has been settled yet.")
		}
		e.scope, e.object = i.ID, r.Object
		e.Name = fmt.Sprintf("%s-people-%d.csv.age", i.Number, r.Seq)
		if e.why, err = Excluded(tx, i.ID); err != nil {
			return err
		}
		if e.hide, err = hidden(tx, p, i); err != nil {
			return err
		}
		tx.Record("roster.export", "roster/"+r.ID)
		key := strings.Fields(recipient)[0]
		return WriteTimeline(tx, i, "roster.export", "roster/"+r.ID, fmt.Sprintf("List of %d affected people exported, sealed to %s: %s", r.People, clip(key, 16), why))
	})
}

// Write writes the sealed list. What was written is only whole if it returns without an error.
func (e *Export) Write(ctx context.Context, w io.Writer) error {
	var list io.ReadCloser
	list, err := e.desk.vault.Open(ctx, e.scope, e.object)
	if err != nil {
		return err
	}
	defer func() { list.Close() }()
	if e.hide != nil {
		if list, err = e.hide.without(list); err != nil {
			return err
		}
	}
	sealed, err := age.Encrypt(w, e.to...)
	if err != nil {
		return err
	}
	if err := forSpreadsheet(ctx, sealed, list, e.why); err != nil {
		return err
	}
	return sealed.Close()
}

// forSpreadsheet copies a list so that no value is taken for a formula, with
// the reason of those who get no letter in a column at the end.
func forSpreadsheet(ctx context.Context, to io.Writer, list io.Reader, why func(*affected.Person) string) error {
	rows := csv.NewReader(bufferedList(list))
	rows.ReuseRecord = true
	w := csv.NewWriter(to)
	id, mail := -1, -1
	for n := 0; ; n++ {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return incident.Because(incident.Internal, err, "a list of affected people is damaged")
		}
		out := append([]string(nil), row...)
		last := "excluded"
		if n == 0 {
			for k, name := range row {
				switch name {
				case "customer_id":
					id = k
				case "email":
					mail = k
				}
			}
		} else {
			person := affected.Person{}
			if id >= 0 {
				person.CustomerID = row[id]
			}
			if mail >= 0 {
				person.Email = row[mail]
			}
			last = why(&person)
			for k := range out {
				out[k] = NoFormula(out[k])
			}
		}
		if err := w.Write(append(out, last)); err != nil {
			return err
		}
		if n%1000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	w.Flush()
	return w.Error()
}

// NoFormula puts an apostrophe before a value that a spreadsheet would run as a
// formula: one that begins with = + - @, a tab or a carriage return (OWASP, CSV injection).
func NoFormula(value string) string {
	if value != "" && strings.ContainsRune("=+-@\t\r\n|%", rune(value[0])) {
		return "'" + value
	}
	// Full-width forms count for some programs as the signs they stand for.
	for _, sign := range []string{"＝", "＋", "－", "＠"} {
		if strings.HasPrefix(value, sign) {
			return "'" + value
		}
	}
	return value
}
