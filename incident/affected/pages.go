package affected

import (
	"encoding/binary"
	"errors"
	"io"

	"tocsin/incident"
)

// An index is made of pages, so that a few bytes of it can be read and trusted
// without the rest: each ends with a keyed hash of its number and its bytes. The
// file it lies in is sealed besides; the hash is what tells a page that was changed, moved
// or taken from another index from one that was written here, whatever the file lies in.
const (
	pageSize = 4096
	pageSum  = 8
	pageRoom = pageSize - pageSum
)

// errDamaged is in the chain of every error that says that an index cannot be believed.
var errDamaged = errors.New("affected: the index is damaged, or is that of something else")

// IndexDamaged reports whether an error means that an index cannot be believed:
// build it again.
func IndexDamaged(err error) bool { return errors.Is(err, errDamaged) }

func damaged(cause error) error {
	return incident.Because(incident.Internal, errors.Join(errDamaged, cause), "the index of a list is damaged: it is to be built again")
}

// pageWriter writes bytes in pages. The first error stays.
type pageWriter struct {
	w    io.Writer
	key  hashKey
	buf  []byte // the number of the page, then what it holds
	page uint64
	done int64 // bytes in the pages before
	err  error
}

func newPageWriter(w io.Writer, key hashKey) *pageWriter {
	return &pageWriter{w: w, key: key, buf: make([]byte, 8, pageSize+8)}
}

// at is how many bytes were written, which is the place of the next.
func (p *pageWriter) at() int64 { return p.done + int64(len(p.buf)-8) }

func (p *pageWriter) write(b []byte) {
	for len(b) > 0 && p.err == nil {
		n := min(len(b), pageRoom+8-len(p.buf))
		p.buf, b = append(p.buf, b[:n]...), b[n:]
		if len(p.buf) == pageRoom+8 {
			p.flush()
		}
	}
}

func (p *pageWriter) flush() {
	held := len(p.buf) - 8
	if held == 0 || p.err != nil {
		return
	}
	binary.LittleEndian.PutUint64(p.buf, p.page)
	sum, _ := p.key.sum(p.buf)
	p.buf = binary.LittleEndian.AppendUint64(p.buf, sum)
	if _, err := p.w.Write(p.buf[8:]); err != nil {
		p.err = outputError(err)
	}
	p.page, p.done, p.buf = p.page+1, p.done+int64(held), p.buf[:8]
}

// pageReader reads bytes out of pages, each checked before any of it is given.
type pageReader struct {
	r    io.ReaderAt
	size int64 // bytes that the pages hold
	key  hashKey
	buf  []byte // as a pageWriter's; holds page last
	last int64  // -1: none
}

func newPageReader(r io.ReaderAt, size int64, key hashKey) (*pageReader, error) {
	whole, rest := size/pageSize, size%pageSize
	if size < 0 || rest > 0 && rest <= pageSum {
		return nil, damaged(nil)
	}
	return &pageReader{r: r, size: whole*pageRoom + max(0, rest-pageSum), key: key, buf: make([]byte, pageSize+8), last: -1}, nil
}

// readAt fills b with what lies at a place.
func (p *pageReader) readAt(b []byte, at int64) error {
	if at < 0 || at > p.size || int64(len(b)) > p.size-at {
		return damaged(nil)
	}
	for len(b) > 0 {
		page := at / pageRoom
		held, err := p.load(page)
		if err != nil {
			return err
		}
		n := copy(b, held[at%pageRoom:])
		b, at = b[n:], at+int64(n)
	}
	return nil
}

func (p *pageReader) load(page int64) ([]byte, error) {
	held := int(min(pageRoom, p.size-page*pageRoom))
	if page == p.last {
		return p.buf[8 : 8+held], nil
	}
	p.last = -1
	sealed := p.buf[8 : 8+held+pageSum]
	if n, err := p.r.ReadAt(sealed, page*pageSize); n < len(sealed) {
		return nil, damaged(err)
	}
	binary.LittleEndian.PutUint64(p.buf, uint64(page))
	if sum, _ := p.key.sum(p.buf[:8+held]); sum != binary.LittleEndian.Uint64(sealed[held:]) {
		return nil, damaged(nil)
	}
	p.last = page
	return p.buf[8 : 8+held], nil
}
