package demo

import (
	"fmt"
	"io"
	"time"
)

// log prints each step as it happens: when, by which door, and what.
type log struct {
	w     io.Writer
	began time.Time
}

func (l *log) step(door, format string, args ...any) {
	fmt.Fprintf(l.w, "%6.2fs  %-8s  %s\n", time.Since(l.began).Seconds(), door, fmt.Sprintf(format, args...))
}

// Summary is what `demo --json` prints.
type Summary struct {
	Incident string `json:"incident"`
	OpenedBy string `json:"opened_by"`
	Tasks    struct {
		Total int `json:"total"`
		Done  int `json:"done"`
	} `json:"tasks"`
	Evidence int `json:"evidence"`
	Affected struct {
		People        int `json:"people"`
		Jurisdictions int `json:"jurisdictions"`
		Excluded      int `json:"excluded"`
	} `json:"affected"`
	Obligations struct {
		Owed    int `json:"owed"`
		NotOwed int `json:"not_owed"`
		Unknown int `json:"unknown"`
	} `json:"obligations"`
	Drafts   int `json:"drafts"`
	Released int `json:"released"`
	Mail     struct {
		Accepted  int `json:"accepted"`
		Rejected  int `json:"rejected"`
		Uncertain int `json:"uncertain"`
	} `json:"mail"`
	Audit struct {
		Entries  int  `json:"entries"`
		Verified bool `json:"verified"`
	} `json:"audit"`
	ElapsedMS int64 `json:"elapsed_ms"`
}
