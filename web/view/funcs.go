package view

import (
	"fmt"
	"html/template"
)

// funcs are the helpers every template has. They depend on nothing that
// changes after start.
func funcs(static *Static) template.FuncMap {
	return template.FuncMap{
		"asset":     static.URL,
		"icon":      static.icon,
		"thousands": Thousands,
		"shorten":   Shorten,
		"badge":     func(tone, text string) Badge { return Badge{Text: text, Tone: Tone(tone)} },
		"plural": func(n int, one, many string) string {
			if n == 1 {
				return "1 " + one
			}
			return Thousands(n) + " " + many
		},
		"add": func(a, b int) int { return a + b },
		"mul": func(a, b int) int { return a * b },
		// args hands several values to a component: {{template "x" (args "A" 1 "B" 2)}}.
		"args": func(pairs ...any) (map[string]any, error) {
			if len(pairs)%2 != 0 {
				return nil, fmt.Errorf("args: a name without a value")
			}
			m := make(map[string]any, len(pairs)/2)
			for i := 0; i < len(pairs); i += 2 {
				k, ok := pairs[i].(string)
				if !ok {
					return nil, fmt.Errorf("args: name %d is no string", i/2)
				}
				m[k] = pairs[i+1]
			}
			return m, nil
		},
	}
}
