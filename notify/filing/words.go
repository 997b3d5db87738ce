package filing

import (
	"fmt"
	"strings"
)

func pad(n int) string      { return fmt.Sprintf("%03d", n) }
func plainInt(n int) string { return fmt.Sprint(n) }

// plain makes a word of the case one to read: "support_channel".
func plain(s string) string {
	switch s {
	case "yes":
		return "Yes"
	case "no":
		return "No"
	}
	return strings.ReplaceAll(s, "_", " ")
}

// humanise makes a label of a content id: "number_of_residents".
func humanise(id string) string {
	s := plain(id)
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
