package api

import "tocsin/notify/outbox"

// plan is what a release would do now.
type plan struct {
	People         int            `json:"people"`
	Jurisdictions  int            `json:"jurisdictions"`
	Roster         string         `json:"roster"`  // digest; a release names it
	Numbers        string         `json:"numbers"` // digest of all this; a release may name it
	Series         int            `json:"series"`  // of the letters; 0 unless only further ones are left
	Approved       []string       `json:"approved"`
	Further        []string       `json:"further"` // approved, for a mailing after this one
	Unapproved     []string       `json:"unapproved"`
	Uncovered      map[string]int `json:"uncovered"`
	Recipients     int            `json:"recipients"`
	Accounts       int            `json:"accounts"` // further ones of the recipients
	Earlier        int            `json:"earlier"`  // told by an earlier mailing
	Excluded       map[string]int `json:"excluded"` // by reason
	ByJurisdiction map[string]int `json:"by_jurisdiction"`
	ByLetter       map[string]int `json:"by_letter"`
	Samples        []sample       `json:"samples"` // empty for who may not see names
	Codes          int            `json:"codes"`   // recipients whose letter shows an activation code they do not have yet
	CodesLeft      int            `json:"codes_left"`
	Blocked        string         `json:"blocked,omitempty"`
}

// sample is one person's letter. Addresses and check codes are masked.
type sample struct {
	Why          []string `json:"why"`
	Draft        string   `json:"draft"`
	Line         int      `json:"line"`
	Jurisdiction string   `json:"jurisdiction"`
	Language     string   `json:"language"`
	To           string   `json:"to,omitempty"`
	LeftOut      string   `json:"left_out,omitempty"`
	Problem      string   `json:"problem,omitempty"`
	Variant      string   `json:"variant,omitempty"`
	Subject      string   `json:"subject,omitempty"`
	Text         string   `json:"text,omitempty"`
}

func releasePlan(c *call) (reply, error) {
	f, err := c.a.Outbox.ForecastRelease(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	out := plan{
		People: f.People, Jurisdictions: f.Jurisdictions, Roster: f.Roster, Numbers: f.Digest, Series: f.Series, Blocked: f.Blocked,
		Approved: ids(f.Letters), Further: ids(f.Further), Unapproved: ids(f.Unapproved), Uncovered: counts(f.Uncovered),
		Recipients: f.Recipients, Accounts: f.Accounts, Earlier: f.Earlier, Excluded: counts(f.Excluded),
		ByJurisdiction: counts(f.ByJurisdiction), ByLetter: counts(f.ByLetter), Samples: []sample{}, Codes: f.Codes, CodesLeft: f.CodesLeft,
	}
	for _, s := range f.Samples {
		out.Samples = append(out.Samples, sample{Why: s.Why, Draft: s.Draft, Line: s.Line, Jurisdiction: s.Jurisdiction, Language: s.Language, To: s.To,
			LeftOut: s.LeftOut, Problem: s.Problem, Variant: string(s.Message.Variant), Subject: s.Message.Subject, Text: s.Message.Text})
	}
	return ok(out)
}

// counts is never null.
func counts(m map[string]int) map[string]int {
	if m == nil {
		return map[string]int{}
	}
	return m
}

func ids(all []outbox.DraftView) []string {
	out := make([]string, len(all))
	for n := range all {
		out[n] = all[n].ID
	}
	return out
}
