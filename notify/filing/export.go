package filing

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"tocsin/incident"
)

// File is one more file for a pack's zip, such as its PDF.
type File struct {
	Name string
	Body []byte
}

// Zip writes pack.json, pack.html, pack.txt, where there is one
// sample-notice.txt, and what is added. The same pack gives the same bytes:
// entries are stored, in this order, with one fixed date.
func (p Pack) Zip(w io.Writer, added ...File) error {
	data, err := p.JSON()
	if err != nil {
		return err
	}
	page, err := p.HTML()
	if err != nil {
		return err
	}
	files := []File{{"pack.json", data}, {"pack.html", []byte(page)}, {"pack.txt", []byte(p.Text())}}
	if p.SampleNotice != "" {
		files = append(files, File{"sample-notice.txt", []byte(p.SampleNotice)})
	}
	z := zip.NewWriter(w)
	for _, f := range append(files, added...) {
		entry, err := z.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Store, Modified: time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC)})
		if err == nil {
			_, err = entry.Write(f.Body)
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

// JSON is the pack for machines, indented, with a line feed at its end.
func (p Pack) JSON() ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(p); err != nil {
		return nil, incident.Because(incident.Internal, err, "encode the filing pack")
	}
	return out.Bytes(), nil
}

// Step words the pack's step for people.
func (p Pack) Step() string {
	if p.StageTitle != "" {
		return p.StageTitle
	}
	return map[string]string{"initial": "First filing", "follow_up": "Update of an earlier filing", "complete": "Complete filing"}[p.Phase]
}

// Text is the pack as a plain file, section by section.
func (p Pack) Text() string {
	var s strings.Builder
	if p.Drill {
		s.WriteString("*** DRILL: do not file ***\n\n")
	}
	fmt.Fprintf(&s, "%s\n%s\n\nAuthority:    %s\nFile at:      %s\nLaw:          %s\nReference:    %s\nJurisdiction: %s\nStep:         %s\n",
		p.Form.Title, strings.Repeat("=", len([]rune(p.Form.Title))), p.Authority(), p.Form.URL, p.Form.Law, p.Reference, p.Jurisdiction, p.Step())
	if p.Form.Note != "" {
		fmt.Fprintf(&s, "\n%s\n", p.Form.Note)
	}
	if missing := p.Missing(); len(missing) > 0 {
		fmt.Fprintf(&s, "\nRequired and not yet known: %d.", len(missing))
		if p.Form.Phased != "" && p.Fileable() {
			fmt.Fprintf(&s, " It may be filed now and completed later: %s.", p.Form.Phased)
		}
		s.WriteString("\n")
		for _, a := range missing {
			fmt.Fprintf(&s, "- %s: answer it in %s\n", a.Heading(), a.Place.Words())
		}
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
		fmt.Fprintf(&s, "\n[%s] %s%s\n", a.ID, a.Heading(), mark)
		for _, line := range strings.Split(a.Answer, "\n") {
			s.WriteString("    " + line + "\n")
		}
	}
	return s.String()
}

// Authority is who is told: the recipient by name where it is known.
func (p Pack) Authority() string {
	if p.Recipient != "" {
		return p.Recipient
	}
	return p.Form.Authority
}

// Heading is the label with the form's own number before it.
func (a Answer) Heading() string { return join(" ", a.Number, a.Label) }
