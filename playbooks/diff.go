package playbooks

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Bump is how far a version should move for a change.
type Bump string

const (
	NoBump Bump = "none"
	Patch  Bump = "patch" // words only
	Minor  Bump = "minor" // more to do, or otherwise
	Major  Bump = "major" // what was done under the old text may not satisfy the new one
)

// Difference is what changed from one playbook to another. Steps are told
// apart by key: a step with a new key is a new step.
type Difference struct {
	Head    []Change     `json:"head,omitempty"` // title, version, summary, applies
	Added   []string     `json:"added,omitempty"`
	Removed []string     `json:"removed,omitempty"`
	Changed []StepChange `json:"changed,omitempty"`
	Moved   []Move       `json:"moved,omitempty"` // changed place among the steps that stayed
	Bump    Bump         `json:"bump"`
	Version string       `json:"version"` // what to call the newer one: the older's version, bumped
}

// Change is one field of two playbooks, as canonical JSON; "" where absent.
type Change struct {
	Field string `json:"field"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

// StepChange is what changed in one step.
type StepChange struct {
	Key    string   `json:"key"`
	Fields []Change `json:"fields"`
}

// Move is a step's place before and after, from 1.
type Move struct {
	Key  string `json:"key"`
	From int    `json:"from"`
	To   int    `json:"to"`
}

// Empty reports whether nothing changed.
func (d Difference) Empty() bool {
	return len(d.Head) == 0 && len(d.Added) == 0 && len(d.Removed) == 0 && len(d.Changed) == 0 && len(d.Moved) == 0
}

// Diff compares two playbooks, older first.
func Diff(a, b *Playbook) Difference {
	d := Difference{Head: compare(a.head(), b.head())}
	for i := range a.Steps {
		old := &a.Steps[i]
		now, ok := b.Step(old.Key)
		if !ok {
			d.Removed = append(d.Removed, old.Key)
			continue
		}
		if changes := compare(old.fields(), now.fields()); len(changes) > 0 {
			d.Changed = append(d.Changed, StepChange{old.Key, changes})
		}
	}
	for i := range b.Steps {
		if _, ok := a.Step(b.Steps[i].Key); !ok {
			d.Added = append(d.Added, b.Steps[i].Key)
		}
	}
	d.Moved = moves(a, b)
	d.Bump = d.bump(a, b)
	d.Version = raise(a.Version, d.Bump)
	return d
}

func compare(a, b fields) []Change {
	var out []Change
	for _, f := range a {
		from, to := canonicalOf(f.value), canonicalOf(b.get(f.name))
		if from != to {
			out = append(out, Change{f.name, from, to})
		}
	}
	for _, f := range b {
		if a.get(f.name) == nil {
			out = append(out, Change{f.name, "", canonicalOf(f.value)})
		}
	}
	return out
}

func canonicalOf(v any) string {
	if v == nil {
		return ""
	}
	var b bytes.Buffer
	writeJSON(&b, v)
	return b.String()
}

// moves finds the fewest steps whose moving explains the new order: those
// outside the longest run that kept its order.
func moves(a, b *Playbook) []Move {
	places := map[string]int{}
	for i := range b.Steps {
		places[b.Steps[i].Key] = i
	}
	var keys []string
	var from, to []int
	for i := range a.Steps {
		if j, ok := places[a.Steps[i].Key]; ok {
			keys, from, to = append(keys, a.Steps[i].Key), append(from, i), append(to, j)
		}
	}
	kept := longestRise(to)
	var out []Move
	for i, k := range keys {
		if !kept[i] {
			out = append(out, Move{k, from[i] + 1, to[i] + 1})
		}
	}
	return out
}

// longestRise marks the members of a longest increasing subsequence.
func longestRise(xs []int) []bool {
	length, before := make([]int, len(xs)), make([]int, len(xs))
	best := -1
	for i := range xs {
		length[i], before[i] = 1, -1
		for j := range i {
			if xs[j] < xs[i] && length[j]+1 > length[i] {
				length[i], before[i] = length[j]+1, j
			}
		}
		if best < 0 || length[i] > length[best] {
			best = i
		}
	}
	kept := make([]bool, len(xs))
	for i := best; i >= 0; i = before[i] {
		kept[i] = true
	}
	return kept
}

// bump weighs the changes. Fewer steps, a different kind of step, more
// evidence, another approval or a step made mandatory can leave what was done
// short of what is now asked; that is major.
func (d Difference) bump(a, b *Playbook) Bump {
	level := NoBump
	raiseTo := func(l Bump) {
		if rank(l) > rank(level) {
			level = l
		}
	}
	for _, c := range d.Head {
		switch c.Field {
		case "slug":
			raiseTo(Major)
		case "applies":
			raiseTo(Minor)
		case "title", "summary":
			raiseTo(Patch)
		}
	}
	if len(d.Removed) > 0 {
		raiseTo(Major)
	}
	if len(d.Added) > 0 {
		raiseTo(Minor)
	}
	if len(d.Moved) > 0 {
		raiseTo(Patch)
	}
	for _, sc := range d.Changed {
		old, _ := a.Step(sc.Key)
		now, _ := b.Step(sc.Key)
		for _, c := range sc.Fields {
			raiseTo(weigh(c.Field, old, now))
		}
	}
	return level
}

func rank(b Bump) int { return slices.Index([]Bump{NoBump, Patch, Minor, Major}, b) }

func weigh(field string, old, now *Step) Bump {
	switch field {
	case "title", "instructions", "attack":
		return Patch
	case "kind", "approval":
		return Major
	case "mandatory":
		if now.Mandatory {
			return Major
		}
	case "evidence":
		if demandsMore(old.Evidence, now.Evidence) {
			return Major
		}
	case "options":
		for _, o := range old.Options {
			if _, ok := now.Option(o.Key); !ok {
				return Major
			}
		}
	}
	return Minor
}

func demandsMore(old, now []Evidence) bool {
	had := map[string]int{}
	for _, e := range old {
		had[e.Kind] += e.Min
	}
	for _, e := range now {
		had[e.Kind] -= e.Min
		if had[e.Kind] < 0 {
			return true
		}
	}
	return false
}

// raise gives the version after v.
func raise(v string, b Bump) string {
	var n [3]int
	for i, part := range strings.SplitN(v, ".", 3) {
		n[i], _ = strconv.Atoi(part)
	}
	switch b {
	case Major:
		n = [3]int{n[0] + 1, 0, 0}
	case Minor:
		n = [3]int{n[0], n[1] + 1, 0}
	case Patch:
		n[2]++
	}
	return fmt.Sprintf("%d.%d.%d", n[0], n[1], n[2])
}
