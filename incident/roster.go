package incident

import "time"

// Roster is one settled list of affected people. The list itself lies sealed
// in the vault; this is what is known of it as a whole. It holds no person.
type Roster struct {
	ID        string    `json:"id"`
	Seq       int       `json:"seq"` // 1, 2, 3 … within the incident; the newest settled one is in force
	SettledAt time.Time `json:"settled_at"`
	SettledBy string    `json:"settled_by"`
	Object    string    `json:"object"` // SHA-256 of people.csv, its name in the vault
	Size      int64     `json:"size"`

	People                int                       `json:"people"`
	ByJurisdiction        map[string]int            `json:"by_jurisdiction"` // "unknown" where residence is not known
	ByElement             map[string]int            `json:"by_element"`
	ByJurisdictionElement map[string]map[string]int `json:"by_jurisdiction_element"`
	Matched               int                       `json:"matched"`
	Duplicates            int                       `json:"duplicates"`
	Unmatched             int                       `json:"unmatched"`
	Malformed             int                       `json:"malformed"`
	Conflicts             int                       `json:"conflicts"`
	NoContact             int                       `json:"no_contact"`
	Inputs                []RosterInput             `json:"inputs,omitempty"`
	Groups                []RosterGroup             `json:"groups,omitempty"`
	Reports               map[string]string         `json:"reports,omitempty"` // unmatched.csv, rejected.csv → SHA-256 in the vault
}

// RosterGroup counts the people of one jurisdiction with exactly the same
// elements exposed: what the rules are asked with.
type RosterGroup struct {
	Jurisdiction string   `json:"jurisdiction"`
	Elements     []string `json:"elements"`
	People       int      `json:"people"`
}

// RosterInput is one file a roster was made from.
type RosterInput struct {
	Name       string `json:"name"`
	Path       string `json:"path"`
	Rows       int64  `json:"rows"`
	Bytes      int64  `json:"bytes"`
	SHA256     string `json:"sha256"`
	Matched    int64  `json:"matched"`
	Duplicates int64  `json:"duplicates"`
	Unmatched  int64  `json:"unmatched"`
	Malformed  int64  `json:"malformed"`
}
