package affected

import (
	"strconv"
	"strings"

	"tocsin/incident"
)

// budget keeps count of the memory the run's large parts take. A limit of 0 is none.
type budget struct{ limit, used int64 }

func (b *budget) take(n int64) error {
	if b.limit > 0 && b.used+n > b.limit {
		return incident.Errorf(incident.TooLarge,
			"matching these files needs more than the memory limit of %s: at least %s at this point; give a higher limit, or none",
			FormatSize(b.limit), FormatSize(b.used+n))
	}
	b.used += n
	return nil
}

func (b *budget) give(n int64) { b.used -= n }

// ParseSize reads an amount of memory: bytes, or a number with KB, MB, GB, TB
// (powers of 1000) or KiB, MiB, GiB, TiB (powers of 1024); K, M, G, T alone mean the latter.
// Errors are Invalid.
func ParseSize(s string) (int64, error) {
	text := strings.ToUpper(strings.TrimSpace(s))
	digits := strings.TrimRight(text, "KMGTIB ")
	unit := strings.TrimSpace(text[len(digits):])
	scale, ok := map[string]float64{
		"": 1, "B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
		"K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40,
		"KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30, "TIB": 1 << 40,
	}[unit]
	n, err := strconv.ParseFloat(digits, 64)
	if !ok || err != nil || n <= 0 || n*scale < 1 || n*scale > 1<<62 {
		return 0, incident.Errorf(incident.Invalid, "%q is not an amount of memory: write it like 512MB or 2GiB", s)
	}
	return int64(n * scale), nil
}

// FormatSize writes an amount of bytes for people: "512 MB", "1.5 GB".
func FormatSize(n int64) string {
	for _, u := range []struct {
		size int64
		name string
	}{{1e12, "TB"}, {1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}} {
		if n >= u.size {
			return strings.TrimSuffix(strconv.FormatFloat(float64(n)/float64(u.size), 'f', 1, 64), ".0") + " " + u.name
		}
	}
	return strconv.FormatInt(n, 10) + " bytes"
}
