package filing

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"tocsin/incident"
	"tocsin/notify/letter"
)

//go:embed forms/*.toml
var builtin embed.FS

// Form is a regulator's form as data.
type Form struct {
	ID            string   `toml:"-" json:"id"` // the file's name
	Title         string   `toml:"title" json:"title"`
	Authority     string   `toml:"authority" json:"authority"` // whose form it is
	Jurisdictions []string `toml:"jurisdictions" json:"jurisdictions"`
	Rules         []string `toml:"rules" json:"rules"` // the obligations it answers
	Law           string   `toml:"law" json:"law"`
	URL           string   `toml:"url" json:"url"` // where it is filed
	Reviewed      string   `toml:"reviewed" json:"reviewed"`
	Phased        string   `toml:"phased" json:"phased,omitempty"` // the provision that allows filing before everything is known
	Note          string   `toml:"note" json:"note,omitempty"`
	Fields        []Field  `toml:"field" json:"-"`
}

// Field is one input of a form.
type Field struct {
	ID       string   `toml:"id"`
	Section  string   `toml:"section"`
	Label    string   `toml:"label"`
	Help     string   `toml:"help"`
	Kind     string   `toml:"kind"` // text, long, date, instant, number, choice, list
	Required bool     `toml:"required"`
	When     string   `toml:"when"`   // a word of conditions; not asked otherwise
	Source   string   `toml:"source"` // a name of sources
	Options  []string `toml:"options"`
	Cite     string   `toml:"cite"`
}

var (
	kinds   = []string{"text", "long", "date", "instant", "number", "choice", "list"}
	fieldID = regexp.MustCompile(`^[a-z0-9][a-z0-9_.]*$`)
)

// Library holds the forms, parsed and checked; it never changes after Load.
type Library struct {
	forms map[string]Form
	words *letter.Library
}

// Builtin loads the forms shipped with the program; letters lends its plain
// words for what was exposed.
func Builtin(letters *letter.Library) (*Library, error) {
	sub, err := fs.Sub(builtin, "forms")
	if err != nil {
		return nil, incident.Because(incident.Internal, err, "open the built-in forms")
	}
	return Load(sub, letters)
}

// Load reads a folder of form files. Invalid lists every problem of every file.
func Load(dir fs.FS, letters *letter.Library) (*Library, error) {
	files, err := fs.Glob(dir, "*.toml")
	if err != nil {
		return nil, incident.Because(incident.Internal, err, "list the forms")
	}
	l := &Library{forms: map[string]Form{}, words: letters}
	var problems []incident.Problem
	for _, file := range files {
		data, err := fs.ReadFile(dir, file)
		if err != nil {
			return nil, incident.Because(incident.Unavailable, err, "read the form %s", file)
		}
		form, found := Parse(file, data)
		problems = append(problems, found...)
		l.forms[form.ID] = form
	}
	if len(problems) > 0 {
		return nil, &incident.Error{Kind: incident.Invalid, Message: "the regulator forms have problems", Problems: problems}
	}
	return l, nil
}

// Parse reads one form file and reports everything wrong with it.
func Parse(file string, data []byte) (Form, []incident.Problem) {
	form := Form{ID: strings.TrimSuffix(path.Base(file), ".toml")}
	var problems []incident.Problem
	bad := func(where, format string, args ...any) {
		problems = append(problems, incident.Problem{Where: file + where, What: fmt.Sprintf(format, args...)})
	}
	err := toml.NewDecoder(strings.NewReader(string(data))).DisallowUnknownFields().Decode(&form)
	switch e := err.(type) {
	case nil:
	case *toml.StrictMissingError:
		for _, one := range e.Errors {
			row, _ := one.Position()
			bad(fmt.Sprintf(":%d", row), "unknown key %s", strings.Join(one.Key(), "."))
		}
		return form, problems
	case *toml.DecodeError:
		row, _ := e.Position()
		bad(fmt.Sprintf(":%d", row), "%s", e.Error())
		return form, problems
	default:
		bad("", "%s", err.Error())
		return form, problems
	}
	if form.Title == "" || form.Law == "" || form.Authority == "" || form.Reviewed == "" || len(form.Fields) == 0 {
		bad("", "title, law, authority, reviewed and at least one field are needed")
	}
	seen := map[string]bool{}
	for i, f := range form.Fields {
		where := fmt.Sprintf(": field %d (%s)", i+1, f.ID)
		if !fieldID.MatchString(f.ID) || seen[f.ID] {
			bad(where, "the id is missing, malformed or used twice")
		}
		seen[f.ID] = true
		if f.Label == "" || f.Section == "" {
			bad(where, "label and section are needed")
		}
		if !slices.Contains(kinds, f.Kind) {
			bad(where, "kind %q is none of %s", f.Kind, strings.Join(kinds, ", "))
		}
		if _, ok := sources[f.Source]; f.Source != "" && !ok {
			bad(where, "there is no source %q", f.Source)
		}
		if _, ok := conditions[f.When]; f.When != "" && !ok {
			bad(where, "there is no condition %q", f.When)
		}
		if (f.Kind == "choice") != (len(f.Options) > 0) {
			bad(where, "a choice, and only a choice, has options")
		}
	}
	return form, problems
}

// Forms lists them, by id.
func (l *Library) Forms() []Form {
	var out []Form
	for _, f := range l.forms {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b Form) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// Form finds one by id; NotFound.
func (l *Library) Form(id string) (Form, error) {
	f, ok := l.forms[id]
	if !ok {
		return Form{}, incident.Errorf(incident.NotFound, "there is no form %q", id)
	}
	return f, nil
}

// For finds the form that answers an obligation's rule; false where the
// authority has none here and the cover letter has to do.
func (l *Library) For(rule string) (Form, bool) {
	for _, f := range l.Forms() {
		if slices.Contains(f.Rules, rule) {
			return f, true
		}
	}
	return Form{}, false
}
