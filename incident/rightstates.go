package incident

import "strings"

// state is a line of the consumer privacy laws of the states of the US, which
// are much alike: 45 days, once longer with notice and the reason.
type state struct {
	place, law, zone, citation string
	amount, extend             int
	noCorrection               bool
	note                       string
}

// stateRegimes are the laws of states besides California. Which rights each has and
// how many days stand in the tracker named as a source; the sections are those of the
// codes. None covers what a business holds under HIPAA or, in most states, the
// Gramm-Leach-Bliley Act, and each knows thresholds.
func stateRegimes() []RightRegime {
	const eastern, central = "America/New_York", "America/Chicago"
	states := []state{
		{place: "US-CO", law: "Colorado: Privacy Act", zone: "America/Denver", citation: "C.R.S. § 6-1-1306"},
		{place: "US-CT", law: "Connecticut: Data Privacy Act", zone: eastern, citation: "Conn. Gen. Stat. § 42-518"},
		{place: "US-DE", law: "Delaware: Personal Data Privacy Act", zone: eastern, citation: "6 Del. C. § 12D-104"},
		{place: "US-FL", law: "Florida: Digital Bill of Rights", zone: eastern, citation: "Fla. Stat. §§ 501.705, 501.706", extend: 15, note: "Binds very large businesses only. One extension, of 15 days."},
		{place: "US-IN", law: "Indiana: Consumer Data Protection Act", zone: "America/Indiana/Indianapolis", citation: "Ind. Code § 24-15-3-1", note: "In force since 1 January 2026. Correction is of what the person provided."},
		{place: "US-IA", law: "Iowa: Consumer Data Protection Act", zone: central, citation: "Iowa Code § 715D.3", amount: 90, extend: 45, noCorrection: true},
		{place: "US-KY", law: "Kentucky: Consumer Data Protection Act", zone: eastern, citation: "KRS 367.3611 and following", note: "In force since 1 January 2026."},
		{place: "US-MD", law: "Maryland: Online Data Privacy Act", zone: eastern, citation: "Md. Code, Com. Law § 14-4701 and following", note: "For processing since 1 April 2026."},
		{place: "US-MN", law: "Minnesota: Consumer Data Privacy Act", zone: central, citation: "Minn. Stat. § 325M.14"},
		{place: "US-MT", law: "Montana: Consumer Data Privacy Act", zone: "America/Denver", citation: "Mont. Code Ann. § 30-14-2808"},
		{place: "US-NE", law: "Nebraska: Data Privacy Act", zone: central, citation: "Neb. Rev. Stat. § 87-1101 and following"},
		{place: "US-NH", law: "New Hampshire: Expectation of Privacy", zone: eastern, citation: "RSA 507-H:4"},
		{place: "US-NJ", law: "New Jersey: Data Privacy Act", zone: eastern, citation: "N.J.S.A. 56:8-166.4 and following"},
		{place: "US-OR", law: "Oregon: Consumer Privacy Act", zone: "America/Los_Angeles", citation: "ORS 646A.574, 646A.576"},
		{place: "US-RI", law: "Rhode Island: Data Transparency and Privacy Protection Act", zone: eastern, citation: "R.I. Gen. Laws § 6-48.1-5", note: "In force since 1 January 2026."},
		{place: "US-TN", law: "Tennessee: Information Protection Act", zone: central, citation: "Tenn. Code Ann. § 47-18-3301 and following"},
		{place: "US-TX", law: "Texas: Data Privacy and Security Act", zone: central, citation: "Tex. Bus. & Com. Code §§ 541.051, 541.052"},
		{place: "US-UT", law: "Utah: Consumer Privacy Act", zone: "America/Denver", citation: "Utah Code §§ 13-61-201, 13-61-203", note: "The tracker knows no right to correction; H.B. 418 of 2025 gives one from 1 July 2026, which is followed here."},
		{place: "US-VA", law: "Virginia: Consumer Data Protection Act", zone: eastern, citation: "Va. Code § 59.1-577"},
	}
	var out []RightRegime
	for _, s := range states {
		r := RightRegime{
			ID: strings.ToLower(s.place) + "-privacy", Label: s.law, Zone: s.zone, Places: []string{s.place}, Amount: 45, Unit: "days", Extend: 45, FirstDay: true,
			Rights:     map[Right]string{RightAccess: s.citation, RightPortability: s.citation, RightErase: s.citation, RightRectify: s.citation},
			ToldWithin: "within the first period, with the reason", Citation: s.citation,
			Sources:  []string{"https://www.mayerbrown.com/es/insights/resource-centers/cybersecurity-and-data-privacy-resource-center/state-privacy-law-tracker"},
			Reviewed: "2026-11-25", Confidence: "medium",
			Note: "Days are counted from receipt, and the strict limit counts that day. Verifying who asks does not stop the clock. Data held under HIPAA, and most that the Gramm-Leach-Bliley Act covers, are outside.",
		}
		if s.place == "US-VA" {
			r.Sources = append(r.Sources, "https://law.lis.virginia.gov/vacode/title59.1/chapter53/section59.1-577/")
		}
		if s.amount > 0 {
			r.Amount = s.amount
		}
		if s.extend > 0 {
			r.Extend = s.extend
		}
		if s.noCorrection {
			delete(r.Rights, RightRectify)
		}
		if s.note != "" {
			r.Note = s.note + " " + r.Note
		}
		out = append(out, r)
	}
	return out
}
