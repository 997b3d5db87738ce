//go:build !windows && !386 && !arm && !mips && !mipsle

package ledger

// initialMap is how many bytes of address space the file is mapped into.
const initialMap = 256 << 20
