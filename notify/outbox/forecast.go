package outbox

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/letter"
)

// Forecast is what a release would do now, person by person: the list was gone
// through as the mailing would. The people on the list are the recipients, those
// left out by reason, and those an earlier mailing told.
type Forecast struct {
	Plan
	// Digest is of all that the numbers follow from; a release that names it goes
	// ahead only while they stand.
	Digest         string
	Recipients     int            // who get a letter
	Accounts       int            // further accounts of theirs, whose letter names what those exposed too
	Earlier        int            // told by an earlier mailing
	Excluded       map[string]int // by reason, without Accounts
	Codes          int            // recipients whose letter shows an activation code they do not have yet
	CodesLeft      int            // codes that nobody has
	ByJurisdiction map[string]int // of the recipients
	ByLetter       map[string]int // of the recipients, by draft
	Samples        []Sample       // nil for who may not see names
}

// Sample is the letter of one person of the list, rendered whole.
type Sample struct {
	Why          []string // what it is an example of
	Draft        string
	Line         int // row of the list
	Jurisdiction string
	Language     string // of the letter
	To           string // e-mail address, masked
	LeftOut      string // why they get none by this mailing; the letter is as it would be read
	Problem      string // why the letter cannot be written
	Message      letter.Message
}

// forecasts keeps the last one: a page, its confirmation and the release follow each
// other within minutes, and a list of a million takes seconds to go through.
type forecasts struct {
	sync.Mutex
	of string
	is Forecast
}

// ForecastRelease says what a release would do. Samples are there for who may see
// names.
func (s *Service) ForecastRelease(ctx context.Context, p incident.Principal, ref string) (Forecast, error) {
	var out Forecast
	var names bool
	w := &pass{s: s}
	var texts []Draft
	if err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) (err error) {
		names = incident.Can(p, incident.SeeRoster, i)
		w.j.incident = i.ID
		if out.Plan, err = s.plan(tx, i); err != nil {
			return err
		}
		for n := range out.Letters {
			w.m.Letters = append(w.m.Letters, sentOf(&out.Letters[n].Draft))
			texts = append(texts, out.Letters[n].Draft)
		}
		w.m.Roster, w.m.Series = out.Roster, out.Series
		if w.marks, err = casework.PersonMarks(tx, i.ID); err != nil {
			return err
		}
		if w.left, err = casework.Excluded(tx, i.ID); err != nil {
			return err
		}
		if w.counts, err = s.leftUncounted(tx, i.ID, texts); err != nil {
			return err
		}
		codes, err := enrolOf(tx, i.ID)
		if err != nil {
			return err
		}
		out.CodesLeft = codes.Left()
		out.Digest, err = s.forecastDigest(tx, i, &out.Plan)
		return err
	}); err != nil || len(texts) == 0 {
		return out, err
	}
	f, err := s.forecast(ctx, w, texts, out)
	if !names {
		f.Samples = nil
	}
	return f, err
}

func (s *Service) forecast(ctx context.Context, w *pass, texts []Draft, out Forecast) (Forecast, error) {
	s.seen.Lock()
	defer s.seen.Unlock()
	if s.seen.of == out.Digest {
		return s.seen.is, nil
	}
	lib, err := s.Letters()
	if err != nil {
		return out, err
	}
	if w.choose, err = newChooser(lib, w.m.Letters, texts); err != nil {
		return out, err
	}
	k, err := s.DB.DataKey(ctx, w.j.incident)
	if err != nil {
		return out, err
	}
	w.key, w.codes = k.Derive("deliveries"), codesOf(k)
	if w.accounts, err = w.findAccounts(ctx); err != nil {
		return out, err
	}
	if err := w.foresee(ctx, &out); err != nil {
		return out, err
	}
	s.seen.of, s.seen.is = out.Digest, out
	return out, nil
}

