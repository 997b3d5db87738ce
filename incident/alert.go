package incident

import "time"

// Alert is a normalised alert, whatever its sender's format.
type Alert struct {
	ID          string            `json:"id"`
	Source      string            `json:"source"` // configured source name
	ExternalID  string            `json:"external_id"`
	Fingerprint string            `json:"fingerprint"`
	Title       string            `json:"title"`
	Description string            `json:"description,omitempty"`
	Severity    string            `json:"severity"` // critical high medium low info unknown
	Status      string            `json:"status"`   // open resolved ignored
	OccurredAt  time.Time         `json:"occurred_at"`
	ReceivedAt  time.Time         `json:"received_at"`
	TimeGuessed bool              `json:"time_guessed,omitempty"` // the sender gave no readable time; OccurredAt is ReceivedAt
	Entities    Entities          `json:"entities"`
	Links       []string          `json:"links,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Raw         string            `json:"raw,omitempty"` // delivery id whose bytes it was read from

	FirstSeen time.Time `json:"first_seen"`
	LastSeen  time.Time `json:"last_seen"`
	Count     int       `json:"count"`
	Incident  string    `json:"incident,omitempty"` // incident id it opened or joined
	Triaged   string    `json:"triaged,omitempty"`  // why it opened, joined or was left in the list
}

// Entities are the things an alert speaks of.
type Entities struct {
	Hosts     []string `json:"hosts,omitempty"`
	Users     []string `json:"users,omitempty"`
	IPs       []string `json:"ips,omitempty"`
	Resources []string `json:"resources,omitempty"`
}
