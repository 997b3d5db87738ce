package console

import "strings"

// diffLine is one line of a comparison: Mark is "+", "-" or a space.
type diffLine struct{ Mark, Text string }

// diffContext is how many unchanged lines stand around a change.
const diffContext = 2

// lineDiff compares two texts line by line (longest common subsequence). What is
// the same is left out but for its edges, marked "…".
func lineDiff(before, after string) []diffLine {
	a, b := strings.Split(strings.TrimRight(before, "\n"), "\n"), strings.Split(strings.TrimRight(after, "\n"), "\n")
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var all []diffLine
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			all = append(all, diffLine{" ", a[i]})
			i, j = i+1, j+1
		case i < len(a) && (j == len(b) || common[i+1][j] >= common[i][j+1]):
			all = append(all, diffLine{"-", a[i]})
			i++
		default:
			all = append(all, diffLine{"+", b[j]})
			j++
		}
	}
	return nearChanges(all)
}

func nearChanges(all []diffLine) []diffLine {
	keep := make([]bool, len(all))
	for n := range all {
		if all[n].Mark == " " {
			continue
		}
		for k := max(0, n-diffContext); k <= min(len(all)-1, n+diffContext); k++ {
			keep[k] = true
		}
	}
	var out []diffLine
	for n := range all {
		switch {
		case keep[n]:
			out = append(out, all[n])
		case n > 0 && keep[n-1]:
			out = append(out, diffLine{" ", "…"})
		}
	}
	return out
}