// foresee goes through the list.
func (p *pass) foresee(ctx context.Context, out *Forecast) error {
	list, err := p.s.Vault.Open(ctx, p.j.incident, p.m.Roster)
	if err != nil {
		return err
	}
	defer list.Close()
	out.Excluded, out.ByJurisdiction, out.ByLetter = map[string]int{}, map[string]int{}, map[string]int{}
	pick := newPicker()
	line := 0
	for person, err := range affected.ReadRoster(bufio.NewReaderSize(list, 256<<10)) {
		if err != nil {
			return err
		}
		if line++; casework.Erased(&person) {
			continue
		}
		p.add(person, line)
		if len(p.batch) < forecastBatch {
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := p.countBatch(ctx, out, pick); err != nil {
			return err
		}
	}
	if err := p.countBatch(ctx, out, pick); err != nil {
		return err
	}
	if out.Codes > out.CodesLeft && out.Blocked == "" {
		out.Blocked = fmt.Sprintf("%d letters show an activation code of the monitoring, and %d codes are left. Add more.", out.Codes, out.CodesLeft)
	}
	out.Samples = pick.samples(p)
	return nil
}

const forecastBatch = 2000

// countBatch puts those read since the last time where they belong.
func (p *pass) countBatch(ctx context.Context, out *Forecast, pick *picker) error {
	err := p.s.DB.View(ctx, func(tx *ledger.Tx) error {
		for n := range p.batch {
			r := &p.batch[n]
			d, err := deliveries.Get(tx, ledger.K(p.j.incident, r.key))
			if err != nil && incident.KindOf(err) != incident.NotFound {
				return err
			}
			switch {
			case err == nil && d.State == Bounced:
				out.Excluded[cameBackReason]++
				continue
			case err == nil && d.told():
				out.Earlier++
				continue
			}
			if r.reason == "" && r.person.Name == "" {
				// What a letter needs of a person and a list may lack is the name.
				if _, err := r.letter.render(&r.person, sampleCode, sampleCode); err != nil {
					r.reason = unwritten + whatIsWrong(err, r.person.CustomerID)
				}
			}
			pick.see(p, r)
			switch r.reason {
			case "":
				out.Recipients++
				out.ByJurisdiction[r.person.Jurisdiction()]++
				out.ByLetter[r.letter.sent.Draft]++
				if r.wantsCode() {
					has, err := enrolGiven.Has(tx, ledger.K(p.j.incident, r.own))
					if err != nil {
						return err
					}
					if !has {
						out.Codes++
					}
				}
			case otherAccount:
				out.Accounts++
			default:
				out.Excluded[r.reason]++
			}
		}
		return nil
	})
	p.batch = p.batch[:0]
	return err
}

// forecastDigest is of what the numbers follow from: the list, the letters, what
// people asked and what was decided about them, and what mailings did.
func (s *Service) forecastDigest(tx *ledger.Tx, i *incident.Incident, plan *Plan) (string, error) {
	sum := sha256.New()
	e := json.NewEncoder(sum)
	say := func(v any) error { return e.Encode(v) }
	if err := say([]any{i.ID, plan.Roster, plan.Series, plan.Blocked}); err != nil {
		return "", err
	}
	for _, l := range plan.Letters {
		if err := say([]string{l.ID, l.Current().Digest}); err != nil {
			return "", err
		}
	}
	state, err := casework.LeftOutDigest(tx, i.ID)
	if err != nil {
		return "", err
	}
	if err := say(state); err != nil {
		return "", err
	}
	codes, err := enrolOf(tx, i.ID)
	if err != nil {
		return "", err
	}
	if err := say([]int{codes.Total, codes.Given}); err != nil {
		return "", err
	}
	err = mailings.Scan(tx, ledger.K(i.ID), func(_ ledger.Key, m Mailing) error { return say([]any{m.ID, m.State, m.Counts}) })
	return hex.EncodeToString(sum.Sum(nil)), err
}

func sentOf(d *Draft) Sent {
	return Sent{Draft: d.ID, Obligation: d.Obligation, Version: d.Current().N, Digest: d.Current().Digest, Covers: d.Covers, Language: d.Language, Reader: d.Reader}
}
