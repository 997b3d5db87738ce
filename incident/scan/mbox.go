package scan

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// mbox reads a mailbox: messages that each begin with a line "From …" at the
// beginning or behind an empty line (RFC 4155).
func (f *file) mbox(r *bufio.Reader) error {
	b := &mailbox{r: r, line: 1, most: f.lim.line, fresh: true}
	for n := 1; b.next(); n++ {
		if err := f.message(b, b.line-1, fmt.Sprintf("message %d", n)); err != nil {
			return err
		}
		if b.long > 0 {
			if err := f.problem(b.long, "a line is longer than %d bytes; what is beyond was not looked at", f.lim.line); err != nil {
				return err
			}
			b.long = 0
		}
	}
	if b.err != nil {
		return readError(b.line, b.err)
	}
	return nil
}

// mailbox gives the messages of a mailbox one after the other, as readers.
type mailbox struct {
	r     *bufio.Reader
	line  int // number of the line that comes next
	most  int
	buf   []byte // the line being read
	rest  []byte // of it, not yet handed on
	empty bool   // the line before was empty
	fresh bool   // nothing was read
	found bool   // a "From " line was read, whose message comes
	long  int    // a line that was cut
	ended bool
	err   error
}

// next goes to the next message, past its "From " line.
func (b *mailbox) next() bool {
	if _, err := io.Copy(io.Discard, b); err != nil {
		return false
	}
	ok := b.found
	b.found = false
	return ok
}

// Read gives what belongs to the message.
func (b *mailbox) Read(p []byte) (int, error) {
	for len(b.rest) == 0 {
		if b.found || b.ended || b.err != nil {
			return 0, errOr(b.err, io.EOF)
		}
		line, long, err := readLine(b.r, b.buf, b.most)
		b.buf = line
		if err != nil {
			if b.ended = errors.Is(err, io.EOF); !b.ended {
				b.err = err
			}
			continue
		}
		if long {
			b.long = b.line
			line = append(line, '\n')
		}
		b.line++
		start := (b.empty || b.fresh) && bytes.HasPrefix(line, []byte("From "))
		b.empty, b.fresh = len(bytes.TrimRight(line, "\r\n")) == 0, false
		if start {
			b.found = true
			return 0, io.EOF
		}
		if len(line) > 5 && line[0] == '>' && bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From ")) {
			line = line[1:]
		}
		b.rest = line
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

func errOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
