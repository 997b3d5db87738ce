// Package ledger is the store: one bbolt file behind typed tables, and an audit
// log that no write can go around.
//
// It is not a query engine and not a cache: a table is read by key order, and an
// order someone needs is a table someone writes. It knows nothing of incidents
// beyond their ids. Evidence bytes live in incident/vault.
//
// The rules it holds, each with a test:
//
//   - No write without an entry: Update commits only if fn called Record.
//   - One act, one transaction: an Update or View begun inside another fails at
//     once. A function that takes a *Tx joins; one that takes a ctx opens.
//   - An error or a panic in fn undoes all it did, its entries included.
//   - What is pending is a table; the ledger starts no goroutine that remembers work.
//
// What it promises to old data: a file of any earlier schema opens and is
// migrated (after a copy), a file of a later one is refused untouched, an entry
// once written keeps its bytes and its number, and a stored struct is decoded by
// the names its JSON had. Keys never hold personal data, because keys, unlike
// values, are not sealed.
package ledger
