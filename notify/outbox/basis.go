package outbox

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/notify/statute"
)

// Basis is everything an assessment rests on, in words, with its digest: facts,
// the edition of the rules, and what follows from them. Whether a duty was met
// since is no part of it.
type Basis struct {
	Digest      string            `json:"digest"`
	Facts       map[string]string `json:"facts"`
	Edition     string            `json:"edition"`
	Obligations map[string]string `json:"obligations"` // id → "yes, notice due 2026-03-04T10:00:00Z"
}

func basisOf(f *statute.Facts, edition string, list []Obligation) Basis {
	b := Basis{Facts: allFacts(f), Edition: edition, Obligations: map[string]string{}}
	for n := range list {
		o := &list[n]
		words := []string{o.Applies}
		for _, st := range o.Stages {
			if st.Due != nil && o.Applies != "no" && !follows(st.From) {
				words = append(words, st.Stage+" due "+st.Due.UTC().Format(time.RFC3339))
			}
		}
		if o.Decision.Settled() {
			words = append(words, "decided not to notify")
		}
		b.Obligations[o.ID] = strings.Join(words, ", ")
	}
	sum := map[string]string{"edition": b.Edition}
	for k, v := range b.Facts {
		sum["fact "+k] = v
	}
	for k, v := range b.Obligations {
		sum["duty "+k] = v
	}
	b.Digest = digestOfText(sum)
	return b
}

// follows reports whether a clock hangs on what was done about a duty. Doing it
// is what the assessment is for and moves no ground.
func follows(from string) bool {
	return strings.HasPrefix(from, "filed:") || from == string(incident.IndividualsNotified)
}

// since words what moved from b to now; never nil.
func (b *Basis) since(now *Basis) []string {
	out := changed(b.Facts, now.Facts)
	if b.Edition != now.Edition {
		out = append(out, "rules edition: "+b.Edition+" → "+now.Edition)
	}
	for _, id := range sortedNames(b.Obligations, now.Obligations) {
		if was, is := b.Obligations[id], now.Obligations[id]; was != is {
			out = append(out, fmt.Sprintf("%s: %s → %s", id, orNothing(was), orNothing(is)))
		}
	}
	return out
}

func orNothing(s string) string {
	if s == "" {
		return "not among the duties"
	}
	return s
}

// riskFacts are the facts an assessment of risk rests on: of the incident and of
// who is affected, without what was concluded of it.
func riskFacts(f *statute.Facts) map[string]string {
	g := *f
	g.Incident.Risk, g.Incident.HIPAALowProbability, g.Incident.RROSH = "", "", ""
	out := map[string]string{}
	put(out, "incident", plain(g.Incident))
	if f.Incident.UnavailableFor != nil {
		out["incident.unavailable_for"] = f.Incident.UnavailableFor.String()
	}
	affectedFacts(out, f.Affected)
	return out
}

// allFacts adds everything else: the organisation, milestones, conclusions. A
// filing is no fact of the assessment: it is what came of it.
func allFacts(f *statute.Facts) map[string]string {
	out := riskFacts(f)
	put(out, "incident", plain(f.Incident))
	put(out, "organisation", plain(f.Organisation))
	if f.Contract.NoticeWithin != nil {
		out["contract.notice_within"] = f.Contract.NoticeWithin.String()
	}
	for name, m := range f.Milestones {
		if !strings.HasPrefix(name, "filed:") && name != "individuals_notified" {
			out["milestones."+name] = m.String()
		}
	}
	return out
}

func affectedFacts(out map[string]string, list []statute.Affected) {
	if list == nil {
		return
	}
	people, open := 0, false
	byPlace := map[string]int{}
	var elements, groups []string
	for n := range list {
		a := &list[n]
		if a.People == nil {
			open = true
		} else {
			people += *a.People
			byPlace[a.Residence] += *a.People
		}
		elements, groups = append(elements, a.Elements...), append(groups, a.Groups...)
	}
	out["affected.people"] = strconv.Itoa(people)
	if open {
		out["affected.people"] = "not known for all"
	}
	out["affected.elements"], out["affected.groups"] = sortedSet(elements), sortedSet(groups)
	var places []string
	for place, n := range byPlace {
		places = append(places, fmt.Sprintf("%s %d", place, n))
	}
	slices.Sort(places)
	out["affected.residence"] = strings.Join(places, ", ")
}

func sortedSet(words []string) string {
	words = slices.Clone(words)
	slices.Sort(words)
	return strings.Join(slices.Compact(words), ", ")
}

// plain is a struct as its JSON fields.
func plain(v any) map[string]any {
	out := map[string]any{}
	raw, err := json.Marshal(v)
	if err == nil {
		_ = json.Unmarshal(raw, &out)
	}
	return out
}

func put(out map[string]string, under string, fields map[string]any) {
	for k, v := range fields {
		switch v := v.(type) {
		case string:
			out[under+"."+k] = v
		case []any:
			words := make([]string, len(v))
			for n := range v {
				words[n] = fmt.Sprint(v[n])
			}
			if len(words) == 0 {
				words = []string{"none"}
			}
			out[under+"."+k] = strings.Join(words, ", ")
		}
	}
}

func sortedNames(maps ...map[string]string) []string {
	var names []string
	for _, m := range maps {
		for k := range m {
			names = append(names, k)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func digestOfText(m map[string]string) string {
	h := sha256.New()
	for _, k := range sortedNames(m) {
		fmt.Fprintf(h, "%q %q\n", k, m[k])
	}
	return hex.EncodeToString(h.Sum(nil))
}
