package statute_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/incident/condition"
	"tocsin/notify/statute"
)

// reported is one breach as an authority published it. Most fields are often
// empty: that is what public records are like.
type reported struct {
	ID           string         `json:"id"`
	Source       string         `json:"source"` // WA AG, HHS OCR, MA OCABR
	Sector       string         `json:"sector"`
	HQ           string         `json:"hq_state"`
	Cause        string         `json:"cause"`
	Attack       string         `json:"attack"`
	Start        string         `json:"start"`
	End          string         `json:"end"`
	Discovered   string         `json:"discovered"`
	Reported     string         `json:"reported_to_regulator"`
	Residents    map[string]int `json:"residents"`
	Total        *int           `json:"total_affected"`
	DataTypes    []string       `json:"data_types"` // null: not said
	Location     string         `json:"location"`
	ViaAssociate bool           `json:"business_associate"`
}

// TestReportedBreaches assesses the made-up records beside it, and those of the
// file that TOCSIN_BREACHES names, in the same shape: public registers of the
// attorney general of Washington, of HHS and of Massachusetts.
func TestReportedBreaches(t *testing.T) {
	files := []string{"testdata/breaches.jsonl"}
	if f := os.Getenv("TOCSIN_BREACHES"); f != "" {
		files = append(files, f)
	}
	l := shippedLibrary(t)
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			count := tally{}
			lines := bufio.NewScanner(bytes.NewReader(data))
			lines.Buffer(nil, 1<<20)
			for lines.Scan() {
				var r reported
				if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
					t.Fatalf("%s: %v", file, err)
				}
				assessReported(t, l, &r, count)
			}
			if count["records"] == 0 {
				t.Fatal("the file holds no record")
			}
			for _, k := range slices.Sorted(maps.Keys(count)) {
				t.Logf("%-60s %6d", k, count[k])
			}
		})
	}
}

type tally map[string]int

func assessReported(t *testing.T, l *statute.Library, r *reported, count tally) {
	t.Helper()
	text, err := json.Marshal(r.facts())
	if err != nil {
		t.Fatal(err)
	}
	f, err := statute.ParseFacts(bytes.NewReader(text))
	if err != nil {
		t.Errorf("%s: %v\n%s", r.ID, err, text)
		return
	}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, d := range []string{r.Reported, r.Discovered} {
		if day, err := time.Parse(time.DateOnly, d); err == nil {
			at = day
			break
		}
	}
	a := l.Assess(f, at)
	count["records"]++
	count["records of "+r.Source]++
	if a.Decided() {
		count["assessments with nothing left to ask"]++
	}
	listed := map[string]condition.Truth{}
	for i := range a.Obligations {
		o := &a.Obligations[i]
		listed[o.Rule] = o.Applies
		count["obligations"]++
		count["obligations: "+o.Applies.String()]++
		if o.Applies == condition.Unknown {
			if len(o.Missing) == 0 {
				t.Errorf("%s: %s is unknown and names no missing fact", r.ID, o.Rule)
			}
			for _, m := range o.Missing {
				count["missing: "+m]++
			}
		}
		for _, s := range o.Stages {
			if s.Due == nil {
				continue
			}
			count["deadlines"]++
			if s.Latest != nil && s.Latest.Before(*s.Due) {
				t.Errorf("%s: %s %s: latest %s is before due %s", r.ID, o.Rule, s.Stage, s.Latest, s.Due)
			}
			if m, ok := f.Milestones[s.From]; ok && s.Due.Before(m.In(s.Zone)) {
				t.Errorf("%s: %s %s: due %s is before %s %s", r.ID, o.Rule, s.Stage, s.Due, s.From, m.In(s.Zone))
			}
		}
	}
	r.expect(t, listed, a.Notices, count)
}

// expect checks the duties that the register's own law gives.
func (r *reported) expect(t *testing.T, listed map[string]condition.Truth, notices []string, count tally) {
	t.Helper()
	var duties []string
	switch r.Source {
	case "WA AG":
		if len(r.Residents) > 0 {
			duties = []string{"us-wa-individuals", "us-wa-ag"}
		}
	case "HHS OCR":
		duties = []string{"us-hipaa-individuals", "us-hipaa-hhs", "us-hipaa-media"}
		if r.Sector == "Business Associate" {
			duties = append(duties, "us-hipaa-ba")
		}
	case "MA OCABR":
		duties = []string{"us-ma-individuals", "us-ma-ag", "us-ma-ocabr"}
	}
	for _, d := range duties {
		truth, ok := listed[d]
		if !ok {
			if !slices.ContainsFunc(notices, func(n string) bool { return strings.Contains(n, d) }) {
				t.Errorf("%s: %s is neither an obligation nor a notice", r.ID, d)
			}
			count[d+": not in force then"]++
			continue
		}
		count[d+": "+truth.String()]++
		if r.Source != "MA OCABR" {
			continue
		}
		// Massachusetts counts a name with one of these and nothing else, so what
		// follows for its residents hangs on what the record says was exposed.
		counted := slices.ContainsFunc(r.DataTypes, func(d string) bool {
			return d == "ssn" || d == "financial_account" || d == "drivers_license"
		})
		if counted && truth == condition.No {
			t.Errorf("%s: %s is not owed although %v were exposed", r.ID, d, r.DataTypes)
		}
		if r.DataTypes != nil && !counted && truth != condition.No {
			t.Errorf("%s: %s is %s although only %v were exposed", r.ID, d, truth, r.DataTypes)
		}
	}
	if n := r.Residents["WA"]; r.Source == "WA AG" && n > 0 && n <= 500 && listed["us-wa-ag"] == condition.Yes {
		t.Errorf("%s: the attorney general of Washington is owed a notice of %d residents", r.ID, n)
	}
}

