package post

import (
	"fmt"
	"strings"
)

// sheetWords are what the press itself writes on a letter.
type sheetWords struct{ page, code string }

var wordsOf = map[string]sheetWords{
	"en": {"Page %d of %d", "Code"},
	"de": {"Seite %d von %d", "Code"},
	"fr": {"Page %d sur %d", "Code"},
	"es": {"Página %d de %d", "Código"},
	"it": {"Pagina %d di %d", "Codice"},
	"nl": {"Pagina %d van %d", "Code"},
	"pl": {"Strona %d z %d", "Kod"},
	"pt": {"Página %d de %d", "Código"},
}

// wordsFor a language tag; figures alone where the language has none.
func wordsFor(language string) sheetWords {
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	if w, ok := wordsOf[base]; ok {
		return w
	}
	return sheetWords{"%d / %d", "Code"}
}

func (w sheetWords) pageOf(n, all int) string { return fmt.Sprintf(w.page, n, all) }
