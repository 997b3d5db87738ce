package bundle

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"tocsin/incident"
	"tocsin/incident/casework"
)

// contents checks what the documents say of each other: that every exhibit's
// bytes are those it was acquired with, and that its custody is unbroken.
func (v *verifier) contents() {
	var c struct {
		Incident incident.Incident `json:"incident"`
		Evidence []Exhibit         `json:"evidence"`
	}
	if err := json.Unmarshal([]byte(v.text("data/incident.json")), &c); err != nil {
		if v.sums["data/incident.json"] != "" {
			v.wrong("data/incident.json", "cannot be read")
		}
		return
	}
	if v.Incident != "" && c.Incident.Number != v.Incident {
		v.wrong("data/incident.json", "is about %s; %s was signed", c.Incident.Number, v.Incident)
	}
	v.Exhibits = len(c.Evidence)
	chains := v.custody()
	for _, x := range c.Evidence {
		if x.Path != "" && v.sums[x.Path] != "" && v.sums[x.Path] != x.SHA256 && !v.noted(x.Path) {
			v.wrong(x.Path, "not the bytes of evidence %d, which has SHA-256 %s", x.Number, x.SHA256)
		}
		chain := chains[x.Number]
		if len(chain) != x.CustodySeq {
			v.wrong("data/custody.jsonl", "evidence %d has %d custody events; %d are here", x.Number, x.CustodySeq, len(chain))
		}
		previous := ""
		for n, e := range chain {
			if e.Seq != n+1 || e.Previous != previous || casework.CustodyHash(e) != e.Hash {
				v.wrong("data/custody.jsonl", "evidence %d: event %d does not follow from the one before", x.Number, e.Seq)
				break
			}
			previous = e.Hash
		}
	}
}

func (v *verifier) custody() map[int][]incident.CustodyEvent {
	out := map[int][]incident.CustodyEvent{}
	const name = "data/custody.jsonl"
	f, err := os.Open(filepath.Join(v.dir, filepath.FromSlash(name)))
	if err != nil {
		return out // walk or the manifest has noted it
	}
	defer f.Close()
	lines := bufio.NewReader(f)
	for n := 1; ; n++ {
		line, err := lines.ReadString('\n')
		if strings.TrimSpace(line) != "" {
			var c custodyLine
			if json.Unmarshal([]byte(line), &c) != nil {
				v.wrong(name, "line %d cannot be read", n)
				return out
			}
			out[c.Evidence] = append(out[c.Evidence], c.CustodyEvent)
		}
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			v.wrong(name, "cannot be read")
			return out
		}
	}
}