// facts is the record as assess reads it: what it says, and nothing it does not.
func (r *reported) facts() map[string]any {
	organisation := map[string]any{"role": "controller"}
	if hq := strings.TrimSpace(r.HQ); len(hq) == 2 { // some registers write a name
		organisation["established_in"] = []string{"US-" + hq}
	}
	happened := map[string]any{}
	if k := r.kind(); k != "" {
		happened["kind"] = k
	}
	if m := r.medium(); m != "" {
		happened["medium"] = m
	}
	switch r.Cause {
	case "Cyberattack", "Theft":
		happened["malicious"] = "yes"
	}
	group := map[string]any{}
	switch r.Source {
	case "HHS OCR":
		organisation["regulated_as"] = []string{"hipaa_covered_entity"}
		if r.Sector == "Business Associate" {
			organisation["role"], organisation["regulated_as"] = "processor", []string{"hipaa_business_associate", "hipaa_covered_entity"}
		}
		group["groups"] = []string{"patients"}
		// HHS lists breaches of unsecured information only.
		happened["encryption"] = "none"
	}
	if e := r.elements(); e != nil {
		group["elements"] = e
	}
	var affected []any
	for _, st := range slices.Sorted(maps.Keys(r.Residents)) {
		g := maps.Clone(group)
		g["residence"], g["people"] = "US-"+st, r.Residents[st]
		affected = append(affected, g)
	}
	if len(affected) == 0 && r.Total != nil {
		group["people"] = *r.Total
		affected = append(affected, group)
	}
	milestones := map[string]any{}
	for name, day := range map[string]string{"occurred_from": r.Start, "occurred_until": r.End, "discovered": r.Discovered} {
		if day != "" {
			milestones[name] = day
		}
	}
	facts := map[string]any{"organisation": organisation, "incident": happened, "milestones": milestones}
	if affected != nil {
		facts["affected"] = affected
	}
	return facts
}

func (r *reported) kind() string {
	switch {
	case r.Attack == "Ransomware":
		return "ransomware"
	case r.Attack == "Phishing":
		return "phishing"
	case r.Attack == "Skimmers":
		return "skimming"
	case r.Cause == "Cyberattack" || strings.Contains(r.Cause, "Hacking"):
		return "intrusion"
	case r.Cause == "Improper Disposal":
		return "disposal"
	case r.Cause == "Theft" && strings.Contains(r.Location, "Laptop"):
		return "stolen_device"
	case r.Cause == "Loss" && strings.Contains(r.Location, "Laptop"):
		return "lost_device"
	}
	return ""
}

func (r *reported) medium() string {
	switch r.Location {
	case "Paper/Films":
		return "paper"
	case "Laptop", "Desktop Computer", "Other Portable Electronic Device":
		return "device"
	case "Network Server", "Email", "Electronic Medical Record":
		return "electronic"
	}
	if r.Cause == "Cyberattack" {
		return "electronic"
	}
	return ""
}

// elements are the contract's words for what the register says. Massachusetts
// registers breaches of a name with something; the others list the name apart.
func (r *reported) elements() []string {
	if r.DataTypes == nil {
		return nil
	}
	words := map[string][]string{
		"name": {"name"}, "contact": {"postal_address"}, "email": {"email"}, "dob": {"date_of_birth"}, "ssn": {"ssn"}, "photo": {"photo"},
		"medical": {"medical"}, "health_insurance": {"health_insurance"}, "drivers_license": {"driver_license"}, "financial_account": {"account_number"},
	}
	out := []string{}
	if r.Source == "MA OCABR" {
		out = append(out, "name")
	}
	for _, d := range r.DataTypes {
		w, ok := words[d]
		if !ok {
			panic(fmt.Sprintf("unknown data type %q", d))
		}
		for _, e := range w {
			if !slices.Contains(out, e) {
				out = append(out, e)
			}
		}
	}
	return out
}
