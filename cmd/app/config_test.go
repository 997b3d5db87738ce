package app

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/incident"
)

// TestExampleIsTheDefaults holds config.example.toml to the program: it parses,
// it says nothing but the defaults, and it names every key.
func TestExampleIsTheDefaults(t *testing.T) {
	raw, err := os.ReadFile("../../config.example.toml")
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseConfig("config.example.toml", raw)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(DefaultConfig(), got); diff != "" {
		t.Errorf("the example says something else than the defaults (-default +example):\n%s", diff)
	}
	names := keysOf(reflect.TypeFor[Config]())
	if len(names) < 40 {
		t.Fatalf("only %d keys found", len(names))
	}
	for _, name := range names {
		if !regexp.MustCompile(`(?m)^(# )?(\[+([a-z_.]+\.)?`+name+`\]|`+name+` = )`).Match(raw) && !optional[name] {
			t.Errorf("the example does not name %s", name)
		}
	}
}

// optional keys are explained in the package of their part; an example of each would drown the rest.
var optional = map[string]bool{
	"second_secret_file": true, "second_secret_env": true, "secret_env": true, "signed": true, "timestamp_header": true, "window": true,
	"alerts": true, "id": true, "fingerprint": true, "description": true, "status": true, "occurred_at": true, "hosts": true, "users": true,
	"ips": true, "resources": true, "links": true, "labels": true, "statuses": true, "headline": true,
}

func keysOf(t reflect.Type) []string {
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var out []string
	for n := range t.NumField() {
		f := t.Field(n)
		if name := f.Tag.Get("toml"); name != "" {
			out = append(out, name)
			out = append(out, keysOf(f.Type)...)
		}
	}
	return out
}

func TestConfigNamesEveryProblemWithItsLine(t *testing.T) {
	_, err := ParseConfig("c.toml", []byte(`listen = "nowhere"
lisen = 1

[mail]
host = "mail.example"
from = "nobody"
tls = "none"

[organisation]
regulated_as = ["circus"]

[[source]]
name = "Bad Name"
parser = "tea-leaves"
`))
	if incident.KindOf(err) != incident.Invalid {
		t.Fatalf("error %v", err)
	}
	for _, want := range []string{"c.toml:1: listen", "c.toml:2: unknown key lisen", "c.toml:6: mail.from", "c.toml:7: mail.tls", "c.toml:10: ", "c.toml:13: source[0].name", "c.toml:14: source[0].parser"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in:\n%v", want, err)
		}
	}
}
