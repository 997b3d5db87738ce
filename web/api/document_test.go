package api_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/web/api"
)

type document struct {
	OpenAPI    string
	Paths      map[string]map[string]operation
	Components struct {
		Schemas map[string]json.RawMessage
	}
}

type operation struct {
	OperationID string `json:"operationId"`
	Summary     string
	Parameters  []struct{ Name, In, Ref string }
	RequestBody *struct {
		Content map[string]struct {
			Schema struct {
				Properties           map[string]json.RawMessage
				AdditionalProperties *bool
				Required             []string
			}
		}
	}
	Responses map[string]json.RawMessage
}

// The document and the routes say the same: paths, query parameters, and the
// keys of every body, asked of the routes themselves.
func TestDocumentIsTheRoutes(t *testing.T) {
	h := build(t)
	c := h.token(incident.Grants()...)
	a, err := api.New(h.deps, api.Config{})
	must(t, err)
	var doc document
	c.get("/openapi.json").want(200).into(&doc)
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("openapi %q", doc.OpenAPI)
	}
	described, ids := map[string]operation{}, map[string]bool{}
	for path, ops := range doc.Paths {
		for method, op := range ops {
			described[strings.ToUpper(method)+" "+path] = op
			if ids[op.OperationID] || op.OperationID == "" || op.Summary == "" || len(op.Responses) == 0 {
				t.Errorf("%s %s: operation id %q", method, path, op.OperationID)
			}
			ids[op.OperationID] = true
		}
	}
	routes := a.Routes()
	routes["GET /api/v1/openapi.json"] = nil
	for _, name := range slices.Sorted(maps.Keys(routes)) {
		op, ok := described[name]
		if !ok {
			t.Errorf("%s is not in openapi.json", name)
			continue
		}
		var query []string
		for _, p := range op.Parameters {
			if p.In == "query" {
				query = append(query, p.Name)
			}
		}
		want := slices.Sorted(slices.Values(routes[name]))
		if sort.Strings(query); !slices.Equal(query, want) {
			t.Errorf("%s: query parameters %v, described %v", name, want, query)
		}
	}
	for name := range described {
		if _, ok := routes[name]; !ok {
			t.Errorf("%s is described and does not exist", name)
		}
	}

	number, objects := c.open("Leak"), a.Objects()
	holes := regexp.MustCompile(`\{\w+\}`)
	for name, op := range described {
		if op.RequestBody != nil {
			if _, object := op.RequestBody.Content["application/json"]; !object {
				op.RequestBody = nil // bytes, as they come
			}
		}
		if (op.RequestBody != nil) != objects[name] {
			t.Errorf("%s: a body is described: %v, taken: %v", name, op.RequestBody != nil, objects[name])
		}
		if op.RequestBody == nil {
			continue
		}
		schema := op.RequestBody.Content["application/json"].Schema
		if schema.AdditionalProperties == nil || *schema.AdditionalProperties {
			t.Errorf("%s: other keys are errors, and the document does not say so", name)
		}
		method, path, _ := strings.Cut(strings.Replace(name, "/api/v1", "", 1), " ")
		path = holes.ReplaceAllString(strings.Replace(path, "{incident}", number, 1), "1")
		got := c.do(method, path, `{"no_such_key":1}`).want(422)
		_, list, _ := strings.Cut(got.body, "no such key; there are ")
		list, _, _ = strings.Cut(list, `"`)
		keys := strings.Split(list, ", ")
		sort.Strings(keys)
		if want := slices.Sorted(maps.Keys(schema.Properties)); !slices.Equal(keys, want) {
			t.Errorf("%s: takes %v, described %v", name, keys, want)
		}
		for _, r := range schema.Required {
			if _, ok := schema.Properties[r]; !ok {
				t.Errorf("%s: %s is required and not described", name, r)
			}
		}
	}
}

// Every reference leads somewhere, and answers have no key that their schema lacks.
func TestDocumentSchemas(t *testing.T) {
	h := build(t)
	c := h.token(incident.GrantResponder, incident.GrantAuditor, incident.GrantCounsel)
	raw := c.get("/openapi.json").want(200).body
	var doc document
	must(t, json.Unmarshal([]byte(raw), &doc))
	for _, m := range regexp.MustCompile(`#/components/schemas/(\w+)`).FindAllStringSubmatch(raw, -1) {
		if doc.Components.Schemas[m[1]] == nil {
			t.Errorf("no schema %s", m[1])
		}
	}
	number := c.open("Leak")
	at := "/incidents/" + number
	c.do("POST", at+"/milestones", `{"milestone":"aware","at":"2026-03-02T08:00:00Z","reason":"log read"}`).want(201)
	c.do("POST", at+"/tasks", `{"title":"x","phase":"contain"}`).want(201)
	c.do("POST", at+"/tasks/1/done", `{"outcome":"y"}`).want(200)
	c.do("POST", at+"/evidence", `{"title":"Post","kind":"link","link":"https://leak.example/x"}`).want(201)
	c.do("POST", at+"/runs", `{"playbook":"support-channel"}`).want(201)
	c.do("POST", "/contracts", clause).want(201)
	c.do("POST", at+"/conclusions", `{"question":"incident.risk","answer":"high","reason":"y"}`).want(201)
	c.do("POST", at+"/review", `{"question":"High?"}`).want(200)
	for path, name := range map[string]string{
		"/contracts": "Contract", "/reviews": "QueueLine", at + "/conclusions": "Conclusion",
		"/incidents": "Incident", at + "/facts": "Fact", at + "/milestones": "Milestone", at + "/tasks": "Task", at + "/evidence": "Evidence",
		at + "/timeline": "TimelineEntry", at + "/runs": "Run", "/playbooks": "Playbook", at + "/obligations": "Obligation", "/register": "Breach",
		"/audit": "AuditEntry", "/clocks": "Clock",
	} {
		var l struct{ Items []map[string]any }
		c.get(path).want(200).into(&l)
		if len(l.Items) == 0 && name != "Clock" {
			t.Errorf("%s: nothing to look at", path)
		}
		var schema struct {
			Properties map[string]any
			Required   []string
		}
		must(t, json.NewDecoder(bytes.NewReader(doc.Components.Schemas[name])).Decode(&schema))
		for _, item := range l.Items {
			for key := range item {
				if schema.Properties[key] == nil {
					t.Errorf("%s: %s is not in the schema %s", path, key, name)
				}
			}
			for _, key := range schema.Required {
				if _, ok := item[key]; !ok {
					t.Errorf("%s: %s is required and absent", path, key)
				}
			}
		}
	}
}

func FuzzStrict(f *testing.F) {
	for _, s := range []string{`{"title":"x"}`, `{"a":{"b":[1,{"c":null}]}}`, `[`, `{"facts":[{"name":"a","name":"b"}]}`, "\x00", `{"title":"\ud800"}`, strings.Repeat("[", 20000)} {
		f.Add([]byte(s))
	}
	type body struct {
		Title string   `json:"title"`
		Due   *string  `json:"due"`
		Names []string `json:"names"`
		Facts []struct {
			Name string `json:"name"`
		} `json:"facts"`
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		raw = bytes.TrimSpace(raw)
		var strictly, loosely body
		err := api.Strict(raw, &strictly)
		if err != nil {
			if incident.KindOf(err) != incident.Invalid {
				t.Fatalf("error %v", err)
			}
			return
		}
		// What is let pass is what the library reads, and knows every key of.
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		if err := d.Decode(&loosely); err != nil {
			t.Fatalf("let pass %q: %v", raw, err)
		}
	})
}
