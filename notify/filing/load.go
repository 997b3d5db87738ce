package filing

import (
	"embed"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"tocsin/incident"
	"tocsin/notify/letter"
)

//go:embed forms
var builtin embed.FS

// Builtin gives the library shipped with the program.
func Builtin(letters *letter.Library) (*Library, error) {
	sub, err := fs.Sub(builtin, "forms")
	if err != nil {
		return nil, incident.Because(incident.Internal, err, "open the built-in forms")
	}
	return Load(sub, letters)
}

// Load reads a folder of form files and, in its folder questions, what they
// share. Invalid lists every problem of every file with its line.
func Load(dir fs.FS, letters *letter.Library) (*Library, error) {
	l := &Library{forms: map[string]Form{}, questions: map[string]Question{}, words: letters}
	var problems []incident.Problem
	if err := each(dir, "questions/*.toml", func(file string, data []byte) {
		found := l.readQuestions(file, data)
		problems = append(problems, found...)
	}); err != nil {
		return nil, err
	}
	if err := each(dir, "*.toml", func(file string, data []byte) {
		form, found := l.Parse(file, data)
		problems = append(problems, found...)
		l.forms[form.ID] = form
	}); err != nil {
		return nil, err
	}
	if len(problems) == 0 {
		problems = l.checkTogether()
	}
	if len(problems) > 0 {
		return nil, &incident.Error{Kind: incident.Invalid, Message: "the authorities' forms have problems", Problems: problems}
	}
	return l, nil
}

func each(dir fs.FS, glob string, do func(file string, data []byte)) error {
	files, err := fs.Glob(dir, glob)
	if err != nil {
		return incident.Because(incident.Internal, err, "list the forms")
	}
	for _, file := range files {
		data, err := fs.ReadFile(dir, file)
		if err != nil {
			return incident.Because(incident.Unavailable, err, "read the form %s", file)
		}
		do(file, data)
	}
	return nil
}

// decode reads TOML strictly: an unknown key is a problem with its line.
func decode(n *notes, data []byte, into any) bool {
	err := toml.NewDecoder(strings.NewReader(string(data))).DisallowUnknownFields().Decode(into)
	switch e := err.(type) {
	case nil:
		return true
	case *toml.StrictMissingError:
		for _, one := range e.Errors {
			row, _ := one.Position()
			n.say(row, "unknown key %s", strings.Join(one.Key(), "."))
		}
	case *toml.DecodeError:
		row, _ := e.Position()
		n.say(row, "%s", e.Error())
	default:
		n.say(0, "%s", err.Error())
	}
	return false
}

func (l *Library) readQuestions(file string, data []byte) []incident.Problem {
	n := &notes{file: file, tables: tablesOf(data)}
	var doc struct {
		Questions []Question `toml:"question"`
	}
	if !decode(n, data, &doc) {
		return n.problems
	}
	for i, q := range doc.Questions {
		line := n.table("question", i)
		if _, twice := l.questions[q.ID]; twice {
			n.say(line, "the question %s is there twice", q.ID)
		}
		f := Field{ID: q.ID}
		f.inherit(&q)
		l.checkField(n, line, &Form{}, &f)
		l.questions[q.ID] = q
	}
	return n.problems
}

// Parse reads one form file and reports everything wrong with it, with lines.
func (l *Library) Parse(file string, data []byte) (Form, []incident.Problem) {
	form := Form{ID: strings.TrimSuffix(path.Base(file), ".toml")}
	n := &notes{file: file, tables: tablesOf(data)}
	if !decode(n, data, &form) {
		return form, n.problems
	}
	l.checkForm(n, &form)
	return form, n.problems
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

// For finds the form that answers an obligation's rule: the authority's own, or
// for any other duty towards an authority the generic one. False where a letter
// has to do: it is not an authority that is told.
func (l *Library) For(rule, audience string) (Form, bool) {
	var generic Form
	for _, f := range l.Forms() {
		if slices.Contains(f.Rules, rule) {
			return f, true
		}
		if f.Generic {
			generic = f
		}
	}
	return generic, generic.ID != "" && (audience == "regulator" || audience == "csirt")
}
