package outbox

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
)

// Codes with which people enrol in the monitoring they are offered. The provider
// sells them as a list; each is given to one person, in the order of the list, and
// never to a second, whatever becomes of the letter.
var (
	enrolState  = ledger.NewCaseTable[EnrolCodes]("enrol_codes") // incident
	enrolChunks = ledger.NewCaseTable[[]string]("enrol_lists")   // incident, chunk
	enrolGiven  = ledger.NewCaseTable[int]("enrol_given")        // incident, keyed hash of the person → number of the code, from 1
)

// EnrolCodes says how many there are. It holds none of them.
type EnrolCodes struct {
	Total int         `json:"total"`
	Given int         `json:"given"`
	Lists []EnrolList `json:"lists"`
}

// EnrolList is one upload.
type EnrolList struct {
	Codes int       `json:"codes"`
	By    string    `json:"by"`
	At    time.Time `json:"at"`
}

// Left is how many nobody has yet.
func (e *EnrolCodes) Left() int { return e.Total - e.Given }

const (
	enrolChunk   = 1000 // codes kept together
	mostCodes    = 5_000_000
	shortestCode = 4
	longestCode  = 64
)

// EnrolCodes gives how many codes there are, and whether letters of the case carry them.
func (s *Service) EnrolCodes(ctx context.Context, p incident.Principal, ref string) (codes EnrolCodes, wanted bool, err error) {
	err = s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		codes, err = enrolOf(tx, i.ID)
		return err
	})
	m := s.cfg.Letterhead.Monitoring
	return codes, m != nil && m.PersonCodes, err
}

func enrolOf(tx *ledger.Tx, id string) (EnrolCodes, error) {
	e, err := enrolState.Get(tx, ledger.K(id))
	if err != nil && incident.KindOf(err) == incident.NotFound {
		return EnrolCodes{Lists: []EnrolList{}}, nil
	}
	return e, err
}

// AddEnrolCodes takes a list of codes, one a line; of a CSV the first column. A first
// line that says "code" is a heading. Nothing of a list with a mistake is kept:
// Invalid names its lines, and no code.
func (s *Service) AddEnrolCodes(ctx context.Context, p incident.Principal, ref string, body io.Reader) (EnrolCodes, error) {
	list, err := readCodes(body)
	if err != nil {
		return EnrolCodes{}, err
	}
	var out EnrolCodes
	err = s.act(ctx, p, ref, incident.WriteNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		e, err := enrolOf(tx, i.ID)
		if err != nil {
			return err
		}
		if e.Total+len(list) > mostCodes {
			return incident.Errorf(incident.Invalid, "More than %d codes are not kept.", mostCodes)
		}
		if err := unknownCodes(tx, i.ID, list); err != nil {
			return err
		}
		tx.Record("enrol.add", "incident/"+i.ID)
		if err := appendCodes(tx, i.ID, e.Total, list); err != nil {
			return err
		}
		e.Total += len(list)
		e.Lists = append(e.Lists, EnrolList{Codes: len(list), By: p.ID, At: tx.Now()})
		out = e
		if err := enrolState.Put(tx, ledger.K(i.ID), e); err != nil {
			return err
		}
		return casework.WriteTimeline(tx, i, "enrol.add", "incident/"+i.ID, fmt.Sprintf("%d activation codes for the monitoring were added", len(list)))
	})
	return out, err
}

// coded is one code with its line.
type coded struct {
	code string
	line int
}

func readCodes(body io.Reader) ([]coded, error) {
	var out []coded
	var problems []incident.Problem
	seen := map[string]int{}
	lines := bufio.NewScanner(body)
	lines.Buffer(make([]byte, 0, 4096), 64<<10)
	for n := 1; lines.Scan(); n++ {
		code, _, _ := strings.Cut(strings.TrimPrefix(lines.Text(), "\ufeff"), ",")
		code = strings.Trim(strings.TrimSpace(code), `"`)
		say := func(format string, args ...any) {
			problems = append(problems, incident.Problem{Where: fmt.Sprintf("line %d", n), What: fmt.Sprintf(format, args...)})
		}
		switch {
		case code == "" || n == 1 && strings.EqualFold(code, "code"):
			continue
		case len(code) < shortestCode || len(code) > longestCode:
			say("A code has %d to %d signs.", shortestCode, longestCode)
		case strings.ContainsFunc(code, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsGraphic(r) || r == ' ' }):
			say("A code is made of letters, figures and signs without space.")
		case seen[code] > 0:
			say("It is the same code as on line %d.", seen[code])
		default:
			seen[code] = n
			out = append(out, coded{code, n})
		}
		if len(out) > mostCodes || len(problems) >= 20 {
			break
		}
	}
	if err := lines.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			return nil, incident.Errorf(incident.Invalid, "A line of the list is longer than any code.")
		}
		return nil, err
	}
	if len(problems) == 0 && len(out) == 0 {
		problems = []incident.Problem{{Where: "codes", What: "The list holds no code."}}
	}
	if len(problems) > 0 {
		return nil, &incident.Error{Kind: incident.Invalid, Message: "The list of codes cannot be taken.", Problems: problems}
	}
	return out, nil
}

// unknownCodes refuses a list with a code that is here already.
func unknownCodes(tx *ledger.Tx, id string, list []coded) error {
	at := make(map[string]int, len(list))
	for _, c := range list {
		at[c.code] = c.line
	}
	return enrolChunks.Scan(tx, ledger.K(id), func(_ ledger.Key, chunk []string) error {
		for _, code := range chunk {
			if n := at[code]; n > 0 {
				return &incident.Error{Kind: incident.Invalid, Message: "The list of codes cannot be taken.", Problems: []incident.Problem{{Where: fmt.Sprintf("line %d", n), What: "This code was uploaded before."}}}
			}
		}
		return nil
	})
}

// appendCodes writes codes behind the first total ones.
func appendCodes(tx *ledger.Tx, id string, total int, list []coded) error {
	for len(list) > 0 {
		n := total / enrolChunk
		var chunk []string
		if total%enrolChunk > 0 {
			var err error
			if chunk, err = enrolChunks.Get(tx, ledger.K(id, n)); err != nil {
				return err
			}
		}
		take := min(enrolChunk-len(chunk), len(list))
		for _, c := range list[:take] {
			chunk = append(chunk, c.code)
		}
		if err := enrolChunks.Put(tx, ledger.K(id, n), chunk); err != nil {
			return err
		}
		list, total = list[take:], total+take
	}
	return nil
}
