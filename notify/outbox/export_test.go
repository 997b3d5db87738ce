package outbox

import (
	"time"

	"github.com/pelletier/go-toml/v2"
)

// ReadBack makes a rule of terms and reads it as TOML.
func ReadBack(t ContractTerms) (rule, recipient string, err error) {
	c := Contract{ID: "0"}
	if err := c.add(t, "cora", time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)); err != nil {
		return "", "", err
	}
	var out struct {
		ID        string
		Recipient struct{ Name string }
	}
	err = toml.Unmarshal(contractRule(&c, c.Current(), "", "https://tocsin.example/contracts/0"), &out)
	return out.ID, out.Recipient.Name, err
}
