package letter

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// field is a merge field filled from the case. value gives Markdown, or
// nothing when the case does not hold it; ask is the question then put to a
// person.
type field struct {
	ask   string
	value func(*filler) string
}

// filler is what fields are filled from.
type filler struct {
	Case
	spec     Spec
	words    *phrases
	contacts *contacts
}

// caseFields are all of them. Names are for ever: old drafts hold none of
// these (Compose fills them), but operators' own templates do.
var caseFields = map[string]field{
	"organisation.name":    {"What is the organisation's name, as people know it?", func(f *filler) string { return line(f.Organisation.Name) }},
	"organisation.parent":  {"Which corporation owns the organisation?", func(f *filler) string { return line(f.Organisation.Parent) }},
	"organisation.address": {"What is the organisation's postal address?", func(f *filler) string { return lines(f.Organisation.Address) }},
	"organisation.phone": {"Which telephone number may people call?", func(f *filler) string {
		return line(first(f.CallCentre.Phone, f.Organisation.TollFree, f.Organisation.Phone))
	}},
	"organisation.toll_free": {"Which toll-free number may people call?", func(f *filler) string { return line(first(f.CallCentre.Phone, f.Organisation.TollFree)) }},
	"organisation.email":     {"Which e-mail address may people write to?", func(f *filler) string { return line(first(f.CallCentre.Email, f.Organisation.Email)) }},
	"organisation.web":       {"Which web page tells people more?", func(f *filler) string { return line(first(f.CallCentre.Web, f.Organisation.Web)) }},
	"organisation.contact":   {"How can people reach the organisation: address, telephone, e-mail, web page?", func(f *filler) string { return f.organisationContact() }},
	"call_centre.hours":      {"When is the telephone line for people open?", func(f *filler) string { return line(f.CallCentre.Hours) }},
	"call_centre.line":       {"Which telephone number may people call, and when?", func(f *filler) string { return line(f.callLine()) }},
	"dpo":                    {"Who is the data protection officer or contact point, and how are they reached?", func(f *filler) string { return contactLines(f.DPO, true) }},
	"signatory.name":         {"Who signs?", func(f *filler) string { return line(f.Signatory.Name) }},
	"signatory.role":         {"In which function does the signatory sign?", func(f *filler) string { return line(f.Signatory.Role) }},
	"recipient.name":         {"To whom does this letter go?", func(f *filler) string { return line(f.Recipient.Name) }},
	"recipient.address":      {"To which address does this letter go?", func(f *filler) string { return lines(append(nonEmpty(f.Recipient.Name), f.Recipient.Address...)) }},
	"letter.date":            {"Which date does the letter bear?", func(f *filler) string { return f.date(f.LetterDate) }},
	"incident.reference":     {"What is the incident's reference?", func(f *filler) string { return line(f.Reference) }},
	"incident.what_happened": {"What happened, in words for the public?", func(f *filler) string { return strings.TrimSpace(f.WhatHappened) }},
	"incident.occurred":      {"When did it happen (a day, or from and until)?", func(f *filler) string { return f.occurred() }},
	"incident.discovered":    {"When was it discovered?", func(f *filler) string { return f.date(f.Discovered) }},
	"incident.aware":         {"When did the organisation become aware of it?", func(f *filler) string { return f.instant(f.Aware) }},
	"incident.aware_day":     {"When did the organisation become aware of it?", func(f *filler) string { return f.date(f.Aware) }},
	"incident.elements":      {"Which kinds of data were exposed?", func(f *filler) string { return bullets(f.words.elementList(f.Elements)) }},
	"incident.elements_line": {"Which kinds of data were exposed?", func(f *filler) string { return f.words.join(f.words.elementList(f.Elements)) }},
	"incident.measures":      {"What has been done, and what will be done?", func(f *filler) string { return bullets(f.Measures) }},
	"incident.advice":        {"What else can people do?", func(f *filler) string { return bullets(f.Advice) }},
	"incident.consequences":  {"What may follow from it for people?", func(f *filler) string { return bullets(f.Consequences) }},
	"incident.acquirer":      {"Who acquired the data?", func(f *filler) string { return line(f.Acquirer) }},
	"incident.protection":    {"Which technical and security measures protected the data?", func(f *filler) string { return bullets(f.Protection) }},
	"incident.place":         {"Where did it happen: in which system or at which place?", func(f *filler) string { return line(f.Place) }},
	"incident.late_reasons":  {"Why is this notice later than the law asks?", func(f *filler) string { return strings.TrimSpace(f.LateReasons) }},
	"incident.delay":         {"Did the police ask to delay the notice?", func(f *filler) string { return line(f.LawEnforcement.Delayed) }},
	"police.agency":          {"To which law-enforcement agency was it reported?", func(f *filler) string { return line(f.LawEnforcement.Agency) }},
	"people.total":           {"How many people are affected?", func(f *filler) string { return f.number(f.Total()) }},
	"people.here":            {"How many people are affected in the recipients' jurisdiction?", func(f *filler) string { n, _ := f.peopleIn(f.spec.Jurisdiction); return f.number(n) }},
	"people.table":           {"How many people are affected, by jurisdiction?", func(f *filler) string { return f.table() }},
	"people.groups":          {"Which categories of people are affected?", func(f *filler) string { return f.groupWords() }},
	"people.records":         {"How many records are affected?", func(f *filler) string { return f.number(f.Records) }},
	"jurisdiction.name":      {"Which jurisdiction is this letter for?", func(f *filler) string { return first(f.contacts.Names[f.spec.Jurisdiction], f.spec.Jurisdiction) }},
	"authority":              {"Which data protection authority may people complain to, and how is it reached?", func(f *filler) string { return f.contacts.authority(f.spec.Jurisdiction, f.Authority) }},
	"authority.told":         {"When was the authority told?", func(f *filler) string { return f.date(f.AuthorityTold) }},
	"check.page":             {"On which page can people check that the letter is genuine?", func(f *filler) string { return line(f.CheckPage) }},
	"attachments":            {"What is attached?", func(f *filler) string { return bullets(f.Attachments) }},
	"notice.sent":            {"When are or were people told?", func(f *filler) string { return f.date(f.NoticeSent) }},
	"monitoring.provider":    {"Who provides the monitoring offered?", func(f *filler) string { return line(f.offer().Provider) }},
	"monitoring.service":     {"Which service is offered?", func(f *filler) string { return line(f.offer().Service) }},
	"monitoring.months":      {"For how many months is monitoring offered?", func(f *filler) string { return f.months() }},
	"monitoring.web":         {"Where do people enrol in the monitoring?", func(f *filler) string { return line(f.offer().Web) }},
	"monitoring.phone":       {"Which number enrols people in the monitoring?", func(f *filler) string { return line(f.offer().Phone) }},
	"monitoring.enrol_by":    {"Until when can people enrol?", func(f *filler) string { return f.date(f.offer().EnrolBy) }},
	"contacts.bureaus":       {"How are the consumer reporting agencies reached?", func(f *filler) string { return entries(f.contacts.Bureaus) }},
	"contacts.ftc":           {"How is the Federal Trade Commission reached?", func(f *filler) string { return entries(f.contacts.federal()) }},
	"contacts.agencies":      {"Which authorities in this jurisdiction inform people about identity theft, and how are they reached?", func(f *filler) string { return entries(f.contacts.of(f.spec.Jurisdiction)) }},
}

