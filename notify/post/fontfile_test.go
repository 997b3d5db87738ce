package post_test

import (
	"encoding/binary"
	"slices"

	"golang.org/x/image/font/sfnt"
)

// remapped is a font of two characters, A and r (not A, and above it): r is drawn
// as the letter like. It is the file with another cmap table at its end.
func remapped(ttf []byte, r, like rune) []byte {
	f, err := sfnt.Parse(ttf)
	if err != nil {
		panic(err)
	}
	g, err := f.GlyphIndex(nil, like)
	if err != nil {
		panic(err)
	}
	var cmap []byte
	u16 := func(v ...uint16) {
		for _, x := range v {
			cmap = binary.BigEndian.AppendUint16(cmap, x)
		}
	}
	a, err := f.GlyphIndex(nil, 'A')
	if err != nil {
		panic(err)
	}
	// One format 4 subtable of three segments, the last being the end mark: ends,
	// starts, what is added to reach the glyph, offsets.
	u16(0, 1, 3, 1, 0, 12)
	u16(4, 16+8*3, 0, 6, 4, 1, 2)
	u16('A', uint16(r), 0xffff, 0)
	u16('A', uint16(r), 0xffff)
	u16(uint16(a)-'A', uint16(g)-uint16(r), 1)
	u16(0, 0, 0)
	out := slices.Clone(ttf)
	for len(out)%4 != 0 {
		out = append(out, 0)
	}
	for i := range int(binary.BigEndian.Uint16(out[4:])) {
		entry := out[12+16*i:]
		if string(entry[:4]) == "cmap" {
			binary.BigEndian.PutUint32(entry[8:], uint32(len(out)))
			binary.BigEndian.PutUint32(entry[12:], uint32(len(cmap)))
		}
	}
	return append(out, cmap...)
}

// table is where a table begins.
func table(ttf []byte, name string) int {
	for i := range int(binary.BigEndian.Uint16(ttf[4:])) {
		if entry := ttf[12+16*i:]; string(entry[:4]) == name {
			return int(binary.BigEndian.Uint32(entry[8:]))
		}
	}
	return 0
}
