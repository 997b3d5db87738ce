package ledger

import "encoding/binary"

// The buckets of the file. All but those of the log are covered by it: each of
// their keys has the value the log last recorded.
const (
	metaBucket     = "meta"      // schema, store: in the clear
	keysBucket     = "keys"      // name of a data key → wrapped key, or the mark that it was destroyed
	sequenceBucket = "sequences" // name → eight bytes, big endian
	casePrefix     = "case/"     // + table → sealed values
	systemPrefix   = "system/"   // + table → sealed values

	entryBucket  = "log/entries" // number → the entry as JSON: the leaf of the tree
	writeBucket  = "log/writes"  // number → what that entry wrote; the leaf holds its digest
	hashBucket   = "log/hashes"  // stored hash index → 32 bytes
	objectBucket = "log/objects" // object, 0x00, number → nothing: entries by object, since schema 2
	headBucket   = "log/head"    // headName → the signed checkpoint
)

const (
	schemaName = "schema" // in metaBucket: the schema number in decimal
	storeName  = "store"  // in metaBucket: the store's id, part of the log's origin
	headName   = "checkpoint"
)

// logBuckets are written by the log alone and checked by their own rules.
func logBuckets() []string {
	return []string{entryBucket, writeBucket, hashBucket, objectBucket, headBucket}
}

// appendOnly tells bbolt to fill pages of buckets that only grow at the end;
// its default leaves half of every page empty.
const appendOnly = 0.95

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func numberOf(b []byte) (uint64, bool) {
	if len(b) != 8 {
		return 0, false
	}
	return binary.BigEndian.Uint64(b), true
}
