package condition

import "fmt"

// Threshold is one number a condition compares a fact with.
type Threshold struct {
	At     string  // path of the operator below that of the condition: when.all[1].more_than
	Fact   string  // affected.people
	Op     string  // at_least, more_than, at_most or less_than
	Bound  float64 // a count, or hours where Length
	Length bool    // the fact is a length of time
}

// String words a threshold as its file does: covered.people more_than 500.
func (t Threshold) String() string {
	return fmt.Sprintf("%s %s %s", t.Fact, t.Op, Value{length: t.Length}.show(t.Bound))
}

// Show words a value of the threshold's fact: 501, 24h.
func (t Threshold) Show(n float64) string { return Value{length: t.Length}.show(n) }

// Thresholds lists the numbers c compares with, in the order of the file; at is
// the path of c itself. Named conditions must have been expanded.
func Thresholds(at string, c Condition) []Threshold {
	var out []Threshold
	for i, sub := range c.All {
		out = append(out, Thresholds(fmt.Sprintf("%s.all[%d]", at, i), sub)...)
	}
	for i, sub := range c.Any {
		out = append(out, Thresholds(fmt.Sprintf("%s.any[%d]", at, i), sub)...)
	}
	if c.Not != nil {
		out = append(out, Thresholds(at+".not", *c.Not)...)
	}
	for _, op := range []string{"at_least", "more_than", "at_most", "less_than"} {
		b := c.boundOf(op)
		if c.Fact == "" || b == nil {
			continue
		}
		if n, length, err := bound(b); err == nil {
			out = append(out, Threshold{At: at + "." + op, Fact: c.Fact, Op: op, Bound: n, Length: length})
		}
	}
	return out
}
