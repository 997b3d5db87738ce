//go:build windows || 386 || arm || mips || mipsle

package ledger

// initialMap is bbolt's default: Windows grows the file itself to the size of
// the map, and 32-bit systems have no address space to spare.
const initialMap = 0
