package keys

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"

	"tocsin/incident"
)

// prefix starts the text form of a master key, so that scanners for leaked
// secrets, and people, know one when they see it.
const prefix = "TOCSIN-MASTER-KEY-1-"

var encoding = base64.RawURLEncoding.Strict()

func (m master) text() string {
	return prefix + encoding.EncodeToString(append(m.secret[:], checksum(m.secret)...))
}

// Parse reads master keys from text: one or more, separated by white space, the
// current one first; lines that start with # are comments. It is the form of the
// key file and of the environment variable. Errors are Invalid, say which key
// is wrong, and never repeat any of it.
func Parse(text string) (*Ring, error) {
	r := &Ring{}
	for n, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for _, word := range strings.Fields(line) {
			m, err := parseMaster(word)
			if err != nil {
				return nil, &incident.Error{Kind: incident.Invalid, Message: "the master key cannot be read",
					Problems: []incident.Problem{{Where: fmt.Sprintf("line %d", n+1), What: err.Error()}}}
			}
			for _, have := range r.masters {
				if have.id == m.id {
					return nil, &incident.Error{Kind: incident.Invalid, Message: "the master key cannot be read",
						Problems: []incident.Problem{{Where: fmt.Sprintf("line %d", n+1), What: "the same key twice"}}}
				}
			}
			r.masters = append(r.masters, m)
		}
	}
	if len(r.masters) == 0 {
		return nil, incident.Errorf(incident.Invalid, "no master key given: expected a text that starts with %s", prefix)
	}
	return r, nil
}

func parseMaster(word string) (master, error) {
	body, ok := strings.CutPrefix(word, prefix)
	if !ok {
		return master{}, fmt.Errorf("does not start with %s", prefix)
	}
	raw, err := encoding.DecodeString(body)
	if err != nil || len(raw) != Size+4 {
		return master{}, fmt.Errorf("is cut short or has a wrong character")
	}
	s := [Size]byte(raw[:Size])
	if !bytes.Equal(checksum(s), raw[Size:]) {
		return master{}, fmt.Errorf("its checksum is wrong: a character was changed")
	}
	return masterOf(s), nil
}

// format writes the text form of the ring, current key first.
func (r *Ring) format() []byte {
	var b bytes.Buffer
	b.WriteString("# Tocsin master key. Whoever holds it can read everything; without it nothing can be\n" +
		"# read, backups included. Keep a copy apart from the backups. The first key is current.\n")
	for _, m := range r.masters {
		b.WriteString(m.text() + "\n")
	}
	return b.Bytes()
}
