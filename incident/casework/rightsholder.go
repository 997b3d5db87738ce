package casework

import (
	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/keys"
	"tocsin/incident/ledger"
)

// Holder is a reactor that itself holds something about affected people, or
// knows why something must be kept. Each function joins the transaction. key is
// the incident's data key, for whoever names people by a keyed hash.
type Holder interface {
	// HeldOn gives what it holds on a person, who stands at these places.
	HeldOn(tx *ledger.Tx, i *incident.Incident, key *keys.Key, places []ListPlace) ([]Holding, error)
	// Keeps names what stands in the way of erasing: a person where whole is
	// false, else the whole incident.
	Keeps(tx *ledger.Tx, i *incident.Incident, whole bool) ([]Obstacle, error)
	// PersonErased reduces what it holds on a person to what names nobody, and
	// follows lists to their new objects. It gives how many rows it reduced.
	PersonErased(tx *ledger.Tx, i *incident.Incident, key *keys.Key, places []ListPlace, moved map[string]string) (int, error)
	// CaseErased deletes what lies outside the incident's key.
	CaseErased(tx *ledger.Tx, i *incident.Incident) error
}

// ListPlace is a person's row in one list.
type ListPlace struct {
	List   int    // its number within the incident
	Object string // of people.csv
	Line   int    // 1 is the first person
	Person affected.Person
}

// Holding is one thing held on a person, for the copy they are given.
type Holding struct {
	Kind    string            `json:"kind"` // delivery, …
	At      string            `json:"at,omitempty"`
	Values  map[string]string `json:"values,omitempty"`
	Subject string            `json:"subject,omitempty"` // of a letter
	Text    string            `json:"text,omitempty"`
}

// Obstacle is one reason why something cannot be erased now.
type Obstacle struct {
	What  string `json:"what"`  // a sentence
	Basis string `json:"basis"` // of RefusalBases; empty where it will pass by itself
}

func (d *Desk) holders(fn func(Holder) error) error {
	for _, r := range d.reactors {
		if h, ok := r.(Holder); ok {
			if err := fn(h); err != nil {
				return err
			}
		}
	}
	return nil
}
