package affected

import "tocsin/incident"

// plan is how a run is cut so that each piece fits.
type plan struct {
	parts  int // a power of 2
	rows   int // of a range of rows, at most maxRange
	people int // of a range of people
	chunk  int // bytes of a tape's buffer
}

// maxRange is how many rows a find has room for.
const maxRange = 1 << 20

// planFor cuts a job for a limit, of which used is taken already.
func planFor(limit, used int64, people float64, keys, exposures int) (plan, error) {
	free := limit - used - 16<<20 // the program itself
	if free < 16<<20 {
		return plan{}, incident.Errorf(incident.TooLarge, "matching needs at least %s with these workers, more than the memory limit of %s: give a higher limit, or fewer workers",
			FormatSize(used+32<<20), FormatSize(limit))
	}
	p := plan{parts: 1, chunk: chunkSize}
	if people == 0 { // not known
		p.parts = 64
	}
	for p.parts < 256 && people*slotBytes*1.5/float64(p.parts) > float64(free/4) {
		p.parts *= 2
	}
	for p.chunk > 1<<10 && int64(p.chunk*p.parts*keys*(exposures+1)) > free/4 {
		p.chunk /= 2
	}
	p.rows = clampPower(free/4/int64(8*keys+8), 1<<12, maxRange)
	p.people = clampPower(free/8/int64(9+exposures/8), 1<<14, 1<<21)
	return p, nil
}

// clampPower is the largest power of 2 not above n, within bounds.
func clampPower(n int64, low, high int) int {
	p := low
	for p < high && int64(2*p) <= n {
		p *= 2
	}
	return p
}
