package affected

// rowKey is where a table's rows have a key.
type rowKey struct {
	name  string
	field int     // of a plain key
	parts [][]int // the fields of each part; of a composite key
	other bool    // can have a second form; see OtherForm
}

// placeKeys finds keys among a batch's fields. columns is a directory's Columns or an exposure's Match.
func placeKeys(f format, keys []string, columns map[string]string) []rowKey {
	placed := make([]rowKey, len(keys))
	for i, key := range keys {
		placed[i] = rowKey{name: key, field: -1, other: hasOther(key)}
		if !IsComposite(key) {
			placed[i].field = fieldOf(f, columns[key])
			continue
		}
		for _, of := range KeyColumns(key, columns) {
			var fields []int
			for _, column := range of {
				fields = append(fields, fieldOf(f, column))
			}
			placed[i].parts = append(placed[i].parts, fields)
		}
	}
	return placed
}

// value is what a row has as the key: a field, or the parts as [KeyForm] takes
// them. It is valid until the next call with the same normalizer.
func (k *rowKey) value(n *normalizer, b *batch, row int) []byte {
	if k.parts == nil {
		return b.text1(row, k.field)
	}
	n.parts = n.parts[:0]
	for i, fields := range k.parts {
		if i > 0 {
			n.parts = append(n.parts, partSeparator...)
		}
		for j, f := range fields {
			if j > 0 {
				n.parts = append(n.parts, ' ')
			}
			from := len(n.parts)
			n.parts = append(n.parts, trim(b.text1(row, f))...)
			for at, c := range n.parts[from:] {
				if c == partSeparator[0] {
					n.parts[from+at] = ' '
				}
			}
		}
	}
	return n.parts
}

// form is the form of what a row has as the key, nothing where that names nobody.
func (k *rowKey) form(n *normalizer, b *batch, row int, country string) []byte {
	value := k.value(n, b, row)
	if k.parts != nil {
		return n.composite(k.name, value)
	}
	return n.single(k.name, value, country)
}

// hasOther reports whether a key of the directory can have a second form; see [OtherForm].
func hasOther(key string) bool { return key == "phone" || IsComposite(key) }

// seconds are the places of the keys that can have a second form.
func seconds(keys []string) (at []int) {
	for i, key := range keys {
		if hasOther(key) {
			at = append(at, i)
		}
	}
	return at
}

// hashKeys appends the hashes of a row's keys, and to second those of the second forms that seconds lists.
func (r *run) hashKeys(n *normalizer, keys []rowKey, b *batch, row int, country string, into, second []keyHash) (first, other []keyHash) {
	for i := range keys {
		k := &keys[i]
		into = append(into, r.hashOf(k.form(n, b, row, country)))
		if k.other {
			second = append(second, r.hashOf(n.written))
		}
	}
	return into, second
}
