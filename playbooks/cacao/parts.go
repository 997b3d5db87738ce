package cacao

import (
	"encoding/json"
	"fmt"

	"tocsin/playbooks"
)

// parts are a playbook's canonical form taken apart: its head with the order of
// its steps, and of each step what CACAO has no words for.
type parts struct {
	head  json.RawMessage
	steps map[string]json.RawMessage
}

func partsOf(p *playbooks.Playbook) (parts, error) {
	out := parts{steps: map[string]json.RawMessage{}}
	var whole map[string]json.RawMessage
	if err := json.Unmarshal(p.Canonical(), &whole); err != nil {
		return out, fmt.Errorf("read canonical form: %w", err)
	}
	var steps []map[string]json.RawMessage
	if err := json.Unmarshal(whole["step"], &steps); err != nil {
		return out, fmt.Errorf("read canonical steps: %w", err)
	}
	var order []string
	for n, s := range steps {
		delete(s, "title")
		delete(s, "instructions")
		raw, err := json.Marshal(s)
		if err != nil {
			return out, err
		}
		key := p.Steps[n].Key
		out.steps[key] = raw
		order = append(order, key)
	}
	delete(whole, "step")
	delete(whole, "title")
	delete(whole, "summary")
	keys, err := json.Marshal(order)
	if err != nil {
		return out, err
	}
	whole["order"] = keys
	out.head, err = json.Marshal(whole)
	return out, err
}

// ours puts a playbook together that Export took apart; ok is false where a step
// does not come from it. Titles and instructions are those of the file: another tool may
// have changed them.
func ours(d *document) (canonical []byte, ok bool, err error) {
	raw, ok := d.PlaybookExtensions[extension()]
	if !ok {
		return nil, false, nil
	}
	var head map[string]json.RawMessage
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, false, nil
	}
	var order []string
	if json.Unmarshal(head["order"], &order) != nil {
		return nil, false, nil
	}
	byKey := map[string]map[string]any{}
	for _, s := range d.Workflow {
		if s.Type != "action" && s.Type != "playbook-action" {
			continue
		}
		var fields map[string]any
		if json.Unmarshal(s.Extensions[extension()], &fields) != nil {
			return nil, false, nil
		}
		key, _ := fields["key"].(string)
		if _, twice := byKey[key]; twice || key == "" {
			return nil, false, nil
		}
		fields["title"], fields["instructions"] = s.Name, s.Description
		byKey[key] = fields
	}
	var steps []map[string]any
	for _, key := range order {
		if s, there := byKey[key]; there {
			steps = append(steps, s)
			delete(byKey, key)
		}
	}
	if len(byKey) > 0 {
		return nil, false, nil
	}
	whole := map[string]any{"title": d.Name, "summary": d.Description, "step": steps}
	for k, v := range head {
		if k != "order" {
			whole[k] = v
		}
	}
	canonical, err = json.Marshal(whole)
	return canonical, true, err
}
