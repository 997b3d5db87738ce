package casework

import (
	"context"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// WriteTimeline adds a line that happened now.
func WriteTimeline(tx *ledger.Tx, i *incident.Incident, act, object, text string) error {
	_, err := addEntry(tx, i, incident.TimelineEntry{At: tx.Now(), Act: act, Object: object, Text: text})
	return err
}

// addEntry numbers and writes a line.
func addEntry(tx *ledger.Tx, i *incident.Incident, e incident.TimelineEntry) (incident.TimelineEntry, error) {
	n, err := tx.Sequence("timeline-" + i.ID)
	if err != nil {
		return e, err
	}
	e.Seq, e.Recorded, e.By, e.Source = int(n), tx.Now(), tx.By().ID, tx.By().Source
	return e, timeline.Put(tx, ledger.K(i.ID, e.Seq), e)
}

// Note adds a person's line. at is when it happened; zero means now.
func (d *Desk) Note(ctx context.Context, p incident.Principal, ref, text string, at time.Time, mark *incident.Privilege) error {
	return d.act(ctx, p, ref, incident.WorkIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		text = strings.TrimSpace(text)
		if text == "" {
			return incident.Errorf(incident.Invalid, "The note is empty.")
		}
		if len(text) > 20_000 {
			return incident.Errorf(incident.TooLarge, "Keep a note under 20,000 characters; attach longer text as evidence.")
		}
		if at.IsZero() {
			at = tx.Now()
		}
		if at.After(tx.Now()) {
			return incident.Errorf(incident.Invalid, "A note cannot be about the future.")
		}
		if mark != nil {
			mark = &incident.Privilege{By: p.ID, Names: mark.Names}
		}
		tx.Record("timeline.note", "incident/"+i.ID)
		_, err := addEntry(tx, i, incident.TimelineEntry{At: at.UTC(), Act: "note", Text: text, Privileged: mark})
		return err
	})
}

// PinEntry marks a line as important, or no longer.
func (d *Desk) PinEntry(ctx context.Context, p incident.Principal, ref string, seq int, pinned bool) error {
	return d.changeEntry(ctx, p, ref, seq, "timeline.pin", func(e *incident.TimelineEntry) error {
		e.Pinned = pinned
		return nil
	})
}

// CorrectEntry adds a line that corrects another. The original stays.
func (d *Desk) CorrectEntry(ctx context.Context, p incident.Principal, ref string, seq int, text string) error {
	return d.act(ctx, p, ref, incident.WorkIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		if text = strings.TrimSpace(text); text == "" {
			return incident.Errorf(incident.Invalid, "Say what is correct.")
		}
		old, err := entryOf(tx, p, i, seq)
		if err != nil {
			return err
		}
		if old.Corrected != 0 {
			return incident.Errorf(incident.Conflict, "Line %d has been corrected by line %d; correct that one.", seq, old.Corrected)
		}
		tx.Record("timeline.correct", "incident/"+i.ID)
		e, err := addEntry(tx, i, incident.TimelineEntry{At: old.At, Act: "correction", Text: text, Corrects: seq, Privileged: old.Privileged})
		if err != nil {
			return err
		}
		old.Corrected = e.Seq
		return timeline.Put(tx, ledger.K(i.ID, seq), old)
	})
}

func (d *Desk) changeEntry(ctx context.Context, p incident.Principal, ref string, seq int, act string, change func(*incident.TimelineEntry) error) error {
	return d.act(ctx, p, ref, incident.WorkIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		e, err := entryOf(tx, p, i, seq)
		if err != nil {
			return err
		}
		if err := change(&e); err != nil {
			return err
		}
		tx.Record(act, "incident/"+i.ID)
		return timeline.Put(tx, ledger.K(i.ID, seq), e)
	})
}

func entryOf(tx *ledger.Tx, p incident.Principal, i *incident.Incident, seq int) (incident.TimelineEntry, error) {
	e, err := timeline.Get(tx, ledger.K(i.ID, seq))
	if err != nil {
		return e, orNotFound(err, "There is no line %d on the timeline.", seq)
	}
	if !incident.Sees(p, i, e.Privileged) {
		return e, incident.Errorf(incident.NotFound, "There is no line %d on the timeline.", seq)
	}
	return e, nil
}

// Timeline gives the lines p may see, newest first, at most limit (0: all).
func (d *Desk) Timeline(ctx context.Context, p incident.Principal, ref string, limit int) ([]incident.TimelineEntry, error) {
	var out []incident.TimelineEntry
	err := d.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		hidden, err := hiddenObjects(tx, p, i)
		if err != nil {
			return err
		}
		return timeline.ScanBack(tx, ledger.K(i.ID), func(_ ledger.Key, e incident.TimelineEntry) error {
			if incident.Sees(p, i, e.Privileged) && !hidden[e.Object] {
				out = append(out, e)
			}
			if limit > 0 && len(out) == limit {
				return ledger.Stop
			}
			return nil
		})
	})
	return out, err
}

// hiddenObjects are the tasks and exhibits that p may not see. Lines about them
// that were written before the mark was set name them, too.
func hiddenObjects(tx *ledger.Tx, p incident.Principal, i *incident.Incident) (map[string]bool, error) {
	hidden := map[string]bool{}
	work, err := Tasks(tx, i.ID)
	if err != nil {
		return nil, err
	}
	for _, t := range work {
		if !incident.Sees(p, i, t.Privileged) {
			hidden["task/"+t.ID] = true
		}
	}
	proof, err := EvidenceOf(tx, i.ID)
	if err != nil {
		return nil, err
	}
	for _, e := range proof {
		if !incident.Sees(p, i, e.Privileged) {
			hidden["evidence/"+e.ID] = true
		}
	}
	return hidden, nil
}
