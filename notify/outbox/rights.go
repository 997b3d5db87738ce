package outbox

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/keys"
	"tocsin/incident/ledger"
	"tocsin/notify"
	"tocsin/notify/letter"
	"tocsin/notify/statute"
)

var _ casework.Holder = (*Service)(nil)

// personKeys are the names a person's deliveries can have: for each letter one,
// where the lists have a customer id.
func personKeys(key *keys.Key, places []casework.ListPlace) []string {
	derived := key.Derive("deliveries")
	var out []string
	for n := range places {
		for series := range 1 + furtherLetters {
			if k := personKey(derived, &places[n].Person, places[n].Line, series); !slices.Contains(out, k) {
				out = append(out, k)
			}
		}
	}
	return out
}

// HeldOn gives a person's delivery, with the letter as it was made out to them.
// One who was left out has the reason in its place.
func (s *Service) HeldOn(tx *ledger.Tx, i *incident.Incident, key *keys.Key, places []casework.ListPlace) ([]casework.Holding, error) {
	var out []casework.Holding
	names, enrol := personKeys(key, places), ""
	for _, name := range names {
		code, err := enrolledWith(tx, i.ID, name)
		if err != nil {
			return nil, err
		}
		enrol = cmp.Or(enrol, code)
	}
	for _, name := range names {
		d, err := deliveries.Get(tx, ledger.K(i.ID, name))
		if incident.KindOf(err) == incident.NotFound && err != nil {
			continue
		}
		if err != nil {
			return nil, err
		}
		h := casework.Holding{Kind: "notice by e-mail", At: d.At.Format(time.RFC3339), Values: map[string]string{"outcome": string(d.State)}}
		for name, v := range map[string]string{"reason": d.Reason, "answer of the mail server": d.Receipt.Detail, "attempts": fmt.Sprint(d.Attempts)} {
			if v != "" && v != "0" {
				h.Values[name] = v
			}
		}
		if d.Draft != "" && d.State != Withheld {
			if err := s.letterHeld(tx, i, &d, places, checkCode(codesOf(key), name), enrol, &h); err != nil {
				return nil, err
			}
		}
		out = append(out, h)
	}
	return out, nil
}

// letterHeld renders the text that was sent, for the person alone.
func (s *Service) letterHeld(tx *ledger.Tx, i *incident.Incident, d *Delivery, places []casework.ListPlace, code, enrol string, h *casework.Holding) error {
	m, err := mailings.Get(tx, ledger.K(i.ID, d.Mailing))
	if err != nil {
		return err
	}
	draft, err := drafts.Get(tx, ledger.K(i.ID, d.Draft))
	if err != nil {
		return err
	}
	at := slices.IndexFunc(m.Letters, func(l Sent) bool { return l.Draft == d.Draft })
	if at < 0 || m.Letters[at].Version < 1 || m.Letters[at].Version > len(draft.Versions) {
		return nil
	}
	lib, err := s.Letters()
	if err != nil {
		return err
	}
	text := draft.Versions[m.Letters[at].Version-1].Letter
	prepared, err := lib.Prepare(text)
	if err != nil {
		return err
	}
	who := places[0].Person
	for _, p := range places { // the row of the list that was written to
		if p.Object == m.Roster {
			who = p.Person
		}
	}
	said, err := (&chosen{sent: m.Letters[at], mailing: prepared}).render(&who, code, enrol)
	if err != nil {
		said = letter.Message{Subject: text.Subject, Text: "The letter cannot be made out again; its approved text has the digest " + m.Letters[at].Digest + "."}
	}
	h.Values["letter"] = draft.Rule
	h.Subject, h.Text = said.Subject, said.Text
	return nil
}

