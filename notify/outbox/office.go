package outbox

import (
	"tocsin/incident"
	"tocsin/incident/ledger"
)

// toldWords says what is put on record of a duty that was met.
func toldWords(o *Obligation) string {
	switch o.Audience {
	case "regulator", "csirt":
		return "Filed with"
	case "internal":
		return "Put on record for"
	}
	return "Told"
}

// letterHanded says of a filing which letter was handed over. It has to be approved
// as it stands, by somebody else. Errors: Invalid where it is no letter of the duty,
// Conflict where its approval does not hold or it went out before.
func (s *Service) letterHanded(tx *ledger.Tx, p incident.Principal, i *incident.Incident, o *Obligation, f *Filing, draft string) error {
	if draft == "" {
		return nil
	}
	d, err := draftOf(tx, i, draft)
	if err != nil {
		return err
	}
	switch {
	case d.Audience == "individuals" || d.Audience == AudiencePublic || !d.Meets(o.ID):
		return problem("draft", "This letter is not for that duty.")
	case d.Released != nil:
		return incident.Errorf(incident.Conflict, "This letter was handed over already. Write a new one for the next stage.")
	}
	b, err := caseBasisOf(tx, i)
	if err != nil {
		return err
	}
	holds, err := s.holds(i, &d, tx.Now(), b)
	switch {
	case err != nil:
		return err
	case !holds:
		return incident.Errorf(incident.Conflict, "The letter is not approved as it stands now.")
	case d.Approval.By == p.ID:
		return incident.Errorf(incident.Forbidden, "You approved this letter; somebody else must hand it over.")
	}
	f.Draft, f.Text, f.Approved = d.ID, d.Current().Digest, d.Approval.By
	return nil
}

// handOver marks the letter of a filing as out: it never changes again.
func (s *Service) handOver(tx *ledger.Tx, i *incident.Incident, f *Filing) error {
	d, err := draftOf(tx, i, f.Draft)
	if err != nil {
		return err
	}
	d.Released = &Release{By: f.By, At: f.At}
	return drafts.Put(tx, ledger.K(i.ID, d.ID), d)
}

// guardiansLeft reports whether a mailing left out minors, whose parents are told
// otherwise.
func guardiansLeft(tx *ledger.Tx, id string) (bool, error) {
	left := false
	err := mailings.Scan(tx, ledger.K(id), func(_ ledger.Key, m Mailing) error {
		left = left || m.Excluded[guarded] > 0
		return nil
	})
	return left, err
}
