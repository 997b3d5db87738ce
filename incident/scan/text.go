package scan

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// plain reads text. A small file is one conversation; in a longer one what
// stands between empty lines is, because a log of many people's is no conversation.
func (f *file) plain(r *bufio.Reader) error {
	text, err := r.Peek(f.lim.whole)
	if errors.Is(err, io.EOF) {
		return f.block(1, "", text)
	}
	var block []byte
	line, first, n := 1, 1, 0
	torn := false // the piece before was no whole line
	flush := func() error {
		text := block
		block = block[:0]
		if len(bytes.TrimSpace(text)) == 0 {
			return nil
		}
		n++
		return f.block(first, fmt.Sprintf("block %d", n), text)
	}
	for {
		// A line longer than the buffer comes in pieces.
		piece, err := r.ReadSlice('\n')
		if empty := len(bytes.TrimSpace(piece)) == 0; !torn && (empty || len(block)+len(piece) > f.lim.block) {
			if flushed := flush(); flushed != nil {
				return flushed
			}
		}
		if len(block) == 0 {
			first = line
		}
		block = append(block, piece...)
		if torn = errors.Is(err, bufio.ErrBufferFull); torn {
			// Cut at a blank, so that no number is cut.
			cut := bytes.LastIndexByte(block, ' ') + 1
			if cut == 0 {
				cut = len(block)
			}
			rest := append([]byte(nil), block[cut:]...)
			block = block[:cut]
			if err := flush(); err != nil {
				return err
			}
			block, first = append(block, rest...), line
		}
		line += bytes.Count(piece, []byte{'\n'})
		switch {
		case errors.Is(err, io.EOF):
			return flush()
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			if err := flush(); err != nil {
				return err
			}
			return readError(line, err)
		}
	}
}

// block looks through text that counts as one conversation.
func (f *file) block(line int, name string, text []byte) error {
	if len(bytes.TrimSpace(text)) == 0 {
		return nil
	}
	f.begin(line, name, "", f.opt.Transcripts)
	if err := f.text(part{line: line, lines: true, text: text}); err != nil {
		return err
	}
	return f.end()
}
