package outbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"tocsin/incident/affected"
	"tocsin/incident/keys"
	"tocsin/notify"
)

// DeliveryState is what is known of one person's letter.
type DeliveryState string

const (
	Attempting DeliveryState = "attempting" // written before it is made
	Accepted   DeliveryState = "accepted"
	Rejected   DeliveryState = "rejected"
	Deferred   DeliveryState = "deferred"
	Uncertain  DeliveryState = "uncertain"
	Excluded   DeliveryState = "excluded" // left out, with a reason
	Withheld   DeliveryState = "withheld" // a drill
	Bounced    DeliveryState = "bounced"  // taken, and came back: a letter is needed
)

// Delivery is one person's letter. It does not say who: its key is a keyed hash,
// and Line is the person's row in the list of people, which lies in the vault.
type Delivery struct {
	Mailing  string         `json:"mailing"`
	Draft    string         `json:"draft,omitempty"`
	Line     int            `json:"line"` // 1 is the first person
	State    DeliveryState  `json:"state"`
	Reason   string         `json:"reason,omitempty"`
	Attempts int            `json:"attempts,omitempty"`
	NextTry  *time.Time     `json:"next_try,omitempty"`
	At       time.Time      `json:"at"`
	Receipt  notify.Receipt `json:"receipt,omitzero"`
	Batch    uint64         `json:"batch,omitempty"`      // of the mailing, in which it was last attempted
	Settled  string         `json:"settled_by,omitempty"` // who settled an uncertain one
	Note     string         `json:"note,omitempty"`       // and what they go by
	Return   *Return        `json:"return,omitempty"`     // what a mail server said of it later
}

// told reports whether this person must not be written to again by itself.
func (d *Delivery) told() bool {
	switch d.State {
	case Accepted, Uncertain, Withheld, Attempting:
		return true
	}
	return false // a later mailing may have a better address for who was refused
}

// personKey names a person's delivery. It is an HMAC under a key of the
// incident, so that whoever reads the store's keys learns nobody's number, and
// it is the same in every list, so that a later mailing knows who was told. A
// further letter to the same person (see Draft) has a delivery of its own.
func personKey(k [keys.Size]byte, p *affected.Person, line, series int) string {
	mac := hmac.New(sha256.New, k[:])
	if series > 0 {
		fmt.Fprintf(mac, "further\x00%d\x00", series)
	}
	if p.CustomerID != "" {
		fmt.Fprintf(mac, "id\x00%s", p.CustomerID)
	} else {
		fmt.Fprintf(mac, "row\x00%s\x00%s\x00%d", p.Email, p.Name, line)
	}
	return hex.EncodeToString(mac.Sum(nil)[:16])
}
