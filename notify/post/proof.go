package post

import (
	"context"
	"fmt"
	"iter"

	"tocsin/incident"
)

// Proof is one letter printed for those who approve it.
type Proof struct {
	Variant string `json:"variant"`
	ID      string `json:"id"` // the roster's
	Pages   int    `json:"pages"`
	File    File   `json:"file"`
}

// MaxProofs of one job.
const MaxProofs = 500

const proofWords = "PROOF: not to be posted"

// Proofs prints the first letter of each variant that can be printed, each in a
// file of its own, exactly as Run would but for a line at the top that says it
// is a proof. It reads all letters. Errors as for Run; letters that Run would
// set apart are passed over, and job.Excluded is told of them.
func (p *Press) Proofs(ctx context.Context, job Job, letters iter.Seq2[Letter, error], into Store) ([]Proof, error) {
	if err := p.check(job); err != nil {
		return nil, err
	}
	var out []Proof
	have := map[string]bool{}
	position := 0
	for l, err := range letters {
		position++
		if ctx.Err() != nil {
			return nil, incident.Because(incident.Unavailable, context.Cause(ctx), "the proofs were stopped after letter %d", position-1)
		}
		if err != nil && incident.KindOf(err) != incident.Invalid {
			return nil, err
		}
		if have[l.Variant] && err == nil {
			continue
		}
		s, no := p.proofSetting(l, err)
		if no != nil {
			if job.Excluded != nil {
				if err := job.Excluded(Excluded{position, l.ID, no.reason, no.detail}); err != nil {
					return nil, err
				}
			}
			continue
		}
		if len(out) == MaxProofs {
			return nil, incident.Errorf(incident.TooLarge, "there are more than %d kinds of letter", MaxProofs)
		}
		have[l.Variant] = true
		name := fmt.Sprintf("proof-%03d.pdf", len(out)+1)
		d := p.draw(name, job.Date)
		d.banner = proofWords
		pages := d.letter(s)
		f, err := d.store(ctx, into, name)
		if err != nil {
			return nil, err
		}
		f.Letters, f.Pages, f.Private = 1, d.pages(), true
		out = append(out, Proof{Variant: l.Variant, ID: l.ID, Pages: pages, File: f})
	}
	return out, nil
}

func (p *Press) proofSetting(l Letter, failed error) (*setting, *refusal) {
	if failed != nil {
		return nil, refuse(BadContents, "%s", incident.Sentence(failed))
	}
	return p.set(l)
}
