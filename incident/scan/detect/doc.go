// Package detect finds personal data in text: card and account numbers,
// national identifiers, addresses, secrets. Where an authority has published a
// check, a number must pass it.
//
// A [Set] is made once from a [Config] and never changes; a [Finder] of it
// serves one goroutine. One pass cuts a text into words; rules say in which
// groups of words their numbers are written, and a tree of those forms leads
// from a word to the few rules that could fit, so most text costs one look at
// each byte. Few numbers are told by their digits alone: every tenth number
// passes Luhn. So a form says what it is worth where nothing near it says what
// the number is, and many are worth nothing then (see [Strength]).
//
// It is not a classifier of meaning: names, postal addresses and what people
// write about their health in words are not found. It does no I/O and keeps
// nothing of the text.
package detect
