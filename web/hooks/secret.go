package hooks

import (
	"os"
	"sort"
	"strings"

	"tocsin/incident"
)

// secrets reads a verifier's one or two secrets. No error holds any part of
// one. env looks a variable up.
func (v Verifier) secrets(env func(string) string) ([][]byte, []incident.Problem) {
	var out [][]byte
	var problems []incident.Problem
	for _, from := range []struct{ file, variable, key string }{
		{v.SecretFile, v.SecretEnv, "secret"}, {v.SecondSecretFile, v.SecondSecretEnv, "second_secret"},
	} {
		text, where := "", "verifier."+from.key
		switch {
		case from.file != "":
			where += "_file"
			b, err := os.ReadFile(from.file)
			if err != nil {
				problems = append(problems, incident.Problem{Where: where, What: "cannot be read: " + err.Error()})
				continue
			}
			text = string(b)
		case from.variable != "":
			where += "_env"
			text = env(from.variable)
		default:
			continue
		}
		text = strings.TrimSpace(text)
		if text == "" {
			problems = append(problems, incident.Problem{Where: where, What: "the secret is empty"})
			continue
		}
		out = append(out, []byte(text))
	}
	return out, problems
}

func sorted(p []incident.Problem) []incident.Problem {
	sort.SliceStable(p, func(a, b int) bool { return p[a].Where < p[b].Where })
	return p
}
