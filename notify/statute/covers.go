package statute

import "tocsin/incident/condition"

// Covers answers whether what was exposed of one person is data a rule counts: yes
// where the rule names no data, so that whoever is affected is meant, and unknown where
// their elements or groups are not known (nil) and would decide. It does not ask where
// they live, nor whether the rule applies to the breach. A rule or version that the
// library does not have covers everybody: nobody is left out for what is not known.
func (l *Library) Covers(rule, version string, elements, groups []string) condition.Truth {
	for _, r := range l.byID[rule] {
		if r.Version == version {
			return l.covers(r, elements, groups)
		}
	}
	return condition.Yes
}

func (l *Library) covers(r *Rule, elements, groups []string) condition.Truth {
	switch {
	case r.Covered.Optional:
		return condition.Yes // its condition may be met without them
	case !r.Covered.isZero():
		t, _ := r.combo.match(elements, groups)
		return t
	case r.BasedOn == "":
		return condition.Yes
	}
	// A rule that builds on another is about the same people. Its versions may differ
	// in whom they mean: somebody whom any of them covers is covered.
	t := condition.No
	for _, base := range l.byID[r.BasedOn] {
		switch l.covers(base, elements, groups) {
		case condition.Yes:
			return condition.Yes
		case condition.Unknown:
			t = condition.Unknown
		}
	}
	if len(l.byID[r.BasedOn]) == 0 {
		return condition.Yes
	}
	return t
}
