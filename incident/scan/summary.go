package scan

import (
	"tocsin/incident/scan/detect"
)

// Summary is the result in numbers, as summary.json has it.
type Summary struct {
	Hits       int64            `json:"hits"`
	ByElement  map[string]int64 `json:"by_element"`  // hits; "" is what only identifies
	ByDetector map[string]int64 `json:"by_detector"` // hits
	ByStrength map[string]int64 `json:"by_strength"` // hits
	// Unsure are numbers, by detector, that pass a check but stand where nothing says
	// what they are: they are not listed. Naming the countries of the people lists theirs.
	Unsure map[string]int64 `json:"unsure"`

	Messages     int64 `json:"messages"` // messages, rows, documents and blocks of text
	Rows         int64 `json:"rows"`     // of the exposure
	Nobody       int64 `json:"nobody"`   // rows of the exposure in which nobody is identified
	OwnAddresses int64 `json:"own_addresses"`
	Cut          int64 `json:"cut"`      // conversations too long to be held whole
	Problems     int64 `json:"problems"` // see the table of them
	Incomplete   int64 `json:"incomplete"`

	Files     []FileSummary     `json:"files"`
	Detectors []detect.Detector `json:"detectors"` // what was looked for
	ElapsedMS int64             `json:"elapsed_ms"`
}

// FileSummary says what became of one file.
type FileSummary struct {
	Path         string `json:"path"`
	Kind         string `json:"kind"` // mbox, mail, json, jsonl, csv, html, text; "" where it was not read
	Bytes        int64  `json:"bytes"`
	SHA256       string `json:"sha256"` // of the bytes as they are stored
	Messages     int64  `json:"messages"`
	Hits         int64  `json:"hits"`
	Rows         int64  `json:"rows"`
	Nobody       int64  `json:"nobody"`
	OwnAddresses int64  `json:"own_addresses"`
	Cut          int64  `json:"cut"`
	Problems     int64  `json:"problems"`
	Complete     bool   `json:"complete"` // read to its end
}

// counts are the hits of one file.
type counts struct {
	element, detector, strength map[string]int64
}

func (c *counts) hit(d *detect.Detector, s detect.Strength) {
	if c.element == nil {
		c.element, c.detector, c.strength = map[string]int64{}, map[string]int64{}, map[string]int64{}
	}
	c.element[d.Element]++
	c.detector[d.Name]++
	c.strength[s.String()]++
}

// add takes a file into the totals.
func (s *Summary) add(f *FileSummary, c *counts, unsure map[string]int64) {
	s.Files = append(s.Files, *f)
	s.Hits += f.Hits
	s.Messages += f.Messages
	s.Rows += f.Rows
	s.Nobody += f.Nobody
	s.OwnAddresses += f.OwnAddresses
	s.Cut += f.Cut
	s.Problems += f.Problems
	if !f.Complete {
		s.Incomplete++
	}
	merge(s.ByElement, c.element)
	merge(s.ByDetector, c.detector)
	merge(s.ByStrength, c.strength)
	merge(s.Unsure, unsure)
}

func merge(into, from map[string]int64) {
	for k, n := range from {
		into[k] += n
	}
}
