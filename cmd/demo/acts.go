package demo

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"tocsin/incident"
)

// alertComes sends the support desk's signed webhook, twice: senders do.
func (s *scene) alertComes(ctx context.Context) error {
	body := `{"id":"evt-4711","title":"Bulk export of support tickets","severity":"high","status":"open","occurred_at":"` +
		time.Now().Add(-26*time.Hour).UTC().Format(time.RFC3339) + `","description":"An agent account exported all tickets from an unknown network.","users":["agent-17"]}`
	var answer struct {
		Alert, Incident string
		Duplicate       bool
	}
	for n := range 2 {
		mac := hmac.New(sha256.New, []byte(s.secrets.alerts))
		mac.Write([]byte(body))
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base+"/hooks/"+alertSource, strings.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("X-Desk-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		raw, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			return err
		}
		if resp.StatusCode != http.StatusAccepted {
			return fmt.Errorf("the alert was answered %s: %s", resp.Status, raw)
		}
		if err := json.Unmarshal(raw, &answer); err != nil {
			return err
		}
		if answer.Duplicate != (n == 1) {
			return fmt.Errorf("delivery %d of the alert was answered duplicate=%v", n+1, answer.Duplicate)
		}
	}
	if answer.Incident == "" {
		return errors.New("the alert opened no incident")
	}
	s.ref = answer.Incident
	s.summary.Incident, s.summary.OpenedBy = answer.Incident, "hook:"+alertSource
	s.log.step("hook", "signed alert opened %s with its playbook; sent again, it changed nothing", s.ref)
	return nil
}

func (s *scene) factsAreRecorded(ctx context.Context) error {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		return err
	}
	now := time.Now().In(berlin)
	for _, m := range []struct {
		name, reason string
		at           time.Time
	}{
		{"occurred_from", "first foreign sign-in in the desk's access log", now.Add(-9 * 24 * time.Hour)},
		{"occurred_until", "the agent account was closed", now.Add(-20 * time.Hour)},
		{"discovered", "the alert was read by the night shift", now.Add(-25 * time.Hour)},
		{"aware", "the exported tickets were opened and hold customers' data", now.Add(-22 * time.Hour)},
		{"determined", "counsel: a breach in the sense of the laws that ask for one", now.Add(-21 * time.Hour)},
	} {
		if _, err := s.staff.commander.send(ctx, s.path("/milestones/"+m.name), "/milestones/"+m.name, map[string]string{
			"at": m.at.Format("2006-01-02T15:04"), "zone": "Europe/Berlin", "precision": "instant", "reason": m.reason,
		}); err != nil {
			return err
		}
	}
	s.log.step("console", "milestones set with reasons; a person, not the alert, said when the insurer became aware")
	for _, f := range [][3]string{
		{"incident.malicious", "yes", "access log"}, {"incident.confidentiality", "breached", "exported tickets seen"}, {"incident.integrity", "intact", "checksums"},
		{"incident.availability", "intact", "desk in service"}, {"incident.access", "yes", "access log"}, {"incident.acquisition", "confirmed", "export job log"},
		{"incident.encryption", "none", "desk configuration"}, {"incident.key", "compromised", "not encrypted at all"}, {"incident.medium", "electronic", "desk"},
		{"incident.recipient", "attacker", "forum post"}, {"incident.recovered", "no", "forum post"}, {"incident.backup", "available", "backup report"},
	} {
		if _, err := s.staff.forensics.send(ctx, s.path("/facts/"+f[0]), "/facts/"+f[0], map[string]string{
			"value." + f[0]: f[1], "certainty." + f[0]: "known", "source." + f[0]: f[2],
		}); err != nil {
			return err
		}
	}
	if _, err := s.staff.commander.send(ctx, s.path("/facts/wording"), "/facts/wording", map[string]string{
		"notice.what_happened": "Somebody used a support agent's account to copy messages that customers had sent to our support desk, with what was attached to them.",
		"notice.measures":      "We closed the account and every session of the support desk.\nWe have asked an outside firm to examine what was copied.\nWe told the police.",
		"notice.consequences":  "Somebody could use what you wrote to us to pretend to be you, or to be us.\nCard numbers and policies could be misused.",
		"notice.advice":        "Be careful with messages that claim to come from us.\nCheck your statements for payments you do not know.",
		"notice.acquirer":      "an unknown person",
		"notice.planned":       now.Format(time.DateOnly),
		"notice.police":        "yes",
		"notice.police_delay":  "no",
	}); err != nil {
		return err
	}
	s.log.step("console", "facts recorded with their sources, and the wording for the public")
	return nil
}

