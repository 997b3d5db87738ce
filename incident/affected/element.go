package affected

import (
	"math/bits"
	"strings"
)

// elementNames are the kinds of personal data in the order of the program's
// contract, which is the order of every list of elements that is written. The
// position is the bit in an Elements value, so new names go to the end.
var elementNames = [...]string{
	"name", "email", "phone", "postal_address", "date_of_birth", "ssn", "tax_id", "ip_pin", "national_id", "gov_id",
	"driver_license", "state_id", "passport", "military_id", "tribal_id", "student_id", "voter_id", "account_number",
	"account_with_code", "card_number", "card_with_code", "credentials", "private_key", "electronic_signature",
	"mothers_maiden_name", "medical", "medical_id", "health_insurance", "mental_health", "biometric", "genetic",
	"location", "license_plate", "ethnicity", "religion", "political_opinion", "union_membership", "sex_life",
	"criminal_record", "financial_profile", "transaction_history", "tax_return", "communications", "employment",
	"education", "children", "photo", "behaviour", "insurance_policy", "gender", "place_of_birth", "civil_status",
}

// Elements is a set of kinds of personal data (name, email, ssn, …).
type Elements uint64

// ElementNames lists every kind of personal data, in the contract's order.
func ElementNames() []string { return append([]string(nil), elementNames[:]...) }

// ElementOf is the set of this one element; false where the name is not known.
func ElementOf(name string) (Elements, bool) {
	for i, n := range elementNames {
		if n == name {
			return 1 << i, true
		}
	}
	return 0, false
}

// ParseElements reads names joined by "+". Case, blanks around a name and empty
// parts do not matter; an unknown name makes it false.
func ParseElements(joined string) (Elements, bool) {
	var set Elements
	for part := range strings.SplitSeq(joined, "+") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		one, ok := ElementOf(part)
		if !ok {
			if one, ok = ElementOf(strings.ToLower(part)); !ok {
				return 0, false
			}
		}
		set |= one
	}
	return set, true
}

// Has reports whether the named element is in the set.
func (e Elements) Has(name string) bool {
	one, ok := ElementOf(name)
	return ok && e&one != 0
}

// Names lists the set in the contract's order.
func (e Elements) Names() []string {
	names := make([]string, 0, bits.OnesCount64(uint64(e)))
	for e != 0 {
		i := bits.TrailingZeros64(uint64(e))
		names = append(names, elementNames[i])
		e &= e - 1
	}
	return names
}

// String is the names joined by "+", as in people.csv.
func (e Elements) String() string { return string(e.appendTo(nil)) }

func (e Elements) appendTo(dst []byte) []byte {
	for first := true; e != 0; first = false {
		if !first {
			dst = append(dst, '+')
		}
		dst = append(dst, elementNames[bits.TrailingZeros64(uint64(e))]...)
		e &= e - 1
	}
	return dst
}
