package letter

import "slices"

// Law is what one lint pack holds a letter against, for those who want to see
// it listed.
type Law struct {
	Pack          string   `json:"pack"`
	Law           string   `json:"law"`
	Jurisdictions []string `json:"jurisdictions,omitempty"` // whose residents' letters it binds
	Duties        []string `json:"duties,omitempty"`        // rules whose notice it is about
	Reviewed      string   `json:"reviewed"`
	Musts         []Must   `json:"musts,omitempty"`
	Bans          []Ban    `json:"bans,omitempty"`
}

// Must is one thing the law wants told.
type Must struct {
	Content string `json:"content"`
	What    string `json:"what"`
	Cite    string `json:"cite"`
	Months  int    `json:"months,omitempty"` // of a free offer, at least
	Heading string `json:"heading,omitempty"`
	Advice  bool   `json:"advice,omitempty"` // missing is a warning
	If      string `json:"if,omitempty"`     // only where the case has it
	Sender  string `json:"sender,omitempty"` // only where the organisation is regulated as this
}

// Ban is one thing the law wants not told.
type Ban struct {
	Content string `json:"content"`
	What    string `json:"what"`
	Cite    string `json:"cite"`
}

// Laws lists every lint pack, by name.
func (l *Library) Laws() []Law {
	var out []Law
	for name, p := range l.packs {
		law := Law{Pack: name, Law: p.Law, Jurisdictions: slices.Clone(p.Jurisdictions), Duties: slices.Clone(p.Duties), Reviewed: p.Reviewed}
		for _, d := range p.Require {
			law.Musts = append(law.Musts, Must{Content: d.Content, What: d.What, Cite: d.Cite, Months: d.Months, Heading: d.Heading,
				Advice: d.Advise, If: d.If, Sender: d.Sender})
		}
		for _, b := range p.Forbid {
			law.Bans = append(law.Bans, Ban{Content: b.Content, What: b.What, Cite: b.Cite})
		}
		out = append(out, law)
	}
	slices.SortFunc(out, func(a, b Law) int {
		if a.Pack < b.Pack {
			return -1
		}
		return 1
	})
	return out
}
