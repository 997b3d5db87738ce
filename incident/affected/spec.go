package affected

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/incident"
)

// Spec says who the customers are and what was exposed. In JSON its names are
// those of the TOML file.
type Spec struct {
	Directory Directory           `json:"directory"`
	Exposures []Exposure          `json:"exposure"`
	Decisions string              `json:"decisions,omitempty"` // a CSV file; see ReadDecisions
	Databases map[string]Database `json:"database,omitempty"`  // by the names that inputs use
}

// Directory is the list of everyone who could be affected.
type Directory struct {
	Input
	Columns map[string]string `json:"columns"` // our name (see DirectoryColumns) = their column

	// Residence is where those live of whom neither the directory nor a last
	// address says it, as ISO 3166 (DE, US-CA), and why that may be taken for granted.
	Residence       string `json:"residence,omitempty"`
	ResidenceReason string `json:"residence_reason,omitempty"`
}

// Exposure is one data set that was exposed. What each row exposed is the sum
// of Elements, the column ElementsColumn, and the Columns that are not empty.
type Exposure struct {
	Name string `json:"name"` // unique; shown as a source
	Input
	Match          map[string]string `json:"match"`           // our key (see MatchKeys, JointColumns) = their column
	Check          map[string]string `json:"check,omitempty"` // see CheckColumns: what must not be another's = their column
	Elements       []string          `json:"elements,omitempty"`
	ElementsColumn string            `json:"elements_column,omitempty"` // holds elements joined by "+"
	Columns        map[string]string `json:"columns,omitempty"`         // element = the column that holds it
}

// Validate reports everything that is wrong with the spec by itself, whatever
// the files hold. The error is Invalid.
func (s *Spec) Validate() error {
	return problemsError("the spec of affected people cannot be used", s.check(func(path string) string { return path }))
}

func splitResidence(code string) (country, region string) {
	country, region, _ = strings.Cut(code, "-")
	return country, region
}

// problemsError is nil where there are none.
func problemsError(message string, problems []incident.Problem) error {
	if len(problems) == 0 {
		return nil
	}
	return &incident.Error{Kind: incident.Invalid, Message: message, Problems: problems}
}

// check lists what is wrong; at says where a path like "exposure[0].match.email" is.
func (s *Spec) check(at func(path string) string) []incident.Problem {
	c := &checker{at: at}
	c.input("directory", &s.Directory.Input, s.Databases, "the directory needs a path: the file of all customers")
	c.databases(s.Databases)
	if len(s.Directory.Columns) == 0 {
		c.add("directory.columns", "[directory.columns] must name at least one column, such as customer_id = \"id\"")
	}
	for _, name := range sortedKeys(s.Directory.Columns) {
		path := "directory.columns." + name
		switch {
		case !slices.Contains(naming[:], name) && !slices.Contains(describing, name):
			c.add(path, "%q is not a column of the directory; known are %s", name, strings.Join(DirectoryColumns(), ", "))
		case strings.TrimSpace(s.Directory.Columns[name]) == "":
			c.add(path, "%s must name a column", name)
		}
	}
	if d := &s.Directory; (d.Residence == "") != (strings.TrimSpace(d.ResidenceReason) == "") {
		c.add("directory.residence", "residence needs a residence_reason, and the other way round: why may everybody without an address be taken to live there?")
	} else if d.Residence != "" && Jurisdiction(splitResidence(d.Residence)) != d.Residence {
		c.add("directory.residence", "%q is not an ISO 3166 code such as DE or US-CA", d.Residence)
	}
	if len(s.Exposures) == 0 {
		c.add("", "there is no [[exposure]]: name at least one data set that was exposed")
	}
	names := map[string]bool{}
	for i := range s.Exposures {
		e := &s.Exposures[i]
		c.exposure(fmt.Sprintf("exposure[%d]", i), e, s)
		if names[e.Name] && e.Name != "" {
			c.add(fmt.Sprintf("exposure[%d].name", i), "the name %q is taken by an earlier exposure", e.Name)
		}
		names[e.Name] = true
	}
	return c.problems
}

type checker struct {
	at       func(string) string
	problems []incident.Problem
}

func (c *checker) add(path, format string, args ...any) {
	c.problems = append(c.problems, incident.Problem{Where: c.at(path), What: fmt.Sprintf(format, args...)})
}

// exposed checks what each row exposed.
func (c *checker) exposed(path string, e *Exposure) {
	if e.Elements == nil && e.ElementsColumn == "" && len(e.Columns) == 0 {
		c.add(path, "the exposure must say what each row exposed: elements, elements_column or columns")
	}
	for i, name := range e.Elements {
		if _, ok := ElementOf(name); !ok {
			c.add(fmt.Sprintf("%s.elements[%d]", path, i), "%q is not a known element%s", name, nearest(name))
		}
	}
	for _, name := range sortedKeys(e.Columns) {
		where := path + ".columns." + name
		if _, ok := ElementOf(name); !ok {
			c.add(where, "%q is not a known element%s", name, nearest(name))
		}
		if strings.TrimSpace(e.Columns[name]) == "" {
			c.add(where, "%s must name a column", name)
		}
	}
}

// nearest suggests an element for a name that differs in case, blanks or
// hyphens, or lacks or has a few letters at the end.
func nearest(name string) string {
	name = strings.NewReplacer("-", "_", " ", "_").Replace(strings.ToLower(strings.TrimSpace(name)))
	for _, e := range elementNames {
		if e == name || len(name) > 2 && (strings.HasPrefix(e, name) || strings.HasPrefix(name, e)) {
			return fmt.Sprintf("; did you mean %q?", e)
		}
	}
	return ""
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
