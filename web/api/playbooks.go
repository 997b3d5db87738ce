package api

import (
	"net/http"

	"tocsin/playbooks/runner"
)

func playbooks(c *call) (reply, error) {
	all, err := c.a.Runner.Playbooks(c.r.Context(), c.by)
	if err != nil {
		return reply{}, err
	}
	for n := range all {
		all[n].Definition = "" // a list is for choosing; one playbook has its text
	}
	return whole(all)
}

func getPlaybook(c *call) (reply, error) {
	rev, err := c.a.Runner.Revision(c.r.Context(), c.by, c.at("playbook"))
	if err != nil {
		return reply{}, err
	}
	return ok(rev)
}

type newPlaybook struct {
	Name  string `json:"name"` // of the file, for problems: ransomware.toml
	Text  string `json:"text"` // TOML
	Draft bool   `json:"draft"`
}

func publishPlaybook(c *call) (reply, error) {
	in, err := decode[newPlaybook](c)
	if err != nil {
		return reply{}, err
	}
	if in.Text == "" {
		return reply{}, wrong("text", "the playbook as TOML")
	}
	if in.Name == "" {
		in.Name = "playbook.toml"
	}
	store := c.a.Runner.Publish
	if in.Draft {
		store = c.a.Runner.Save
	}
	rev, err := store(c.r.Context(), c.by, in.Name, []byte(in.Text))
	if err != nil {
		return reply{}, err
	}
	return created("/playbooks/"+rev.Digest, rev)
}

func runs(c *call) (reply, error) {
	all, err := c.a.Runner.Runs(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	return whole(all)
}

func getRun(c *call) (reply, error) {
	v, err := c.a.Runner.RunView(c.r.Context(), c.by, c.ref(), c.at("run"))
	if err != nil {
		return reply{}, err
	}
	return ok(v)
}

type newRun struct {
	Playbook string `json:"playbook"` // slug or digest
}

func startRun(c *call) (reply, error) {
	in, err := decode[newRun](c)
	if err != nil {
		return reply{}, err
	}
	if in.Playbook == "" {
		return reply{}, wrong("playbook", "slug or digest of a published playbook")
	}
	var run runner.Run
	if run, err = c.a.Runner.StartRun(c.r.Context(), c.by, c.ref(), in.Playbook); err != nil {
		return reply{}, err
	}
	i, err := c.a.Desk.Incident(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusCreated, location: "/incidents/" + i.Number + "/runs/" + run.ID, body: run}, nil
}

func planUpgrade(c *call) (reply, error) {
	up, err := c.a.Runner.PlanUpgrade(c.r.Context(), c.by, c.ref(), c.at("run"), c.query("to"))
	if err != nil {
		return reply{}, err
	}
	return ok(up)
}

type upgrade struct {
	From string `json:"from"` // digest the plan was made from
	To   string `json:"to"`   // digest
}

func upgradeRun(c *call) (reply, error) {
	in, err := decode[upgrade](c)
	if err != nil {
		return reply{}, err
	}
	if in.From == "" || in.To == "" {
		return reply{}, wrong("from", "from and to: the digests of a plan")
	}
	run, err := c.a.Runner.UpgradeRun(c.r.Context(), c.by, c.ref(), c.at("run"), in.From, in.To)
	if err != nil {
		return reply{}, err
	}
	return ok(run)
}

type readStep struct {
	Step string `json:"step"` // key
}

func haveRead(c *call) (reply, error) {
	in, err := decode[readStep](c)
	if err != nil {
		return reply{}, err
	}
	if err := c.a.Runner.HaveRead(c.r.Context(), c.by, c.ref(), c.at("run"), in.Step); err != nil {
		return reply{}, err
	}
	return done()
}
