package post

// placed is a line at its height on a page: y of its top, in millimetres.
type placed struct {
	y float64
	line
}

// paginate cuts lines into pages: the first begins at first, the others at top,
// and none goes below bottom. Lines that must stay together move together,
// unless they are more than a page.
func paginate(lines []line, first, top, bottom float64) [][]placed {
	var out [][]placed
	at := first
	for start := 0; start < len(lines) || len(out) == 0; {
		end, y := start, at
		var page []placed
		for ; end < len(lines); end++ {
			l := lines[end]
			if end > start {
				y += l.space
			}
			if y+l.height > bottom && end > start {
				break
			}
			page = append(page, placed{y, l})
			y += l.height
		}
		if end < len(lines) {
			end = start + whole(lines[start:end])
			page = page[:end-start]
		}
		out = append(out, page)
		start, at = end, top
	}
	return out
}

// whole is how many of the lines may stand on a page that others follow.
func whole(lines []line) int {
	for n := len(lines); n > 0; n-- {
		if !lines[n-1].keep {
			return n
		}
	}
	return len(lines)
}
