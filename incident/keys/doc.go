// Package keys seals what Tocsin stores.
//
// There are three layers. A master key, held outside the data folder's backup,
// wraps data keys. One data key per incident, and one for the system, seal
// records and evidence. What a data key sealed is erased by destroying its
// wrapped form: no byte of the sealed records needs to be found or overwritten.
//
// It is not a store: wrapped keys are kept, and destroyed, by incident/ledger.
// It is not a password manager: nothing here is derived from what a person types.
//
// What it promises to old data: the first byte of everything wrapped or sealed
// names its layout, a layout once written is read for ever, and a master key
// file of version 1 is always accepted. All primitives are the standard
// library's: AES-256-GCM with random nonces, HKDF-SHA-256, Ed25519. The keys are
// symmetric throughout, so nothing wrapped today waits for a quantum computer.
package keys
