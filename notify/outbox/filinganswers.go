package outbox

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/filing"
)

// FilingAnswer is what a person answered to a field of the authorities' forms. An
// answer fills every form that asks the field, unless the field is answered for
// each authority apart. A later one takes its place; none is ever changed.
type FilingAnswer struct {
	Seq        int       `json:"seq"` // 1, 2, 3 … within the incident
	Field      string    `json:"field"`
	Obligation string    `json:"obligation,omitempty"` // it is for this one alone
	Values     []string  `json:"values"`               // none: withdrawn, the case answers again
	By         string    `json:"by"`
	At         time.Time `json:"at"`
}

// answersInForce gives a person's answers as they stand for one obligation, by field.
func answersInForce(tx *ledger.Tx, id, obligation string) (map[string][]string, error) {
	all, err := filingAnswersOf(tx, id)
	return inForce(all, obligation), err
}

func filingAnswersOf(tx *ledger.Tx, id string) ([]FilingAnswer, error) {
	var out []FilingAnswer
	err := filingAnswers.Scan(tx, ledger.K(id), func(_ ledger.Key, a FilingAnswer) error {
		out = append(out, a)
		return nil
	})
	return out, err
}

// inForce picks of all answers those that stand for one obligation, by field.
func inForce(all []FilingAnswer, obligation string) map[string][]string {
	shared, own := map[string][]string{}, map[string][]string{}
	for _, a := range all {
		switch a.Obligation {
		case "":
			shared[a.Field] = a.Values
		case obligation:
			own[a.Field] = a.Values
		}
	}
	maps.Copy(shared, own)
	maps.DeleteFunc(shared, func(_ string, v []string) bool { return len(v) == 0 })
	return shared
}

// AnswerFiling keeps a person's answers to fields of the form of an obligation: by
// field id, none to withdraw one's own and let the case answer. What is already
// so is not written again. Invalid lists every answer that cannot be kept, by field.
func (s *Service) AnswerFiling(ctx context.Context, p incident.Principal, ref, obligation string, in map[string][]string) error {
	return s.act(ctx, p, ref, incident.WriteNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		o, err := obligationOf(tx, i, obligation)
		if err != nil {
			return err
		}
		if len(in) == 0 {
			return incident.Errorf(incident.Invalid, "No answer was given.")
		}
		tx.Record("filing.answer", "incident/"+i.ID)
		return s.keepAnswers(tx, i, &o, in)
	})
}

func (s *Service) keepAnswers(tx *ledger.Tx, i *incident.Incident, o *Obligation, in map[string][]string) error {
	form, err := s.formOf(o)
	if err != nil {
		return err
	}
	have, err := answersInForce(tx, i.ID, o.ID)
	if err != nil {
		return err
	}
	var problems []incident.Problem
	var kept []string
	for _, id := range slices.Sorted(maps.Keys(in)) {
		f, ok := formField(form, o, id)
		if !ok {
			problems = append(problems, incident.Problem{Where: id, What: "The form has no such field."})
			continue
		}
		values, err := filing.ParseAnswer(f, in[id])
		if err != nil {
			problems = append(problems, incident.ProblemsOf(err)...)
			continue
		}
		if slices.Equal(values, have[id]) {
			continue
		}
		n, err := tx.Sequence("filing-answers-" + i.ID)
		if err != nil {
			return err
		}
		a := FilingAnswer{Seq: int(n), Field: id, Values: values, By: tx.By().ID, At: tx.Now()}
		if f.Own {
			a.Obligation = o.ID
		}
		if err := filingAnswers.Put(tx, ledger.K(i.ID, a.Seq), a); err != nil {
			return err
		}
		kept = append(kept, f.Label)
	}
	if len(problems) > 0 {
		return &incident.Error{Kind: incident.Invalid, Message: "The answers cannot be kept.", Problems: problems}
	}
	if len(kept) == 0 {
		return nil
	}
	return casework.WriteTimeline(tx, i, "filing.answer", "incident/"+i.ID, "Answered for "+form.Title+": "+some(kept))
}

// some names the first few, and how many more there are.
func some(labels []string) string {
	const few = 4
	if len(labels) <= few {
		return strings.Join(labels, "; ")
	}
	return fmt.Sprintf("%s; and %d more", strings.Join(labels[:few], "; "), len(labels)-few)
}

// formField finds a field by id; what the rule asks beyond its form is one too.
func formField(form filing.Form, o *Obligation, id string) (filing.Field, bool) {
	if f, ok := form.Field(id); ok {
		return f, true
	}
	content, ok := strings.CutPrefix(id, filing.ContentPrefix)
	if !ok || form.Serves(content) || !slices.Contains(o.Required, content) {
		return filing.Field{}, false
	}
	return filing.ContentField(content), true
}

func (s *Service) formOf(o *Obligation) (filing.Form, error) {
	forms, err := s.Forms()
	if err != nil {
		return filing.Form{}, err
	}
	form, ok := forms.For(o.Rule, o.Audience)
	if !ok {
		return form, incident.Errorf(incident.NotFound, "There is no form for this obligation here; write a letter.")
	}
	return form, nil
}

// FilingAnswers gives every answer anybody gave to a form, oldest first.
func (s *Service) FilingAnswers(ctx context.Context, p incident.Principal, ref string) ([]FilingAnswer, error) {
	var out []FilingAnswer
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) (err error) {
		out, err = filingAnswersOf(tx, i.ID)
		return err
	})
	return out, err
}
