package smtp

import (
	"bytes"
	"sync"
)

// dotted is a letter as it goes over the wire after DATA: every line ends in
// CRLF, a dot at the start of a line is doubled, and a line with a single dot ends it
// (RFC 5321, 4.5.2). The library writes straight into it.
type dotted struct {
	b       []byte
	doubled int  // dots that were added
	inLine  bool // the last byte written was not a line's end
	cr      bool // it was a CR
}

// ending is what follows the last line.
const ending = ".\r\n"

// Write takes more of the letter. It never fails.
func (d *dotted) Write(p []byte) (int, error) {
	taken := len(p)
	for len(p) > 0 {
		if !d.inLine && p[0] == '.' {
			d.b = append(d.b, '.')
			d.doubled++
		}
		n := bytes.IndexByte(p, '\n')
		if n < 0 {
			d.b = append(d.b, p...)
			d.inLine, d.cr = true, p[len(p)-1] == '\r'
			break
		}
		d.b = append(d.b, p[:n]...)
		if n == 0 && !d.cr || n > 0 && p[n-1] != '\r' {
			d.b = append(d.b, '\r')
		}
		d.b = append(d.b, '\n')
		d.inLine, d.cr = false, false
		p = p[n+1:]
	}
	return taken, nil
}

// end closes the last line and the letter.
func (d *dotted) end() {
	if d.inLine {
		if !d.cr {
			d.b = append(d.b, '\r')
		}
		d.b = append(d.b, '\n')
	}
	d.b = append(d.b, ending...)
	d.inLine, d.cr = false, false
}

// size is the letter's length as RFC 1870 counts it: without the doubled dots and
// the ending. Only of what has ended.
func (d *dotted) size() int { return len(d.b) - d.doubled - len(ending) }

// before is how much of it may be on the wire for the server to have certainly
// not taken it: all but the final dot.
func (d *dotted) before() int { return len(d.b) - len(ending) }

// keep is the largest letter whose memory is used again.
const keep = 1 << 18

// letters lends memory for letters.
type letters struct{ pool sync.Pool }

func (l *letters) get() *dotted {
	if d, ok := l.pool.Get().(*dotted); ok {
		return d
	}
	return &dotted{b: make([]byte, 0, 16<<10)}
}

func (l *letters) put(d *dotted) {
	if cap(d.b) <= keep {
		*d = dotted{b: d.b[:0]}
		l.pool.Put(d)
	}
}
