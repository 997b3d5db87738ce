// Package smtp is the mail channel: it hands letters to a mail server over
// connections it keeps open.
//
// It does not queue and does not try again; it says what is known of one
// hand-over. One message has one recipient, because a bad recipient would sink
// the others. A line that drops after the final dot leaves it uncertain whether
// the server took the message; before that it certainly did not.
package smtp
