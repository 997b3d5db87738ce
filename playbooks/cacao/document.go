package cacao

import (
	"encoding/json"
	"strings"

	"github.com/google/uuid"
)

const (
	specVersion = "cacao-2.0"
	// stamp is CACAO's timestamp: RFC 3339 in UTC with exactly three digits of a second.
	stamp = "2006-01-02T15:04:05.000Z"
)

// space is the name space of the ids that are made here, so that the same playbook has
// the same ids wherever it is exported.
var space = uuid.MustParse("5f2c9a34-6c1e-5d0e-9b7a-7f0d3c4e8a11")

func id(kind string, name ...string) string {
	return kind + "--" + uuid.NewSHA1(space, []byte(kind+"\x00"+strings.Join(name, "\x00"))).String()
}

// extension is the id under which a step carries what CACAO has no words for.
func extension() string { return id("extension-definition", "tocsin-step") }

// document is a CACAO playbook, with the fields that are read or written here.
type document struct {
	Type               string                     `json:"type"`
	SpecVersion        string                     `json:"spec_version"`
	ID                 string                     `json:"id"`
	Name               string                     `json:"name"`
	Description        string                     `json:"description,omitempty"`
	Types              []string                   `json:"playbook_types,omitempty"`
	Activities         []string                   `json:"playbook_activities,omitempty"`
	Summary            map[string]any             `json:"playbook_processing_summary,omitempty"`
	CreatedBy          string                     `json:"created_by"`
	Created            string                     `json:"created"`
	Modified           string                     `json:"modified"`
	Revoked            bool                       `json:"revoked,omitempty"`
	Variables          map[string]variable        `json:"playbook_variables,omitempty"`
	Start              string                     `json:"workflow_start"`
	Exception          string                     `json:"workflow_exception,omitempty"`
	Workflow           map[string]*step           `json:"workflow"`
	Agents             map[string]agent           `json:"agent_definitions,omitempty"`
	ExtensionsDefined  map[string]extensionDef    `json:"extension_definitions,omitempty"`
	PlaybookExtensions map[string]json.RawMessage `json:"playbook_extensions,omitempty"`
}

type variable struct {
	Type        string          `json:"type"`
	Description string          `json:"description,omitempty"`
	Value       json.RawMessage `json:"value,omitempty"`
	External    bool            `json:"external,omitempty"`
}

type agent struct {
	Type string `json:"type"`
	Name string `json:"name"`
}

type extensionDef struct {
	Type        string `json:"type"`
	Name        string `json:"name"`
	Description string `json:"description"`
	CreatedBy   string `json:"created_by"`
	Schema      string `json:"schema"`
	Version     string `json:"version"`
}

type step struct {
	Type         string                     `json:"type"`
	Name         string                     `json:"name,omitempty"`
	Description  string                     `json:"description,omitempty"`
	References   []reference                `json:"external_references,omitempty"`
	Delay        int64                      `json:"delay,omitempty"`   // milliseconds
	Timeout      int64                      `json:"timeout,omitempty"` // milliseconds
	Variables    map[string]variable        `json:"step_variables,omitempty"`
	OnCompletion string                     `json:"on_completion,omitempty"`
	OnSuccess    string                     `json:"on_success,omitempty"`
	OnFailure    string                     `json:"on_failure,omitempty"`
	OnTrue       string                     `json:"on_true,omitempty"`
	OnFalse      string                     `json:"on_false,omitempty"`
	NextSteps    []string                   `json:"next_steps,omitempty"`
	Condition    string                     `json:"condition,omitempty"`
	Switch       string                     `json:"switch,omitempty"`
	Cases        map[string]string          `json:"cases,omitempty"`
	Activity     string                     `json:"playbook_activity,omitempty"`
	Commands     []command                  `json:"commands,omitempty"`
	Agent        string                     `json:"agent,omitempty"`
	PlaybookID   string                     `json:"playbook_id,omitempty"`
	OutArgs      []string                   `json:"out_args,omitempty"`
	Extensions   map[string]json.RawMessage `json:"step_extensions,omitempty"`
}

type command struct {
	Type       string `json:"type"`
	Command    string `json:"command,omitempty"`
	CommandB64 string `json:"command_b64,omitempty"`
}

type reference struct {
	Name       string `json:"name"`
	ExternalID string `json:"external_id,omitempty"`
	URL        string `json:"url,omitempty"`
}
