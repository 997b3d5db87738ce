package detect

// Detector describes one kind of find.
type Detector struct {
	Name    string `json:"name"`
	Element string `json:"element"`           // the contract's name of the data; "" where it has none
	Country string `json:"country,omitempty"` // ISO 3166; "" where it belongs to no one country
	Source  string `json:"source"`            // who published the rule
	Secret  bool   `json:"secret,omitempty"`  // no part of the value may be shown
}

// Found is one find: text[From:To].
type Found struct {
	From, To int
	Detector *Detector
	Strength Strength
	Normal   string // the value in one form, to compare it; never to be shown
	near     bool   // a word near it says what it is
}

// weight orders what one number could be: a word that names it counts most.
func (x *Found) weight() int {
	if x.near {
		return int(x.Strength) + len(strengthNames)
	}
	return int(x.Strength)
}

// verdict is what a check says of a number.
type verdict uint8

const (
	bad       verdict = iota
	plausible         // fits what is known, but no check digit speaks for it
	verified          // the published check holds
)

func verifiedIf(ok bool) verdict {
	if ok {
		return verified
	}
	return bad
}

func plausibleIf(ok bool) verdict {
	if ok {
		return plausible
	}
	return bad
}

// rule is a detector of numbers in fixed forms.
type rule struct {
	Detector
	forms []form
	words []string             // in lower case; one of them near makes a number credible
	check func([]byte) verdict // of the number without separators, letters in upper case
	weak  bool                 // even beside a word it says no more than its form
	wary  bool                 // words such as "tracking" near it speak against it
}

// form is one way in which a number is written: 9 stands for a digit, A for a
// letter, a group of X for digits and letters mixed, and a group of N for any of
// the three. alone is what a number in this form is worth with no word near it.
type form struct {
	pattern string
	alone   Strength
}

// strength weighs a number that is written in this form.
func (f *form) strength(v verdict, near, expected bool) Strength {
	switch {
	case v == bad:
		return None
	case near && v == verified:
		return Checksum
	case near:
		return Context
	case expected && f.alone == None:
		return Shape
	case v == plausible:
		return min(f.alone, Shape)
	}
	return f.alone
}
