package post

import "fmt"

// Letter is one letter to one person.
type Letter struct {
	// ID is the roster's; it goes into no file for the mail house.
	ID string
	// Code is printed on the letter and names it to the mail house: capital
	// letters, figures and hyphens, at most 40. It is not the code a person checks
	// the letter with, which opens more than a mail house needs. Better drawn than
	// counted: a slip in a list of returns then names nobody, not a neighbour.
	Code     string
	Variant  string // what kind of letter it is, for proofs: "us-ca/en/adult"
	Language string // BCP 47
	Date     string // as it is printed
	// Recipient is the address block, name first, without the country. Where it
	// is empty, the block is the paragraph of HTML, before its first heading,
	// that ends with Address: so "To the parent or guardian of …" comes from the
	// letter's own words.
	Recipient []string
	Address   []string // postal lines, without the name
	Country   string   // where it goes, ISO 3166-1 alpha-2
	Class     string   // of postage, where it is not the country's
	// HTML is the letter. What the sheet prints in a place of its own (the
	// sender, the date, the address) is not printed again where it stands alone
	// in a paragraph before the first heading.
	HTML string
}

// Reason says why a letter was not printed.
type Reason string

const (
	BadCode     Reason = "code"           // none, or not in the form of a code
	Duplicate   Reason = "duplicate"      // its ID or its code was printed before
	NoAddress   Reason = "address"        // no line to send it to
	BigAddress  Reason = "address_size"   // it does not fit the window in readable type
	BadCountry  Reason = "country"        // not known which it is
	Characters  Reason = "characters"     // no font has them, or print cannot set their script
	BadContents Reason = "contents"       // the letter could not be made, or holds what print cannot show
	BadClass    Reason = "postage_class"  // the class asked for is no name of one
	TooLong     Reason = "too_many_pages" // over MaxPages
)

// MaxPages of one letter: more is a mistake, not a notice.
const MaxPages = 100

// refusal is a letter that is set apart.
type refusal struct {
	reason Reason
	detail string
}

func refuse(reason Reason, format string, args ...any) *refusal {
	return &refusal{reason, fmt.Sprintf(format, args...)}
}
