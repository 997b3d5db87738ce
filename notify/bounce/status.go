package bounce

import (
	"bufio"
	"io"
	"iter"
	"regexp"
	"strconv"
	"strings"
)

// fields reads "Name: value" lines up to the first blank one, with lines that
// continue joined. Names are in lower case. Lines that are no field are passed over.
func fields(r *bufio.Reader) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		name, value := "", ""
		give := func() bool { return name == "" || yield(name, strings.TrimSpace(value)) }
		for {
			line, err := r.ReadString('\n')
			text := strings.TrimRight(line, "\r\n")
			if text == "" {
				give()
				return
			}
			if text[0] == ' ' || text[0] == '\t' {
				value += " " + strings.TrimSpace(text)
			} else {
				if !give() {
					return
				}
				before, after, ok := strings.Cut(text, ":")
				name, value = "", ""
				if ok {
					name, value = strings.ToLower(strings.TrimSpace(before)), after
				}
			}
			if err != nil {
				give()
				return
			}
		}
	}
}

var (
	enhanced = regexp.MustCompile(`\b([245]\.[0-9]{1,3}\.[0-9]{1,3})\b`)
	replied  = regexp.MustCompile(`(?:^|[^0-9.])([2-5][0-5][0-9])(?:[ -]|$)`)
)

// status reads the fields of a delivery report: those of the message, then a
// group for each recipient (RFC 3464, 2.1).
func (p *parser) status(body io.Reader) {
	r := bufio.NewReader(body)
	for range maxGroups {
		one := Report{Kind: Other}
		action := ""
		for name, value := range fields(r) {
			switch name {
			case "action":
				action = strings.ToLower(first(value))
			case "status":
				if m := enhanced.FindString(value); m != "" {
					one.Status = m
				}
			case "diagnostic-code":
				if kind, said, ok := strings.Cut(value, ";"); ok && strings.EqualFold(strings.TrimSpace(kind), "smtp") {
					if m := replied.FindStringSubmatch(said); m != nil {
						one.Code, _ = strconv.Atoi(m[1])
					}
					// The server that refused knows better than the one that reports:
					// Exim and old Exchange write 5.0.0 for everything.
					if m := enhanced.FindString(said); m != "" && (one.Status == "" || strings.HasSuffix(one.Status, ".0.0")) && sameClass(one.Status, m) {
						one.Status = m
					}
				}
			}
		}
		if one.Kind = kindOf(action, one.Status); worse(one.Kind, p.rep.Kind) {
			p.rep.Kind, p.rep.Status, p.rep.Code = one.Kind, one.Status, one.Code
		}
		if _, err := r.Peek(1); err != nil {
			return
		}
	}
}

// first is the word of a field without a comment: Exchange writes "failed (…)".
func first(value string) string {
	if at := strings.IndexAny(value, " \t(;"); at >= 0 {
		return value[:at]
	}
	return value
}

func sameClass(have, better string) bool { return have == "" || have[0] == better[0] }

// kindOf takes the server's word for what it does; where it is missing, the
// class of the code says it (RFC 3463, 2).
func kindOf(action, status string) Kind {
	switch action {
	case "failed":
		return Failed
	case "delayed":
		return Delayed
	case "delivered", "relayed", "expanded":
		return Delivered
	}
	if action != "" || status == "" {
		return Other
	}
	return map[byte]Kind{'5': Failed, '4': Delayed, '2': Delivered}[status[0]]
}
