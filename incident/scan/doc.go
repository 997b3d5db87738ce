// Package scan looks through exports that have no columns (mailboxes,
// transcripts, chat logs, free text) for identifiers and personal data, and makes of
// them an exposure that package affected can match.
//
// [Scan] reads files as streams, several at once, and writes three tables: every
// hit with its place and masked value; what a message or conversation exposed, and of
// whom, as CSV for `affected resolve`; and what could not be read, with its line.
// [ToFolder] puts them into a folder. What is looked for is package detect's.
//
// Values are masked wherever they are written, and beside the mask stands a
// keyed hash, by which equal values can be counted without holding them. The exposure
// alone holds what a person is matched by (e-mail addresses, telephone, customer and
// policy numbers), so it belongs where personal data may lie: ToFolder makes it readable by
// its owner alone, and a caller with a vault hands Scan a writer that seals.
//
// It guesses no one's identity: where a conversation holds several people's
// identifiers, each gets a row with all that was exposed, and none are joined. It reads no
// pictures, PDF or office documents, and says of each that it did not.
//
// Promise to old data: the columns of the tables keep their names and meaning;
// new ones are added at the end.
package scan
