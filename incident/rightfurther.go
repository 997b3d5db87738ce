package incident

import "strings"

// furtherRegimes are the laws of other countries, and of the United States as a
// whole, that give a request a number of days.
func furtherRegimes() []RightRegime {
	both := func(section string) map[Right]string {
		return map[Right]string{RightAccess: section, RightRectify: section}
	}
	const reviewed = "2026-11-25"
	return []RightRegime{
		{ID: "us-hipaa-access", Label: "United States: HIPAA, a copy of health records", Zone: "America/New_York", Places: []string{"US"}, Amount: 30, Unit: "days", Extend: 30,
			Rights:     map[Right]string{RightAccess: "45 CFR 164.524", RightPortability: "45 CFR 164.524(c)(2)"},
			ToldWithin: "within the 30 days, in writing, with the reason and the date", Citation: "45 CFR 164.524(b)(2)",
			Sources: []string{"https://www.ecfr.gov/current/title-45/section-164.524"}, Reviewed: reviewed, Confidence: "high",
			Note: "Of a covered entity, for what is in a designated record set. One extension."},
		{ID: "us-hipaa-amendment", Label: "United States: HIPAA, amending health records", Zone: "America/New_York", Places: []string{"US"}, Amount: 60, Unit: "days", Extend: 30,
			Rights:     map[Right]string{RightRectify: "45 CFR 164.526"},
			ToldWithin: "within the 60 days, in writing, with the reason and the date", Citation: "45 CFR 164.526(b)(2)",
			Sources: []string{"https://www.ecfr.gov/current/title-45/section-164.526"}, Reviewed: reviewed, Confidence: "high",
			Note: "Of a covered entity, for what is in a designated record set. One extension."},
		{ID: "ca-pipeda", Label: "Canada: PIPEDA", Zone: "America/Toronto", Places: []string{"CA"}, Amount: 30, Unit: "days", Extend: 30, Rights: both("Schedule 1, 4.9"),
			ToldWithin: "within the 30 days, with the new limit, the reasons and the right to complain", Citation: "PIPEDA, s. 8(3) and (4)",
			Sources: []string{"https://laws-lois.justice.gc.ca/eng/acts/P-8.6/section-8.html"}, Reviewed: reviewed, Confidence: "high",
			Note: "A request not answered in time counts as refused. A longer period to convert to another format is not counted on."},
		{ID: "ca-qc-private-sector", Label: "Quebec: private sector act (Law 25)", Zone: "America/Toronto", Places: []string{"CA-QC"}, Amount: 30, Unit: "days",
			Rights:     map[Right]string{RightAccess: "s. 27", RightRectify: "s. 28", RightErase: "s. 28.1", RightPortability: "s. 27"},
			ToldWithin: "no extension is counted on", Citation: "CQLR c. P-39.1, s. 32",
			Sources: []string{"https://www.legisquebec.gouv.qc.ca/en/document/cs/p-39.1"}, Reviewed: reviewed, Confidence: "medium",
			Note: "In writing, promptly and at the latest 30 days after receipt; silence counts as a refusal. Some guides speak of a further 30 days; the section names none, so none is counted."},
		{ID: "ca-ab-pipa", Label: "Alberta: PIPA", Zone: "America/Edmonton", Places: []string{"CA-AB"}, Amount: 45, Unit: "days", Extend: 30, Rights: both("ss. 24, 25"),
			ToldWithin: "within the 45 days, with the reason", Citation: "Personal Information Protection Act, SA 2003, c. P-6.5, ss. 28 and 31",
			Sources: []string{"https://kings-printer.alberta.ca/1266.cfm?page=P06P5.cfm"}, Reviewed: reviewed, Confidence: "medium",
			Note: "From receipt of a written request. The section was not read in full; check the ground for an extension."},
		{ID: "nz-privacy-act", Label: "New Zealand: Privacy Act 2020", Zone: "Pacific/Auckland", Places: []string{"NZ"}, Amount: 20, Unit: "weekdays", Rights: map[Right]string{RightAccess: "s. 44", RightRectify: "s. 63"},
			ToldWithin: "within the 20 working days, with how long and why", Citation: "Privacy Act 2020, ss. 44, 48, 63 and 65",
			Sources: []string{"https://www.legislation.govt.nz/act/public/2020/0031/latest/whole.html"}, Reviewed: reviewed, Confidence: "medium",
			Note: "20 working days after receipt. Public holidays and the days about the turn of the year move the lawful limit; the strict one counts every day from Monday to Friday. An extension must be reasonable and has no number: none is counted."},
		{ID: "au-privacy-act", Label: "Australia: Privacy Act 1988", Zone: "Australia/Sydney", Places: []string{"AU"}, Amount: 30, Unit: "days", Rights: map[Right]string{RightAccess: "APP 12", RightRectify: "APP 13"},
			ToldWithin: "no extension is counted on", Citation: "Privacy Act 1988 (Cth), Schedule 1, APP 12.4 and 13.5",
			Sources: []string{"https://www.oaic.gov.au/privacy/australian-privacy-principles/australian-privacy-principles-guidelines"}, Reviewed: reviewed, Confidence: "medium",
			Note: "Agencies have 30 days. Organisations have a reasonable period, which by the Commissioner's guidelines should not be longer than 30 days: they are held to the same."},
		{ID: "sg-pdpa", Label: "Singapore: PDPA", Zone: "Asia/Singapore", Places: []string{"SG"}, Amount: 30, Unit: "days", Rights: map[Right]string{RightAccess: "s. 21", RightRectify: "s. 22"},
			ToldWithin: "within the 30 days, with the time by which it will be answered", Citation: "Personal Data Protection Regulations 2021, regulations 5 and 6",
			Sources: []string{"https://sso.agc.gov.sg/SL/PDPA2012-S63-2021"}, Reviewed: reviewed, Confidence: "medium",
			Note: "As soon as reasonably possible. Whoever needs more than 30 days must say so within them; no fixed later limit exists, so none is counted."},
		{ID: "kr-pipa", Label: "South Korea: PIPA", Zone: "Asia/Seoul", Places: []string{"KR"}, Amount: 10, Unit: "days",
			Rights:     map[Right]string{RightAccess: "Art. 35", RightRectify: "Art. 36", RightErase: "Art. 36", RightRestrict: "Art. 37"},
			ToldWithin: "within the 10 days, with the reason", Citation: "Personal Information Protection Act, Articles 35 to 37; Enforcement Decree, Articles 41, 43 and 44",
			Sources: []string{"https://elaw.klri.re.kr/eng_service/lawView.do?lang=ENG&hseq=62389"}, Reviewed: reviewed, Confidence: "medium",
			Note: "Access may be put off for good cause, and follows without delay once it has gone; no number is counted for that."},
		{ID: "za-popia", Label: "South Africa: POPIA and PAIA", Zone: "Africa/Johannesburg", Places: []string{"ZA"}, Amount: 30, Unit: "days", Extend: 30,
			Rights:     map[Right]string{RightAccess: "POPIA s. 23", RightRectify: "POPIA s. 24", RightErase: "POPIA s. 24", RightObject: "POPIA s. 11(3)"},
			ToldWithin: "within the 30 days, with the reasons", Citation: "Protection of Personal Information Act 4 of 2013, ss. 23 to 25; Promotion of Access to Information Act 2 of 2000, ss. 56 and 57",
			Sources: []string{"https://www.gov.za/documents/protection-personal-information-act", "https://www.gov.za/documents/promotion-access-information-act"}, Reviewed: reviewed, Confidence: "medium",
			Note: "The days are those of access requests; the other rights are held to the same."},
	}
}

// eea are the countries where the GDPR applies.
func eea() []string {
	return strings.Fields("EU AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK")
}
