package incident

import "time"

// Milestone names an instant that clocks hang on. The names are those of the
// facts format; filings add "filed:<rule>" and "filed:<rule>:<stage>".
type Milestone string

const (
	OccurredFrom        Milestone = "occurred_from"
	OccurredUntil       Milestone = "occurred_until"
	Detected            Milestone = "detected"
	Suspected           Milestone = "suspected"
	Discovered          Milestone = "discovered"
	Aware               Milestone = "aware"
	Determined          Milestone = "determined"
	Classified          Milestone = "classified"
	Material            Milestone = "material"
	Assessed            Milestone = "assessed"
	ContainedAt         Milestone = "contained"
	Recovered           Milestone = "recovered"
	ProcessorAware      Milestone = "processor_aware"
	ProcessorToldUs     Milestone = "processor_told_us"
	RansomPaid          Milestone = "ransom_paid"
	FixAvailable        Milestone = "fix_available"
	IndividualsNotified Milestone = "individuals_notified"
)

// Milestones lists the named milestones with the words people see and what
// each one means. A filing milestone is not listed: its filing sets it.
func Milestones() []MilestoneInfo {
	return []MilestoneInfo{
		{OccurredFrom, "Occurred from", "When the breach began, as far as is known."},
		{OccurredUntil, "Occurred until", "When it ended, if it has."},
		{Detected, "Detected", "When a tool or a person first noticed something. An alert sets this."},
		{Suspected, "Suspected", "When there were grounds to suspect that personal data is concerned."},
		{Discovered, "Discovered", "When the breach was known, or with reasonable diligence would have been known, to anyone in the organisation. Most United States laws count from here."},
		{Aware, "Aware", "When someone concluded, with reasonable certainty, that personal data was compromised. The GDPR's 72 hours run from here. A person sets it and says why."},
		{Determined, "Determined", "When it was determined that a breach in the sense of a law took place."},
		{Classified, "Classified", "When the incident was classified as major (DORA)."},
		{Material, "Found material", "When the incident was determined to be material (SEC)."},
		{Assessed, "Assessed", "When the assessment that a law demands was completed."},
		{ContainedAt, "Contained", "When it no longer spread."},
		{Recovered, "Recovered", "When systems and data were back."},
		{ProcessorAware, "Processor aware", "When our processor became aware, or we did as somebody's processor."},
		{ProcessorToldUs, "Processor told us", "When the processor's notice reached us."},
		{RansomPaid, "Ransom paid", "When an extortion payment was made."},
		{FixAvailable, "Fix available", "When a corrective or mitigating measure became available."},
		{IndividualsNotified, "People told", "When the notices to affected people went out."},
	}
}

// MilestoneInfo is a milestone, its label and what it means.
type MilestoneInfo struct {
	Name  Milestone
	Label string
	Help  string
}

// Known reports whether m is a named milestone or a well-formed filing.
func (m Milestone) Known() bool {
	for _, i := range Milestones() {
		if i.Name == m {
			return true
		}
	}
	return len(m) > len("filed:") && m[:len("filed:")] == "filed:"
}

// Label is m in words.
func (m Milestone) Label() string {
	for _, i := range Milestones() {
		if i.Name == m {
			return i.Label
		}
	}
	return string(m)
}

// Precision says how much of an instant is known.
type Precision string

const (
	ToTheInstant Precision = "instant"
	ToTheDay     Precision = "day" // only the local date is known; At is that date's first moment in Zone
)

// MilestoneSetting is one value a milestone was given. The newest is in force;
// older ones and other candidates stay visible, because authorities move dates.
type MilestoneSetting struct {
	Seq       int       `json:"seq"` // 1, 2, 3 … within the milestone
	Milestone Milestone `json:"milestone"`
	At        time.Time `json:"at"`   // UTC
	Zone      string    `json:"zone"` // IANA name it was given in
	Precision Precision `json:"precision"`
	Reason    string    `json:"reason"`
	SetBy     string    `json:"set_by"` // principal id
	SetAt     time.Time `json:"set_at"`
	// Candidate marks a proposal that no clock counts from until a person
	// confirms it: an alert's idea of when we became aware, say.
	Candidate bool `json:"candidate,omitempty"`
}

// Text is the setting in the facts format: an instant, or a date where only the date is known.
func (s MilestoneSetting) Text() string {
	loc, err := time.LoadLocation(s.Zone)
	if err != nil {
		loc = time.UTC
	}
	if s.Precision == ToTheDay {
		return s.At.In(loc).Format(time.DateOnly)
	}
	return s.At.In(loc).Format(time.RFC3339)
}
