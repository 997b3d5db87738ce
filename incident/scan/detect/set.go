package detect

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tocsin/incident"
)

// Config says what to look for. The zero value looks for everything built in.
type Config struct {
	// Countries are where the people live (ISO 3166): national numbers of these
	// are reported as Shape also where their digits stand alone.
	Countries []string
	// PhoneCountry is where telephone numbers without an international prefix belong; "": they are left alone.
	PhoneCountry string
	// Without names detectors that are not wanted.
	Without []string
	// Patterns are the operator's own.
	Patterns []Pattern
}

// Pattern is a regular expression (RE2) for numbers of the operator's own. Its
// first group, where it has one, is the value.
type Pattern struct {
	Name       string // of the detector, such as customer-id
	Element    string // the contract's, such as insurance_policy; "" where it has none
	Expression string
}

// CustomerID is the name of the pattern whose finds are customer ids.
const CustomerID = "customer-id"

// Set is what is looked for. It is immutable and may be shared.
type Set struct {
	kinds    [256]byte
	tree     *tree
	rules    []*rule
	looks    []look
	expected map[string]bool
	ibans    map[string]int
	keywords map[string]*Detector
	keyword  [32][32]uint32 // by first and last letter: lengths of the keywords, as bits
	all      []*Detector
	patterns []ownPattern
	country  string
	iban     Detector
	special  specials
}

type ownPattern struct {
	Detector
	re    *regexp.Regexp
	group int
}

// New makes a Set. Problems of the config are Invalid, all at once.
func New(c Config) (*Set, error) {
	s := &Set{kinds: kindTable(), expected: map[string]bool{}, ibans: ibanLengths(), country: c.PhoneCountry, iban: ibanDetector(), special: newSpecials()}
	var problems []incident.Problem
	for _, country := range slices.Concat(c.Countries, []string{c.PhoneCountry}) {
		if country != "" && (len(country) != 2 || strings.ToUpper(country) != country) {
			problems = append(problems, incident.Problem{Where: country, What: "is not an ISO 3166 code of a country, such as DE"})
		}
	}
	for _, country := range c.Countries {
		s.expected[country] = true
	}
	rules := builtin()
	for i := range rules {
		s.rules = append(s.rules, &rules[i])
		s.all = append(s.all, &rules[i].Detector)
	}
	s.all = append(s.all, &s.iban)
	s.all = append(s.all, s.special.list()...)
	problems = append(problems, s.own(c.Patterns)...)
	for _, name := range c.Without {
		if !slices.ContainsFunc(s.all, func(d *Detector) bool { return d.Name == name }) {
			problems = append(problems, incident.Problem{Where: name, What: "is not a detector"})
		}
	}
	if len(problems) > 0 {
		return nil, &incident.Error{Kind: incident.Invalid, Message: "what to look for cannot be used", Problems: problems}
	}
	unwanted := func(d *Detector) bool { return slices.Contains(c.Without, d.Name) }
	s.rules = slices.DeleteFunc(s.rules, func(r *rule) bool { return unwanted(&r.Detector) })
	s.all = slices.DeleteFunc(s.all, unwanted)
	if unwanted(&s.iban) {
		s.ibans = nil
	}
	s.keywords = s.special.words(unwanted)
	for w := range s.keywords {
		s.keyword[w[0]&31][w[len(w)-1]&31] |= 1 << len(w)
	}
	s.looks = s.special.looks(s, unwanted)
	var err error
	if s.tree, err = newTree(s.rules); err != nil {
		return nil, incident.Because(incident.Internal, err, "the detectors do not fit together")
	}
	return s, nil
}

// own takes the operator's patterns.
func (s *Set) own(patterns []Pattern) (problems []incident.Problem) {
	s.patterns = make([]ownPattern, 0, len(patterns)) // pointers to these are kept
	for _, p := range patterns {
		re, err := regexp.Compile(p.Expression)
		switch {
		case p.Name == "":
			problems = append(problems, incident.Problem{What: "a pattern needs a name"})
		case err != nil:
			problems = append(problems, incident.Problem{Where: p.Name, What: fmt.Sprintf("is not a regular expression: %v", err)})
		case re.MatchString(""):
			problems = append(problems, incident.Problem{Where: p.Name, What: "fits where there is nothing; it needs at least one character"})
		case slices.ContainsFunc(s.all, func(d *Detector) bool { return d.Name == p.Name }):
			problems = append(problems, incident.Problem{Where: p.Name, What: "is the name of another detector"})
		default:
			s.patterns = append(s.patterns, ownPattern{Detector{Name: p.Name, Element: p.Element, Source: "the operator's pattern"}, re, min(1, re.NumSubexp())})
			s.all = append(s.all, &s.patterns[len(s.patterns)-1].Detector)
		}
	}
	return problems
}

// Detectors lists what is looked for, in a fixed order.
func (s *Set) Detectors() []Detector {
	list := make([]Detector, len(s.all))
	for i, d := range s.all {
		list[i] = *d
	}
	return list
}

// builtin are the detectors of numbers in fixed forms.
func builtin() []rule {
	return []rule{
		paymentCard(), socialSecurity(), individualTaxpayer(), employerNumber(), medicareBeneficiary(), nationalInsurance(), healthService(),
		steuerID(), rentenversicherung(), securiteSociale(), dni(), codiceFiscale(), burgerservicenummer(), pesel(), contribuinte(), rijksregister(),
		personnummer(), henkilotunnus(), cpr(), fodselsnummer(), publicService(), ahv(), socialInsurance(), taxFile(), medicareCard(), inlandRevenue(),
		healthIndex(), aadhaar(), permanentAccount(), cpf(), cnpj(), rut(), curp(), southAfrica(), kimlik(), myNumber(), residentRegistration(), nric(),
		residentIdentity(), birthDate(), diagnosisCode(),
	}
}
