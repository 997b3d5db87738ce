package condition

// Base is the facts every condition may name: those of an incident and of the
// organisation, as the assess command reads them. Packages that know more (a
// rule knows the people of its own jurisdiction) add theirs with With.
func Base() Vocabulary {
	return Vocabulary{}.With(
		Fact{"organisation.role", WordKind, Roles(), "Does the organisation decide about these data itself (controller), together with others (joint_controller), or work for others (processor)?"},
		Fact{"organisation.established_in", PlacesKind, nil, "In which countries or states is the organisation established?"},
		Fact{"organisation.main_establishment", PlaceKind, nil, "Where is the organisation's main establishment?"},
		Fact{"organisation.regulated_as", SetKind, Regimes(), "Which regulated kinds of business is the organisation (insurer, bank, hipaa_covered_entity, …)?"},
		Fact{"organisation.licensed_in", PlacesKind, nil, "In which states or countries does the organisation hold a licence of its trade?"},

		Fact{"incident.kind", WordKind, IncidentKinds(), "What kind of incident is it?"},
		Fact{"incident.malicious", WordKind, threeValued(), "Was it done on purpose by somebody who meant harm?"},
		Fact{"incident.confidentiality", WordKind, breachValues(), "Did anybody get to see personal data who should not have?"},
		Fact{"incident.integrity", WordKind, breachValues(), "Were personal data changed without right?"},
		Fact{"incident.availability", WordKind, breachValues(), "Were personal data lost or out of reach?"},
		Fact{"incident.unavailable_for", LengthKind, nil, "For how long were the data out of reach (such as 30h)?"},
		Fact{"incident.access", WordKind, threeValued(), "Did somebody without right get access to the data?"},
		Fact{"incident.acquisition", WordKind, []string{"confirmed", "suspected", "ruled_out"}, "Were data taken or viewed?"},
		Fact{"incident.encryption", WordKind, []string{"strong", "weak", "hashed_salted", "none"}, "Were the exposed data encrypted, and how well?"},
		Fact{"incident.key", WordKind, []string{"safe", "compromised"}, "Is the decryption key safe?"},
		Fact{"incident.medium", WordKind, []string{"electronic", "paper", "verbal", "device"}, "In which form were the data exposed?"},
		Fact{"incident.recipient", WordKind, []string{"attacker", "insider", "trusted", "untrusted", "public", "none"}, "Who got the data?"},
		Fact{"incident.recovered", WordKind, []string{"returned", "destroyed", "unopened", "no"}, "Have the data come back, been destroyed, or stayed unopened, and is that proven?"},
		Fact{"incident.backup", WordKind, []string{"available", "partial", "none"}, "Is there a backup from which the data can be restored?"},
		Fact{"incident.severity", WordKind, []string{"low", "medium", "high", "critical"}, "How severe is the incident?"},
		Fact{"incident.risk", WordKind, []string{"unlikely", "risk", "high"}, "Which risk to the people affected do you conclude: unlikely, risk or high?"},
		Fact{"incident.processor_is_agent", WordKind, threeValued(), "Is the processor an agent of the organisation, so that what it knows counts as known to the organisation?"},
		Fact{"incident.hipaa_low_probability", WordKind, []string{"yes", "no"}, "Does the documented four-factor assessment (45 CFR 164.402(2)) demonstrate a low probability that health information was compromised?"},
		Fact{"incident.rrosh", WordKind, []string{"yes", "no"}, "Does the breach create a real risk of significant harm (PIPEDA, section 10.1)?"},
		Fact{"contract.notice_within", LengthKind, nil, "Within how long does the contract ask for notice (such as 24h)?"},

		Fact{"affected.people", NumberKind, nil, "How many people are affected, by residence?"},
		Fact{"affected.residence", PlacesKind, nil, "Where do the people affected live?"},
		Fact{"affected.elements", SetKind, Elements(), "Which data of these people were exposed?"},
		Fact{"affected.groups", SetKind, Groups(), "Which groups do these people belong to (customers, patients, employees, minors, …)?"},
	)
}

func threeValued() []string  { return []string{"yes", "no", "suspected"} }
func breachValues() []string { return []string{"breached", "suspected", "intact"} }

// Roles lists what an organisation can be to the data.
func Roles() []string { return []string{"controller", "joint_controller", "processor"} }

// Regimes lists the regulated kinds of organisation.
func Regimes() []string {
	return []string{"insurer", "bank", "credit_union", "payment_institution", "broker_dealer", "investment_adviser",
		"sec_registrant", "nydfs_covered_entity", "glba_institution", "hipaa_covered_entity", "hipaa_business_associate",
		"phr_vendor", "telecom_provider", "trust_service_provider", "nis2_essential", "nis2_important",
		"dora_financial_entity", "critical_infrastructure", "product_manufacturer", "information_broker",
		"apra_regulated", "public_body", "school", "utility"}
}

// IncidentKinds lists the kinds of incident.
func IncidentKinds() []string {
	return []string{"ransomware", "intrusion", "credential_stuffing", "phishing", "mailbox_takeover", "misdirected",
		"lost_device", "stolen_device", "insider", "misconfiguration", "vendor", "support_channel", "skimming",
		"disposal", "outage", "other"}
}

// Elements lists the kinds of data that can be exposed, in the order in which
// they are written out.
func Elements() []string {
	return []string{"name", "email", "phone", "postal_address", "date_of_birth", "ssn", "tax_id", "ip_pin",
		"national_id", "gov_id", "driver_license", "state_id", "passport", "military_id", "tribal_id", "student_id",
		"voter_id", "account_number", "account_with_code", "card_number", "card_with_code", "credentials",
		"private_key", "electronic_signature", "mothers_maiden_name", "medical", "medical_id", "health_insurance",
		"mental_health", "biometric", "genetic", "location", "license_plate", "ethnicity", "religion",
		"political_opinion", "union_membership", "sex_life", "criminal_record", "financial_profile",
		"transaction_history", "tax_return", "communications", "employment", "education", "children", "photo",
		"behaviour", "insurance_policy", "gender", "place_of_birth", "civil_status"}
}

// Groups lists the groups of people who can be affected.
func Groups() []string {
	return []string{"customers", "patients", "employees", "students", "subscribers", "minors", "vulnerable", "deceased"}
}
