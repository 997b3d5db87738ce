package outbox

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/notify/letter"
)

// WriteSubstitute writes the draft of a notice to all, for one or more duties
// whose law has it. It is edited, commented on and approved like any draft. language is
// a BCP 47 tag; the text is English where the library has no other. Errors: Invalid
// where a duty knows no notice to all, Conflict where a draft for them is under way.
func (s *Service) WriteSubstitute(ctx context.Context, p incident.Principal, ref string, obligations []string, language string) (*Draft, error) {
	if len(obligations) == 0 {
		return nil, problem("obligations", "Choose the duties that it is for.")
	}
	if language == "" {
		language = "en"
	}
	var out *Draft
	err := s.act(ctx, p, ref, incident.WriteNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		lib, err := s.library(tx)
		if err != nil {
			return err
		}
		b, err := caseBasisOf(tx, i)
		if err != nil {
			return err
		}
		able, _ := substitutesOf(lib, b.duties)
		var duties []*Obligation
		var covers []string
		for n := range able {
			o := &able[n]
			if !slices.Contains(obligations, o.ID) {
				continue
			}
			duties = append(duties, o)
			if !slices.Contains(covers, o.Jurisdiction) {
				covers = append(covers, o.Jurisdiction)
			}
		}
		for _, id := range obligations {
			if !slices.ContainsFunc(duties, func(o *Obligation) bool { return o.ID == id }) {
				return problem("obligations", "No notice to all takes the place of letters for one of these duties.")
			}
		}
		spec := letter.Spec{Letter: substituteLetter, Jurisdiction: duties[0].Jurisdiction, Language: language}
		text, err := s.text(i, duties[0], spec, covers, tx.Now(), b)
		if err != nil {
			return err
		}
		ids := idsOf(duties)
		all, err := draftsOf(tx, i.ID)
		if err != nil {
			return err
		}
		for n := range all {
			d := &all[n]
			if d.Audience == AudiencePublic && d.Released == nil && slices.Equal(d.Obligations, ids) && d.Language == text.Language && d.Current().Letter.Asked == text.Asked {
				return incident.Errorf(incident.Conflict, "There is a draft for it already.")
			}
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		out = &Draft{
			ID: id.String(), Obligation: duties[0].ID, Rule: duties[0].Rule, Audience: AudiencePublic, Covers: covers, Obligations: ids,
			Language: text.Language, MadeAt: tx.Now(),
			Versions: []Version{{N: 1, By: tx.By().ID, At: tx.Now(), Letter: text, Digest: text.Digest(), Act: "written"}},
		}
		return s.keepDraft(tx, i, out)
	})
	return out, err
}
