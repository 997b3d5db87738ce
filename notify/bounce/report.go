package bounce

import (
	"regexp"
	"strconv"
	"strings"
)

// Kind is what became of a letter, as a mail server says.
type Kind string

const (
	Failed    Kind = "failed"    // given up; the server will not try again
	Delayed   Kind = "delayed"   // not yet; the server goes on trying
	Delivered Kind = "delivered" // in the mailbox, or handed to a server that does not report
	Other     Kind = "other"     // no report on a delivery: a reply, a complaint, a receipt of reading
)

// Report is one report. It holds nothing personal: neither an address nor the
// server's words, which may repeat one.
type Report struct {
	Kind      Kind
	MessageID string // of the returned letter, without < and >; empty if the report does not say
	Status    string // RFC 3463, such as 5.1.1; empty if not given
	Code      int    // of SMTP, such as 550; 0 if not given
}

// Expired reports whether a server gave up on what might have passed: it never
// said that the address is bad (class 4 of RFC 3463).
func (r Report) Expired() bool { return r.Kind == Failed && strings.HasPrefix(r.Status, "4.") }

var ours = regexp.MustCompile(`^([0-9a-f]{32})\.([1-9][0-9]{0,5})@`)

// Letter gives the delivery's key and the attempt that a Message-ID of ours
// names; ok is false where it is none of ours.
func (r Report) Letter() (key string, try int, ok bool) {
	m := ours.FindStringSubmatch(r.MessageID)
	if m == nil {
		return "", 0, false
	}
	try, err := strconv.Atoi(m[2])
	return m[1], try, err == nil
}

// reasons are the codes of RFC 3463 and its register that say something a
// person acts on, in our words.
var reasons = map[string]string{
	"1.1": "there is no such mailbox", "1.2": "there is no such mail domain", "1.3": "the address is not valid",
	"1.6": "the mailbox has moved", "1.10": "the address takes no mail",
	"2.0": "the mailbox takes no mail", "2.1": "the mailbox is closed", "2.2": "the mailbox is full", "2.3": "the message is too large for the mailbox",
	"3.4": "the message is too large for the mail system",
	"4.1": "the mail server did not answer", "4.3": "the mail domain could not be looked up", "4.4": "no way to the mail domain was found", "4.6": "the mail went round in a circle",
	"4.7": "it could not be delivered in time",
	"6.7": "a server on the way takes no international addresses",
	"7.0": "the mail server's policy refuses it", "7.1": "the mail server's policy refuses it", "7.26": "the mail server found the sender not authentic",
}

// Reason says why in a few words of ours.
func (r Report) Reason() string {
	if _, detail, ok := strings.Cut(r.Status, "."); ok {
		if said := reasons[detail]; said != "" {
			return said
		}
	}
	switch {
	case r.Kind == Delayed:
		return "the mail server goes on trying"
	case r.Expired():
		return "the mail server gave up"
	}
	return "the mail server returned it"
}

// worse puts reports on several recipients of one letter in order: our letters
// have one, and where an alias made more of it, the worst is what counts.
func worse(a, b Kind) bool {
	rank := map[Kind]int{Failed: 3, Delayed: 2, Delivered: 1}
	return rank[a] > rank[b]
}
