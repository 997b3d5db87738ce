package statute

// answerLabels words the answers to a fact in plain language, where the word
// alone does not say enough.
func answerLabels(fact string) map[string]string {
	switch fact {
	case "organisation.role":
		return map[string]string{
			"controller": "controller: it decides why and how the data are used", "joint_controller": "joint controller: it decides together with others",
			"processor": "processor: it works with the data for somebody else",
		}
	case "incident.malicious":
		return map[string]string{"yes": "yes, on purpose", "no": "no, by accident or in good faith", "suspected": "probably, not established"}
	case "incident.confidentiality":
		return map[string]string{"breached": "yes, somebody saw or got them", "suspected": "probably, not established", "intact": "no, established"}
	case "incident.integrity":
		return map[string]string{"breached": "yes, changed", "suspected": "probably, not established", "intact": "no, established"}
	case "incident.availability":
		return map[string]string{"breached": "yes, lost or out of reach", "suspected": "probably, not established", "intact": "no, established"}
	case "incident.access", "incident.processor_is_agent":
		return map[string]string{"yes": "yes", "no": "no, established", "suspected": "probably, not established"}
	case "incident.acquisition":
		return map[string]string{"confirmed": "yes, established", "suspected": "it is reasonable to believe so", "ruled_out": "no, ruled out by an investigation"}
	case "incident.encryption":
		return map[string]string{
			"strong": "yes, with a method held to be safe today", "weak": "yes, with a weak or old method",
			"hashed_salted": "hashed with a salt (passwords)", "none": "no, readable",
		}
	case "incident.key":
		return map[string]string{"safe": "yes, nobody else has it", "compromised": "no, it went with the data or may have"}
	case "incident.medium":
		return map[string]string{"electronic": "electronic: systems, files, mail", "paper": "on paper", "verbal": "spoken", "device": "on a lost or stolen device or data carrier"}
	case "incident.recipient":
		return map[string]string{
			"attacker": "an attacker", "insider": "somebody of the organisation's own", "trusted": "somebody outside who is known and trusted",
			"untrusted": "somebody outside who is not known", "public": "anybody: it was public", "none": "nobody",
		}
	case "incident.recovered":
		return map[string]string{"returned": "they came back", "destroyed": "the recipient destroyed them, proven", "unopened": "they stayed unopened, proven", "no": "no"}
	case "incident.backup":
		return map[string]string{"available": "yes, complete", "partial": "of a part", "none": "no"}
	case "incident.risk":
		return map[string]string{"unlikely": "a risk to people is unlikely", "risk": "a risk", "high": "a high risk"}
	case "incident.hipaa_low_probability":
		return map[string]string{"yes": "yes, demonstrated and written down", "no": "no"}
	case "incident.rrosh":
		return map[string]string{"yes": "yes, a real risk of significant harm", "no": "no"}
	case "incident.kind":
		return map[string]string{
			"credential_stuffing": "log-ins with stolen passwords", "mailbox_takeover": "a mailbox taken over", "misdirected": "sent to the wrong recipient",
			"insider": "by an insider", "misconfiguration": "a system open by mistake", "vendor": "at a vendor", "support_channel": "through support or a call centre",
			"skimming": "card skimming", "disposal": "thrown away without being destroyed",
		}
	}
	return nil
}

// abbreviations words data and regimes that have a name of their own.
func abbreviations() map[string]string {
	return map[string]string{
		"ssn": "social security number", "tax_id": "tax number", "ip_pin": "identity protection PIN of the tax office",
		"national_id": "national identity number", "gov_id": "another number of a government's document", "driver_license": "driving licence number",
		"state_id": "number of a state's identity card", "account_number": "account number without a code", "account_with_code": "account number with its code or password",
		"card_number": "card number without a code", "card_with_code": "card number with its code or expiry date", "credentials": "user name or e-mail with password or answer",
		"private_key": "private key of a signature", "mothers_maiden_name": "mother's maiden name", "medical": "health data", "medical_id": "number of a patient's file",
		"health_insurance": "health insurance number or data", "mental_health": "data on mental health", "biometric": "biometric data", "genetic": "genetic data",
		"location": "where the person was", "license_plate": "licence plate", "children": "data on their children", "communications": "messages, recordings, transcripts",
		"behaviour": "behaviour, use of services", "nydfs_covered_entity": "licensed by New York's Department of Financial Services",
		"glba_institution": "financial institution under the Gramm-Leach-Bliley Act", "hipaa_covered_entity": "health provider, plan or clearing house under HIPAA",
		"hipaa_business_associate": "business associate under HIPAA", "phr_vendor": "vendor of personal health records", "sec_registrant": "files reports with the SEC",
		"nis2_essential": "essential entity under NIS2", "nis2_important": "important entity under NIS2", "dora_financial_entity": "financial entity under DORA",
		"apra_regulated": "regulated by APRA (Australia)", "public_body": "public body", "product_manufacturer": "maker of products with digital elements",
		"trust_service_provider": "trust service provider (eIDAS)", "information_broker": "data broker",
	}
}
