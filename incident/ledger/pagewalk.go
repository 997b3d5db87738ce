package ledger

import (
	"bytes"
	"context"
	"fmt"
	"io"
)

// pageWalk checks every page that one root reaches, and that all others are on
// the free list. Every byte it does not look at is a value (covered by the log),
// behind the last element of its page, or in a free page.
type pageWalk struct {
	ctx      context.Context
	f        io.ReaderAt
	m        meta
	report   *Report
	progress Progress
	seen     []uint64 // one bit a page: reached, or free
	reached  uint64
}

// walkPages adds what is wrong to the report. The error is the context's.
func walkPages(ctx context.Context, f io.ReaderAt, fileSize int64, m meta, report *Report, progress Progress) error {
	if m.high < 3 || m.high > uint64(fileSize)/uint64(m.pageSize) {
		report.problem("file", "it is cut short: %d bytes, but %d pages of %d", fileSize, m.high, m.pageSize)
		return nil
	}
	w := &pageWalk{ctx: ctx, f: f, m: m, report: report, progress: progress, seen: make([]uint64, m.high/64+1)}
	w.reached = 2
	w.seen[0] = 3 // the two metas
	w.tree(m.root, "the list of tables", nil, nil, 0)
	if m.free == noFreelist {
		report.problem("free list", "there is none")
	} else {
		w.freelist()
	}
	if ctx.Err() == nil && w.reached != m.high {
		for id := range m.high {
			if w.seen[id/64]&(1<<(id%64)) == 0 {
				report.problem(fmt.Sprintf("page %d", id), "it is neither in use nor free")
			}
		}
	}
	if ctx.Err() != nil {
		return cancelled(ctx)
	}
	return nil
}

func (w *pageWalk) problem(id uint64, of, format string, args ...any) {
	w.report.problem(fmt.Sprintf("page %d, %s", id, of), format, args...)
}

// take marks pages as used, and refuses those that are already.
func (w *pageWalk) take(id, n uint64) bool {
	if id < 2 || n > w.m.high || id > w.m.high-n {
		return false
	}
	for p := id; p < id+n; p++ {
		if w.seen[p/64]&(1<<(p%64)) != 0 {
			return false
		}
		w.seen[p/64] |= 1 << (p % 64)
		w.reached++
		w.progress.at("pages", w.reached, w.m.high)
	}
	return true
}

// page reads a page with what it overflows into; nil if that cannot be.
func (w *pageWalk) page(id uint64, of string, flags ...uint16) []byte {
	if w.ctx.Err() != nil {
		return nil
	}
	var head [pageHeader]byte
	if id < 2 || id >= w.m.high {
		w.problem(id, of, "there is no such page")
		return nil
	}
	at := int64(id) * int64(w.m.pageSize)
	if _, err := w.f.ReadAt(head[:], at); err != nil {
		w.problem(id, of, "it cannot be read")
		return nil
	}
	kind := order.Uint16(head[8:])
	known := false
	for _, f := range flags {
		known = known || kind == f
	}
	n := 1 + uint64(order.Uint32(head[12:]))
	if order.Uint64(head[:]) != id || !known {
		w.problem(id, of, "its header is damaged")
		return nil
	}
	if !w.take(id, n) {
		w.problem(id, of, "it overlaps another page, or its length is damaged")
		return nil
	}
	page := make([]byte, n*uint64(w.m.pageSize))
	if _, err := w.f.ReadAt(page, at); err != nil {
		w.problem(id, of, "it cannot be read")
		return nil
	}
	return page
}

// maxDepth is far above what a file of any size reaches.
const maxDepth = 64

