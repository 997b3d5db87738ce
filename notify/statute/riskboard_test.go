package statute_test

import (
	"testing"

	"tocsin/notify/statute"
)

func statuteCould(fact, value, level string) statute.Could {
	return statute.Could{Fact: fact, Value: value, Level: level}
}

// EDPB Guidelines 01/2021 on examples regarding personal data breach
// notification, version 2.0 of 14 December 2021: eighteen cases with what the
// Board concludes. Internal record alone is "unlikely", notice to the authority
// "risk", notice to the people too "high". The facts are the case's own; where a
// case leaves a number open, one that fits its words.
func TestTheBoardsEighteenCases(t *testing.T) {
	l := library(t, map[string]string{"eu-x-1.toml": ruleText("eu-x-1", "EU", "regulator", noticeNow)})
	for _, tc := range []struct {
		number              int
		name, incident, who string
		level               string
	}{
		{1, "Ransomware with proper backup and without exfiltration",
			`"kind":"ransomware","malicious":"yes","confidentiality":"intact","acquisition":"ruled_out","integrity":"intact","availability":"breached","unavailable_for":"6h","backup":"available","encryption":"strong","key":"safe","recipient":"attacker"`,
			`{"people":40,"elements":["name","email"],"groups":["customers","employees"]}`, "unlikely"},
		{2, "Ransomware without proper backup",
			`"kind":"ransomware","malicious":"yes","confidentiality":"intact","acquisition":"ruled_out","integrity":"intact","availability":"breached","unavailable_for":"120h","backup":"none","encryption":"none"`,
			`{"people":40,"elements":["name","postal_address"],"groups":["customers","employees"]}`, "risk"},
		{3, "Ransomware with backup and without exfiltration in a hospital",
			`"kind":"ransomware","malicious":"yes","confidentiality":"intact","acquisition":"ruled_out","integrity":"intact","availability":"breached","unavailable_for":"48h","backup":"available","encryption":"none"`,
			`{"people":5000,"elements":["name","medical"],"groups":["patients","employees"]}`, "high"},
		{4, "Ransomware without backup and with exfiltration",
			`"kind":"ransomware","malicious":"yes","confidentiality":"breached","acquisition":"confirmed","integrity":"intact","availability":"breached","unavailable_for":"120h","backup":"none","encryption":"none","recipient":"attacker"`,
			`{"people":4000,"elements":["name","national_id","card_number"],"groups":["customers","employees"]}`, "high"},
		{5, "Exfiltration of job application data from a website",
			`"kind":"intrusion","malicious":"yes","confidentiality":"breached","acquisition":"confirmed","integrity":"breached","backup":"available","availability":"intact","encryption":"none","recipient":"attacker","recovered":"no"`,
			`{"people":213,"elements":["name","email","phone","employment","education"],"groups":[]}`, "high"},
		{6, "Exfiltration of hashed passwords from a website",
			`"kind":"intrusion","malicious":"yes","confidentiality":"breached","acquisition":"confirmed","integrity":"intact","availability":"intact","encryption":"hashed_salted","key":"safe","recipient":"attacker","recovered":"no"`,
			`{"people":1200,"elements":["credentials"],"groups":["subscribers"]}`, "unlikely"},
		{7, "Credential stuffing on a banking website",
			`"kind":"credential_stuffing","malicious":"yes","confidentiality":"breached","acquisition":"confirmed","integrity":"intact","availability":"intact","encryption":"none","recipient":"attacker","recovered":"no"`,
			`{"people":2000,"elements":["name","date_of_birth","tax_id","credentials","transaction_history"],"groups":["customers"]}`, "high"},
		{8, "Exfiltration of business data by an employee",
			`"kind":"insider","malicious":"yes","confidentiality":"breached","acquisition":"confirmed","integrity":"intact","availability":"intact","encryption":"none","recipient":"insider","recovered":"no"`,
			`{"people":500,"elements":["name","email","phone"],"groups":["customers"]}`, "risk"},
		{9, "Accidental transmission of data to a trusted third party",
			`"kind":"misdirected","malicious":"no","confidentiality":"breached","acquisition":"confirmed","integrity":"intact","availability":"intact","encryption":"none","recipient":"trusted","recovered":"destroyed"`,
			`{"people":24,"elements":["name","insurance_policy"],"groups":["customers"]}`, "unlikely"},
		{10, "Stolen material storing encrypted personal data",
			`"kind":"stolen_device","malicious":"yes","confidentiality":"breached","acquisition":"suspected","integrity":"intact","availability":"breached","unavailable_for":"3h","backup":"available","encryption":"strong","key":"safe","recipient":"attacker","medium":"device"`,
			`{"people":60,"elements":["name","date_of_birth","education"],"groups":["minors"]}`, "unlikely"},
		{11, "Stolen material storing non-encrypted personal data",
			`"kind":"stolen_device","malicious":"yes","confidentiality":"breached","acquisition":"suspected","integrity":"intact","availability":"breached","unavailable_for":"2h","backup":"available","encryption":"none","recipient":"attacker","recovered":"no","medium":"device"`,
			`{"people":100001,"elements":["name","gender","postal_address","date_of_birth"],"groups":["customers"]}`, "high"},
		{12, "Stolen paper files with sensitive data",
			`"kind":"stolen_device","malicious":"yes","confidentiality":"breached","acquisition":"confirmed","integrity":"intact","availability":"breached","backup":"none","encryption":"none","recipient":"attacker","recovered":"no","medium":"paper"`,
			`{"people":80,"elements":["name","medical"],"groups":["patients"]}`, "high"},
		{13, "Postal mail mistake",
			`"kind":"misdirected","malicious":"no","confidentiality":"breached","acquisition":"confirmed","integrity":"intact","availability":"intact","encryption":"none","recipient":"untrusted","recovered":"no","medium":"paper"`,
			`{"people":2,"elements":["name","postal_address","transaction_history"],"groups":["customers"]}`, "unlikely"},
		{14, "Highly confidential personal data sent by mail by mistake",
			`"kind":"misdirected","malicious":"no","confidentiality":"breached","acquisition":"confirmed","integrity":"intact","availability":"intact","encryption":"none","recipient":"untrusted","recovered":"no"`,
			`{"people":60001,"elements":["name","email","postal_address","ssn"],"groups":[]}`, "high"},
		{15, "Personal data sent by mail by mistake",
			`"kind":"misdirected","malicious":"no","confidentiality":"breached","acquisition":"confirmed","integrity":"intact","availability":"intact","encryption":"none","recipient":"untrusted","recovered":"destroyed"`,
			`{"people":15,"elements":["name","email","medical"],"groups":["customers"]}`, "unlikely"},
		{16, "Snail mail mistake",
			`"kind":"misdirected","malicious":"no","confidentiality":"breached","acquisition":"confirmed","integrity":"intact","availability":"intact","encryption":"none","recipient":"untrusted","recovered":"no","medium":"paper"`,
			`{"people":1,"elements":["name","postal_address","date_of_birth","license_plate","insurance_policy"],"groups":["customers"]}`, "risk"},
		{17, "Identity theft",
			`"kind":"support_channel","malicious":"yes","confidentiality":"breached","acquisition":"confirmed","integrity":"breached","backup":"available","availability":"intact","encryption":"none","recipient":"attacker","recovered":"no"`,
			`{"people":1,"elements":["name","phone","communications","transaction_history"],"groups":["customers"]}`, "high"},
		{18, "Email exfiltration",
			`"kind":"mailbox_takeover","malicious":"yes","confidentiality":"breached","acquisition":"confirmed","integrity":"intact","availability":"intact","encryption":"none","recipient":"attacker","recovered":"no"`,
			`{"people":99,"elements":["name","communications","financial_profile","civil_status","employment"],"groups":["employees"]}`, "high"},
	} {
		r := l.Assess(facts(t, `{"incident": {`+tc.incident+`}, "affected": [`+tc.who+`]}`), noon).Risk
		if r.Level != tc.level {
			t.Errorf("case %d, %s: %s, the Board says %s\nbecause %v\nunknown %v", tc.number, tc.name, r.Level, tc.level, r.Because, r.Unknown)
		}
	}
}
