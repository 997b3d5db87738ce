package cacao

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tocsin/incident"
	"tocsin/playbooks"
)

// Is reports whether a file looks like JSON, which no playbook file of ours does.
func Is(data []byte) bool {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	return bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{"))
}

// Import reads CACAO 2.0 JSON. Notes are the choices that had to be made and what of
// CACAO's own rules the file breaks without being unusable; they name the place as a
// path. name is the file's, for messages.
//
// Error: Invalid, with every problem that keeps it from being used.
func Import(name string, data []byte) (*playbooks.Playbook, []playbooks.Problem, error) {
	d, err := decode(name, data)
	if err != nil {
		return nil, nil, err
	}
	i := &importer{name: name, d: d}
	i.head()
	i.workflow()
	if len(i.bad) > 0 {
		return nil, nil, i.refuse()
	}
	g := newGraph(i)
	if len(i.bad) > 0 {
		return nil, nil, i.refuse()
	}
	canonical, mine, err := ours(d)
	if err != nil {
		return nil, nil, err
	}
	if !mine {
		if canonical, err = json.Marshal(i.playbook(g)); err != nil {
			return nil, nil, err
		}
	}
	p, err := playbooks.Decode(canonical)
	if err != nil {
		return nil, nil, incident.Errorf(incident.Invalid, "%s cannot become a playbook: %v", name, err)
	}
	if mine && i.changed(p) {
		i.note("workflow", "its steps were put in another order since they were written here; the needs they had are kept: check them")
	}
	return p, i.notes, nil
}

func decode(name string, data []byte) (*document, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	where := func(offset int64) string {
		return name + ":" + strconv.Itoa(1+bytes.Count(data[:min(int(offset), len(data))], []byte("\n")))
	}
	refuse := func(at, what string) error {
		return &incident.Error{Kind: incident.Invalid, Message: name + " is not CACAO 2.0 JSON.", Problems: []incident.Problem{{Where: at, What: what}}}
	}
	var d document
	dec := json.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&d); err != nil {
		var syntax *json.SyntaxError
		var kind *json.UnmarshalTypeError
		switch {
		case errors.As(err, &syntax):
			return nil, refuse(where(syntax.Offset), syntax.Error())
		case errors.As(err, &kind):
			return nil, refuse(where(kind.Offset), fmt.Sprintf("%s: cannot be %s", kind.Field, kind.Value))
		}
		return nil, refuse(where(dec.InputOffset()), "the file ends in the middle")
	}
	if dec.More() {
		return nil, refuse(where(dec.InputOffset()), "something follows the playbook")
	}
	return &d, nil
}

// importer collects what is wrong and what is to be known.
type importer struct {
	name  string
	d     *document
	bad   []incident.Problem
	notes []playbooks.Problem
}

func (i *importer) wrong(at, format string, args ...any) {
	i.bad = append(i.bad, incident.Problem{Where: i.name + ": " + at, What: fmt.Sprintf(format, args...)})
}

func (i *importer) note(at, format string, args ...any) {
	i.notes = append(i.notes, playbooks.Problem{Key: at, What: fmt.Sprintf(format, args...), Severity: playbooks.Warning})
}

func (i *importer) refuse() error {
	return &incident.Error{Kind: incident.Invalid, Message: i.name + " is not a CACAO playbook that can be used.", Problems: i.bad}
}

// identifier is an object type and an RFC 4122 id (CACAO 2.0, 10.10).
var identifier = regexp.MustCompile(`^[a-z][a-z0-9-]+[a-z0-9]--[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$`)

// head checks what stands above the workflow.
func (i *importer) head() {
	d := i.d
	if d.Type != "playbook" {
		i.wrong("type", `must be "playbook", not %q`, d.Type)
	}
	switch d.SpecVersion {
	case specVersion:
	case "":
		i.wrong("spec_version", "missing: CACAO 2.0 is read")
	default:
		i.wrong("spec_version", "is %q; CACAO 2.0 is read", d.SpecVersion)
	}
	if strings.TrimSpace(d.Name) == "" {
		i.wrong("name", "missing")
	}
	for at, v := range map[string]string{"id": d.ID, "created_by": d.CreatedBy} {
		if !identifier.MatchString(v) {
			i.note(at, "%q is no identifier as CACAO has them", v)
		}
	}
	if d.Revoked {
		i.note("revoked", "its author has withdrawn this playbook")
	}
	slices.SortFunc(i.notes, func(a, b playbooks.Problem) int { return strings.Compare(a.Key, b.Key) })
}

// stepTypes are those of CACAO 2.0, 4.1.
var stepTypes = []string{"start", "end", "action", "playbook-action", "parallel", "if-condition", "while-condition", "switch-condition"}