func (s *scene) evidenceIsCollected(ctx context.Context) error {
	for n, e := range []struct{ kind, title, body string }{
		{"log_extract", "Access log of the support desk", "2026-11-14T02:11:09Z agent-17 sign-in 203.0.113.9\n2026-11-14T02:13:44Z agent-17 export tickets=all\n"},
		{"screenshot", "Session list before it was closed", "a picture would be here; its bytes are sealed all the same\n"},
		{"message", "Forum post that offers the data", "offered: tickets of an insurer\n"},
	} {
		v := []*visitor{s.staff.forensics, s.staff.support, s.staff.forensics}[n]
		if _, err := v.send(ctx, s.path("/evidence"), "/evidence", map[string]string{"title": e.title, "kind": e.kind, "source": "support desk", "method": "exported by hand"},
			file{field: "file", name: fmt.Sprintf("exhibit-%d.txt", n+1), content: e.body}); err != nil {
			return err
		}
		s.summary.Evidence++
	}
	s.log.step("console", "three exhibits sealed, each with its hash and custody")
	return nil
}

func (s *scene) peopleAreResolved(ctx context.Context) error {
	c := s.staff.commander
	p, err := c.send(ctx, s.path("/affected/new"), "/affected/new", nil,
		file{field: "directory", path: s.exports.directory}, file{field: "exposures", path: s.exports.transcripts},
		file{field: "exposures", path: s.exports.policies}, file{field: "exposures", path: s.exports.cards})
	if err != nil {
		return err
	}
	run := p.path
	s.log.step("console", "directory and three exports uploaded and sealed; their columns were guessed")
	if _, err := c.sendFrom(ctx, p, "/run", map[string]string{
		"e0.elements": "name+email+communications", "e1.elements": "name+email", "e1.column": "fields", "e1.email": "holder_email",
		"e2.elements": "name", "e2.customer_id": "id", "e2.has.ssn": "ssn", "e2.has.card_number": "card", "e2.has.driver_license": "licence",
		"e0.customer_id": "customer",
	}); err != nil {
		return err
	}
	if p, err = s.until(ctx, c, run, func(p *page) bool { _, err := p.form("/propose"); return err == nil }); err != nil {
		return err
	}
	if _, err := c.sendFrom(ctx, p, "/propose", nil); err != nil {
		return err
	}
	if _, err := s.staff.counsel.send(ctx, run, "/settle", nil); err != nil {
		return err
	}
	rosters, err := s.app.Desk.Rosters(ctx, incident.Operator(), s.ref)
	if err != nil {
		return err
	}
	r := rosters[0]
	s.summary.Affected.People, s.summary.Affected.Jurisdictions = r.People, len(r.ByJurisdiction)
	s.log.step("console", "%d people in %d jurisdictions are affected: %d rows matched, %d duplicates, %d named nobody, %d could not be read",
		r.People, len(r.ByJurisdiction), r.Matched, r.Duplicates, r.Unmatched, r.Malformed)
	return nil
}

func (s *scene) lettersAreWritten(ctx context.Context) error {
	duties, err := s.app.Outbox.Obligations(ctx, incident.Operator(), s.ref)
	if err != nil {
		return err
	}
	for n := range duties {
		switch duties[n].Applies {
		case "yes":
			s.summary.Obligations.Owed++
		case "no":
			s.summary.Obligations.NotOwed++
		default:
			s.summary.Obligations.Unknown++
		}
	}
	s.log.step("rules", "%d duties are owed, %d are not, %d hang on a fact that is missing; each says why", s.summary.Obligations.Owed, s.summary.Obligations.NotOwed, s.summary.Obligations.Unknown)
	p, err := s.staff.commander.send(ctx, s.path("/obligations"), "/obligations/drafts", nil)
	if err != nil {
		return err
	}
	s.summary.Drafts = len(p.links(s.path("/notices/"))) // the letters on the page
	drafts, err := s.app.Outbox.Drafts(ctx, incident.Operator(), s.ref)
	if err != nil {
		return err
	}
	s.summary.Drafts = len(drafts)
	s.log.step("console", "%d letters written from the facts, each held against the law of its recipients", len(drafts))
	return nil
}

