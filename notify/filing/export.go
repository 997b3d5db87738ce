package filing

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"tocsin/incident"
)

// Zip writes pack.json, pack.html, pack.txt and, where there is one,
// sample-notice.txt. The same pack gives the same bytes: entries are stored,
// in this order, with one fixed date.
func (p Pack) Zip(w io.Writer) error {
	data, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return incident.Because(incident.Internal, err, "encode the filing pack")
	}
	page, err := p.HTML()
	if err != nil {
		return err
	}
	files := []struct{ name, body string }{{"pack.json", string(data) + "\n"}, {"pack.html", page}, {"pack.txt", p.Text()}}
	if p.SampleNotice != "" {
		files = append(files, struct{ name, body string }{"sample-notice.txt", p.SampleNotice})
	}
	z := zip.NewWriter(w)
	for _, f := range files {
		entry, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Store, Modified: time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC)})
		if err == nil {
			_, err = io.WriteString(entry, f.body)
		}
		if err != nil {
			return incident.Because(incident.Unavailable, err, "write the filing pack")
		}
	}
	if err := z.Close(); err != nil {
		return incident.Because(incident.Unavailable, err, "write the filing pack")
	}
	return nil
}

// Text is the pack as a plain file, section by section.
func (p Pack) Text() string {
	var s strings.Builder
	if p.Drill {
		s.WriteString("*** DRILL: do not file ***\n\n")
	}
	fmt.Fprintf(&s, "%s\n%s\n\nAuthority:    %s\nFile at:      %s\nLaw:          %s\nReference:    %s\nJurisdiction: %s\nPhase:        %s\n",
		p.Form.Title, strings.Repeat("=", len([]rune(p.Form.Title))), p.Form.Authority, p.Form.URL, p.Form.Law, p.Reference, p.Jurisdiction, strings.ReplaceAll(p.Phase, "_", "-"))
	if p.Form.Note != "" {
		fmt.Fprintf(&s, "\n%s\n", p.Form.Note)
	}
	if n := len(p.Missing()); n > 0 {
		fmt.Fprintf(&s, "\nRequired and not yet known: %d.", n)
		if p.Form.Phased != "" {
			fmt.Fprintf(&s, " It may be filed now and completed later: %s.", p.Form.Phased)
		}
		s.WriteString("\n")
	}
	section := ""
	for _, a := range p.Fields {
		if a.Section != section {
			section = a.Section
			fmt.Fprintf(&s, "\n%s\n%s\n", section, strings.Repeat("-", len([]rune(section))))
		}
		mark := ""
		if a.Required {
			mark = " (required)"
		}
		fmt.Fprintf(&s, "\n[%s] %s%s\n", a.ID, a.Label, mark)
		for _, line := range strings.Split(a.Answer, "\n") {
			s.WriteString("    " + line + "\n")
		}
	}
	return s.String()
}

// page is self-contained: it is opened and printed without a network.
const page = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Form.Title}}: {{.Reference}}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff }
dt { font-weight: 600; margin-top: 1rem } dd { margin: 0 0 0 1rem; white-space: pre-line }
.help { font-weight: 400; color: #4a4a4a } .missing { font-weight: 600; border-left: 4px solid #b00020; padding-left: .5rem }
.drill { border: 3px solid #b00020; padding: .5rem 1rem; font-weight: 700 }
@media print { h2 { break-after: avoid } dt { break-after: avoid } }
</style>
</head>
<body>
<main>
{{if .Drill}}<p class="drill">DRILL: do not file</p>
{{end}}<h1>{{.Form.Title}}</h1>
<p>{{.Form.Authority}}, {{.Form.URL}}<br>{{.Form.Law}}<br>Reference {{.Reference}}, {{.Jurisdiction}}, phase: {{.Phase}}</p>
{{with .Form.Note}}<p>{{.}}</p>
{{end}}{{with .Missing}}<p class="missing">Required and not yet known: {{len .}}.{{with $.Form.Phased}} It may be filed now and completed later: {{.}}.{{end}}</p>
{{end}}{{range .Sections}}<h2>{{.Name}}</h2>
<dl>
{{range .Fields}}<dt id="f-{{.ID}}">{{.Label}}{{if .Required}} (required){{end}}{{with .Help}} <span class="help">{{.}}</span>{{end}}</dt>
<dd{{if .Missing}} class="missing"{{end}}>{{.Answer}}</dd>
{{end}}</dl>
{{end}}</main>
</body>
</html>
`

// Section is the fields under one heading of the form.
type Section struct {
	Name   string
	Fields []Answer
}

// Sections groups the fields as the form does.
func (p Pack) Sections() []Section {
	var out []Section
	for _, a := range p.Fields {
		if len(out) == 0 || out[len(out)-1].Name != a.Section {
			out = append(out, Section{Name: a.Section})
		}
		out[len(out)-1].Fields = append(out[len(out)-1].Fields, a)
	}
	return out
}

// HTML is the pack as one page to read and print.
func (p Pack) HTML() (string, error) {
	t, err := template.New("pack").Parse(page)
	if err != nil {
		return "", incident.Because(incident.Internal, err, "parse the filing page")
	}
	var out bytes.Buffer
	if err := t.Execute(&out, p); err != nil {
		return "", incident.Because(incident.Internal, err, "write the filing page")
	}
	return out.String(), nil
}
