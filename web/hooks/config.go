package hooks

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
)

// Config lists the alert sources; the zero value has none, and every address
// is then 404.
type Config struct {
	Sources []Source `toml:"source"`

	// Bounces is how returned mail at /hooks/bounces proves where it comes from;
	// without a kind none is taken there.
	Bounces Verifier `toml:"bounces"`
}

// Source is one sender of alerts and its address /hooks/<name>.
type Source struct {
	Name   string `toml:"name"`   // lower case letters, digits, - and _; part of the address
	Parser string `toml:"parser"` // alertmanager or generic

	// DeliveryHeader names the header that holds the sender's id of a call.
	// Without one, X-Delivery-Id and Idempotency-Key are looked at; a call with
	// none of them is known by the SHA-256 of its body.
	DeliveryHeader string `toml:"delivery_header"`

	Verifier Verifier              `toml:"verifier"`
	Paths    Paths                 `toml:"paths"` // where generic finds things; others do not use it
	Rules    []casework.TriageRule `toml:"rule"`  // the first that matches decides; without any, alerts are listed
}

// Verifier says how a call proves where it comes from. Secrets are never in the
// configuration itself: they come from a file or an environment variable, and
// two of them are accepted at once while one replaces the other.
type Verifier struct {
	Kind string `toml:"kind"` // bearer or hmac

	SecretFile       string `toml:"secret_file"`
	SecretEnv        string `toml:"secret_env"`
	SecondSecretFile string `toml:"second_secret_file"`
	SecondSecretEnv  string `toml:"second_secret_env"`

	// bearer: the header, "Authorization" if empty. In Authorization the secret
	// follows the word Bearer; in any other header it stands alone.
	// hmac: the header of the signature. If empty, X-Hub-Signature-256 with the
	// prefix "sha256=", as GitHub and many others send it.
	Header string `toml:"header"`

	// The rest is for hmac.
	Algorithm       string `toml:"algorithm"`        // sha256 (default), sha512 or sha1
	Prefix          string `toml:"prefix"`           // before the signature, such as "sha256=" or "v1="
	Encoding        string `toml:"encoding"`         // hex (default) or base64
	Signed          string `toml:"signed"`           // body (default), timestamp.body, timestamp+body or v0:timestamp:body
	TimestampHeader string `toml:"timestamp_header"` // whose text is signed with the body, exactly as sent
	Window          string `toml:"window"`           // how old or early a timestamp may be; "5m" if empty
}

// Paths are JSON paths into a body for the generic parser: names joined by
// dots, [0] for one item of a list, [*] for all, ["odd.name"] for odd names;
// a leading $ is allowed. An empty path means the default named beside it.
type Paths struct {
	Alerts      string `toml:"alerts"`      // list of alerts; the body itself, one alert or a list of them
	ID          string `toml:"id"`          // external_id, then id
	Fingerprint string `toml:"fingerprint"` // fingerprint
	Title       string `toml:"title"`       // title, then name, then summary; an alert must have one
	Description string `toml:"description"` // description, then message
	Severity    string `toml:"severity"`    // severity, then level, then priority
	Status      string `toml:"status"`      // status, then state
	OccurredAt  string `toml:"occurred_at"` // occurred_at, then timestamp, then time
	Hosts       string `toml:"hosts"`       // entities.hosts, then hosts, then host
	Users       string `toml:"users"`       // entities.users, then users, then user
	IPs         string `toml:"ips"`         // entities.ips, then ips, then ip
	Resources   string `toml:"resources"`   // entities.resources, then resources, then resource
	Links       string `toml:"links"`       // links, then url, then link
	Labels      string `toml:"labels"`      // labels, then tags; an object

	Severities map[string]string `toml:"severities"` // the sender's word = critical, high, medium, low, info or unknown
	Statuses   map[string]string `toml:"statuses"`   // the sender's word = open, resolved or ignored
}

// Relative makes file names relative to dir, where the configuration file is.
func (c *Config) Relative(dir string) {
	all := []*Verifier{&c.Bounces}
	for n := range c.Sources {
		all = append(all, &c.Sources[n].Verifier)
	}
	for _, v := range all {
		for _, f := range []*string{&v.SecretFile, &v.SecondSecretFile} {
			if *f != "" && !filepath.IsAbs(*f) {
				*f = filepath.Join(dir, *f)
			}
		}
	}
}

