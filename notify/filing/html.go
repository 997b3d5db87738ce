package filing

import (
	"bytes"
	"html/template"

	"tocsin/incident"
)

// page is self-contained: it is opened and printed without a network. Its
// elements are those that notify/post can set in print.
const page = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Form.Title}}: {{.Reference}}</title>
<style>
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff }
dt { font-weight: 600; margin-top: 1rem } dd { margin: 0 0 0 1rem; white-space: pre-line; overflow-wrap: anywhere }
.help, .small { font-weight: 400; color: #4a4a4a; font-size: .875rem } .missing { font-weight: 600; border-left: 4px solid #b00020; padding-left: .5rem }
.not { color: #4a4a4a } .drill { border: 3px solid #b00020; padding: .5rem 1rem; font-weight: 700 }
@media (prefers-color-scheme: dark) { body { color: #e8e8e8; background: #161616 } .help, .small, .not { color: #b5b5b5 } .missing, .drill { border-color: #ff6b81 } }
@media print { body { color: #000; background: #fff; margin: 0; max-width: none } h2, dt { break-after: avoid } }
</style>
</head>
<body>
<main>
{{if .Drill}}<p class="drill">DRILL: do not file</p>
{{end}}<h1>{{.Form.Title}}</h1>
<p>{{.Authority}}<br>{{.Form.URL}}<br>{{.Form.Law}}<br>Reference {{.Reference}}, {{.Jurisdiction}}<br>{{.Step}}</p>
{{with .Form.Note}}<p>{{.}}</p>
{{end}}{{with .Form.Public}}<p>Published: {{.}}</p>
{{end}}{{with .Missing}}<p class="missing">Required and not yet known: {{len .}}.{{if and $.Form.Phased $.Fileable}} It may be filed now and completed later: {{$.Form.Phased}}.{{end}}</p>
<ul>
{{range .}}<li>{{.Heading}}: answer it in {{.Place.Words}}</li>
{{end}}</ul>
{{end}}{{range .Sections}}<h2>{{.Name}}</h2>
<dl>
{{range .Fields}}<dt id="f-{{.ID}}">{{.Heading}}{{if .Required}} (required){{end}}{{with .Cite}} <span class="small">{{.}}</span>{{end}}{{with .Help}} <span class="help">{{.}}</span>{{end}}</dt>
<dd{{if and .Missing .Required}} class="missing"{{else if not .Asked}} class="not"{{end}}>{{.Answer}}</dd>
{{end}}</dl>
{{end}}{{with .SampleNotice}}<h2>Enclosed: the notice to people</h2>
<dl>
<dt>sample-notice.txt</dt>
<dd>{{.}}</dd>
</dl>
{{end}}<p class="small">Form {{.Form.ID}}, reviewed {{.Form.Reviewed}}, confidence {{.Form.Confidence}}. Not legal advice.</p>
</main>
</body>
</html>
`

// Group is the fields under one heading of the form.
type Group struct {
	Name   string
	Fields []Answer
}

// Sections groups the fields as the form does.
func (p Pack) Sections() []Group {
	var out []Group
	for _, a := range p.Fields {
		if len(out) == 0 || out[len(out)-1].Name != a.Section {
			out = append(out, Group{Name: a.Section})
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