// tree checks a page and all below it. Its keys lie in [low, high); low is the
// first of them, which is how bbolt writes branches.
func (w *pageWalk) tree(id uint64, of string, low, high []byte, depth int) {
	if depth > maxDepth {
		w.problem(id, of, "the tree is too deep")
		return
	}
	page := w.page(id, of, branchPage, leafPage)
	if page == nil {
		return
	}
	if order.Uint16(page[8:]) == leafPage {
		w.leaf(id, of, page, low, high, depth)
		return
	}
	items, err := branchElements(page)
	if err == nil {
		err = inOrder(items, low, high)
	}
	if err == nil && len(items) == 0 {
		err = fmt.Errorf("a branch without children")
	}
	if err != nil {
		w.problem(id, of, "%v", err)
		return
	}
	for i, it := range items {
		end := high
		if i+1 < len(items) {
			end = items[i+1].key
		}
		w.tree(it.page, of, it.key, end, depth+1)
	}
}

// leaf checks a leaf; at the top, where keys are table names, also the tables.
func (w *pageWalk) leaf(id uint64, of string, page, low, high []byte, depth int) {
	items, err := leafElements(page)
	if err == nil {
		err = inOrder(items, low, high)
	}
	if err == nil && len(items) == 0 && depth > 0 {
		err = fmt.Errorf("an empty leaf below a branch")
	}
	if err != nil {
		w.problem(id, of, "%v", err)
		return
	}
	top := of == "the list of tables"
	for _, it := range items {
		if (it.flags == 1) != top || it.flags > 1 {
			w.problem(id, of, "an element is of the wrong kind")
			return
		}
		if top {
			w.table(id, string(it.key), it.value)
		}
	}
}

// table checks a bucket: its root page, or the small page inside its value.
func (w *pageWalk) table(id uint64, name string, value []byte) {
	// Nothing here uses bbolt's sequences, so that field is zero.
	if len(value) < 16 || order.Uint64(value[8:]) != 0 {
		w.problem(id, name, "the table's head is damaged")
		return
	}
	root := order.Uint64(value)
	if root != 0 {
		if len(value) != 16 {
			w.problem(id, name, "the table's head has bytes behind it")
			return
		}
		w.tree(root, name, nil, nil, 0)
		return
	}
	page := value[16:]
	if len(page) < pageHeader || order.Uint64(page) != 0 || order.Uint16(page[8:]) != leafPage || order.Uint32(page[12:]) != 0 {
		w.problem(id, name, "the table's inner page is damaged")
		return
	}
	items, err := leafElements(page)
	if err == nil {
		err = inOrder(items, nil, nil)
	}
	used := pageHeader
	for _, it := range items {
		used += elementSize + len(it.key) + len(it.value)
		if it.flags != 0 {
			err = fmt.Errorf("an element is of the wrong kind")
		}
	}
	if err == nil && used != len(page) {
		err = fmt.Errorf("its length is wrong")
	}
	if err != nil {
		w.problem(id, name, "the table's inner page: %v", err)
	}
}

func (w *pageWalk) freelist() {
	page := w.page(w.m.free, "the free list", freePage)
	if page == nil {
		return
	}
	count, at := uint64(order.Uint16(page[10:])), pageHeader
	if count == 0xFFFF {
		count, at = order.Uint64(page[at:]), at+8
	}
	if count > uint64(len(page)-at)/8 {
		w.problem(w.m.free, "the free list", "its length is damaged")
		return
	}
	last := uint64(0)
	for range count {
		id := order.Uint64(page[at:])
		at += 8
		if id <= last || !w.take(id, 1) {
			w.problem(w.m.free, "the free list", "it names page %d, which is out of order, in use or not there", id)
			return
		}
		last = id
	}
}

// inOrder checks that keys ascend, start at low (where one is given) and stay below high.
func inOrder(items []element, low, high []byte) error {
	for i, it := range items {
		switch {
		case i == 0 && low != nil && !bytes.Equal(it.key, low):
			return fmt.Errorf("its first key is not the one its branch names")
		case i > 0 && bytes.Compare(items[i-1].key, it.key) >= 0:
			return fmt.Errorf("its keys are out of order")
		case high != nil && bytes.Compare(it.key, high) >= 0:
			return fmt.Errorf("a key is beyond the page's range")
		}
	}
	return nil
}
