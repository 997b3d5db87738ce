package incident

import "time"

// Roster is one settled list of affected people. The list itself lies sealed
// in the vault; this is what is known of it as a whole. It holds no person.
type Roster struct {
	ID        string    `json:"id"`
	Seq       int       `json:"seq"` // 1, 2, 3 … within the incident; the newest settled one is in force
	SettledAt time.Time `json:"settled_at"`
	SettledBy string    `json:"settled_by"`
	// ProposedBy is who put it forward; somebody else settled it.
	ProposedBy string `json:"proposed_by,omitempty"`
	Run        string `json:"run,omitempty"` // the run it came from
	Object     string `json:"object"`        // SHA-256 of people.csv, its name in the vault
	Size       int64  `json:"size"`

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
	Erased                int                       `json:"erased,omitempty"` // people erased since it was settled; an empty row stands in each one's place
	Inputs                []RosterInput             `json:"inputs,omitempty"`
	Groups                []RosterGroup             `json:"groups,omitempty"`
	Reports               map[string]string         `json:"reports,omitempty"`    // unmatched.csv, rejected.csv, conflicts.csv → SHA-256 in the vault
	BySources             map[string]int            `json:"by_sources,omitempty"` // people by exactly the data sets they are in, names joined by +
	Residence             RosterResidence           `json:"residence,omitzero"`
	Decided               int                       `json:"decided,omitempty"`  // conflicts that a person had decided
	Warnings              []string                  `json:"warnings,omitempty"` // what somebody should look at before settling
}

// RosterResidence says of how many people it is known how where they live.
type RosterResidence struct {
	Directory   int    `json:"directory"`
	LastAddress int    `json:"last_address"`
	Default     int    `json:"default"` // taken for granted, for the reason
	Unknown     int    `json:"unknown"`
	Reason      string `json:"reason,omitempty"`
}

// Rows is how many rows of exposures there were: what matched, duplicates,
// unmatched and malformed rows add up to.
func (r *Roster) Rows() int { return r.Matched + r.Duplicates + r.Unmatched + r.Malformed }

// RosterGroup counts the people of one jurisdiction and the same groups with
// exactly the same elements exposed: what the rules are asked with.
type RosterGroup struct {
	Jurisdiction string   `json:"jurisdiction"`
	Elements     []string `json:"elements"`
	// Groups are what the directory says they are (customers, patients, …); nil where it does not.
	Groups []string `json:"groups,omitempty"`
	People int      `json:"people"`
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
