package demo

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// exports names the CSV files the demo writes and then reads like anyone's.
type exports struct {
	directory   string
	transcripts string // by customer number, dirty
	policies    string // by e-mail address, dirty
	cards       string // by customer number, elements by filled column
}

// writeExports writes the directory and what was found on the attacker's side:
// duplicates, stray case and space, rows that name nobody, rows that cannot be read.
func writeExports(dir string) (exports, error) {
	people := directory()
	e := exports{
		directory:   filepath.Join(dir, "customers.csv"),
		transcripts: filepath.Join(dir, "exposed_transcripts.csv"),
		policies:    filepath.Join(dir, "exposed_policies.csv"),
		cards:       filepath.Join(dir, "exposed_cards.csv"),
	}
	if err := writeCSV(e.directory, func(w *csv.Writer, _ *bufio.Writer) error {
		if err := w.Write([]string{"customer_id", "name", "email", "country", "state", "dob", "preferred_language"}); err != nil {
			return err
		}
		for _, c := range people {
			if err := w.Write([]string{c.id, c.name, c.email, c.country, c.region, c.born, c.language}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return e, err
	}
	rng := rand.New(rand.NewPCG(2026, 12))
	shuffled := append([]customer(nil), people...)
	rng.Shuffle(len(shuffled), func(a, b int) { shuffled[a], shuffled[b] = shuffled[b], shuffled[a] })
	hit := shuffled[:affectedN]

	if err := writeCSV(e.transcripts, func(w *csv.Writer, raw *bufio.Writer) error {
		if err := w.Write([]string{"ticket", "customer", "excerpt"}); err != nil {
			return err
		}
		for n, c := range hit {
			for range 1 + rng.IntN(8)/7 { // one in eight wrote twice
				if err := w.Write([]string{fmt.Sprintf("T-%07d", n), dirty(rng, c.id), "re: claim,\nplease see the attachment"}); err != nil {
					return err
				}
			}
		}
		for n := range 180 {
			if err := w.Write([]string{fmt.Sprintf("T-9%06d", n), []string{"", "guest", fmt.Sprintf("HM-9%05d", n)}[n%3], "no account"}); err != nil {
				return err
			}
		}
		return broken(w, raw, 12)
	}); err != nil {
		return e, err
	}
	if err := writeCSV(e.policies, func(w *csv.Writer, raw *bufio.Writer) error {
		if err := w.Write([]string{"policy", "holder_email", "fields"}); err != nil {
			return err
		}
		for n, c := range hit[:9_000] {
			if c.email == "" {
				continue
			}
			fields := "insurance_policy+date_of_birth"
			if n%5 == 0 {
				fields = "insurance_policy+date_of_birth+medical"
			}
			if err := w.Write([]string{fmt.Sprintf("P-%06d", n), dirty(rng, c.email), fields}); err != nil {
				return err
			}
		}
		for n := range 60 {
			if err := w.Write([]string{fmt.Sprintf("P-9%05d", n), fmt.Sprintf("former.%d@elsewhere.example", n), "insurance_policy"}); err != nil {
				return err
			}
		}
		return broken(w, raw, 7)
	}); err != nil {
		return e, err
	}
	return e, writeCSV(e.cards, func(w *csv.Writer, _ *bufio.Writer) error {
		if err := w.Write([]string{"id", "ssn", "card", "licence"}); err != nil {
			return err
		}
		for n, c := range hit[4_000:12_000] {
			var ssn, licence string
			if c.country == "US" {
				ssn = fmt.Sprintf("900-%02d-%04d", n%90+10, n%9000+1000) // 900–999 are never issued
				if n%3 == 0 {
					licence = fmt.Sprintf("D%07d", n)
				}
			}
			card := ""
			if n%2 == 0 || ssn == "" {
				card = "4111111111111111" // the card schemes' own test number
			}
			if err := w.Write([]string{dirty(rng, c.id), ssn, card, licence}); err != nil {
				return err
			}
		}
		return nil
	})
}

// dirty writes a key as people and systems write it.
func dirty(rng *rand.Rand, key string) string {
	switch rng.IntN(12) {
	case 0:
		return strings.ToLower(key)
	case 1:
		return strings.ToUpper(key)
	case 2:
		return "  " + key
	case 3:
		return key + " "
	}
	return key
}

// broken writes rows with a field too many or too few.
func broken(w *csv.Writer, raw *bufio.Writer, n int) error {
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	for i := range n {
		line := "cut off\n"
		if i%2 == 0 {
			line = "one,field,too,many\n"
		}
		if _, err := raw.WriteString(line); err != nil {
			return err
		}
	}
	return nil
}

func writeCSV(path string, fill func(*csv.Writer, *bufio.Writer) error) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	raw := bufio.NewWriter(f)
	w := csv.NewWriter(raw)
	if err := fill(w, raw); err != nil {
		return err
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	if err := raw.Flush(); err != nil {
		return err
	}
	return f.Close()
}
