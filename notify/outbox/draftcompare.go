package outbox

import (
	"context"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/notify/letter"
)

// TemplateVersion stands in a comparison for the library's own text, made from
// what is known now.
const TemplateVersion = 0

// DraftComparison is what one version of a draft says otherwise than another.
type DraftComparison struct {
	From    int             `json:"from"` // 0: the template, filled with what is known now
	To      int             `json:"to"`
	Subject []letter.Change `json:"subject"`
	Source  []letter.Change `json:"source"`
	// Text is what is read, without the marks of the source; in which gaps stand
	// as ‹name›.
	Text []letter.Change `json:"text"`
}

// Same reports whether nothing differs.
func (c *DraftComparison) Same() bool {
	for _, list := range [][]letter.Change{c.Subject, c.Source} {
		for _, x := range list {
			if x.Op != letter.Kept {
				return false
			}
		}
	}
	return true
}

// CompareDraft compares two versions of a draft word by word; TemplateVersion for
// either is the library's text. Errors: NotFound.
func (s *Service) CompareDraft(ctx context.Context, p incident.Principal, ref, id string, from, to int) (DraftComparison, error) {
	out := DraftComparison{From: from, To: to}
	var a, b letter.Draft
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		d, err := draftOf(tx, i, id)
		if err != nil {
			return err
		}
		if a, err = s.versionText(tx, i, &d, from); err != nil {
			return err
		}
		b, err = s.versionText(tx, i, &d, to)
		return err
	})
	out.Subject, out.Source, out.Text = letter.Diff(a.Subject, b.Subject), letter.Diff(a.Source, b.Source), letter.Diff(a.Text, b.Text)
	return out, err
}

func (s *Service) versionText(tx *ledger.Tx, i *incident.Incident, d *Draft, n int) (letter.Draft, error) {
	if n > 0 && n <= len(d.Versions) {
		return d.Versions[n-1].Letter, nil
	}
	if n != TemplateVersion {
		return letter.Draft{}, incident.Errorf(incident.NotFound, "There is no version %d of this draft.", n)
	}
	o, err := obligationOf(tx, i, d.Obligation)
	if err != nil {
		return letter.Draft{}, err
	}
	b, err := caseBasisOf(tx, i)
	if err != nil {
		return letter.Draft{}, err
	}
	return s.text(i, &o, specOf(d), d.Covers, tx.Now(), b)
}
