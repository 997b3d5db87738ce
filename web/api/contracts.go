package api

import "tocsin/notify/outbox"

func contracts(c *call) (reply, error) {
	all, err := c.a.Outbox.Contracts(c.r.Context(), c.by)
	if err != nil {
		return reply{}, err
	}
	return page(c, all, func(k outbox.Contract) string { return k.ID })
}

// getContract gives a contract with the rule it makes and that rule's cases.
func getContract(c *call) (reply, error) {
	k, show, err := c.a.Outbox.Contract(c.r.Context(), c.by, c.at("contract"))
	if err != nil {
		return reply{}, err
	}
	return ok(struct {
		outbox.Contract
		TOML   string `json:"toml"`
		Passed bool   `json:"passed"`
	}{k, show.Rule, show.Passed()})
}

func addContract(c *call) (reply, error) {
	in, err := decode[outbox.ContractTerms](c)
	if err != nil {
		return reply{}, err
	}
	k, err := c.a.Outbox.AddContract(c.r.Context(), c.by, in)
	if err != nil {
		return reply{}, err
	}
	return created("/contracts/"+k.ID, k)
}

// previewContract shows the rule a clause would make, and how its cases come out.
func previewContract(c *call) (reply, error) {
	in, err := decode[outbox.ContractTerms](c)
	if err != nil {
		return reply{}, err
	}
	show, err := c.a.Outbox.PreviewContract(c.r.Context(), c.by, "", in)
	if err != nil {
		return reply{}, err
	}
	return ok(struct {
		TOML   string `json:"toml"`
		Cases  string `json:"cases"`
		Passed bool   `json:"passed"`
	}{show.Rule, show.Cases, show.Passed()})
}

func editContract(c *call) (reply, error) {
	in, err := decode[outbox.ContractTerms](c)
	if err != nil {
		return reply{}, err
	}
	k, err := c.a.Outbox.EditContract(c.r.Context(), c.by, c.at("contract"), in)
	if err != nil {
		return reply{}, err
	}
	return ok(k)
}

type contractEnd struct {
	ValidUntil string `json:"valid_until"` // the last day
	Why        string `json:"why"`
}

func endContract(c *call) (reply, error) {
	in, err := decode[contractEnd](c)
	if err != nil {
		return reply{}, err
	}
	if err := c.a.Outbox.EndContract(c.r.Context(), c.by, c.at("contract"), in.ValidUntil, in.Why); err != nil {
		return reply{}, err
	}
	return getContract(c)
}
