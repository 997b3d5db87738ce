package letter

// elementGroups sorts the contract's elements by what a letter says because of
// them. An element of no group is named in the letter and nothing more.
//
//	identity     numbers that open credit or pass for a person: bureaus, freezes, monitoring
//	tax          social security and taxpayer numbers, all of them identity too
//	licence      driver's licence and state identity card
//	credentials  change the password
//	account      bank accounts and cards: watch statements, ask for a new number
//	health       watch benefit statements
//	contact      expect forged messages
//	sensitive    special categories: discrimination, embarrassment
//	location     where someone lives or goes
//	lasting      cannot be changed: biometric and genetic data
var elementGroups = map[string][]string{
	"name":                 {},
	"email":                {"contact"},
	"phone":                {"contact"},
	"postal_address":       {"contact", "location"},
	"date_of_birth":        {},
	"ssn":                  {"identity", "tax", "ssn"},
	"tax_id":               {"identity", "tax"},
	"ip_pin":               {"identity", "tax"},
	"national_id":          {"identity"},
	"gov_id":               {"identity"},
	"driver_license":       {"identity", "licence"},
	"state_id":             {"identity", "licence"},
	"passport":             {"identity"},
	"military_id":          {"identity"},
	"tribal_id":            {"identity"},
	"student_id":           {},
	"voter_id":             {"identity"},
	"account_number":       {"account"},
	"account_with_code":    {"account"},
	"card_number":          {"account"},
	"card_with_code":       {"account"},
	"credentials":          {"credentials"},
	"private_key":          {"credentials"},
	"electronic_signature": {"credentials"},
	"mothers_maiden_name":  {"credentials"},
	"medical":              {"health", "sensitive"},
	"medical_id":           {"health"},
	"health_insurance":     {"health"},
	"mental_health":        {"health", "sensitive"},
	"biometric":            {"sensitive", "lasting"},
	"genetic":              {"sensitive", "lasting", "health"},
	"location":             {"location"},
	"license_plate":        {"location"},
	"ethnicity":            {"sensitive"},
	"religion":             {"sensitive"},
	"political_opinion":    {"sensitive"},
	"union_membership":     {"sensitive"},
	"sex_life":             {"sensitive"},
	"criminal_record":      {"sensitive"},
	"financial_profile":    {},
	"transaction_history":  {},
	"tax_return":           {},
	"communications":       {"private"},
	"employment":           {},
	"education":            {},
	"children":             {"private"},
	"photo":                {"private"},
	"behaviour":            {"private"},
	"insurance_policy":     {},
	"gender":               {},
	"place_of_birth":       {},
	"civil_status":         {},
}

var groupNames = []string{"identity", "tax", "ssn", "licence", "credentials", "account", "health",
	"contact", "sensitive", "location", "lasting", "private"}

// elementOrder is the contract's order, in which letters list elements.
var elementOrder = []string{
	"name", "email", "phone", "postal_address", "date_of_birth", "ssn", "tax_id", "ip_pin", "national_id", "gov_id",
	"driver_license", "state_id", "passport", "military_id", "tribal_id", "student_id", "voter_id", "account_number",
	"account_with_code", "card_number", "card_with_code", "credentials", "private_key", "electronic_signature",
	"mothers_maiden_name", "medical", "medical_id", "health_insurance", "mental_health", "biometric", "genetic",
	"location", "license_plate", "ethnicity", "religion", "political_opinion", "union_membership", "sex_life",
	"criminal_record", "financial_profile", "transaction_history", "tax_return", "communications", "employment",
	"education", "children", "photo", "behaviour", "insurance_policy", "gender", "place_of_birth", "civil_status",
}

// Elements lists every element a letter can name, in the contract's order.
func Elements() []string { return append([]string(nil), elementOrder...) }
