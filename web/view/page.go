package view

import "html/template"

// Page is everything one document is made from. Templates see it as the dot:
// {{.Title}}, {{.Data.…}}, {{$.When .Opened}}.
type Page struct {
	Reader           // who reads: zone and instant
	Title    string  // of the document and its only h1, unless Bare
	Lead     string  // one sentence under the heading; may be empty
	Bare     bool    // the page writes its own heading
	Nav      []Link  // the program's sections that this person may see
	Account  *Who    // nil when nobody is signed in
	Crumbs   []Link  // from the outermost in, without the page itself
	Case     *Case   // set on every page of one incident
	Note     string  // what the act before this page did; said once
	Problems []Error // what is wrong with the form just sent, summed up on top
	Data     any     // the page's own
}

// Who is the signed-in person, for the corner of the frame.
type Who struct {
	Name string
	Role string // grants in words, for the tool tip
}

// Link is one entry of a navigation.
type Link struct {
	Text, URL string
	Icon      string
	Current   bool
	Count     int // shown as a number beside the text when above zero
}

// Case is the part of the frame that stays in sight on every page of an
// incident: its name, its clocks, its rail of contents, and whether it is a drill.
type Case struct {
	Number, Title string
	URL           string
	Status        Badge
	Drill         bool
	Restricted    bool
	Warning       string  // e.g. a compromised channel; empty when none
	Clocks        []Clock // the next few, soonest first
	Reminders     int     // of this incident, that wait for the reader's word
	Rail          []Link
}

// Clock is one duty with a deadline on the strip.
type Clock struct {
	Title string        // "Art. 33 GDPR, supervisory authority"
	State Badge         // overdue, soon, running, waiting, done…
	Due   template.HTML // from Reader.When; empty when there is no instant
	Owner string        // a name or a role
	Note  string        // "waiting for the materiality determination"
	URL   string
}
