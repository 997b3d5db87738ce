package playbooks

import (
	"errors"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"tocsin/incident"
)

// Limits on a file. A playbook far above these is a mistake or an attack.
const (
	maxBytes = 1 << 20
	maxSteps = 500
)

func read(data []byte) (*Playbook, *problems) {
	found := &problems{}
	if len(data) > maxBytes {
		found.add(0, "", "larger than %d bytes", maxBytes)
		return nil, found
	}
	doc := readDocument(data, found)
	p := readPlaybook(doc.root, found)
	if !found.errors() {
		wholeTOML(data, found)
	}
	return p, found
}

// wholeTOML has the library's own decoder look for what readDocument, which
// reads for meaning, lets pass: tables opened twice by different means.
func wholeTOML(data []byte, found *problems) {
	var all map[string]any
	err := toml.Unmarshal(data, &all)
	if de := (*toml.DecodeError)(nil); errors.As(err, &de) {
		line, _ := de.Position()
		found.add(line, strings.Join(de.Key(), "."), "not TOML: %s", strings.TrimPrefix(de.Error(), "toml: "))
	} else if err != nil {
		found.add(1, "", "not TOML: %s", strings.TrimPrefix(err.Error(), "toml: "))
	}
}

// readPlaybook reads the whole of a document, from whichever notation.
func readPlaybook(root *value, found *problems) *Playbook {
	r := &reader{table: root, found: found}
	p := &Playbook{
		Slug:    r.required("slug"),
		Title:   r.required("title"),
		Version: r.required("version"),
		Summary: r.text("summary"),
	}
	if p.Slug != "" && !slugName.MatchString(p.Slug) {
		r.bad("slug", "must be lower-case words joined by hyphens, not %s", quote(p.Slug))
	}
	if p.Version != "" && !versionName.MatchString(p.Version) {
		r.bad("version", "must be a semantic version such as 1.2.0, not %s", quote(p.Version))
	}
	if a, ok := r.sub("applies"); ok {
		for _, k := range a.set("kind", func(s string) string {
			if !incident.BreachKind(s).Valid() {
				return quote(s) + " is no kind of incident" + nearest(s, valuesOf(incident.BreachKinds()))
			}
			return ""
		}) {
			p.Kinds = append(p.Kinds, incident.BreachKind(k))
		}
		a.done()
	}
	steps := r.each("step")
	if len(steps) > maxSteps {
		r.bad("step", "%d steps; at most %d are allowed", len(steps), maxSteps)
		steps = steps[:maxSteps]
	}
	if len(steps) == 0 && !root.cut && !r.has("step") {
		r.found.add(1, "step", "there is no [[step]]")
	}
	if p.Summary == "" && !root.cut {
		r.found.warn(r.line("summary"), "summary", "missing: say in a sentence what the playbook is for")
	}
	lines := newLineIndex(root)
	for i, sr := range steps {
		if key, ok := sr.table.entries["key"]; ok && key.shape == isString && slugName.MatchString(key.text) {
			sr.path = "step." + key.text
		} else {
			sr.path = "step[" + strconv.Itoa(i+1) + "]"
		}
		p.Steps = append(p.Steps, readStep(sr))
		lines.steps = append(lines.steps, sr)
	}
	r.done()
	checkGraph(p, lines, found)
	return p
}

func readStep(r *reader) Step {
	s := Step{
		Key:          r.required("key"),
		Title:        r.required("title"),
		Phase:        incident.Phase(r.choice("phase", incident.Phases())),
		Kind:         Kind(r.choice("kind", Kinds())),
		Role:         incident.Role(r.choice("role", incident.Roles())),
		Mandatory:    r.flag("mandatory"),
		Privileged:   r.flag("privileged"),
		Instructions: r.text("instructions"),
		Needs:        r.set("needs", func(string) string { return "" }),
		Action:       r.word("action"),
		Playbook:     r.word("playbook"),
	}
	if s.Key != "" && !slugName.MatchString(s.Key) {
		r.bad("key", "must be lower-case words joined by hyphens, not %s", quote(s.Key))
	}
	if s.Instructions == "" {
		r.missing("instructions", ": whoever gets this step at three in the morning needs them")
	}
	s.Due = readDue(r)
	s.When = readWhen(r)
	s.Chosen = readChosen(r)
	s.Evidence = readEvidence(r)
	s.Approval = readApproval(r)
	s.Skip = readSkip(r, s.Mandatory)
	s.Options = readOptions(r)
	s.Obligations = r.set("obligations", func(id string) string {
		if !ruleName.MatchString(id) {
			return quote(id) + " cannot be the id of a rule"
		}
		return ""
	})
	s.Attack = r.set("attack", func(id string) string {
		if !attackName.MatchString(id) {
			return quote(id) + " is not an ATT&CK technique such as T1486 or T1078.004"
		}
		return ""
	})
	checkKind(r, &s)
	r.done()
	return s
}

// checkKind holds what one kind demands and the others do not know.
func checkKind(r *reader, s *Step) {
	belongs := func(name string, to Kind, required bool) {
		switch {
		case s.Kind == to && required && !r.has(name):
			r.missing(name, ": a step of kind "+string(to)+" needs it")
		case s.Kind != "" && s.Kind != to && r.has(name):
			r.bad(name, "belongs to a step of kind %s, and this one is %s", to, article(s.Kind))
		}
	}
	belongs("options", KindDecision, true)
	belongs("approval", KindApproval, true)
	belongs("action", KindAutomation, true)
	belongs("playbook", KindSubplaybook, true)
	if s.Kind == KindWait && s.Due == nil && !r.has("due") {
		r.missing("due", ": a step of kind wait needs to know until when")
	}
	if s.Kind == KindSubplaybook && s.Playbook != "" && !slugName.MatchString(s.Playbook) {
		r.bad("playbook", "%s cannot be the slug of a playbook", quote(s.Playbook))
	}
	if s.Kind == KindNotify && !r.has("obligations") {
		r.found.warn(r.table.line, r.key("obligations"), "a notice that names no obligation cannot be found from one")
	}
}

func article(k Kind) string {
	if strings.ContainsRune("aeiou", rune(k[0])) {
		return "an " + string(k)
	}
	return "a " + string(k)
}
