// Package public holds the pages for people outside: is this letter genuine,
// what of mine was involved, what can I ask for; and notices to all. Nobody signs in.
//
// What opens a page is the code in a letter, and for what is the person's own an
// answer that the letter does not show. Both are sent in the body of a form, never in an
// address; each page asks for them again, so there is no cookie, no session and nothing that
// another site's form could use. No script runs. Every code that is no letter's gets one answer after
// one amount of work, and how often anybody may ask is limited by address and over all.
//
// It is not for staff, and decides nothing about a request: that is a right request like any
// other, which an officer answers. Nothing is kept here but counters in memory.
package public
