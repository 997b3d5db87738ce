package statute

import (
	_ "embed"
	"sync"

	"tocsin/incident/condition"
)

//go:embed fourfactor.toml
var fourFactorFile []byte

// Compromise is HIPAA's risk assessment of four factors, 45 CFR 164.402(2). The
// breach is presumed: low probability is yes only where the factors, all of them
// known, demonstrate it, or where a person concluded so in writing.
type Compromise struct {
	LowProbability string   `json:"low_probability"` // yes, no, unknown
	Proposed       bool     `json:"proposed"`
	Proposal       string   `json:"proposal"`
	Concerns       string   `json:"concerns"` // yes, no, unknown: whether the organisation is one of HIPAA's
	Factors        []Step   `json:"factors"`  // nature, person, acquired, mitigated: low, medium, high, unknown
	Because        []string `json:"because"`
	Unknown        []string `json:"unknown"`
	Citation       string   `json:"citation"`
}

var fourFactors = sync.OnceValue(func() *ladder { return readLadder("fourfactor.toml", fourFactorFile) })

func assessCompromise(g *general) Compromise {
	c := Compromise{
		Proposed: true, Factors: unscored(fourFactors().walk(g)), Because: []string{}, Unknown: []string{},
		Citation: "45 CFR 164.402, Breach (2)(i)-(iv)", Concerns: concerns(g, "organisation.regulated_as", "hipaa_covered_entity", "hipaa_business_associate"),
	}
	res := fourFactors().Conditions["low_probability"].Evaluate(factors("factor", c.Factors))
	for i := range c.Factors {
		c.Because = append(c.Because, c.Factors[i].Title+": "+c.Factors[i].Outcome)
		c.Unknown = add(c.Unknown, c.Factors[i].Unknown...)
	}
	switch {
	case res.Truth == condition.No:
		c.Proposal = "no"
		c.Because = append(c.Because, "the factors do not demonstrate a low probability of compromise; the presumption of a breach stands")
	case res.Truth == condition.Unknown || len(c.Unknown) > 0: // at least all four must have been assessed
		c.Proposal = "unknown"
		c.Because = append(c.Because, "not demonstrated: the presumption of a breach stands until every factor is assessed")
	default:
		c.Proposal = "yes"
		c.Because = append(c.Because, "taken together the factors show a low probability of compromise; it must be written down")
	}
	c.LowProbability = c.Proposal
	if word := g.facts.Incident.HIPAALowProbability; word != "" {
		c.LowProbability, c.Proposed = word, false
	}
	return c
}

// concerns says whether a set fact holds one of some words.
func concerns(g *general, fact string, words ...string) string {
	return condition.Condition{Fact: fact, HasAny: words}.Evaluate(g).Truth.String()
}

// value is what rules see as incident.hipaa_low_probability.
func (c *Compromise) value() condition.Value { return judged(c.LowProbability, c.Proposed, c.Unknown) }

// judged is a yes or no that was concluded or proposed.
func judged(word string, proposed bool, unknown []string) condition.Value {
	v := condition.Word(word)
	if word == "unknown" {
		return v.Behind(unknown...)
	}
	if proposed {
		return v.Shown(word + " (proposed)").Behind(unknown...)
	}
	return v
}