// workflow checks every step by itself and where it leads.
func (i *importer) workflow() {
	if len(i.d.Workflow) == 0 {
		i.wrong("workflow", "has no steps")
		return
	}
	strange := 0
	for _, at := range i.ids() {
		s := i.d.Workflow[at]
		if s == nil {
			i.wrong("workflow."+at, "is null")
			continue
		}
		if !slices.Contains(stepTypes, s.Type) {
			i.wrong("workflow."+at, "%q is no type of step in CACAO 2.0", s.Type)
			continue
		}
		if !identifier.MatchString(at) {
			strange++
		}
		for field, to := range s.leads() {
			if _, ok := i.d.Workflow[to]; !ok {
				i.wrong("workflow."+at+"."+field, "leads to %q, which is not in the workflow", to)
			}
		}
		i.step(at, s)
	}
	if lost := i.undeclared(); len(lost) > 0 {
		i.note("playbook_variables", "used and not declared: %s", strings.Join(lost, ", "))
	}
	if strange > 0 {
		i.note("workflow", "%d steps have no identifier as CACAO has them", strange)
	}
	if s, ok := i.d.Workflow[i.d.Start]; !ok {
		i.wrong("workflow_start", "%q is not in the workflow", i.d.Start)
	} else if s != nil && s.Type != "start" {
		i.wrong("workflow_start", "leads to a step of type %q, not start", s.Type)
	}
}

// step checks what a type of step must have.
func (i *importer) step(at string, s *step) {
	at = "workflow." + at
	switch s.Type {
	case "start":
		if s.OnCompletion == "" {
			i.wrong(at+".on_completion", "missing: nothing follows the start")
		}
	case "action":
		if len(s.Commands) == 0 {
			i.note(at, "has no commands, which CACAO wants; its description is what there is to do")
		}
		if s.Agent == "" {
			i.note(at, "names nobody who does it")
		}
	case "playbook-action":
		if s.PlaybookID == "" {
			i.wrong(at+".playbook_id", "missing")
		}
	case "parallel":
		if len(s.NextSteps) == 0 {
			i.wrong(at+".next_steps", "missing")
		}
	case "if-condition", "while-condition":
		if s.Condition == "" {
			i.note(at, "has no condition, which CACAO wants; its name is the question")
		}
		if s.OnTrue == "" {
			i.wrong(at+".on_true", "missing")
		}
	case "switch-condition":
		if len(s.Cases) == 0 {
			i.wrong(at+".cases", "missing")
		}
	}
}

// used is a variable in a text (CACAO 2.0, 10.18.2).
var used = regexp.MustCompile(`(__[a-zA-Z0-9_-]+?__):value`)

// undeclared gives the variables that texts use and nothing declares.
func (i *importer) undeclared() []string {
	var out []string
	for _, at := range i.ids() {
		s := i.d.Workflow[at]
		if s == nil {
			continue
		}
		texts := []string{s.Description, s.Condition, s.Switch}
		for _, c := range s.Commands {
			texts = append(texts, c.Command)
		}
		for _, m := range used.FindAllStringSubmatch(strings.Join(texts, "\n"), -1) {
			_, whole := i.d.Variables[m[1]]
			_, own := s.Variables[m[1]]
			if !whole && !own && !slices.Contains(out, m[1]) {
				out = append(out, m[1])
			}
		}
	}
	slices.Sort(out)
	return out
}

func (i *importer) ids() []string {
	out := make([]string, 0, len(i.d.Workflow))
	for at := range i.d.Workflow {
		out = append(out, at)
	}
	slices.Sort(out)
	return out
}

// leads gives every step that s names, by field.
func (s *step) leads() map[string]string {
	out := map[string]string{}
	for field, to := range map[string]string{"on_completion": s.OnCompletion, "on_success": s.OnSuccess, "on_failure": s.OnFailure, "on_true": s.OnTrue, "on_false": s.OnFalse} {
		if to != "" {
			out[field] = to
		}
	}
	for n, to := range s.NextSteps {
		out[fmt.Sprintf("next_steps[%d]", n)] = to
	}
	for c, to := range s.Cases {
		out["cases."+c] = to
	}
	return out
}

// changed reports whether the workflow is another than the one p is written as.
func (i *importer) changed(p *playbooks.Playbook) bool {
	at, err := parseStamp(i.d.Modified)
	if err != nil {
		return true
	}
	again, err := Export(p, at)
	if err != nil {
		return true
	}
	var d document
	if json.Unmarshal(again, &d) != nil || len(d.Workflow) != len(i.d.Workflow) {
		return true
	}
	for id, s := range d.Workflow {
		have := i.d.Workflow[id]
		if have == nil || fmt.Sprint(have.leads()) != fmt.Sprint(s.leads()) {
			return true
		}
	}
	return false
}
