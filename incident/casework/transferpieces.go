package casework

import (
	"context"
	"encoding/binary"
	"errors"
	"io"

	"github.com/google/uuid"
)

func salted(id string, offset int64) io.Reader {
	salt := make([]byte, 0, saltSize)
	u, err := uuid.Parse(id)
	if err == nil {
		salt = append(salt, u[:]...)
	}
	salt = append(salt, make([]byte, saltSize-8-len(salt))...)
	return &bytesReader{binary.BigEndian.AppendUint64(salt, uint64(offset))}
}

type bytesReader struct{ left []byte }

func (b *bytesReader) Read(p []byte) (int, error) {
	if len(b.left) == 0 {
		return 0, io.EOF
	}
	n := copy(p, b.left)
	b.left = b.left[n:]
	return n, nil
}

// pieces reads pieces one after the other, each opened when it is reached.
type pieces struct {
	ctx   context.Context //nolint:containedctx // io.Reader has none
	vault Vault
	scope string
	left  []Piece
	now   io.ReadSeekCloser
}

func (s *pieces) Read(p []byte) (int, error) {
	for {
		if s.now == nil {
			if len(s.left) == 0 {
				return 0, io.EOF
			}
			r, err := s.vault.Open(s.ctx, s.scope, s.left[0].SHA256)
			if err != nil {
				return 0, err
			}
			s.now, s.left = r, s.left[1:]
			if _, err := r.Seek(saltSize, io.SeekStart); err != nil {
				return 0, err
			}
		}
		n, err := s.now.Read(p)
		if errors.Is(err, io.EOF) {
			s.close()
			err = nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

func (s *pieces) close() {
	if s.now != nil {
		s.now.Close()
		s.now = nil
	}
}

func sumsOf(list []Piece) []string {
	var out []string
	for _, p := range list {
		out = append(out, p.SHA256)
	}
	return out
}
