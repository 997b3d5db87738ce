package affected

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"tocsin/incident"
)

// ConflictRows reads conflicts.csv for the rows that could mean one of these
// people, all of them, in order. Errors are Invalid.
func ConflictRows(r io.Reader, people []int64) ([]Conflict, error) {
	rows := csv.NewReader(r)
	rows.ReuseRecord = true
	if header, err := rows.Read(); err != nil || !slices.Equal(header, []string{"file", "line", "why", "person", "others"}) {
		return nil, incident.Because(incident.Invalid, err, "this is no list of conflicts")
	}
	wanted := map[int64]bool{}
	for _, p := range people {
		wanted[p] = true
	}
	var out []Conflict
	for {
		rec, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, incident.Because(incident.Invalid, err, "the list of conflicts is damaged")
		}
		person, err1 := strconv.ParseInt(rec[3], 10, 64)
		line, err2 := strconv.ParseUint(rec[1], 10, 64)
		if err1 != nil || err2 != nil {
			return nil, incident.Errorf(incident.Invalid, "the list of conflicts is damaged")
		}
		if wanted[person] {
			out = append(out, Conflict{Place: Place{strings.Clone(rec[0]), line}, Why: strings.Clone(rec[2]), Person: person})
		}
	}
}

// Conflict is one row of conflicts.csv.
type Conflict struct {
	Place
	Why    string `json:"why"`
	Person int64  `json:"person"` // to whom it goes unless somebody decides
}
