package console

import (
	"strings"

	"tocsin/incident"
	"tocsin/web/view"
)

// section is one entry at the top of every page, shown to those who may do its
// action.
type section struct {
	text, url, icon string
	action          incident.Action
}

func allSections() []section {
	return []section{
		{"Incidents", "/", "bell", incident.ListIncidents},
		{"Reminders", "/reminders", "clock", incident.OwnAccount},
		{"Alerts", "/alerts", "alert", incident.TriageAlerts},
		{"Review", "/review", "check", incident.SignReview},
		{"Rules", "/rules", "scale", incident.ReadLibrary},
		{"Contracts", "/contracts", "scale", incident.ListContracts},
		{"Playbooks", "/playbooks", "book", incident.ReadLibrary},
		{"Rights", "/rights", "users", incident.ListRights},
		{"Erasure", "/erasures", "log", incident.ListErasures},
		{"People", "/users", "users", incident.ManageAccounts},
		{"Tokens", "/tokens", "key", incident.ManageAccounts},
		{"Audit log", "/audit", "log", incident.ReadAudit},
	}
}

func (r *Request) sections() []view.Link {
	here := r.g.Request.URL.Path
	var out []view.Link
	for _, s := range allSections() {
		if !incident.Can(r.By, s.action, nil) {
			continue
		}
		// Who sees people's requests goes on to erasures from there: one section less.
		if s.action == incident.ListErasures && incident.Can(r.By, incident.ListRights, nil) {
			if n := len(out) - 1; strings.HasPrefix(here, s.url) && n >= 0 {
				out[n].Current = true
			}
			continue
		}
		current := here == s.url || s.url != "/" && strings.HasPrefix(here, s.url+"/") ||
			s.url == "/" && strings.HasPrefix(here, "/incidents")
		link := view.Link{Text: s.text, URL: s.url, Icon: s.icon, Current: current}
		if s.url == "/reminders" {
			link.Count = r.unheard("")
		}
		out = append(out, link)
	}
	return out
}

// grantLabel names a grant as people read it, and says what it is for.
func grantLabel(g incident.Grant) (name, help string) {
	switch g {
	case incident.GrantAdmin:
		return "Administrator", "Accounts, tokens and the store. Opens no incident by itself."
	case incident.GrantResponder:
		return "Responder", "Declares and works incidents."
	case incident.GrantCounsel:
		return "Counsel", "Privileged items, legal conclusions, approval of texts."
	case incident.GrantApprover:
		return "Approver", "Releases notices, as the second person."
	case incident.GrantAuditor:
		return "Auditor", "Reads everything that is not privileged and changes nothing."
	case incident.GrantRights:
		return "Rights officer", "Answers people who ask what is held on them. Opens no incident by itself."
	}
	return string(g), ""
}

func grantWords(grants []incident.Grant) string {
	if len(grants) == 0 {
		return "No grants"
	}
	words := make([]string, 0, len(grants))
	for _, g := range grants {
		name, _ := grantLabel(g)
		words = append(words, name)
	}
	return strings.Join(words, ", ")
}

func grantOptions() []view.Option {
	var out []view.Option
	for _, g := range incident.Grants() {
		name, help := grantLabel(g)
		out = append(out, view.Option{Value: string(g), Text: name, Help: help})
	}
	return out
}

func grantsOf(values []string) []incident.Grant {
	out := make([]incident.Grant, 0, len(values))
	for _, v := range values {
		out = append(out, incident.Grant(v))
	}
	return out
}

func grantValues(grants []incident.Grant) []string {
	out := make([]string, 0, len(grants))
	for _, g := range grants {
		out = append(out, string(g))
	}
	return out
}
