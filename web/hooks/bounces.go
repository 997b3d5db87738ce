package hooks

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"

	"tocsin/incident"
	"tocsin/notify/outbox"
	"tocsin/web"
)

// BouncesName is the part of the address that mail servers' reports are sent
// to, and no source's name while they are taken.
const BouncesName = "bounces"

// BounceIntake is what the hooks need of the outbox.
type BounceIntake interface {
	TakeBounce(context.Context, incident.Principal, io.Reader) (outbox.BounceResult, error)
}

// takesBounces reports whether returned mail is taken: a proof is configured.
func (c Config) takesBounces() bool { return c.Bounces.Kind != "" }

// checkBounces gives the problems of [bounces]; Where is its key.
func (c Config) checkBounces() []incident.Problem {
	if !c.takesBounces() {
		if c.Bounces != (Verifier{}) {
			return []incident.Problem{{Where: "bounces.kind", What: "one of bearer, hmac"}}
		}
		return nil
	}
	var out []incident.Problem
	for _, p := range c.Bounces.check() {
		out = append(out, incident.Problem{Where: "bounces" + p.Where[len("verifier"):], What: p.What})
	}
	for n, s := range c.Sources {
		if s.Name == BouncesName {
			out = append(out, incident.Problem{Where: fmt.Sprintf("source[%d].name", n), What: "bounces is where returned mail is taken; name the source otherwise"})
		}
	}
	return out
}

// openBounces reads the secrets of the address.
func (h *Handler) openBounces(d Deps, c Config) ([]incident.Problem, error) {
	if !c.takesBounces() {
		return nil, nil
	}
	if d.Bounces == nil {
		return nil, incident.Errorf(incident.Internal, "hooks: New needs an outbox to take returned mail")
	}
	env := d.Env
	if env == nil {
		env = os.Getenv
	}
	secrets, bad := c.Bounces.secrets(env)
	for n := range bad {
		bad[n].Where = "bounces" + bad[n].Where[len("verifier"):]
	}
	if len(bad) == 0 && len(c.checkBounces()) == 0 {
		h.bounces, h.bounced = d.Bounces, c.Bounces.build(secrets)
	}
	return bad, nil
}

// takeBounce answers POST /hooks/bounces: the body is one message from a mail
// server, as it came (message/rfc822). 202 once what it says is on the disk, or
// says nothing of a letter of ours; 422 where it is no mail message.
func (h *Handler) takeBounce(w http.ResponseWriter, r *http.Request) {
	body, ok := h.authentic(w, r, h.bounced, caller{"Returned mail", "your mail server", BouncesName})
	if !ok {
		return
	}
	got, err := h.bounces.TakeBounce(r.Context(), incident.Hook(BouncesName), bytes.NewReader(body))
	if err != nil {
		web.Problem(w, r, err)
		return
	}
	out, err := json.Marshal(got)
	if err != nil {
		web.Problem(w, r, incident.Because(incident.Internal, err, "encode the answer"))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusAccepted)
	_, _ = w.Write(append(out, '\n'))
}
