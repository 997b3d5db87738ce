package detect

import "bytes"

// accessToken describes keys of well-known services, which people paste when
// they ask for help. Whoever has one is signed in.
// Source: the issuers' documents on the prefixes of their tokens.
func accessToken() Detector {
	return Detector{Name: "access-token", Element: "credentials", Source: "GitHub, GitLab, AWS, Slack, Stripe: documented prefixes of tokens and keys", Secret: true}
}

// tokenForm is a prefix and how many characters a token has at least in all.
type tokenForm struct {
	prefix string
	least  int
}

var tokenForms = [...]tokenForm{
	{"ghp_", 40}, {"gho_", 40}, {"ghu_", 40}, {"ghs_", 40}, {"ghr_", 40}, {"github_pat_", 60}, {"glpat-", 26}, {"AKIA", 20}, {"ASIA", 20},
	{"xoxb-", 24}, {"xoxp-", 24}, {"xoxa-", 24}, {"xoxr-", 24}, {"sk_live_", 24}, {"rk_live_", 24},
}

// tokens finds tokens by their prefixes.
func (f *Finder) tokens(text []byte) {
	for i := range tokenForms {
		form := &tokenForms[i]
		for at := 0; ; {
			n := bytes.Index(text[at:], []byte(form.prefix))
			if n < 0 {
				break
			}
			from := at + n
			to := from + len(form.prefix)
			digit := false
			for to < len(text) && (kindOf(text[to]) != 0 || text[to] == '-' && form.prefix[0] != 'A') {
				digit = digit || kindOf(text[to]) == isDigit
				to++
			}
			at = to
			long := to - from
			if digit && long >= form.least && long <= 300 && (form.prefix[0] != 'A' || long == form.least) && (from == 0 || kindOf(text[from-1]) == 0) {
				f.add(from, to, &f.set.special.token, Shape, text[from:to])
			}
		}
	}
}
