package letter

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"tocsin/incident"
)

// Draft is one letter for one jurisdiction, before the merge with people. It
// is stored as JSON. Subject and Source are the letter; the rest is read from
// them or says what it is for. Text and HTML are previews, in which a
// person's values stand as ‹name›.
type Draft struct {
	Letter       string    `json:"letter"`
	Jurisdiction string    `json:"jurisdiction"`
	Language     string    `json:"language"`
	Asked        string    `json:"asked,omitempty"` // the language wanted, where there is no text in it
	Channel      Channel   `json:"channel"`
	Audience     Audience  `json:"audience,omitempty"`
	Duties       []string  `json:"duties,omitempty"`  // rules it is to meet, beside its jurisdiction's own
	Without      []string  `json:"without,omitempty"` // what the case has not: late, acquirer, source, owned, delay_known
	Elements     []string  `json:"elements"`
	Subject      string    `json:"subject"`
	Source       string    `json:"source"`
	Text         string    `json:"text"`
	HTML         string    `json:"html"`
	ContentIDs   []string  `json:"content_ids"`
	Variants     []Variant `json:"variants"` // those it has words for
	Open         []Missing `json:"open,omitempty"`
	// Values are the case's values that its words were made from, each as a short
	// digest; [Library.Values] gives them as they are now, so that it can be said
	// which of them changed since.
	Values map[string]string `json:"values,omitempty"`

	words    *phrases
	contacts *contacts
}

// Edited is the draft with a person's words in it. Invalid: an unknown merge
// field, a broken tag line, a name of a person in the subject. Open marks that
// are gone from the text are gone from Open.
func (l *Library) Edited(d Draft, subject, source string) (Draft, error) {
	if d.words = l.phrases[d.Language]; d.words == nil {
		return Draft{}, incident.Errorf(incident.Invalid, "there are no letters in language %q", d.Language)
	}
	d.contacts = l.contacts
	d.Subject, d.Source = subject, normalise(source)+"\n"
	d.Open = slices.DeleteFunc(slices.Clone(d.Open), func(m Missing) bool {
		return !strings.Contains(d.Subject+d.Source, openMark+m.Ask+"]")
	})
	return d.finish()
}

// Complete says that nothing is open in it.
func (d Draft) Complete() bool {
	return len(d.Open) == 0 && !strings.Contains(d.Subject+"\n"+d.Source, openMark)
}

// Digest is the SHA-256, in hex, of everything that decides what a recipient
// reads. An approval is bound to it.
func (d Draft) Digest() string {
	h := sha256.New()
	for _, part := range []string{"tocsin letter 1", d.Letter, d.Jurisdiction, d.Language, string(d.Channel), clean(d.Subject), normalise(d.Source)} {
		fmt.Fprintf(h, "%d:%s\n", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// finish reads the blocks and makes the previews.
func (d Draft) finish() (Draft, error) {
	m, err := compile(d)
	if err != nil {
		return Draft{}, err
	}
	d.ContentIDs, d.Variants = nil, []Variant{Adult}
	for _, b := range m.blocks {
		for _, id := range b.Contents {
			if b.Text != "" && !slices.Contains(d.ContentIDs, id) {
				d.ContentIDs = append(d.ContentIDs, id)
			}
		}
	}
	slices.Sort(d.ContentIDs)
	for _, v := range []Variant{Minor, Deceased} {
		if m.speaksTo(v) {
			d.Variants = append(d.Variants, v)
		}
	}
	preview := m.preview(Adult)
	d.Text, d.HTML = preview.Text, preview.HTML
	return d, nil
}

// Preview is the draft as one variant would read it, with everything exposed
// that the letter speaks of and ‹marks› for what only a person has.
func (l *Library) Preview(d Draft, v Variant) (Message, error) {
	d.words, d.contacts = l.phrases[d.Language], l.contacts
	if d.words == nil {
		return Message{}, incident.Errorf(incident.Invalid, "there are no letters in language %q", d.Language)
	}
	m, err := compile(d)
	if err != nil {
		return Message{}, err
	}
	if !m.speaksTo(v) {
		return Message{}, incident.Errorf(incident.NotFound, "this letter has no words for variant %q", v)
	}
	return m.preview(v), nil
}
