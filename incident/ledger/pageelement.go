package ledger

import "errors"

// element is one key of a page: with a value in a leaf, a page in a branch.
type element struct {
	flags uint32
	key   []byte
	value []byte
	page  uint64
}

var errElement = errors.New("an element is damaged")

// leafElements and branchElements decode a page. bbolt writes keys and values one
// after another behind the elements, so each must start where the last one ended:
// any other position is damage, and no used byte goes unlooked at.
func leafElements(page []byte) ([]element, error) {
	return elements(page, func(e []byte) (element, uint64, uint64, uint64) {
		return element{flags: order.Uint32(e)}, uint64(order.Uint32(e[4:])), uint64(order.Uint32(e[8:])), uint64(order.Uint32(e[12:]))
	})
}

func branchElements(page []byte) ([]element, error) {
	return elements(page, func(e []byte) (element, uint64, uint64, uint64) {
		return element{page: order.Uint64(e[8:])}, uint64(order.Uint32(e)), uint64(order.Uint32(e[4:])), 0
	})
}

func elements(page []byte, field func([]byte) (it element, pos, ksize, vsize uint64)) ([]element, error) {
	count := uint64(order.Uint16(page[10:]))
	size := uint64(len(page))
	next := pageHeader + count*elementSize
	if next > size {
		return nil, errors.New("its count is damaged")
	}
	out := make([]element, count)
	for i := range count {
		at := pageHeader + i*elementSize
		it, pos, ksize, vsize := field(page[at : at+elementSize])
		if at+pos != next || ksize == 0 || ksize+vsize > size-next {
			return nil, errElement
		}
		it.key, it.value = page[next:next+ksize], page[next+ksize:next+ksize+vsize]
		next += ksize + vsize
		out[i] = it
	}
	return out, nil
}