// personFields are filled at Render, one person at a time.
var personFields = []string{"person.name", "person.address", "person.elements", "person.monitoring_code", "person.reference", "person.check_code", "person.authority",
	"person.your", "person.Your", "person.your_data", "person.Your_data"}

func knownField(name string) bool {
	_, ok := caseFields[name]
	return ok || slices.Contains(personFields, name)
}

func isPersonField(name string) bool { return strings.HasPrefix(name, "person.") }

func (f *filler) date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return guard(f.words.date(t, f.spec.Jurisdiction))
}

func (f *filler) instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return guard(f.words.date(t, f.spec.Jurisdiction)) + t.Format(", 15:04 MST")
}

func (f *filler) occurred() string {
	from, until := f.date(f.OccurredFrom), f.date(f.OccurredUntil)
	switch {
	case from == "" && until == "":
		return ""
	case until == "" || from == until:
		return strings.ReplaceAll(f.words.On, "{a}", from)
	case from == "":
		return strings.ReplaceAll(f.words.On, "{a}", until)
	}
	return strings.NewReplacer("{a}", from, "{b}", until).Replace(f.words.Between)
}

func (f *filler) offer() Monitoring {
	if f.Monitoring == nil {
		return Monitoring{}
	}
	return *f.Monitoring
}

func (f *filler) months() string {
	if n := f.offer().Months; n > 0 {
		return strings.ReplaceAll(f.words.MonthsOf, "{n}", fmt.Sprint(n))
	}
	return ""
}

// organisationContact is every way to reach the organisation. One way is not
// enough for most laws, but which ones are wanted is the lint's question.
func (f *filler) organisationContact() string {
	o := f.Organisation
	if o.Name == "" || len(o.Address) == 0 && first(f.CallCentre.Phone, o.TollFree, o.Phone, f.CallCentre.Email, o.Email) == "" {
		return ""
	}
	var out []string
	out = append(out, o.Name)
	out = append(out, o.Address...)
	out = append(out, nonEmpty(f.callLine(), first(f.CallCentre.Email, o.Email), first(f.CallCentre.Web, o.Web))...)
	return lines(out)
}

// callLine is as the configuration has it: whoever puts it into a letter guards it, once.
func (f *filler) callLine() string {
	phone := first(f.CallCentre.Phone, f.Organisation.TollFree, f.Organisation.Phone)
	if phone != "" && f.CallCentre.Hours != "" && phone == f.CallCentre.Phone {
		return phone + " (" + f.CallCentre.Hours + ")"
	}
	return phone
}

func (f *filler) table() string {
	var out []string
	for _, c := range f.People {
		out = append(out, fmt.Sprintf("%s: %s", first(f.contacts.Names[c.Jurisdiction], c.Jurisdiction), f.number(c.People)))
	}
	slices.Sort(out)
	return bullets(out)
}

func (f *filler) groupWords() string {
	var out []string
	for _, g := range f.Groups {
		out = append(out, first(f.words.Groups[g], g))
	}
	return f.words.join(out)
}

func (f *filler) number(n int) string {
	if n <= 0 {
		return ""
	}
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + f.words.Thousands + s[i:]
	}
	return s
}
