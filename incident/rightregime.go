package incident

import (
	"slices"
	"strings"
	"time"
)

// RightRegime is a law's clock for requests: a small table, not an opinion on
// whether the law applies. Who is asked decides that.
type RightRegime struct {
	ID, Label  string
	Zone       string           // whose days are counted, where the person's own is not known
	Rights     map[Right]string // which rights it knows, and where it says so
	Places     []string         // ISO 3166: whose residents it is proposed for
	Amount     int
	Unit       string // months, days, weekdays (Monday to Friday)
	Extend     int    // in Unit, beyond Amount; 0: none by this table
	ToldWithin string // in words, when the person must hear of an extension
	FirstDay   bool   // the day of receipt may count, so the strict limit does
	Rolls      bool   // a limit on a weekend may move to the next working day
	Citation   string
	Sources    []string
	Reviewed   string
	Confidence string // high, medium, low
	Note       string
}

// RightRegimes is the table. Each limit is the strict reading of its source;
// where sources disagree the note says how.
func RightRegimes() []RightRegime {
	gdpr := map[Right]string{
		RightAccess: "Art. 15", RightRectify: "Art. 16", RightErase: "Art. 17", RightRestrict: "Art. 18", RightPortability: "Art. 20", RightObject: "Art. 21",
	}
	table := []RightRegime{
		{ID: "eu-gdpr", Places: eea(), Label: "European Union and EEA: GDPR", Zone: "Europe/Brussels", Rights: gdpr, Amount: 1, Unit: "months", Extend: 2, Rolls: true,
			ToldWithin: "within one month of receipt, with the reasons", Citation: "Regulation (EU) 2016/679, Article 12(3); Regulation (EEC, Euratom) No 1182/71, Article 3",
			Sources:  []string{"https://eur-lex.europa.eu/eli/reg/2016/679/oj", "https://eur-lex.europa.eu/eli/reg/1971/1182/oj"},
			Reviewed: "2026-11-25", Confidence: "high",
			Note: "Without undue delay and at the latest within the month. It ends with the day of the same number. A weekend moves the lawful limit, public holidays of the place may too; the strict limit is not moved. That the clock may wait for proof of identity is not counted on."},
		{ID: "uk-gdpr", Places: []string{"GB"}, Label: "United Kingdom: UK GDPR", Zone: "Europe/London", Rights: gdpr, Amount: 1, Unit: "months", Extend: 2, Rolls: true,
			ToldWithin: "within one month of receipt, with the reasons", Citation: "UK GDPR, Articles 12(3) and 12A",
			Sources:  []string{"https://www.legislation.gov.uk/eur/2016/679/article/12", "https://ico.org.uk/for-organisations/uk-gdpr-guidance-and-resources/individual-rights/"},
			Reviewed: "2026-11-25", Confidence: "medium",
			Note: "Counted from receipt. Article 12A lets the period begin later, and wait, while identity or what is meant is being clarified; the strict limit does not."},
		{ID: "ch-fadp", Places: []string{"CH"}, Label: "Switzerland: FADP", Zone: "Europe/Zurich", Amount: 30, Unit: "days",
			Rights:     map[Right]string{RightAccess: "Art. 25", RightRectify: "Art. 32", RightErase: "Art. 32", RightObject: "Art. 30, 32", RightPortability: "Art. 28"},
			ToldWithin: "within the 30 days", Citation: "Federal Act on Data Protection, Article 25(7); Data Protection Ordinance, Article 18",
			Sources:  []string{"https://www.fedlex.admin.ch/eli/cc/2022/491/en", "https://www.fedlex.admin.ch/eli/cc/2022/568/en"},
			Reviewed: "2026-11-25", Confidence: "medium",
			Note: "The law names 30 days for information alone; the other rights are held to the same. A later date must be named to the person within the 30 days, and has no fixed limit: none is counted here."},
		{ID: "us-ca-ccpa", Places: []string{"US-CA"}, Label: "California: CCPA", Zone: "America/Los_Angeles", Amount: 45, Unit: "days", Extend: 45, FirstDay: true,
			Rights:     map[Right]string{RightAccess: "§ 1798.110", RightPortability: "§ 1798.130(a)(3)(B)(iii)", RightErase: "§ 1798.105", RightRectify: "§ 1798.106"},
			ToldWithin: "within the first 45 days, with the reason", Citation: "California Civil Code § 1798.130(a)(2)(A); 11 CCR § 7021",
			Sources:  []string{"https://leginfo.legislature.ca.gov/faces/codes_displaySection.xhtml?lawCode=CIV&sectionNum=1798.130.", "https://cppa.ca.gov/regulations/"},
			Reviewed: "2026-11-25", Confidence: "high",
			Note: "The regulation has the period begin on the day of receipt and also speaks of 45 days after it: the strict limit counts that day. Receipt is to be confirmed within 10 business days. Verifying who asks does not stop the clock."},
		{ID: "br-lgpd", Places: []string{"BR"}, Label: "Brazil: LGPD", Zone: "America/Sao_Paulo", Amount: 15, Unit: "days",
			Rights:     map[Right]string{RightAccess: "Art. 19", RightRectify: "Art. 18 III", RightErase: "Art. 18 IV, VI", RightRestrict: "Art. 18 IV", RightPortability: "Art. 18 V", RightObject: "Art. 18 § 2"},
			ToldWithin: "no extension is known", Citation: "Lei 13.709/2018, Articles 18 and 19",
			Sources:  []string{"https://www.planalto.gov.br/ccivil_03/_ato2015-2018/2018/lei/l13709.htm", "https://lgpd-brazil.info/chapter_03/article_19"},
			Reviewed: "2026-11-25", Confidence: "medium",
			Note: "15 days from the request are for the complete statement; a simplified one is due at once. For the other rights the law leaves the period to regulation: they are held to the same 15 days."},
	}
	table = append(table, stateRegimes()...)
	table = append(table, furtherRegimes()...)
	return append(table, RightRegime{
		ID: "none", Label: "No law with a clock known: one month as good practice", Zone: "UTC", Amount: 1, Unit: "months", Rights: gdpr,
		ToldWithin: "within the month", Citation: "House rule", Reviewed: "2026-11-25", Confidence: "low",
		Note: "Not a statement of law. It keeps a request whose law is not settled from having no limit."},
	)
}

