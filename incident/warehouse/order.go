package warehouse

import (
	"slices"
	"strconv"
	"strings"
)

// orderOf reads the ORDER BY at the end of a query, where it names columns of
// the result: as a window needs it, or false where there is none of this
// form. Engines that do not keep the order of a subselect number rows by it.
func orderOf(query string, columns []string) (string, bool) {
	var tokens []string
	depth, from := 0, -1
	s := scanner{text: query}
	for s.next() {
		switch s.token {
		case "(":
			depth++
		case ")":
			depth--
		}
		if depth == 0 && s.kind == word && strings.EqualFold(s.token, "by") && len(tokens) > 0 && strings.EqualFold(tokens[len(tokens)-1], "order") {
			from = len(tokens) + 1
		}
		if depth > 0 {
			tokens = append(tokens, "(") // whatever is inside is no column
		} else {
			tokens = append(tokens, s.token)
		}
	}
	if from < 0 || from == len(tokens) {
		return "", false
	}
	var terms []string
	for _, term := range splitTokens(tokens[from:]) {
		t, ok := orderTerm(term, columns)
		if !ok {
			return "", false
		}
		terms = append(terms, t)
	}
	return "ORDER BY " + strings.Join(terms, ", "), true
}

// splitTokens splits at commas, and puts the digits of a number together again.
func splitTokens(tokens []string) (terms [][]string) {
	var term []string
	for _, t := range tokens {
		switch last := len(term) - 1; {
		case t == ",":
			terms, term = append(terms, term), nil
		case last >= 0 && isDigit(t) && isDigit(term[last]):
			term[last] += t
		default:
			term = append(term, t)
		}
	}
	return append(terms, term)
}

func isDigit(t string) bool { return t != "" && strings.Trim(t, "0123456789") == "" }

// orderTerm reads: column or its number, ASC or DESC, NULLS FIRST or LAST.
func orderTerm(term, columns []string) (string, bool) {
	if len(term) == 0 {
		return "", false
	}
	name := term[0]
	switch n, err := strconv.Atoi(name); {
	case err == nil && n >= 1 && n <= len(columns):
		name = columns[n-1]
	case len(name) > 2 && name[0] == '"':
		name = strings.ReplaceAll(name[1:len(name)-1], `""`, `"`)
	default:
		name = strings.ToLower(name)
	}
	if !slices.Contains(columns, name) {
		return "", false
	}
	rest := strings.ToUpper(strings.Join(term[1:], " "))
	switch rest {
	case "", "ASC", "DESC", "NULLS FIRST", "NULLS LAST", "ASC NULLS FIRST", "ASC NULLS LAST", "DESC NULLS FIRST", "DESC NULLS LAST":
		return strings.TrimSpace(quoteName(name) + " " + rest), true
	}
	return "", false
}
