package outbox

import (
	"time"

	"tocsin/notify/letter"
	"tocsin/notify/statute"
)

// Config is what the outbox knows of the organisation and how it sends.
type Config struct {
	// Organisation answers who had the data; absent is unknown.
	Organisation statute.Organisation
	// Letterhead is what every letter and filing says of the sender.
	Letterhead Letterhead
	// BaseURL is where people reach the console, for links in staff messages.
	BaseURL string

	// FilingsByTwo refuses to record a filing of a form or a letter that no second
	// person approved. Otherwise it is recorded, and says so: an authority that was
	// told was told.
	FilingsByTwo bool
	// NoPublicPages refuses to publish notices to all, because nobody could read them.
	NoPublicPages bool

	Canary int             // people written to first; the rest waits for how that ends. 50 if 0
	Batch  int             // people per transaction; 200 if 0
	Retry  []time.Duration // waits before each further attempt; a default ladder if nil

	Throttle Throttle // how much goes out in an hour; nothing is held back if zero
}

// Letterhead is the sender's part of letters and filings.
type Letterhead struct {
	Organisation letter.Organisation
	DPO          letter.Contact
	CallCentre   letter.Contact
	Signatory    letter.Contact
	Monitoring   *letter.Monitoring
	CheckPage    string // where people see by the code in it that a letter is genuine; no codes are printed if empty
}

// retryLadder follows what mail servers do: soon, then less and less often, for
// five days (RFC 5321, 4.5.4.1).
var retryLadder = []time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 4 * time.Hour, 12 * time.Hour,
	24 * time.Hour, 24 * time.Hour, 24 * time.Hour, 24 * time.Hour,
}

func (c *Config) fill() {
	if c.Canary == 0 {
		c.Canary = 50
	}
	if c.Batch == 0 {
		c.Batch = 200
	}
	if c.Retry == nil {
		c.Retry = retryLadder
	}
}