func (s *scene) lettersAreApproved(ctx context.Context) error {
	list, err := s.staff.counsel.open(ctx, s.path("/notices"))
	if err != nil {
		return err
	}
	approved := 0
	for _, link := range list.links(s.path("/notices/")) {
		if strings.HasSuffix(link, "/release") {
			continue
		}
		p, err := s.staff.counsel.open(ctx, link)
		if err != nil {
			return err
		}
		if _, err := p.form("/approve"); errors.Is(err, errNoForm) {
			s.log.step("console", "counsel left %s for later: something in it is open", strings.TrimSpace(strings.SplitN(p.title(), "\n", 2)[0]))
			continue
		}
		if _, err := s.staff.counsel.sendFrom(ctx, p, "/approve", nil); err != nil {
			return err
		}
		approved++
	}
	if approved == 0 {
		return errors.New("counsel could approve no letter")
	}
	s.log.step("console", "counsel read and approved %d letters, each bound to its text and to the list of people", approved)
	return nil
}

func (s *scene) lettersAreSent(ctx context.Context) error {
	p, err := s.staff.approver.send(ctx, s.path("/notices/release"), "/release", nil)
	if err != nil {
		return err
	}
	mailing := p.path
	s.log.step("console", "a second person released them; the first few go alone")
	if _, err := s.until(ctx, s.staff.approver, mailing, func(p *page) bool {
		all, err := s.app.Outbox.Mailings(ctx, incident.Operator(), s.ref)
		return err == nil && len(all) > 0 && !all[len(all)-1].State.Active()
	}); err != nil {
		return err
	}
	all, err := s.app.Outbox.Mailings(ctx, incident.Operator(), s.ref)
	if err != nil {
		return err
	}
	m := all[len(all)-1]
	messages, recipients, most := s.mail.counts()
	if most > 1 {
		return fmt.Errorf("somebody got %d letters", most)
	}
	if messages != m.Counts.Accepted {
		return fmt.Errorf("%d letters arrived and %d were recorded as accepted (mailing %s: %s)", messages, m.Counts.Accepted, m.State, m.Note)
	}
	s.summary.Released = len(m.Letters)
	s.summary.Affected.Excluded = m.Left()
	s.summary.Mail.Accepted, s.summary.Mail.Rejected, s.summary.Mail.Uncertain = m.Counts.Accepted, m.Counts.Rejected, m.Counts.Uncertain
	s.log.step("smtp", "%d reminders of deadlines reached the people who answer for them", s.mail.reminders())
	s.log.step("smtp", "%d letters arrived at %d mailboxes, none twice; %d were refused for good, %d uncertain, %d left out with a reason: %d in all",
		messages, recipients, m.Counts.Rejected, m.Counts.Uncertain, m.Left(), m.People)
	return nil
}

func (s *scene) filingsAreRecorded(ctx context.Context) error {
	p, err := s.staff.commander.open(ctx, s.path("/obligations"))
	if err != nil {
		return err
	}
	filed, packs := 0, 0
	for _, link := range p.links(s.path("/duties/")) {
		if !strings.HasSuffix(link, "/pack") {
			continue
		}
		body, err := s.staff.commander.download(ctx, link)
		if err != nil {
			return err
		}
		if !bytes.HasPrefix(body, []byte("PK")) {
			return fmt.Errorf("%s is no archive", link)
		}
		packs++
	}
	for _, f := range p.forms() {
		if !strings.HasSuffix(f.action, "/file") || !strings.Contains(f.action, "eu-gdpr-33-1") && !strings.Contains(f.action, "us-ca-ag") {
			continue
		}
		if _, err := s.staff.commander.submit(ctx, p, f, map[string]string{"reference": fmt.Sprintf("REF-%04d", 1000+filed), "at": time.Now().In(berlin()).Format("2006-01-02T15:04")},
			file{field: "receipt", name: "receipt.txt", content: "received\n"}); err != nil {
			return err
		}
		filed++
		s.summary.Evidence++
	}
	s.log.step("console", "%d filing packs downloaded; %d filings recorded with their receipts as evidence", packs, filed)
	return nil
}

func berlin() *time.Location {
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		return time.UTC
	}
	return loc
}
