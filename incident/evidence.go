package incident

import "time"

// Evidence is one exhibit. Its bytes lie sealed in the vault under their
// SHA-256; what happened to it since is its custody.
type Evidence struct {
	ID          string     `json:"id"`
	Number      int        `json:"number"` // exhibit number within the incident
	Title       string     `json:"title"`
	Kind        string     `json:"kind"`   // file, link, message, log_extract, screenshot, physical, statement, config, receipt
	Source      string     `json:"source"` // system, host and place it came from
	CollectedBy string     `json:"collected_by"`
	CollectedAt time.Time  `json:"collected_at"`
	Method      string     `json:"method,omitempty"`
	Tool        string     `json:"tool,omitempty"`
	SHA256      string     `json:"sha256,omitempty"` // of the bytes as acquired, hex; empty for physical exhibits and links
	Size        int64      `json:"size,omitempty"`
	MediaType   string     `json:"media_type,omitempty"`
	FileName    string     `json:"file_name,omitempty"`
	Link        string     `json:"link,omitempty"`
	Note        string     `json:"note,omitempty"`
	Task        string     `json:"task,omitempty"` // task id it was collected for
	LegalHold   bool       `json:"legal_hold,omitempty"`
	Privileged  *Privilege `json:"privileged,omitempty"`
	Destroyed   bool       `json:"destroyed,omitempty"`
	CustodySeq  int        `json:"custody_seq,omitempty"`
}

// EvidenceKinds lists the kinds of exhibits.
func EvidenceKinds() []Choice {
	return []Choice{
		{"file", "File"}, {"log_extract", "Log extract"}, {"screenshot", "Screenshot"}, {"message", "Message"},
		{"statement", "Statement"}, {"config", "Configuration"}, {"link", "Link"}, {"physical", "Physical item"},
		{"receipt", "Receipt of a filing"}, {"decision", "Written decision"},
	}
}

// ValidEvidenceKind reports whether k is a kind of exhibit.
func ValidEvidenceKind(k string) bool { return known(EvidenceKinds(), k) }

// CustodyEvent is one thing that happened to an exhibit. Each carries the hash
// of the one before, so that a gap shows.
type CustodyEvent struct {
	Seq      int         `json:"seq"`
	Kind     CustodyKind `json:"kind"`
	By       string      `json:"by"`
	At       time.Time   `json:"at"`
	To       string      `json:"to,omitempty"` // counterparty of a transfer
	Purpose  string      `json:"purpose,omitempty"`
	SHA256   string      `json:"sha256,omitempty"` // of the bytes at this event, where they were read
	Previous string      `json:"previous,omitempty"`
	Hash     string      `json:"hash"` // over all fields above
}

// CustodyKind is what happened to an exhibit.
type CustodyKind string

const (
	CustodyReceived    CustodyKind = "received"
	CustodyViewed      CustodyKind = "viewed"
	CustodyDownloaded  CustodyKind = "downloaded"
	CustodyTransferred CustodyKind = "transferred"
	CustodyVerified    CustodyKind = "verified"
	CustodyReleased    CustodyKind = "released"
	CustodyDestroyed   CustodyKind = "destroyed"
)
