package incident

import "time"

// TimelineEntry is one line of what happened, written by acts or by people.
type TimelineEntry struct {
	Seq        int        `json:"seq"`
	At         time.Time  `json:"at"`       // when it happened
	Recorded   time.Time  `json:"recorded"` // when it was written down
	By         string     `json:"by"`
	Source     Source     `json:"source"`
	Act        string     `json:"act"`              // the audit act, or "note"
	Text       string     `json:"text"`             // a sentence
	Object     string     `json:"object,omitempty"` // "task/<id>", "evidence/<id>" …
	Pinned     bool       `json:"pinned,omitempty"`
	Corrects   int        `json:"corrects,omitempty"`     // Seq of the entry this one corrects
	Corrected  int        `json:"corrected_by,omitempty"` // Seq of the entry that corrects this one
	Privileged *Privilege `json:"privileged,omitempty"`
}
