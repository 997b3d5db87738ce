package statute

import (
	_ "embed"
	"sync"

	"tocsin/incident/condition"
)

//go:embed rrosh.toml
var rroshFile []byte

// RealRiskHarm is Canada's question whether a breach creates a real risk of
// significant harm (PIPEDA section 10.1(1), (7), (8)).
type RealRiskHarm struct {
	RealRisk string   `json:"real_risk"` // yes, no, unknown
	Proposed bool     `json:"proposed"`
	Proposal string   `json:"proposal"`
	Factors  []Step   `json:"factors"` // sensitivity, misuse, harm
	Because  []string `json:"because"`
	Unknown  []string `json:"unknown"`
	Citation string   `json:"citation"`
}

var rroshLadder = sync.OnceValue(func() *ladder { return readLadder("rrosh.toml", rroshFile) })

func assessRROSH(g *general) RealRiskHarm {
	r := RealRiskHarm{Proposed: true, Factors: unscored(rroshLadder().walk(g)), Because: []string{}, Unknown: []string{}, Citation: "PIPEDA (S.C. 2000, c. 5), s. 10.1(7) and (8)"}
	res := rroshLadder().Conditions["real_risk"].Evaluate(factors("factor", r.Factors))
	for i := range r.Factors {
		r.Because = append(r.Because, r.Factors[i].Title+": "+r.Factors[i].Outcome)
	}
	r.Unknown = add(r.Unknown, res.Missing...)
	r.Proposal = res.Truth.String()
	r.RealRisk = r.Proposal
	if word := g.facts.Incident.RROSH; word != "" {
		r.RealRisk, r.Proposed = word, false
	}
	return r
}

// value is what rules see as incident.rrosh.
func (r *RealRiskHarm) value() condition.Value { return judged(r.RealRisk, r.Proposed, r.Unknown) }
