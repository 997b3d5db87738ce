package affected

import (
	"bytes"
	"errors"
	"io"
)

// limits are the sizes the reading works with; tests make them tiny so that
// every boundary falls somewhere awkward.
type limits struct {
	block  int  // bytes read at a time
	record int  // bytes of one record at most
	narrow bool // match as if memory were short
}

const (
	blockSize = 1 << 20
	// maxRecord is the longest record read. A longer one is malformed; without a
	// bound, one stray quote would swallow the rest of the file.
	maxRecord = 1 << 20
)

// blocks cuts a stream behind a line's end into blocks of about limits.block
// bytes. The end of a line need not be the end of a record: whoever takes the blocks sorts
// that out. Of a line longer than limits.record it keeps only so much that the line is still too long.
type blocks struct {
	r    io.Reader
	lim  limits
	rest []byte
	done bool
	cut  bool // some of a line was dropped, so that places in the blocks are not those in the stream
}

func newBlocks(r io.Reader, lim limits) *blocks { return &blocks{r: r, lim: lim} }

// next fills buf's array with the next block. final says that it is the last,
// which may be empty and need not end a line.
func (b *blocks) next(buf []byte) (block []byte, final bool, err error) {
	buf = append(buf[:0], b.rest...)
	b.rest = b.rest[:0]
	dropping := false // the rest of a line that is too long
	for !b.done {
		from := len(buf)
		if buf, err = b.fill(buf); err != nil {
			return nil, false, err
		}
		if dropping {
			i := bytes.IndexByte(buf[from:], '\n')
			if i < 0 {
				buf = buf[:from]
				continue
			}
			buf, dropping = append(buf[:from], buf[from+i:]...), false
		}
		if b.done {
			break
		}
		if end := bytes.LastIndexByte(buf, '\n') + 1; end > 0 {
			b.rest = append(b.rest, buf[end:]...)
			return buf[:end], false, nil
		}
		if len(buf) > b.lim.record+1 {
			buf, dropping, b.cut = buf[:b.lim.record+2], true, true
		}
	}
	return buf, true, nil
}

// unread puts back the end of the block that next gave last.
func (b *blocks) unread(data []byte) { b.rest = append(bytes.Clone(data), b.rest...) }

func (b *blocks) fill(buf []byte) ([]byte, error) {
	n := len(buf)
	if need := n + b.lim.block; cap(buf) < need {
		grown := make([]byte, n, need+b.lim.block/2)
		copy(grown, buf)
		buf = grown
	}
	buf = buf[:n+b.lim.block]
	for n < len(buf) {
		// Not io.ReadFull: it would give its io.ErrUnexpectedEOF for the end of a
		// file, which is also what a compressed stream cut short says.
		m, err := b.r.Read(buf[n:])
		n += m
		if errors.Is(err, io.EOF) {
			b.done = true
			break
		}
		if err != nil {
			return nil, err
		}
	}
	return buf[:n], nil
}
