package cacao

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/playbooks"
)

// Export writes p as CACAO 2.0 JSON. at is the instant it is said to be created and
// modified: when it was published or, before that, when it is written.
//
// CACAO has no steps that wait for several others, so what may run side by side is
// put into rows: every step stands in the row after the last of those it needs, and a
// row waits for the one above. That is stricter than the playbook; the exact needs are in
// the extension.
func Export(p *playbooks.Playbook, at time.Time) ([]byte, error) {
	parts, err := partsOf(p)
	if err != nil {
		return nil, err
	}
	when := at.UTC().Format(stamp)
	author := id("identity", "tocsin")
	d := document{
		Type: "playbook", SpecVersion: specVersion, ID: id("playbook", p.Slug), Name: p.Title, Description: p.Summary, Types: typesOf(p),
		CreatedBy: author, Created: when, Modified: when, Variables: map[string]variable{}, Workflow: map[string]*step{}, Agents: map[string]agent{},
		ExtensionsDefined: map[string]extensionDef{extension(): {
			Type: "extension-definition", Name: "Tocsin step", Description: "Phase, role, deadline, needs, evidence, approval and duties of a step", CreatedBy: author,
			Schema: "See FORMAT.md of the playbook format; every key of a step but title and instructions.", Version: "1.0.0",
		}},
		PlaybookExtensions: map[string]json.RawMessage{extension(): parts.head},
	}
	w := writer{p: p, d: &d, parts: parts}
	next := w.end("whole")
	rows := rowsOf(p)
	for n := len(rows) - 1; n >= 0; n-- {
		next = w.row(n, rows[n], next)
	}
	d.Start = id("start", p.Slug)
	d.Workflow[d.Start] = &step{Type: "start", Name: p.Title, OnCompletion: next}
	d.Summary = map[string]any{
		"manual_playbook": true, "external_playbooks": w.has("playbook-action"), "parallel_processing": w.has("parallel"), "if_logic": w.has("if-condition"),
		"while_logic": false, "switch_logic": false, "temporal_logic": false, "data_markings": false, "digital_signatures": false,
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(&d); err != nil {
		return nil, fmt.Errorf("write CACAO: %w", err)
	}
	return b.Bytes(), nil
}

// typesOf says in CACAO's words what the phases are for.
func typesOf(p *playbooks.Playbook) []string {
	var out []string
	for i := range p.Steps {
		if t := typeOf(p.Steps[i].Phase); t != "" && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// rowsOf puts every step into the row after the last of those it waits for.
func rowsOf(p *playbooks.Playbook) [][]*playbooks.Step {
	row := map[string]int{}
	var of func(key string) int
	of = func(key string) int {
		if n, ok := row[key]; ok {
			return n
		}
		s, ok := p.Step(key)
		if !ok {
			return 0
		}
		n := 0
		for _, need := range s.Needs {
			n = max(n, of(need)+1)
		}
		if s.Chosen != nil {
			n = max(n, of(s.Chosen.Step)+1)
		}
		row[key] = n
		return n
	}
	var rows [][]*playbooks.Step
	for i := range p.Steps {
		n := of(p.Steps[i].Key)
		for len(rows) <= n {
			rows = append(rows, nil)
		}
		rows[n] = append(rows[n], &p.Steps[i])
	}
	return rows
}

type writer struct {
	p     *playbooks.Playbook
	d     *document
	parts parts
}

func (w *writer) has(kind string) bool {
	for _, s := range w.d.Workflow {
		if s.Type == kind {
			return true
		}
	}
	return false
}

func (w *writer) put(kind string, s step, name ...string) string {
	s.Type = kind
	at := id(kind, append([]string{w.p.Slug}, name...)...)
	w.d.Workflow[at] = &s
	return at
}

func (w *writer) end(of ...string) string { return w.put("end", step{}, of...) }

// row writes steps that may run side by side, and gives where it begins.
func (w *writer) row(n int, steps []*playbooks.Step, next string) string {
	if len(steps) == 1 {
		return w.guarded(steps[0], next)
	}
	s := step{OnCompletion: next}
	for _, x := range steps {
		s.NextSteps = append(s.NextSteps, w.guarded(x, w.end("branch", x.Key)))
	}
	return w.put("parallel", s, fmt.Sprint(n))
}

// guarded writes a step behind the conditions it applies under.
func (w *writer) guarded(s *playbooks.Step, next string) string {
	if s.When == nil && s.Chosen == nil {
		return w.action(s, next)
	}
	at := w.action(s, w.end("step", s.Key))
	if s.When != nil {
		name := variableOf("applies", s.Key)
		w.d.Variables[name] = variable{Type: "bool", Description: "Whether the facts call for: " + s.Title, External: true}
		then := next
		if s.Chosen != nil {
			then = w.end("when", s.Key)
		}
		at = w.put("if-condition", step{Name: "Do the facts call for it? " + s.Title, Condition: name + ":value = true", OnTrue: at, OnCompletion: then}, "when", s.Key)
	}
	if s.Chosen != nil {
		var any []string
		for _, o := range s.Chosen.Options {
			any = append(any, fmt.Sprintf("%s:value = '%s'", variableOf("chosen", s.Chosen.Step), o))
		}
		at = w.put("if-condition", step{Name: "Was it decided so? " + s.Title, Condition: strings.Join(any, " OR "), OnTrue: at, OnCompletion: next}, "chosen", s.Key)
	}
	return at
}

func variableOf(kind, key string) string {
	return "__" + kind + "_" + strings.ReplaceAll(key, "-", "_") + "__"
}

// action writes the step itself.
func (w *writer) action(s *playbooks.Step, next string) string {
	out := step{Name: s.Title, Description: s.Instructions, OnCompletion: next, Extensions: map[string]json.RawMessage{extension(): w.parts.steps[s.Key]}}
	for _, t := range s.Attack {
		out.References = append(out.References, reference{Name: "mitre-attack", ExternalID: t})
	}
	if s.Kind == playbooks.KindSubplaybook {
		out.PlaybookID = id("playbook", s.Playbook)
		return w.put("playbook-action", out, s.Key)
	}
	out.Agent = id("individual", string(s.Role))
	w.d.Agents[out.Agent] = agent{Type: "individual", Name: s.Role.Label()}
	out.Commands = []command{{Type: "manual", Command: s.Title}}
	if s.Phase == incident.Phase("notify") {
		out.Activity = "deliver-content"
	}
	if s.Kind == playbooks.KindDecision {
		name := variableOf("chosen", s.Key)
		var keys []string
		for _, o := range s.Options {
			keys = append(keys, o.Key)
		}
		w.d.Variables[name] = variable{Type: "string", Description: "What was decided: one of " + strings.Join(keys, ", ")}
		out.OutArgs = []string{name}
	}
	return w.put("action", out, s.Key)
}