// Keeps names mailings that are not over, letters nobody knows the end of,
// duties that are owed, and records a law has kept for a time.
func (s *Service) Keeps(tx *ledger.Tx, i *incident.Incident, whole bool) ([]casework.Obstacle, error) {
	var out []casework.Obstacle
	add := func(basis, what string, args ...any) {
		out = append(out, casework.Obstacle{What: fmt.Sprintf(what, args...), Basis: basis})
	}
	if err := mailings.Scan(tx, ledger.K(i.ID), func(_ ledger.Key, m Mailing) error {
		switch {
		case m.State.Active() || m.State == MailingPaused:
			add("", "Mailing %d is not over.", m.Seq)
		case m.Counts.Uncertain > 0:
			add("", "Mailing %d has letters nobody knows the end of. Settle them first.", m.Seq)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	all, err := ObligationsOf(tx, i.ID)
	if err != nil {
		return nil, err
	}
	lib, err := s.library(tx)
	if err != nil {
		return nil, err
	}
	for n := range all {
		o := &all[n]
		if o.Applies != "yes" {
			continue
		}
		unmet := slices.ContainsFunc(o.Stages, func(st Stage) bool { return st.Met == nil && st.Binding && st.State == "running" })
		if o.Owed() && unmet && (whole || o.Audience == "individuals") {
			add("legal_obligation", "A duty is open: %s (%s, %s).", o.Title, o.Regime, o.Recipient)
		}
		if !whole && o.Audience != "individuals" {
			continue
		}
		if keep, until := recordUntil(lib, o, i, tx.Now()); until.After(tx.Now()) {
			add("legal_obligation", "%s has a record of the notice kept for %s: not before %s (%s).", o.Regime, keep, until.Format("2 January 2006"), o.Citation)
		}
	}
	return out, nil
}

// PersonErased leaves of a delivery its name, a keyed hash, and its outcome, so
// that nobody is written to a second time. Letters that were released, and
// mailings, follow a list to its new object; an approval that was not used
// does not: the list it was for is no more.
func (s *Service) PersonErased(tx *ledger.Tx, i *incident.Incident, key *keys.Key, places []casework.ListPlace, moved map[string]string) (int, error) {
	n := 0
	for _, name := range personKeys(key, places) {
		k := ledger.K(i.ID, name)
		if err := forgetPosted(tx, k); err != nil {
			return n, err
		}
		d, err := deliveries.Get(tx, k)
		if incident.KindOf(err) == incident.NotFound && err != nil {
			continue
		}
		if err != nil {
			return n, err
		}
		n++
		d.Line, d.NextTry = 0, nil
		d.Receipt = notify.Receipt{Outcome: d.Receipt.Outcome, Code: d.Receipt.Code, Enhanced: d.Receipt.Enhanced}
		if d.State == Deferred { // nobody will try again
			d.State, d.Reason = Excluded, "erased"
		}
		if err := deliveries.Put(tx, k, d); err != nil {
			return n, err
		}
	}
	if err := mailings.Scan(tx, ledger.K(i.ID), func(k ledger.Key, m Mailing) error {
		to := moved[m.Roster]
		if to == "" {
			return nil
		}
		m.Roster = to
		return mailings.Put(tx, k, m)
	}); err != nil {
		return n, err
	}
	if err := postings.Scan(tx, ledger.K(i.ID), func(k ledger.Key, x Posting) error {
		to := moved[x.Roster]
		if to == "" {
			return nil
		}
		x.Roster = to
		return postings.Put(tx, k, x)
	}); err != nil {
		return n, err
	}
	return n, drafts.Scan(tx, ledger.K(i.ID), func(k ledger.Key, d Draft) error {
		if d.Released == nil || d.Approval == nil || moved[d.Approval.Roster] == "" {
			return nil
		}
		d.Approval.Roster = moved[d.Approval.Roster]
		return drafts.Put(tx, k, d)
	})
}

// forgetPosted leaves of somebody's letter on paper that there was one: its code answers no more.
func forgetPosted(tx *ledger.Tx, k ledger.Key) error {
	l, err := postedTo.Get(tx, k)
	if err != nil {
		if incident.KindOf(err) == incident.NotFound {
			err = nil
		}
		return err
	}
	l.Line = 0
	return postedTo.Put(tx, k, l)
}

// CaseErased deletes what of an incident lies outside its key: its deadlines,
// its place among active mailings and open reviews, reminders, messages to staff,
// the addresses of its public notices.
func (s *Service) CaseErased(tx *ledger.Tx, i *incident.Incident) error {
	if err := clocks.Scan(tx, ledger.K(), func(k ledger.Key, c Clock) error {
		if c.Incident == i.ID {
			return clocks.Delete(tx, k)
		}
		return nil
	}); err != nil {
		return err
	}
	if err := sending.Scan(tx, ledger.K(), func(k ledger.Key, id string) error {
		if id == i.ID {
			return sending.Delete(tx, k)
		}
		return nil
	}); err != nil {
		return err
	}
	for _, table := range []ledger.Table[string]{printingJobs, unprinting} {
		if err := table.Scan(tx, ledger.K(), func(k ledger.Key, id string) error {
			if id == i.ID {
				return table.Delete(tx, k)
			}
			return nil
		}); err != nil {
			return err
		}
	}
	if err := queue.Delete(tx, ledger.K(i.ID)); err != nil {
		return err
	}
	if err := forgetReminders(tx, i.ID); err != nil {
		return err
	}
	if err := forgetNotices(tx, i.ID); err != nil {
		return err
	}
	return staff.Scan(tx, ledger.K(), func(k ledger.Key, m StaffMessage) error {
		if m.Incident != i.ID {
			return nil
		}
		if err := waiting.Delete(tx, k); err != nil {
			return err
		}
		return staff.Delete(tx, k)
	})
}

// recordUntil is until when a rule has a record kept, counted from the end of the
// case, or from now while it is open: never earlier than the law has it.
func recordUntil(lib *statute.Library, o *Obligation, i *incident.Incident, now time.Time) (keep string, until time.Time) {
	all := lib.Versions(o.Rule)
	n := slices.IndexFunc(all, func(r *statute.Rule) bool { return r.Version == o.Version })
	if n < 0 {
		return "", time.Time{}
	}
	keep = all[n].Record.Keep
	from := now
	if i.ClosedAt != nil {
		from = *i.ClosedAt
	}
	words := strings.Fields(keep)
	if len(words) < 2 {
		return keep, time.Time{}
	}
	amount, err := strconv.Atoi(words[0])
	if err != nil {
		return keep, time.Time{}
	}
	switch strings.Trim(words[1], ",;") {
	case "year", "years":
		until = from.AddDate(amount, 0, 0)
	case "month", "months":
		until = from.AddDate(0, amount, 0)
	case "day", "days":
		until = from.AddDate(0, 0, amount)
	}
	return keep, until
}
