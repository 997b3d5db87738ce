// Package letter writes the notices: what people, controllers, bureaus, the
// press and regulators are told after a breach.
//
// A letter is a base text, plus the blocks a jurisdiction adds or puts in a
// base block's place, less every block whose content that jurisdiction
// forbids. The texts are plain files under templates/, meant to be read and
// changed by counsel; templates/README.md says how. From one source come the
// plain text and the HTML of a message.
//
// Which letter: [Library.Choose] takes the duties, the place, the audience and the
// language of a group of people and says which letters they get: one that meets
// several laws where that can be, more where one law forbids what another asks for.
//
// The way through: [Library.Compose] makes a [Draft] from a [Case]; a person
// may edit its source ([Draft.Edited]); [Library.Lint] says what the law of
// the recipients forbids or misses in it; [Prepare] compiles it once and
// [Mailing.Render] merges it with one person after another.
//
// It never invents. A value the case does not hold becomes an entry of
// Draft.Open and a visible mark in the text, and a draft with an open mark
// cannot be prepared for sending. A value one person lacks is an error for
// that person. "Minor" and "deceased" come from the roster's own word, never
// from a gap.
//
// It is not a store, not a channel, and not legal advice. It does no I/O.
// Drafts are kept for years: the block syntax and the names of content ids
// and fields are only ever added to, so that an old source still parses, and
// the digest of an old draft does not change.
package letter
