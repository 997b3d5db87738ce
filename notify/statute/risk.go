package statute

import (
	_ "embed"
	"sync"

	"tocsin/incident/condition"
)

//go:embed risk.toml
var riskFile []byte

// Risk is the risk to the people affected. Where a person concluded it, Level is
// theirs and Proposal what the facts say.
type Risk struct {
	Level    string   `json:"level"`    // unlikely, risk, high or unknown
	Proposed bool     `json:"proposed"` // false: a person concluded it
	Because  []string `json:"because"`
	Unknown  []string `json:"unknown"` // facts that could still move it

	Proposal string       `json:"proposal"` // the level proposed from the facts, whatever a person concluded
	Steps    []Step       `json:"steps"`    // the reasoning, in order
	Could    []Could      `json:"could"`    // what each unknown fact could still make of the proposal
	Severity Severity     `json:"enisa"`    // an input shown beside it, not the decision
	HIPAA    Compromise   `json:"hipaa"`    // an assessment of its own: 45 CFR 164.402(2)
	RROSH    RealRiskHarm `json:"rrosh"`    // an assessment of its own: PIPEDA section 10.1
}

// Could is what the proposal would be, were an unknown fact of that value.
type Could struct {
	Fact  string `json:"fact"`
	Value string `json:"value"`
	Level string `json:"level"`
}

var riskLadder = sync.OnceValue(func() *ladder { return readLadder("risk.toml", riskFile) })

// assessRisk gives the conclusion where there is one, else a proposal, and the
// value of incident.risk that rules see. Where only a part is settled, rules
// see that: at least a risk, or not high.
func assessRisk(g *general) (Risk, condition.Value) {
	proposal, value := proposeRisk(g)
	out := proposal
	if c := g.facts.Incident.Risk; c != "" {
		out.Level, out.Proposed, out.Because, out.Unknown = c, false, []string{"concluded by a person"}, []string{}
		value = condition.Word(c)
	}
	out.Proposal = proposal.Level
	out.Steps = unscored(riskLadder().walk(g))
	out.Could = could(g, proposal.Unknown)
	out.Severity = assessSeverity(g)
	out.HIPAA = assessCompromise(g)
	out.RROSH = assessRROSH(g)
	return out, value
}

// riskValue is incident.risk as rules see it.
func riskValue(g *general) condition.Value {
	if c := g.facts.Incident.Risk; c != "" {
		return condition.Word(c)
	}
	_, value := proposeRisk(g)
	return value
}

func proposeRisk(facts condition.Facts) (Risk, condition.Value) {
	rules := riskLadder().Conditions
	some, high := rules["some"].Evaluate(facts), rules["high"].Evaluate(facts)
	r := Risk{Proposed: true, Level: "unknown", Because: []string{}, Unknown: []string{}}
	var value condition.Value
	switch {
	case high.Truth == condition.Yes:
		r.Level, value = "high", condition.Word("high")
		r.Because = texts(high.Because)
	case some.Truth == condition.No && high.Truth != condition.Unknown:
		r.Level, value = "unlikely", condition.Word("unlikely")
		r.Because = texts(some.BecauseNot)
	case some.Truth == condition.Yes && high.Truth == condition.No:
		r.Level, value = "risk", condition.Word("risk")
		r.Because = texts(some.Because)
	case some.Truth == condition.Yes:
		value = condition.OneOf("risk", "high").Shown("a risk, perhaps a high one")
		r.Because = append([]string{"at least a risk"}, texts(some.Because)...)
	case high.Truth == condition.No:
		value = condition.OneOf("unlikely", "risk").Shown("not high")
		r.Because = texts(some.Because)
	default:
		r.Because = texts(some.Because)
	}
	for _, m := range [][]string{some.Missing, high.Missing} {
		r.Unknown = add(r.Unknown, m...)
	}
	shown := value.String()
	if value.Firm() {
		shown += " (proposed)"
	}
	return r, value.Shown(shown).Behind(r.Unknown...)
}

// concluded is what a person concluded of the risk; "none" where nobody has. It
// is never unknown: an exit that the law gives to who investigated and wrote
// down that no harm is likely is not there before that.
func concluded(f *Facts) condition.Value { return orNone(f.Incident.Risk) }

func orNone(word string) condition.Value {
	if word == "" {
		return condition.Word("none")
	}
	return condition.Word(word)
}

// texts words findings; never nil, for JSON.
func texts(fs []condition.Finding) []string {
	out := make([]string, len(fs))
	for i, f := range fs {
		out[i] = f.String()
	}
	return out
}
