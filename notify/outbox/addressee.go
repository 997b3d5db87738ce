package outbox

import (
	"slices"
	"strings"

	"tocsin/incident/affected"
	"tocsin/notify/letter"
)

// addressee makes of a person of the list whom the letter is written to, and
// how. code is their check code. Who is a minor or has died is the directory's
// word; nothing is concluded from a gap.
func addressee(p *affected.Person, code string) letter.Person {
	v := variantOf(p)
	return letter.Person{
		ID: p.CustomerID, Name: p.Name, Elements: p.Elements.Names(), Reference: p.CustomerID,
		Jurisdiction: p.Jurisdiction(), Variant: v, Address: postalLines(p, v), CheckCode: code,
	}
}

// variantOf is the wording that reaches somebody about a person. For one who
// was a minor and has died it is the next of kin's.
func variantOf(p *affected.Person) letter.Variant {
	switch {
	case p.Deceased == "yes" || slices.Contains(p.Groups, "deceased"):
		return letter.Deceased
	case p.Guardian != "" || slices.Contains(p.Groups, "minors"):
		return letter.Minor
	}
	return letter.Adult
}

// employed reports whether the directory says that a person is an employee.
func employed(p *affected.Person) bool { return slices.Contains(p.Groups, "employees") }

// postalLines is the address as it is written on an envelope, without the
// person's name, which the letter has; a guardian's name is its first line.
// Nil where the directory has no address.
func postalLines(p *affected.Person, v letter.Variant) []string {
	var out []string
	if p.Street != "" || p.City != "" || p.PostalCode != "" {
		out = []string{p.Street, townLine(p)}
	} else {
		out = strings.FieldsFunc(p.PostalAddress, func(r rune) bool { return r == '\n' || r == '\r' || r == ';' })
		if len(out) == 1 {
			out = strings.Split(out[0], ",")
		}
	}
	for n := range out {
		out[n] = strings.TrimSpace(out[n])
	}
	out = slices.DeleteFunc(out, func(s string) bool { return s == "" })
	if len(out) > 0 && v == letter.Minor && p.Guardian != "" {
		out = slices.Insert(out, 0, p.Guardian)
	}
	return out
}

// townLine is the line of town and postal code in the order of the country:
// after the town, and with the state, where English is written; before it elsewhere
// (Universal Postal Union, addressing of the countries).
func townLine(p *affected.Person) string {
	country, region, _ := strings.Cut(p.Jurisdiction(), "-")
	switch country {
	case "US", "CA", "AU":
		return strings.Join(strings.Fields(p.City+" "+region+" "+p.PostalCode), " ")
	case "GB", "IE", "NZ", "IN", "ZA", "SG":
		return strings.TrimSpace(p.City + " " + p.PostalCode)
	}
	return strings.TrimSpace(p.PostalCode + " " + p.City)
}
