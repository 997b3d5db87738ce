package filing

import (
	"regexp"
	"slices"
	"strings"

	"tocsin/notify/letter"
)

// Form is an authority's form as data.
type Form struct {
	ID            string    `toml:"-" json:"id"` // the file's name
	Title         string    `toml:"title" json:"title"`
	Authority     string    `toml:"authority" json:"authority"` // whose form it is
	Jurisdictions []string  `toml:"jurisdictions" json:"jurisdictions"`
	Rules         []string  `toml:"rules" json:"rules"`               // the obligations it answers
	Generic       bool      `toml:"generic" json:"generic,omitempty"` // answers every rule that no other form names
	Law           string    `toml:"law" json:"law"`
	URL           string    `toml:"url" json:"url"` // where it is filed
	Sources       []string  `toml:"sources" json:"sources"`
	Reviewed      string    `toml:"reviewed" json:"reviewed"`
	Confidence    string    `toml:"confidence" json:"confidence"`   // high, medium, low: that these are the form's fields
	Phased        string    `toml:"phased" json:"phased,omitempty"` // the provision that allows filing before everything is known
	Public        string    `toml:"public" json:"public,omitempty"` // what of it is published
	Note          string    `toml:"note" json:"note,omitempty"`     // for whoever files
	UTC           bool      `toml:"utc" json:"utc,omitempty"`       // instants are written in UTC
	Stages        []Stage   `toml:"stage" json:"stages,omitempty"`  // in order; none: one filing, amended as needed
	Sections      []Section `toml:"section" json:"-"`
}

// Stage is one filing of a ladder; its name is that of the rule's stage.
type Stage struct {
	Name  string `toml:"name" json:"name"`
	Title string `toml:"title" json:"title"`
	Kind  string `toml:"kind" json:"kind"` // initial, update, final
	Note  string `toml:"note" json:"note,omitempty"`
}

// Section is the fields under one heading of the form.
type Section struct {
	Title  string  `toml:"title"`
	Note   string  `toml:"note"`
	Fields []Field `toml:"field"`
}

// Field is one input of a form. What it does not say itself it has from the
// question of the same id.
type Field struct {
	ID       string            `toml:"id"`
	Number   string            `toml:"number"` // the form's own
	Label    string            `toml:"label"`
	Help     string            `toml:"help"`
	Cite     string            `toml:"cite"`
	Kind     string            `toml:"kind"`
	Options  []string          `toml:"options"`
	Max      int               `toml:"max"`      // characters; 0: the kind's own limit
	Required bool              `toml:"required"` // where it is asked
	From     string            `toml:"from"`     // stage from which it is required; it may be answered earlier
	OnlyAt   []string          `toml:"only_at"`  // stages it is asked at; all if empty
	When     string            `toml:"when"`     // a word of conditions; not asked otherwise
	OnlyIf   *OnlyIf           `toml:"only_if"`  // hangs on another field; not asked otherwise
	Source   string            `toml:"source"`   // where the case has it; a typed answer alone if empty
	Map      map[string]string `toml:"map"`      // of the source's words, the options they mean
	Serves   []string          `toml:"serves"`   // content ids of the rule library it answers
	Own      bool              `toml:"own"`      // answered for each authority apart
}

// OnlyIf asks a field where another has one of some answers. Where the other has
// none yet, the field is shown and not required.
type OnlyIf struct {
	Field string   `toml:"field"`
	Is    []string `toml:"is"`
}

// Question is what forms share: an answer to it fills every form that asks it.
type Question struct {
	ID      string            `toml:"id"`
	Label   string            `toml:"label"`
	Help    string            `toml:"help"`
	Kind    string            `toml:"kind"`
	Options []string          `toml:"options"`
	Max     int               `toml:"max"`
	When    string            `toml:"when"`
	OnlyIf  *OnlyIf           `toml:"only_if"`
	Source  string            `toml:"source"`
	Map     map[string]string `toml:"map"`
	Serves  []string          `toml:"serves"`
	Own     bool              `toml:"own"`
}

// inherit fills a field with what its question says and it does not.
func (f *Field) inherit(q *Question) {
	fill := func(to *string, from string) {
		if *to == "" {
			*to = from
		}
	}
	fill(&f.Label, q.Label)
	fill(&f.Help, q.Help)
	fill(&f.Kind, q.Kind)
	fill(&f.When, q.When)
	fill(&f.Source, q.Source)
	if f.Options == nil {
		f.Options = q.Options
	}
	if f.Max == 0 {
		f.Max = q.Max
	}
	if f.OnlyIf == nil && f.When == "" {
		f.OnlyIf = q.OnlyIf
	}
	if f.Map == nil {
		f.Map = q.Map
	}
	if f.Serves == nil {
		f.Serves = q.Serves
	}
	f.Own = f.Own || q.Own
}

// Kinds of answers.
const (
	Text     = "text"     // one line
	Long     = "long"     // lines
	Date     = "date"     // YYYY-MM-DD
	Instant  = "instant"  // RFC 3339
	Number   = "number"   // a whole number
	Decimal  = "decimal"  // an amount or a percentage
	Duration = "duration" // DD:HH:MM
	Choice   = "choice"   // one of the options
	Choices  = "choices"  // any of the options
	List     = "list"     // one a line
)

// Kinds lists them.
func Kinds() []string {
	return []string{Text, Long, Date, Instant, Number, Decimal, Duration, Choice, Choices, List}
}

var fieldID = regexp.MustCompile(`^[a-z0-9][a-z0-9_.]*$`)

// Library holds the forms, parsed and checked; it never changes after Load.
type Library struct {
	forms     map[string]Form
	questions map[string]Question
	words     *letter.Library
}

// Fields gives every field of a form in its order.
func (f Form) Fields() []Field {
	var out []Field
	for _, s := range f.Sections {
		out = append(out, s.Fields...)
	}
	return out
}

// Field finds one by id.
func (f Form) Field(id string) (Field, bool) {
	for _, s := range f.Sections {
		for _, x := range s.Fields {
			if x.ID == id {
				return x, true
			}
		}
	}
	return Field{}, false
}

// Stage finds the form's stage of a rule's stage; the first where it has none
// of that name, and an empty one where it has no stages.
func (f Form) Stage(name string) Stage {
	for _, s := range f.Stages {
		if s.Name == name {
			return s
		}
	}
	if len(f.Stages) > 0 {
		return f.Stages[0]
	}
	return Stage{}
}

// at is where a stage stands in the ladder.
func (f Form) at(name string) int {
	return slices.IndexFunc(f.Stages, func(s Stage) bool { return s.Name == name })
}

// asks says whether a field is asked at a stage, and whether it must be answered.
func (f Form) asks(x *Field, stage string) (asked, required bool) {
	if len(x.OnlyAt) > 0 && !slices.Contains(x.OnlyAt, stage) {
		return false, false
	}
	return true, x.Required && (x.From == "" || f.at(stage) >= f.at(x.From))
}

// Serves reports whether some field answers a content id of the rule library.
func (f Form) Serves(content string) bool {
	return slices.ContainsFunc(f.Fields(), func(x Field) bool { return slices.Contains(x.Serves, content) })
}

// Paper is the sheet an authority prints on: letter in the United States, a4 elsewhere.
func (f Form) Paper() string {
	for _, j := range f.Jurisdictions {
		if j == "US" || strings.HasPrefix(j, "US-") {
			return "letter"
		}
	}
	return "a4"
}
