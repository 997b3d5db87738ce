package statute

import (
	"slices"
	"time"
)

// Facts is what is known of a breach, as the assess command reads it. Absent is
// unknown: an empty word, a nil slice, a nil number. An empty slice and a zero
// are known to be none.
type Facts struct {
	Organisation Organisation      `json:"organisation"`
	Incident     Incident          `json:"incident"`
	Contract     Contract          `json:"contract"`
	Holds        []Hold            `json:"holds,omitempty"`
	Milestones   map[string]Moment `json:"milestones,omitempty"`
	Affected     []Affected        `json:"affected"` // nil: not known who
}

// Organisation is who had the data.
type Organisation struct {
	Role              string   `json:"role,omitempty"`
	EstablishedIn     []string `json:"established_in"`
	MainEstablishment string   `json:"main_establishment,omitempty"`
	RegulatedAs       []string `json:"regulated_as"`
	LicensedIn        []string `json:"licensed_in"`
}

// Incident is what happened. Words are those of the condition vocabulary.
type Incident struct {
	Kind             string         `json:"kind,omitempty"`
	Malicious        string         `json:"malicious,omitempty"`
	Confidentiality  string         `json:"confidentiality,omitempty"`
	Integrity        string         `json:"integrity,omitempty"`
	Availability     string         `json:"availability,omitempty"`
	UnavailableFor   *time.Duration `json:"-"`
	Access           string         `json:"access,omitempty"`
	Acquisition      string         `json:"acquisition,omitempty"`
	Encryption       string         `json:"encryption,omitempty"`
	Key              string         `json:"key,omitempty"`
	Medium           string         `json:"medium,omitempty"`
	Recipient        string         `json:"recipient,omitempty"`
	Recovered        string         `json:"recovered,omitempty"`
	Backup           string         `json:"backup,omitempty"`
	Severity         string         `json:"severity,omitempty"`
	Risk             string         `json:"risk,omitempty"` // a person's conclusion; empty: propose one
	ProcessorIsAgent string         `json:"processor_is_agent,omitempty"`

	// A person's conclusions of two assessments of their own; empty: propose one.
	HIPAALowProbability string `json:"hipaa_low_probability,omitempty"` // yes or no: 45 CFR 164.402(2)
	RROSH               string `json:"rrosh,omitempty"`                 // yes or no: PIPEDA section 10.1
}

// Contract is what the contract between controller and processor says.
type Contract struct {
	NoticeWithin *time.Duration `json:"-"`
}

// Hold is a request of law enforcement to hold notices back.
type Hold struct {
	Authority string `json:"authority"`
	Form      string `json:"form"` // oral or written
	From      Moment `json:"from,omitzero"`
	Until     Moment `json:"until,omitzero"` // zero: no end was named
}

// Affected is one group of people with the same residence, elements and groups.
type Affected struct {
	Residence string   `json:"residence,omitempty"`
	People    *int     `json:"people,omitempty"`
	Elements  []string `json:"elements"`
	Groups    []string `json:"groups"`
}

// milestone is the moment of a milestone. filed:<rule> and filed:<rule>:<its
// first stage> are the same; first tells the first stage of a rule.
func (f *Facts) milestone(name string, first func(rule string) string) Moment {
	if m, ok := f.Milestones[name]; ok {
		return m
	}
	rule, stage, ok := cutFiling(name)
	if !ok {
		return Moment{}
	}
	switch stage {
	case "":
		return f.Milestones["filed:"+rule+":"+first(rule)]
	case first(rule):
		return f.Milestones["filed:"+rule]
	}
	return Moment{}
}

// people is the number of people in a group as bounds; max is negative where
// there is none.
func (a *Affected) bounds() (min, max int) {
	if a.People == nil {
		return 0, -1
	}
	return *a.People, *a.People
}

// union gives the members of several sets, each once, and whether all are known.
func union(sets func(yield func([]string) bool)) (members []string, open bool) {
	for s := range sets {
		if s == nil {
			open = true
		}
		for _, m := range s {
			if !slices.Contains(members, m) {
				members = append(members, m)
			}
		}
	}
	return members, open
}
