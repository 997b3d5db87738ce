package bundle

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"
	"time"

	"tocsin/incident"
)

//go:embed index.html
var page string

// index is the case as a page that needs nothing but a browser: no script, no
// other file, nothing from the network.
func index(c *Contents) ([]byte, error) {
	who := func(id string) string {
		if n := c.Names[id]; n != "" {
			return n
		}
		return id
	}
	t, err := template.New("index").Funcs(template.FuncMap{
		"who":  who,
		"at":   func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 MST") },
		"href": func(path string) string { return strings.TrimPrefix(path, "data/") },
		"tag":  func(n int) string { return fmt.Sprintf("E%03d", n) },
		"fact": func(f incident.Fact) string {
			if f.Certainty == incident.UnknownCertain {
				return "not known"
			}
			text := strings.Join(f.Values, ", ")
			if f.Certainty == incident.SuspectedTrue {
				text += " (suspected)"
			}
			return text
		},
	}).Parse(page)
	if err != nil {
		return nil, incident.Because(incident.Internal, err, "the page of a bundle cannot be read")
	}
	var b bytes.Buffer
	if err := t.Execute(&b, c); err != nil {
		return nil, incident.Because(incident.Internal, err, "the page of a bundle cannot be written")
	}
	return b.Bytes(), nil
}
