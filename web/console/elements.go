package console

import "tocsin/web/view"

// elementWord names a kind of data as letters do: "Social Security number".
func (c *Console) elementWord(e string) string {
	letters, err := c.Outbox.Letters()
	if err != nil {
		return sentenceCase(words(e)) // the library says so where it matters
	}
	if w := letters.Words("en", []string{e}); len(w) == 1 {
		return sentenceCase(w[0])
	}
	return sentenceCase(words(e))
}

func (c *Console) elementBars(counts map[string]int) []view.Bar {
	named := make(map[string]int, len(counts))
	for e, n := range counts {
		named[c.elementWord(e)] += n
	}
	return bars(named)
}
