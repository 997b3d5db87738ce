//go:build !unix

package affected

import "runtime"

// peakMemory is the memory the Go runtime has taken from the system, in
// bytes: where the system does not tell a process its peak, that comes nearest.
func peakMemory() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys)
}
