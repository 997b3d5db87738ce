package ledger

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
)

// The page check reads the file's pages itself and trusts none of them, because
// bbolt trusts all: a damaged page can make it panic, read outside its map, or
// walk in a circle. Only a file that passes here is given to bbolt. The layout
// is that of bbolt's file version 2; numbers are in the machine's byte order.
const (
	pageHeader  = 16 // id uint64, flags uint16, count uint16, overflow uint32
	elementSize = 16 // leaf: flags, pos, ksize, vsize uint32; branch: pos, ksize uint32, page uint64
	metaSize    = 64 // with its checksum

	branchPage = 0x01
	leafPage   = 0x02
	metaPage   = 0x04
	freePage   = 0x10

	boltMagic   = 0xED0CDAED
	boltVersion = 2
	minPage     = 1024
	maxPageSize = 64 << 10
	noFreelist  = ^uint64(0)
)

var order = binary.NativeEndian

// meta is one of the file's two roots. The one with the higher tx is current.
type meta struct {
	pageSize uint32
	root     uint64 // page of the root bucket
	free     uint64 // page of the free list
	high     uint64 // pages in use are below this
	tx       uint64
}

// parseMeta checks a meta page to its last byte: what follows the meta is zero.
func parseMeta(page []byte, id uint64) (meta, error) {
	if len(page) < pageHeader+metaSize || order.Uint64(page) != id || order.Uint16(page[8:]) != metaPage ||
		order.Uint16(page[10:]) != 0 || order.Uint32(page[12:]) != 0 {
		return meta{}, fmt.Errorf("its header is damaged")
	}
	b := page[pageHeader:]
	sum := fnv.New64a()
	sum.Write(b[:56])
	if order.Uint32(b) != boltMagic || order.Uint32(b[4:]) != boltVersion || sum.Sum64() != order.Uint64(b[56:]) {
		return meta{}, fmt.Errorf("its checksum is wrong")
	}
	for _, c := range b[metaSize:] {
		if c != 0 {
			return meta{}, fmt.Errorf("there are bytes behind it")
		}
	}
	m := meta{pageSize: order.Uint32(b[8:]), root: order.Uint64(b[16:]), free: order.Uint64(b[32:]),
		high: order.Uint64(b[40:]), tx: order.Uint64(b[48:])}
	if m.pageSize < minPage || m.pageSize > maxPageSize || m.pageSize&(m.pageSize-1) != 0 ||
		order.Uint32(b[12:]) != 0 || order.Uint64(b[24:]) != 0 {
		return meta{}, fmt.Errorf("its fields are out of range")
	}
	return m, nil
}

// readMetas reads both roots and gives the current one. A single bad one is what
// a power cut during a commit leaves, and what a change by hand looks like too.
func readMetas(f io.ReaderAt) (current meta, problems []string) {
	size := uint32(0)
	first := make([]byte, maxPageSize)
	n, _ := f.ReadAt(first, 0)
	if n >= pageHeader+metaSize {
		size = order.Uint32(first[pageHeader+8:])
	}
	if size < minPage || size > maxPageSize || size&(size-1) != 0 {
		size = secondMeta(first[:n])
	}
	for id := range uint64(2) {
		page := make([]byte, size)
		if _, err := f.ReadAt(page, int64(id)*int64(size)); err != nil {
			problems = append(problems, fmt.Sprintf("meta page %d cannot be read", id))
			continue
		}
		m, err := parseMeta(page, id)
		if err == nil && m.pageSize != size {
			err = fmt.Errorf("its page size is another")
		}
		if err != nil {
			problems = append(problems, fmt.Sprintf("meta page %d: %v", id, err))
			continue
		}
		if m.tx >= current.tx {
			current = m
		}
	}
	return current, problems
}

// secondMeta finds the page size by where the second meta page is, as bbolt does.
func secondMeta(file []byte) uint32 {
	for size := minPage; size+pageHeader+metaSize <= len(file); size *= 2 {
		if order.Uint32(file[size+pageHeader:]) == boltMagic {
			return uint32(size)
		}
	}
	return 4096
}
