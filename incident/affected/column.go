package affected

import "slices"

// Our names for columns of the directory. The first group describes a person,
// the second names one and can be matched by.
var (
	describing = slices.Concat([]string{"name", "given_name", "family_name", "country", "region", "last_country", "last_region", "birth_date", "language", "house_number"}, attributes)

	// naming is in order of strength: where a row's keys name different people,
	// the earlier key decides. Numbers given to one person come before
	// addresses that households share.
	naming = [...]string{
		"customer_id", "account_number", "insurance_policy", "medical_id", "student_id", "employee_id", "ssn", "tax_id",
		"national_id", "passport", "driver_license", "state_id", "user_name", "email", "phone",
	}
)

// attributes are what people.csv says of a person besides, where the spec
// names a column for it: how to write to them, and what to mind. They come from the
// directory alone; nothing is concluded from a value that is missing.
var attributes = []string{"postal_address", "street", "city", "postal_code", "household", "guardian", "deceased", "protected", "groups"}

// IsPrimaryKey reports whether a key is a number given to one person, which is
// never shared. The others, e-mail and phone, are addresses: households share
// them, and people change them.
func IsPrimaryKey(key string) bool {
	return slices.Contains(naming[:], key) && key != "email" && key != "phone"
}

// CheckColumns lists what an exposure can have checked of the person a row
// names: what names nobody, but must not be another's.
func CheckColumns() []string { return []string{"birth_date"} }

// MatchKeys lists the names an exposure can match by, the strongest first.
func MatchKeys() []string { return slices.Clone(naming[:]) }

// JointColumns lists the names of columns an exposure can match by together: a
// name and what is known of the person besides. See [Exposure.Keys].
func JointColumns() []string { return slices.Clone(jointColumns) }

// DirectoryColumns lists the names the directory's columns can be given.
func DirectoryColumns() []string { return slices.Concat(naming[:], describing) }
