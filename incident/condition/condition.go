package condition

import (
	"fmt"
	"time"
)

// Condition is one node. Exactly one of All, Any, Not, Use and Fact is set; a
// node with Fact is a leaf and has one operator. The zero Condition holds.
//
//	when = { fact = "incident.availability", is = ["breached", "suspected"] }
//	when = { all = [ { fact = "affected.people", more_than = 500 },
//	                 { not = { use = "encrypted" } } ] }
type Condition struct {
	All []Condition `toml:"all,omitempty" json:"all,omitempty"` // every one
	Any []Condition `toml:"any,omitempty" json:"any,omitempty"` // at least one
	Not *Condition  `toml:"not,omitempty" json:"not,omitempty"`
	Use string      `toml:"use,omitempty" json:"use,omitempty"` // a named condition of the same library

	Fact string `toml:"fact,omitempty" json:"fact,omitempty"`

	Is     []string `toml:"is,omitempty" json:"is,omitempty"`           // a word: is one of these
	HasAny []string `toml:"has_any,omitempty" json:"has_any,omitempty"` // a set: holds one of these
	HasAll []string `toml:"has_all,omitempty" json:"has_all,omitempty"` // a set: holds all of these

	// Bounds: a number (500), or a Go duration ("24h") for lengths of time.
	AtLeast  any `toml:"at_least,omitempty" json:"at_least,omitempty"`   // >=
	MoreThan any `toml:"more_than,omitempty" json:"more_than,omitempty"` // >
	AtMost   any `toml:"at_most,omitempty" json:"at_most,omitempty"`     // <=
	LessThan any `toml:"less_than,omitempty" json:"less_than,omitempty"` // <
}

// IsZero reports whether c asks nothing.
func (c Condition) IsZero() bool {
	return c.All == nil && c.Any == nil && c.Not == nil && c.Use == "" && c.Fact == "" && len(c.operators()) == 0
}

// operators names the operators set on c.
func (c Condition) operators() []string {
	var ops []string
	add := func(set bool, name string) {
		if set {
			ops = append(ops, name)
		}
	}
	add(c.Is != nil, "is")
	add(c.HasAny != nil, "has_any")
	add(c.HasAll != nil, "has_all")
	add(c.AtLeast != nil, "at_least")
	add(c.MoreThan != nil, "more_than")
	add(c.AtMost != nil, "at_most")
	add(c.LessThan != nil, "less_than")
	return ops
}

// FactsOf lists the facts c names, each once, in the order they appear. Named
// conditions must have been expanded.
func FactsOf(c Condition) []string {
	var names []string
	seen := map[string]bool{}
	c.walk(func(leaf Condition) {
		if !seen[leaf.Fact] {
			seen[leaf.Fact] = true
			names = append(names, leaf.Fact)
		}
	})
	return names
}

func (c Condition) walk(leaf func(Condition)) {
	for _, sub := range c.All {
		sub.walk(leaf)
	}
	for _, sub := range c.Any {
		sub.walk(leaf)
	}
	if c.Not != nil {
		c.Not.walk(leaf)
	}
	if c.Fact != "" {
		leaf(c)
	}
}

// Expand replaces every Use by the condition of that name, and reports the
// names that are not there or that use themselves.
func (c Condition) Expand(named map[string]Condition) (Condition, error) {
	return c.expand(named, nil)
}

func (c Condition) expand(named map[string]Condition, within []string) (Condition, error) {
	if c.Use != "" {
		for _, w := range within {
			if w == c.Use {
				return c, fmt.Errorf("condition %q uses itself", c.Use)
			}
		}
		sub, ok := named[c.Use]
		if !ok {
			return c, fmt.Errorf("no condition is named %q", c.Use)
		}
		return sub.expand(named, append(within[:len(within):len(within)], c.Use))
	}
	all, err := expandList(c.All, named, within)
	if err != nil {
		return c, err
	}
	some, err := expandList(c.Any, named, within)
	if err != nil {
		return c, err
	}
	c.All, c.Any = all, some
	if c.Not != nil {
		sub, err := c.Not.expand(named, within)
		if err != nil {
			return c, err
		}
		c.Not = &sub
	}
	return c, nil
}

func expandList(list []Condition, named map[string]Condition, within []string) ([]Condition, error) {
	if list == nil {
		return nil, nil
	}
	out := make([]Condition, len(list))
	for i, sub := range list {
		var err error
		if out[i], err = sub.expand(named, within); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// bound reads an operator's bound: a number, or hours where it is a duration.
func bound(v any) (n float64, length bool, err error) {
	switch v := v.(type) {
	case int64:
		return float64(v), false, nil
	case int:
		return float64(v), false, nil
	case float64:
		return v, false, nil
	case string:
		d, err := time.ParseDuration(v)
		if err != nil {
			return 0, false, fmt.Errorf("%q is neither a number nor a duration such as \"24h\"", v)
		}
		return d.Hours(), true, nil
	}
	return 0, false, fmt.Errorf("%v is neither a number nor a duration such as \"24h\"", v)
}
