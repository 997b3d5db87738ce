package post

import (
	"fmt"
	"strings"
)

// sheetWords are what the press itself writes on a letter. The number is not
// called a code: a code is what a person checks the letter with.
type sheetWords struct{ page, number string }

var wordsOf = map[string]sheetWords{
	"en": {"Page %d of %d", "Letter no."},
	"de": {"Seite %d von %d", "Brief Nr."},
	"fr": {"Page %d sur %d", "Lettre n°"},
	"es": {"Página %d de %d", "Carta n.º"},
	"it": {"Pagina %d di %d", "Lettera n."},
	"nl": {"Pagina %d van %d", "Brief nr."},
	"pl": {"Strona %d z %d", "Pismo nr"},
	"pt": {"Página %d de %d", "Carta n.º"},
}

// wordsFor a language tag; figures alone where the language has none.
func wordsFor(language string) sheetWords {
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	if w, ok := wordsOf[base]; ok {
		return w
	}
	return sheetWords{"%d / %d", "No."}
}

func (w sheetWords) pageOf(n, all int) string { return fmt.Sprintf(w.page, n, all) }
