package backup

import (
	"encoding/json"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// The archive's entries, in this order.
const (
	formatName   = "format"
	ledgerName   = ledger.FileName
	vaultPrefix  = "vault/"
	manifestName = "manifest"

	formatText = "tocsin-backup 1\n"
)

// Manifest is what an archive holds.
type Manifest struct {
	Format  int       `json:"format"`
	Created time.Time `json:"created"` // UTC
	Store   string    `json:"store"`   // id of the store
	Schema  int       `json:"schema"`
	Head    string    `json:"head"` // signed checkpoint of the audit log
	Files   []File    `json:"files"`
}

// File is one file of the archive.
type File struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Bytes is the size of all files together.
func (m Manifest) Bytes() int64 {
	var n int64
	for _, f := range m.Files {
		n += f.Size
	}
	return n
}

// sign gives the manifest as it ends the archive: a signed note whose first line
// says that it is no checkpoint.
func (m Manifest) sign(db *ledger.DB) ([]byte, error) {
	text, err := json.Marshal(m)
	if err != nil {
		return nil, incident.Because(incident.Internal, err, "the backup's manifest could not be written")
	}
	return db.SignNote(formatText + string(text) + "\n")
}

// parseManifest reads a manifest before anything is known that could check its
// signature; openManifest does that.
func parseManifest(msg []byte) (Manifest, error) {
	text, _, ok := strings.Cut(string(msg), "\n\n")
	body, found := strings.CutPrefix(text, formatText)
	var m Manifest
	if !ok || !found || json.Unmarshal([]byte(body), &m) != nil || m.Format != 1 {
		return m, incident.Errorf(incident.Invalid, "the backup is damaged: its manifest does not read")
	}
	return m, nil
}

func openManifest(db *ledger.DB, msg []byte) error {
	if _, err := db.OpenNote(msg); err != nil {
		return incident.Because(incident.Invalid, err, "the backup is damaged: its manifest is not signed by the store in it")
	}
	return nil
}
