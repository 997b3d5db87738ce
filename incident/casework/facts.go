package casework

import (
	"context"
	"regexp"
	"strings"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// NewFact is a fact to be recorded.
type NewFact struct {
	Name      string // as in the facts format: incident.encryption
	Values    []string
	Certainty incident.Certainty // known if empty
	Source    string             // how we know
}

// factName is what a fact may be called. Which values make sense is for the
// rule library's vocabulary; the case keeps what people say.
var factName = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$`)

// SetFacts records facts in one act. The newest of a name is in force. Errors: Invalid.
func (d *Desk) SetFacts(ctx context.Context, p incident.Principal, ref string, in []NewFact) error {
	return d.act(ctx, p, ref, incident.WorkIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		if len(in) == 0 {
			return incident.Errorf(incident.Invalid, "No fact was given.")
		}
		for _, f := range in {
			set, err := putFact(tx, i, f)
			if err != nil {
				return err
			}
			tx.Record("fact.set", "incident/"+i.ID)
			if set.Name == "incident.kind" && incident.BreachKind(set.Value()).Valid() {
				i.Kind = incident.BreachKind(set.Value())
			}
			text := "Fact: " + set.Name + " = " + factText(set)
			if err := WriteTimeline(tx, i, "fact.set", "incident/"+i.ID, text); err != nil {
				return err
			}
			if err := d.react(func(r Reactor) error { return r.FactChanged(tx, i, set) }); err != nil {
				return err
			}
		}
		return nil
	})
}

func factText(f incident.Fact) string {
	if f.Certainty == incident.UnknownCertain {
		return "unknown"
	}
	text := strings.Join(f.Values, ", ")
	if f.Certainty == incident.SuspectedTrue {
		text += " (suspected)"
	}
	return text
}

func putFact(tx *ledger.Tx, i *incident.Incident, in NewFact) (incident.Fact, error) {
	in.Name = strings.TrimSpace(in.Name)
	if in.Certainty == "" {
		in.Certainty = incident.Known
	}
	var problems []incident.Problem
	if !factName.MatchString(in.Name) {
		problems = append(problems, incident.Problem{Where: "name", What: "not a fact's name: " + clip(in.Name, 60)})
	}
	if !in.Certainty.Valid() {
		problems = append(problems, incident.Problem{Where: in.Name, What: "certainty is known, suspected or unknown"})
	}
	if in.Certainty != incident.UnknownCertain && in.Values == nil {
		problems = append(problems, incident.Problem{Where: in.Name, What: "a value is missing; say unknown where it is not known"})
	}
	if err := invalid("The fact cannot be recorded.", problems); err != nil {
		return incident.Fact{}, err
	}
	if in.Certainty == incident.UnknownCertain {
		in.Values = nil
	}
	n, err := tx.Sequence("facts-" + i.ID)
	if err != nil {
		return incident.Fact{}, err
	}
	f := incident.Fact{
		Seq: int(n), Name: in.Name, Values: in.Values, Certainty: in.Certainty,
		Source: orText(in.Source, "not stated"), SetBy: tx.By().ID, SetAt: tx.Now(),
	}
	return f, facts.Put(tx, ledger.K(i.ID, f.Seq), f)
}

// Facts gives the facts in force, by name.
func Facts(tx *ledger.Tx, id string) (map[string]incident.Fact, error) {
	out := map[string]incident.Fact{}
	err := facts.Scan(tx, ledger.K(id), func(_ ledger.Key, f incident.Fact) error {
		out[f.Name] = f
		return nil
	})
	return out, err
}

// FactHistory gives every fact ever recorded, oldest first.
func FactHistory(tx *ledger.Tx, id string) ([]incident.Fact, error) {
	var out []incident.Fact
	err := facts.Scan(tx, ledger.K(id), func(_ ledger.Key, f incident.Fact) error {
		out = append(out, f)
		return nil
	})
	return out, err
}
