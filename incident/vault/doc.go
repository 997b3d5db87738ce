// Package vault keeps the bytes of evidence: sealed, addressed by their content,
// and never whole in memory.
//
// It is not the record of what they are, where they came from or who touched
// them; that is a table of the store. It makes no decision about holds or
// retention: it deletes what it is told to.
//
// An object is named by the SHA-256 of its plaintext within a scope, an
// incident's id. Its file is an age file whose key is wrapped by the incident's
// data key, so destroying that key erases it. The file's name is a keyed hash of
// the content: the same bytes in two incidents have nothing visible in common.
//
// What it promises to old data: the first eight bytes of a file name its layout,
// and a layout once written is read for ever.
package vault