// RegimeOf finds a line of the table.
func RegimeOf(id string) (RightRegime, bool) {
	all := RightRegimes()
	n := slices.IndexFunc(all, func(r RightRegime) bool { return r.ID == id })
	if n < 0 {
		return RightRegime{}, false
	}
	return all[n], true
}

// RegimesFor proposes the laws somebody who lives in a place (ISO 3166) can rely
// on, the narrowest first, and the house rule last. Whether a law binds who is
// asked is for a person to say: most of them know thresholds and exceptions.
func RegimesFor(place string) []RightRegime {
	var own, country, house []RightRegime
	nation, _, _ := strings.Cut(place, "-")
	for _, r := range RightRegimes() {
		switch {
		case r.ID == "none":
			house = append(house, r)
		case slices.Contains(r.Places, place):
			own = append(own, r)
		case slices.Contains(r.Places, nation):
			country = append(country, r)
		}
	}
	return append(append(own, country...), house...)
}

// Clock counts the limits of a request received at an instant, in the days of
// zone: each is the last second of its day. extended is Due where the table
// knows no extension.
func (r RightRegime) Clock(received time.Time, zone *time.Location) (due, latest, extended time.Time) {
	local := received.In(zone)
	due = r.endOf(local, r.Amount, r.FirstDay)
	latest = r.endOf(local, r.Amount, false)
	if r.Rolls {
		for latest.Weekday() == time.Saturday || latest.Weekday() == time.Sunday {
			latest = endOfDay(latest.Year(), latest.Month(), latest.Day()+1, zone)
		}
	}
	extended = due
	if r.Extend > 0 {
		extended = r.endOf(local, r.Amount+r.Extend, r.FirstDay)
	}
	return due.UTC(), latest.UTC(), extended.UTC()
}

func (r RightRegime) endOf(from time.Time, amount int, firstDay bool) time.Time {
	if r.Unit == "months" {
		// The day of the same number, or the month's last where it has none.
		first := time.Date(from.Year(), from.Month()+time.Month(amount), 1, 12, 0, 0, 0, time.UTC)
		last := first.AddDate(0, 1, -1).Day()
		return endOfDay(first.Year(), first.Month(), min(from.Day(), last), from.Location())
	}
	if r.Unit == "weekdays" {
		day := time.Date(from.Year(), from.Month(), from.Day(), 12, 0, 0, 0, time.UTC)
		for amount > 0 {
			if day = day.AddDate(0, 0, 1); day.Weekday() != time.Saturday && day.Weekday() != time.Sunday {
				amount--
			}
		}
		return endOfDay(day.Year(), day.Month(), day.Day(), from.Location())
	}
	if firstDay {
		amount--
	}
	return endOfDay(from.Year(), from.Month(), from.Day()+amount, from.Location())
}

// endOfDay is the last second of a day, where days begin and end as zone has it.
func endOfDay(y int, m time.Month, d int, zone *time.Location) time.Time {
	return time.Date(y, m, d, 23, 59, 59, 0, zone)
}
