package statute

import (
	_ "embed"
	"fmt"
	"sync"

	"github.com/pelletier/go-toml/v2"

	"tocsin/incident/condition"
)

//go:embed risk.toml
var riskFile []byte

// Risk is the risk to the people affected.
type Risk struct {
	Level    string   `json:"level"`    // unlikely, risk, high or unknown
	Proposed bool     `json:"proposed"` // false: a person concluded it
	Because  []string `json:"because"`
	Unknown  []string `json:"unknown"` // facts that could still move it
}

type riskRules struct{ some, high condition.Condition }

var riskConditions = sync.OnceValue(func() riskRules {
	var f struct {
		Conditions map[string]condition.Condition `toml:"conditions"`
	}
	if err := toml.Unmarshal(riskFile, &f); err != nil {
		panic(fmt.Sprintf("statute: risk.toml: %v", err)) // embedded, and read by every test
	}
	expand := func(name string) condition.Condition {
		c, err := f.Conditions[name].Expand(f.Conditions)
		if err != nil {
			panic(fmt.Sprintf("statute: risk.toml: %v", err))
		}
		return c
	}
	return riskRules{some: expand("some"), high: expand("high")}
})

// assessRisk gives the conclusion where there is one, else a proposal, and the
// value of incident.risk that rules see. Where only a part is settled, rules
// see that: at least a risk, or not high.
func assessRisk(g *general) (Risk, condition.Value) {
	if c := g.facts.Incident.Risk; c != "" {
		return Risk{Level: c, Because: []string{"concluded by a person"}, Unknown: []string{}}, condition.Word(c)
	}
	rules := riskConditions()
	some, high := rules.some.Evaluate(g), rules.high.Evaluate(g)
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
func concluded(f *Facts) condition.Value {
	if f.Incident.Risk == "" {
		return condition.Word("none")
	}
	return condition.Word(f.Incident.Risk)
}

// texts words findings; never nil, for JSON.
func texts(fs []condition.Finding) []string {
	out := make([]string, len(fs))
	for i, f := range fs {
		out[i] = f.String()
	}
	return out
}
