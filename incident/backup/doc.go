// Package backup makes one archive of a data folder while work goes on, and puts
// it back after it has verified every byte.
//
// It is not a scheduler and keeps no old archives. It does not hold the master
// key: an archive without the master key of its time is unreadable, which is why
// both must be kept, and kept apart.
//
// The archive is a tar file: "format", "ledger.db", the sealed files of the
// vault under "vault/", and last "manifest": what is in it with sizes and
// digests, signed by the store's own key. Values and evidence in it are sealed
// as they are in the folder.
//
// What it promises to old data: archives of format 1 are restored for ever, into
// the schema of the program that restores them.
package backup
