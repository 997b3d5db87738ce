package outbox

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"strings"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/casework"
	"tocsin/incident/keys"
	"tocsin/incident/ledger"
	"tocsin/notify/letter"
	"tocsin/notify/post"
)

// Why somebody is written to on paper.
const (
	postNoEmail   = "no e-mail address"
	postBadEmail  = "the e-mail address cannot receive mail"
	postCameBack  = "e-mail came back"
	postRefused   = "e-mail was refused"
	postDeceased  = "deceased: to the next of kin"
	postMinor     = "a minor: to the parent or guardian"
	askedForPaper = "asked to be written to by post"
	postEveryone  = "everybody is written to on paper"
	noPostAddress = "no postal address"
	addressFailed = "a letter to this address came back"
	noCountry     = "no country a letter could go to"
)

// postal goes through a list for letters on paper, with the eyes of a mailing.
type postal struct {
	*pass
	everyone bool
	post     [keys.Size]byte   // of the codes the mail house reads
	posting  string            // whose own records are not in the way
	lists    map[string]string // posting → the list it was for
}

// paperLetter is one person of the list as a posting has them.
type paperLetter struct {
	person  affected.Person
	line    int
	key     string
	own     string // the person's, whichever letter it is
	enrol   string // the code of the monitoring, where their letter shows one
	letter  *chosen
	mailing string // whose e-mail did not reach them
	why     string // why on paper; "" where none goes out to them
	reason  string // why they are left out
	byEmail bool
	earlier bool
}