// Check gives every problem; Where is the key as in source[0].verifier.kind.
// It opens nothing.
func (c Config) Check() []incident.Problem {
	var out []incident.Problem
	seen := map[string]bool{}
	for n, s := range c.Sources {
		at := fmt.Sprintf("source[%d].", n)
		for _, p := range s.check() {
			out = append(out, incident.Problem{Where: at + p.Where, What: p.What})
		}
		if s.Name != "" && seen[s.Name] {
			out = append(out, incident.Problem{Where: at + "name", What: "two sources are named " + s.Name})
		}
		seen[s.Name] = true
	}
	return append(out, c.checkBounces()...)
}

func (s Source) check() []incident.Problem {
	var out []incident.Problem
	add := func(where, what string) { out = append(out, incident.Problem{Where: where, What: what}) }
	if !regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`).MatchString(s.Name) {
		add("name", "one to 63 lower-case letters, digits, - and _; it is part of the address")
	}
	if _, err := parserOf(s); err != nil {
		out = append(out, incident.ProblemsOf(err)...)
	}
	if s.DeliveryHeader != "" && !headerName(s.DeliveryHeader) {
		add("delivery_header", "not a header's name")
	}
	out = append(out, s.Verifier.check()...)
	for n, r := range s.Rules {
		at := fmt.Sprintf("rule[%d].", n)
		if r.Name == "" {
			add(at+"name", "give it a name; it is what the alert's page and join refer to")
		}
		for _, p := range r.Check() {
			add(at+p.Where, p.What)
		}
	}
	return out
}

func (v Verifier) check() []incident.Problem {
	var out []incident.Problem
	add := func(where, what string) {
		out = append(out, incident.Problem{Where: "verifier." + where, What: what})
	}
	oneOf := func(where, got string, allowed ...string) {
		for _, a := range allowed {
			if got == a {
				return
			}
		}
		if allowed[0] == "" {
			allowed = allowed[1:]
		}
		add(where, "one of "+strings.Join(allowed, ", "))
	}
	oneOf("kind", v.Kind, "bearer", "hmac")
	switch {
	case v.SecretFile == "" && v.SecretEnv == "":
		add("secret_file", "name the file that holds the secret, or its environment variable in secret_env")
	case v.SecretFile != "" && v.SecretEnv != "":
		add("secret_env", "give secret_file or secret_env, not both; the next secret goes into second_secret_file")
	}
	if v.SecondSecretFile != "" && v.SecondSecretEnv != "" {
		add("second_secret_env", "give second_secret_file or second_secret_env, not both")
	}
	if v.Header != "" && !headerName(v.Header) {
		add("header", "not a header's name")
	}
	if v.Kind == "bearer" {
		for where, got := range map[string]string{"algorithm": v.Algorithm, "prefix": v.Prefix, "encoding": v.Encoding,
			"signed": v.Signed, "timestamp_header": v.TimestampHeader, "window": v.Window} {
			if got != "" {
				add(where, "only an hmac verifier has this")
			}
		}
		return sorted(out)
	}
	oneOf("algorithm", v.Algorithm, "", "sha256", "sha512", "sha1")
	oneOf("encoding", v.Encoding, "", "hex", "base64")
	oneOf("signed", v.Signed, "", "body", "timestamp.body", "timestamp+body", "v0:timestamp:body")
	timed := v.Signed != "" && v.Signed != "body"
	if timed != (v.TimestampHeader != "") {
		add("timestamp_header", "goes together with a signed part that holds the timestamp")
	}
	if v.TimestampHeader != "" && !headerName(v.TimestampHeader) {
		add("timestamp_header", "not a header's name")
	}
	if d, err := window(v.Window); err != nil || d <= 0 || d > time.Hour {
		add("window", "a duration above 0 and up to 1h, such as 5m")
	}
	return out
}

func window(s string) (time.Duration, error) {
	if s == "" {
		return 5 * time.Minute, nil
	}
	return time.ParseDuration(s)
}

func headerName(s string) bool {
	return regexp.MustCompile(`^[A-Za-z0-9!#$%&'*+.^_|~-]{1,100}$`).MatchString(s)
}
