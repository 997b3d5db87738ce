package outbox

import (
	"context"
	"time"

	"github.com/pelletier/go-toml/v2"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// BreakContract keeps terms that no rule can be made of, as a store might hold
// them whose words the library has dropped since.
func BreakContract(ctx context.Context, s *Service, id string) error {
	return s.DB.Update(ctx, incident.Operator(), func(tx *ledger.Tx) error {
		c, err := contractByID(tx, id)
		if err != nil {
			return err
		}
		c.Current().Terms.Groups = []string{"strangers"}
		tx.Record("contract.break", "contract/"+id)
		return contracts.Put(tx, ledger.K(1), c)
	})
}

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

// Addressee is whom a letter about a person of the list is written to.
var Addressee = addressee