// openPostal reads what is needed to go through a list. letters are drafts, each with
// the version that was approved.
func (s *Service) openPostal(tx *ledger.Tx, i *incident.Incident, x *Posting) (*postal, []Draft, error) {
	w := &postal{pass: &pass{s: s}, everyone: x.Everyone, posting: x.ID}
	w.j.incident = i.ID
	w.m.Letters, w.m.Roster, w.m.Series, w.m.Drill = x.Letters, x.Roster, x.Series, x.Drill
	var texts []Draft
	for _, l := range x.Letters {
		d, err := drafts.Get(tx, ledger.K(i.ID, l.Draft))
		if err != nil {
			return nil, nil, err
		}
		texts = append(texts, d)
	}
	w.lists = map[string]string{}
	err := postings.Scan(tx, ledger.K(i.ID), func(_ ledger.Key, was Posting) error {
		w.lists[was.ID] = was.Roster
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if w.marks, err = casework.PersonMarks(tx, i.ID); err != nil {
		return nil, nil, err
	}
	if w.left, err = casework.Excluded(tx, i.ID); err != nil {
		return nil, nil, err
	}
	w.counts, err = s.leftUncounted(tx, i.ID, texts)
	return w, texts, err
}

// ready loads letters and keys, outside a transaction.
func (w *postal) ready(ctx context.Context, texts []Draft) error {
	lib, err := w.s.Letters()
	if err != nil {
		return err
	}
	if w.choose, err = newChooser(lib, w.m.Letters, texts); err != nil {
		return err
	}
	k, err := w.s.DB.DataKey(ctx, w.j.incident)
	if err != nil {
		return err
	}
	w.key, w.codes, w.post = k.Derive("deliveries"), codesOf(k), k.Derive("codes of letters on paper")
	return nil
}

// each calls fn for every person of the list, some hundreds at a time.
func (w *postal) each(ctx context.Context, fn func([]paperLetter) error) error {
	list, err := w.s.Vault.Open(ctx, w.j.incident, w.m.Roster)
	if err != nil {
		return err
	}
	defer list.Close()
	var some []paperLetter
	flush := func() error {
		if err := w.look(ctx, some); err != nil {
			return err
		}
		err := fn(some)
		some = some[:0]
		return err
	}
	line := 0
	for person, err := range affected.ReadRoster(bufio.NewReaderSize(list, 256<<10)) {
		if err != nil {
			return err
		}
		if line++; casework.Erased(&person) {
			continue
		}
		some = append(some, w.one(person, line))
		if len(some) == forecastBatch/4 {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// one says what the list and the decisions about it say of a person.
func (w *postal) one(person affected.Person, line int) paperLetter {
	l := paperLetter{person: person, line: line, key: personKey(w.key, &person, line, w.m.Series), own: personKey(w.key, &person, line, 0)}
	restricted, _ := w.marks.Apply(&l.person)
	p := &l.person
	left := w.left(p)
	l.letter = w.choose.For(p)
	switch {
	case restricted != "":
		l.reason = restricted
	case left != "":
		l.reason = left
	case p.Jurisdiction() == affected.UnknownJurisdiction:
		l.reason = "residence not known"
	case l.letter == nil && w.m.Series > 0:
		l.reason = noFurther
	case l.letter == nil:
		l.reason = noLetter + p.Jurisdiction()
	case p.Protected == "yes":
		l.reason = protected
	case w.counts != nil && !w.counts.anything(l.letter.sent.Draft, p):
		l.reason = casework.NotCounted
	case variantOf(p) == letter.Deceased:
		l.why = postDeceased
	case variantOf(p) == letter.Minor:
		l.why = postMinor
	case w.everyone:
		l.why = postEveryone
	case p.Email == "":
		l.why = postNoEmail
	case !p.HasEmail():
		l.why = postBadEmail
	}
	return l
}

// look asks the store what became of the e-mail to each, and of letters before.
func (w *postal) look(ctx context.Context, some []paperLetter) error {
	return w.s.DB.View(ctx, func(tx *ledger.Tx) error {
		for n := range some {
			if err := w.lookOne(tx, &some[n]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *postal) lookOne(tx *ledger.Tx, l *paperLetter) error {
	k := ledger.K(w.j.incident, l.key)
	before, err := postedTo.Get(tx, k)
	if err != nil && incident.KindOf(err) != incident.NotFound {
		return err
	}
	if err == nil && before.Posting != w.posting && !before.failed() {
		l.earlier, l.why, l.reason = true, "", ""
		return nil
	}
	if l.reason == "" && err == nil && before.Posting != w.posting && before.addressFailed() && w.lists[before.Posting] == w.m.Roster {
		// The address is the one that failed: another list may have a better one.
		l.why, l.reason = "", addressFailed
	}
	if l.reason != "" {
		return nil
	}
	d, err := deliveries.Get(tx, k)
	if err != nil && incident.KindOf(err) != incident.NotFound {
		return err
	}
	if err == nil {
		switch {
		case d.State == Bounced:
			l.why, l.mailing = postCameBack, d.Mailing
		case d.State == Rejected:
			l.why, l.mailing = postRefused, d.Mailing
		case d.told() && d.State != Withheld || d.State == Deferred:
			l.byEmail, l.why = true, ""
			return nil
		}
	}
	if l.why == "" {
		paper, err := casework.AskedForPaper(tx, w.j.incident, l.own)
		if err != nil {
			return err
		}
		if paper {
			l.why = askedForPaper
		}
	}
	switch {
	case l.why == "":
		l.byEmail = true
	case !hasPost(&l.person):
		l.why, l.reason = "", noPostAddress
	case countryOf(&l.person) == "":
		l.why, l.reason = "", noCountry
	}
	return nil
}

func countryOf(p *affected.Person) string {
	country, _, _ := strings.Cut(p.Jurisdiction(), "-")
	if len(country) != 2 || country == "EU" {
		return ""
	}
	return country
}

// letter writes one person's letter for the press.
func (w *postal) paper(l *paperLetter, date string) (post.Letter, error) {
	out := post.Letter{
		ID: l.key, Code: w.code(l.key), Variant: l.letter.sent.Draft + "/" + l.letter.sent.Language + "/" + string(variantOf(&l.person)),
		Language: l.letter.sent.Language, Date: date, Country: countryOf(&l.person),
	}
	m, err := l.letter.render(&l.person, checkCode(w.codes, l.key), l.enrol)
	if err != nil {
		return out, incident.Errorf(incident.Invalid, "%s", whatIsWrong(err, l.person.CustomerID))
	}
	out.HTML = m.HTML
	out.Recipient = recipientLines(&l.person, l.letter.sent.Language)
	out.Address = postalLines(&l.person, letter.Adult) // who it is to is in Recipient
	return out, nil
}

// code names a letter to the mail house: drawn by a key of the incident, so that it
// says nothing of its neighbours, and another than the one a person checks it with.
func (w *postal) code(key string) string {
	mac := hmac.New(sha256.New, w.post[:])
	mac.Write([]byte(key))
	s := codeLetters.EncodeToString(mac.Sum(nil)[:10])
	return s[:8] + "-" + s[8:]
}

// recipientLines are the lines above the address, in the language of the letter.
func recipientLines(p *affected.Person, language string) []string {
	guardian, kin := toGuardian(language), toKin(language)
	switch variantOf(p) {
	case letter.Deceased:
		return []string{kin, p.Name}
	case letter.Minor:
		if p.Guardian != "" {
			return []string{p.Guardian}
		}
		return []string{guardian, p.Name}
	}
	return []string{p.Name}
}

// toGuardian and toKin are the words above a minor's and a dead person's name, as
// the letters themselves have them.
func toGuardian(language string) string {
	switch baseOf(language) {
	case "de":
		return "An die Sorgeberechtigten von"
	case "fr":
		return "Aux représentants légaux de"
	case "es":
		return "A los padres o tutores de"
	case "it":
		return "Ai genitori o tutori di"
	case "nl":
		return "Aan de ouders of voogd van"
	case "pl":
		return "Do rodziców lub opiekunów prawnych osoby:"
	case "pt":
		return "Aos pais ou representantes legais de"
	}
	return "To the parent or guardian of"
}

func toKin(language string) string {
	switch baseOf(language) {
	case "de":
		return "An die Angehörigen oder Rechtsnachfolger von"
	case "fr":
		return "Aux proches ou ayants droit de"
	case "es":
		return "A los familiares o herederos de"
	case "it":
		return "Ai familiari o eredi di"
	case "nl":
		return "Aan de nabestaanden of erfgenamen van"
	case "pl":
		return "Do bliskich lub następców prawnych osoby:"
	case "pt":
		return "Aos familiares ou herdeiros de"
	}
	return "To the next of kin or personal representative of"
}
