package statute

import (
	"github.com/pelletier/go-toml/v2"

	"tocsin/incident/condition"
)

// Rule is one duty of one law, as its file says it. FORMAT.md explains each key.
type Rule struct {
	ID           string   `toml:"id"`
	Version      string   `toml:"version"`
	Title        string   `toml:"title"`
	Jurisdiction string   `toml:"jurisdiction"`
	Regime       string   `toml:"regime"`
	Audience     string   `toml:"audience"`
	Citation     string   `toml:"citation"`
	Sources      []string `toml:"sources"`

	Reviewed   toml.LocalDate `toml:"reviewed"`
	Confidence string         `toml:"confidence"`
	Notes      string         `toml:"notes"`
	Enabled    *bool          `toml:"enabled"`
	Reason     string         `toml:"reason"` // why it is not enabled
	Zone       string         `toml:"zone"`
	BasedOn    string         `toml:"based_on"`

	InForce   InForce             `toml:"in_force"`
	Who       Who                 `toml:"who"`
	Covered   Covered             `toml:"covered"`
	When      condition.Condition `toml:"when"`
	Exempt    []Exemption         `toml:"exempt"`
	Recipient Recipient           `toml:"recipient"`
	Channel   Channel             `toml:"channel"`
	Stages    []Stage             `toml:"stage"`
	Order     Order               `toml:"order"`
	Hold      HoldRule            `toml:"hold"`
	Content   Content             `toml:"content"`
	Record    Record              `toml:"record"`
	Notices   []Remark            `toml:"notice"`

	file  string // where it came from, for problems
	layer int    // which of the folders: later ones override earlier ones
	combo combos // [covered] made ready
}

// InForce says when a rule binds; a bound that is absent is open.
type InForce struct {
	From  *toml.LocalDate `toml:"from"`
	Until *toml.LocalDate `toml:"until"` // the last day
	Gate  string          `toml:"gate"`  // the milestone whose day decides
}

// Who says whose duty it is.
type Who struct {
	Roles          []string `toml:"roles"`
	RegulatedAs    []string `toml:"regulated_as"`
	NotRegulatedAs []string `toml:"not_regulated_as"`
	LicensedHere   bool     `toml:"licensed_here"`
}

// Covered says which people count: those one of whose element combinations
// was exposed, or who belong to one of the groups.
type Covered struct {
	Elements []string `toml:"elements"`
	OrGroups []string `toml:"or_groups"`
	Optional bool     `toml:"optional"` // the rule does not need one such person: its condition asks for the number itself
}

func (c Covered) isZero() bool { return len(c.Elements) == 0 && len(c.OrGroups) == 0 }

// Exemption takes the duty away where its condition holds.
type Exemption struct {
	Name string              `toml:"name"`
	Note string              `toml:"note"`
	When condition.Condition `toml:"when"`
}

// Remark is something to know wherever a rule may apply: that following another
// law is deemed enough, that more time can be asked for.
type Remark struct {
	Text string              `toml:"text"`
	When condition.Condition `toml:"when"`
}

// Recipient says who must be told, or how to find out.
type Recipient struct {
	Route     string `toml:"route"`
	Name      string `toml:"name"`
	Authority string `toml:"authority"`
	Kind      string `toml:"kind"`
}

// Channel is how a notice travels.
type Channel struct {
	Type  string `toml:"type"`
	URL   string `toml:"url"`
	Email string `toml:"email"`
	Note  string `toml:"note"`
}

// Stage is one step of a duty: one filing, with one deadline.
type Stage struct {
	Name string `toml:"name"`
	Clock
	Binding *bool   `toml:"binding"`
	Note    string  `toml:"note"`
	Clocks  []Clock `toml:"clock"` // further clocks: the earliest end wins
}

// Clock is one way to count a stage's deadline.
type Clock struct {
	From        []string            `toml:"from"`
	Amount      *int                `toml:"amount"`
	Unit        string              `toml:"unit"`
	Policy      string              `toml:"policy"`
	Calendar    string              `toml:"calendar"`
	When        condition.Condition `toml:"when"`
	Within      string              `toml:"within"`
	SameAs      string              `toml:"same_as"`
	UnlessAfter string              `toml:"unless_after"`
	WaitsFor    string              `toml:"waits_for"`
}

// Order says where a notice stands to another rule's.
type Order struct {
	Relation string `toml:"relation"`
	Rule     string `toml:"rule"`
}

// HoldRule says which requests of law enforcement may hold a notice back.
type HoldRule struct {
	Forms    []string  `toml:"forms"`
	OralDays int       `toml:"oral_days"`
	Then     *HoldThen `toml:"then"`
}

// HoldThen is the time a law gives once a hold has ended.
type HoldThen struct {
	Amount   int    `toml:"amount"`
	Unit     string `toml:"unit"` // hours, calendar_days or business_days
	Calendar string `toml:"calendar"`
}

// Content lists ids of what a notice must and must not hold.
type Content struct {
	Required  []string `toml:"required"`
	Forbidden []string `toml:"forbidden"`
}

// Record is the duty to keep a record, and for how long.
type Record struct {
	Duty string `toml:"duty"`
	Keep string `toml:"keep"`
}

// IsEnabled reports whether the rule makes obligations.
func (r *Rule) IsEnabled() bool { return r.Enabled == nil || *r.Enabled }

// clocks are all clocks of a stage, its own first.
func (s *Stage) clocks() []Clock {
	if len(s.Clocks) == 0 {
		return []Clock{s.Clock}
	}
	return append([]Clock{s.Clock}, s.Clocks...)
}

func (s *Stage) binding() bool { return s.Binding == nil || *s.Binding }

// stage is the stage of that name; the first where the name is empty.
func (r *Rule) stage(name string) (*Stage, bool) {
	for i := range r.Stages {
		if name == "" || r.Stages[i].Name == name {
			return &r.Stages[i], true
		}
	}
	return nil, false
}

// Authority is somebody who takes notices, as an authorities file says it.
type Authority struct {
	ID          string          `toml:"id"`
	Name        string          `toml:"name"`
	Country     string          `toml:"country"`
	Subdivision string          `toml:"subdivision"`
	Kind        string          `toml:"kind"`
	Sector      string          `toml:"sector"`
	Zone        string          `toml:"zone"`
	Languages   []string        `toml:"languages"`
	Channel     Channel         `toml:"channel"`
	Sources     []string        `toml:"sources"`
	Verified    *toml.LocalDate `toml:"verified"`
	Notes       string          `toml:"notes"`

	file  string
	layer int
}

// Place is the authority's subdivision, or its country.
func (a *Authority) Place() string {
	if a.Subdivision != "" {
		return a.Subdivision
	}
	return a.Country
}
