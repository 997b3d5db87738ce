package outbox

import (
	"context"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// enrolField is what letters call a person's code.
const enrolField = "person.monitoring_code"

// outOfCodes is why a mailing waits whose letters want more codes than there are.
const outOfCodes = "the activation codes of the monitoring have run out: add more, then let it go on"

// giveCodes gives each of some people their code: the one they have, or the next
// that nobody has. It is on disk before the letter is written, so that a code is never
// given again; whoever has none in the answer finds none left.
func (s *Service) giveCodes(ctx context.Context, id string, people []string) (map[string]string, error) {
	out := map[string]string{}
	err := s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
		e, err := enrolOf(tx, id)
		if err != nil {
			return err
		}
		tx.Record("enrol.give", "incident/"+id)
		before := e.Given
		for _, key := range people {
			n, err := enrolGiven.Get(tx, ledger.K(id, key))
			switch {
			case err == nil:
			case incident.KindOf(err) != incident.NotFound:
				return err
			case e.Left() == 0:
				continue
			default:
				e.Given++
				n = e.Given
				if err := enrolGiven.Put(tx, ledger.K(id, key), n); err != nil {
					return err
				}
			}
			if out[key], err = enrolCode(tx, id, n); err != nil {
				return err
			}
		}
		if e.Given == before {
			return nil
		}
		return enrolState.Put(tx, ledger.K(id), e)
	})
	return out, err
}

// enrolCode is the n-th code, from 1.
func enrolCode(tx *ledger.Tx, id string, n int) (string, error) {
	chunk, err := enrolChunks.Get(tx, ledger.K(id, (n-1)/enrolChunk))
	if err != nil {
		return "", err
	}
	return chunk[(n-1)%enrolChunk], nil
}

// enrolledWith is the code a person has; empty where they have none.
func enrolledWith(tx *ledger.Tx, id, key string) (string, error) {
	n, err := enrolGiven.Get(tx, ledger.K(id, key))
	if err != nil {
		if incident.KindOf(err) == incident.NotFound {
			err = nil
		}
		return "", err
	}
	return enrolCode(tx, id, n)
}

// wantsCode reports whether somebody's letter shows a code.
func (r *recipient) wantsCode() bool {
	return r.reason == "" && r.letter != nil && r.letter.mailing.Asks(enrolField, addressee(&r.person, ""))
}

// enrol gives those of a batch their codes whose letters show one. Where there are
// none left for somebody, the mailing is to wait.
func (p *pass) enrol(ctx context.Context, people []*recipient) error {
	var keys []string
	for _, r := range people {
		if r.code == "" && !r.written && r.wantsCode() {
			keys = append(keys, r.own)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	codes, err := p.s.giveCodes(ctx, p.j.incident, keys)
	if err != nil {
		return err
	}
	for _, r := range people {
		if r.code == "" && !r.written && r.wantsCode() {
			if r.code = codes[r.own]; r.code == "" {
				p.codeless = true
			}
		}
	}
	return nil
}

// enrolPaper gives those of some hundred people their codes whose printed letters show one.
// Whoever is left without one is set apart by the press, like anybody whose letter lacks a
// value.
func (w *postal) enrolPaper(ctx context.Context, some []paperLetter) error {
	var keys []string
	for n := range some {
		if l := &some[n]; l.goes() && l.letter.mailing.Asks(enrolField, addressee(&l.person, "")) {
			keys = append(keys, l.own)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	codes, err := w.s.giveCodes(ctx, w.j.incident, keys)
	for n := range some {
		some[n].enrol = codes[some[n].own]
	}
	return err
}
