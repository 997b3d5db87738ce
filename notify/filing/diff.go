package filing

// Difference is one field that two packs answer differently.
type Difference struct {
	ID      string `json:"id"`
	Section string `json:"section"`
	Label   string `json:"label"`
	Was     string `json:"was,omitempty"` // empty: the earlier pack did not have the field
	Is      string `json:"is,omitempty"`  // empty: the later pack does not have it
}

// Compare lists the fields in which a later pack differs from an earlier one, in
// the order of the later; then those that are gone.
func Compare(earlier, later Pack) []Difference {
	was, still := map[string]Answer{}, map[string]bool{}
	for _, a := range earlier.Fields {
		was[a.ID] = a
	}
	out := []Difference{}
	for _, a := range later.Fields {
		still[a.ID] = true
		if before, ok := was[a.ID]; !ok || before.Answer != a.Answer {
			out = append(out, Difference{a.ID, a.Section, a.Label, before.Answer, a.Answer})
		}
	}
	for _, a := range earlier.Fields {
		if !still[a.ID] {
			out = append(out, Difference{a.ID, a.Section, a.Label, a.Answer, ""})
		}
	}
	if earlier.SampleNotice != later.SampleNotice {
		out = append(out, Difference{"sample-notice.txt", "Enclosed", "Text of the notice to people", earlier.SampleNotice, later.SampleNotice})
	}
	return out
}
