package outbox

import (
	"bytes"
	"encoding/json"
	"strings"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/statute"
)

// factsOf puts a case into the form the rule library is asked in. Only facts
// under incident., organisation. and contract. are the library's; others, such
// as the public wording of a letter, are not. A fact it cannot read is Invalid
// with the fact's name, which undoes the act that recorded it.
func (s *Service) factsOf(tx *ledger.Tx, i *incident.Incident) (statute.Facts, error) {
	return s.supposedFacts(tx, i, Supposition{})
}

// supposedFacts is factsOf with what is supposed laid over what is on record.
func (s *Service) supposedFacts(tx *ledger.Tx, i *incident.Incident, sup Supposition) (statute.Facts, error) {
	doc := map[string]any{}
	have, err := casework.Facts(tx, i.ID)
	if err != nil {
		return statute.Facts{}, err
	}
	sup.facts(have)
	for name, f := range have {
		section, key, ok := strings.Cut(name, ".")
		if !ok || section != "incident" && section != "contract" {
			continue
		}
		if v := statuteValue(f); v != nil {
			if doc[section] == nil {
				doc[section] = map[string]any{}
			}
			doc[section].(map[string]any)[key] = v
		}
	}
	set, err := casework.MilestonesInForce(tx, i.ID)
	if err != nil {
		return statute.Facts{}, err
	}
	sup.milestones(set)
	moments := map[string]string{}
	for name, m := range set {
		moments[string(name)] = m.Text()
	}
	doc["milestones"] = moments
	roster, err := casework.CurrentRoster(tx, i.ID)
	if err != nil {
		return statute.Facts{}, err
	}
	if sup.List != nil {
		roster = sup.List
	}
	var groups []statute.Affected
	if roster != nil {
		groups = groupsOf(roster, have)
	}
	if groups = sup.people(groups, have); groups != nil {
		doc["affected"] = groups
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		return statute.Facts{}, err
	}
	facts, err := statute.ParseFacts(bytes.NewReader(raw))
	if err != nil {
		return facts, err
	}
	facts.Organisation = s.cfg.Organisation
	return facts, nil
}

// statuteValue is a fact in the library's words; nil where it is not known. A
// suspicion is a value of its own where the words have one; elsewhere what is
// only suspected is not known, and the rules treat it so.
func statuteValue(f incident.Fact) any {
	switch f.Certainty {
	case incident.Known:
		if f.Name == "incident.risk" && f.Value() == "" {
			return nil
		}
		return f.Value()
	case incident.SuspectedTrue:
		switch f.Name {
		case "incident.confidentiality", "incident.integrity", "incident.availability", "incident.acquisition",
			"incident.access", "incident.malicious":
			return "suspected"
		}
	}
	return nil
}

// groupsOf gives the affected people by residence and exact elements. People
// whose residence is not known are left to the notices: no law is asked about
// them until somebody finds out where they live.
func groupsOf(r *incident.Roster, facts map[string]incident.Fact) []statute.Affected {
	groups := peopleGroups(facts)
	out := []statute.Affected{}
	for _, g := range r.Groups {
		if g.Jurisdiction == "unknown" {
			continue
		}
		n, who := g.People, groups
		if len(g.Groups) > 0 {
			who = g.Groups // what the directory says of these very people
		}
		out = append(out, statute.Affected{Residence: g.Jurisdiction, People: &n, Elements: g.Elements, Groups: who})
	}
	return out
}

// peopleGroups is, where the directory does not say it, which groups the affected people belong to: the customers whose
// directory was matched, unless somebody recorded otherwise.
func peopleGroups(facts map[string]incident.Fact) []string {
	if f, ok := facts["affected.groups"]; ok && f.Certainty == incident.Known {
		return f.Values
	}
	return []string{"customers"}
}
