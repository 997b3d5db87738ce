// Package bundle writes the evidence of a case as a BagIt bag (RFC 8493) that
// can be read and checked without Tocsin's store, its server or any key, and
// checks such a bag.
//
// It is not a backup: it leaves out what is legally privileged, unless counsel
// names the item, and says what it left out. It holds the names of no affected
// people: the list of them stays in the vault, the bag has its numbers.
//
// Layout of a bag, version 1:
//
//	bagit.txt bag-info.txt manifest-sha256.txt tagmanifest-sha256.txt
//	ledger-head.txt      signed checkpoint of the audit log, the export's own entry included
//	verifier-key.txt     public key that the checkpoint and the signature are checked with
//	signature.txt        signed note over the digest of tagmanifest-sha256.txt
//	data/evidence/E001/… bytes as acquired
//	data/custody.jsonl   custody events, each with the exhibit's number
//	data/timeline.jsonl  data/incident.json  data/index.html
//
// Everything but tagmanifest-sha256.txt and signature.txt is covered by a
// manifest, and those two by the signature: a byte changed anywhere shows. Who
// can also replace the key in the bag can sign another bag, so compare the key
// with one kept elsewhere.
//
// What it promises to old bags: Verify accepts every bag an earlier version wrote.
package bundle
