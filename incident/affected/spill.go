package affected

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"os"

	"tocsin/incident"
)

// spill is a temporary file for what does not fit into the memory a run may
// take. It holds hashes of keys and numbers of rows, never a name or an address,
// and even these are sealed under a key that exists in this run's memory alone, so what
// a crash leaves on the disk is noise. The file has no name from the start
// where the system allows that: whatever ends the run, nothing is left behind.
type spill struct {
	file  *os.File
	named bool
	aead  cipher.AEAD
	end   int64
	count uint64 // chunks sealed, which makes each nonce a new one
	size  int    // bytes of a chunk
}

// chunkSize is how much a tape gathers before it is sealed and written.
const chunkSize = 16 << 10

func newSpill(dir string, size int) (*spill, error) {
	var key [32]byte
	if _, err := rand.Read(key[:]); err != nil {
		return nil, incident.Because(incident.Unavailable, err, "the system gives no random numbers")
	}
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	file, err := os.CreateTemp(dir, ".tocsin-spill-*")
	if err != nil {
		return nil, spillError(err)
	}
	return &spill{file: file, named: os.Remove(file.Name()) != nil, aead: aead, size: size}, nil
}

func spillError(err error) error {
	return incident.Because(incident.Unavailable, err, "the temporary file that matching within the memory limit needs could not be used")
}

func (s *spill) close() {
	s.file.Close()
	if s.named {
		os.Remove(s.file.Name())
	}
}

// tape is one of many sequences of records in a spill. It is written by one
// goroutine and, once flushed, may be read by many.
type tape struct {
	spill  *spill
	buf    []byte
	chunks []chunk
	bytes  int64 // of records, altogether
}

type chunk struct {
	at    int64
	count uint64
	len   int32
}

func (s *spill) tape() *tape { return &tape{spill: s} }

func (s *spill) tapes(n int) []*tape {
	all := make([]*tape, n)
	for i := range all {
		all[i] = s.tape()
	}
	return all
}

// room gives n bytes at the end of the tape to write a record into. A record
// never spans chunks.
func (st *tape) room(n int) ([]byte, error) {
	if st.buf == nil {
		st.buf = make([]byte, 0, st.spill.size+st.spill.aead.Overhead())
	}
	if len(st.buf)+n > st.spill.size {
		if err := st.seal(); err != nil {
			return nil, err
		}
	}
	from := len(st.buf)
	st.buf = st.buf[:from+n]
	st.bytes += int64(n)
	return st.buf[from:], nil
}

func (st *tape) seal() error {
	s := st.spill
	if len(st.buf) == 0 {
		return nil
	}
	sealed := s.aead.Seal(st.buf[:0], s.nonce(s.count), st.buf, nil)
	if _, err := s.file.WriteAt(sealed, s.end); err != nil {
		return spillError(err)
	}
	st.chunks = append(st.chunks, chunk{s.end, s.count, int32(len(sealed))})
	s.count++
	s.end += int64(len(sealed))
	st.buf = st.buf[:0]
	return nil
}

// flush ends the writing and gives the buffer back.
func (st *tape) flush() error {
	err := st.seal()
	st.buf = nil
	return err
}

func (s *spill) nonce(count uint64) []byte {
	var n [12]byte
	binary.LittleEndian.PutUint64(n[:], count)
	return n[:]
}

// each calls fn with the records, many at a time, in the order they were
// written. What it gives is valid until fn returns.
func (st *tape) each(fn func(records []byte) error) error {
	r := st.read()
	for {
		records, err := r.next()
		if err != nil || records == nil {
			return err
		}
		if err := fn(records); err != nil {
			return err
		}
	}
}

// reading is one reading of a tape.
type reading struct {
	st  *tape
	at  int
	buf []byte
}

func (st *tape) read() *reading {
	return &reading{st: st, buf: make([]byte, st.spill.size+st.spill.aead.Overhead())}
}

// next gives the next records, nil at the end.
func (r *reading) next() ([]byte, error) {
	if r.at == len(r.st.chunks) {
		return nil, nil
	}
	c, s := r.st.chunks[r.at], r.st.spill
	r.at++
	sealed := r.buf[:c.len]
	if _, err := s.file.ReadAt(sealed, c.at); err != nil {
		return nil, spillError(err)
	}
	records, err := s.aead.Open(sealed[:0], s.nonce(c.count), sealed, nil)
	if err != nil {
		return nil, spillError(err)
	}
	return records, nil
}
