package hooks

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/web"
)

// Limit is the most bytes a call may have.
const Limit = 1 << 20

// Intake is what the hooks need of the desk.
type Intake interface {
	ReceiveAlerts(context.Context, incident.Principal, casework.Intake) (casework.Received, error)
}

// Deps of a Handler. Desk is required, and Bounces where returned mail is taken.
type Deps struct {
	Desk    Intake
	Bounces BounceIntake
	Logger  *slog.Logger             // nothing is logged if nil
	Clock   func() time.Time         // for signed timestamps; time.Now if nil
	Env     func(name string) string // for secrets; os.Getenv if nil
}

// Handler answers /hooks/{source}. It is safe for concurrent use.
type Handler struct {
	desk    Intake
	logger  *slog.Logger
	clock   func() time.Time
	sources map[string]source

	bounces BounceIntake // nil where no returned mail is taken
	bounced verifier
}

type source struct {
	Source
	parse  parser
	verify verifier
}

// New reads the secrets and makes the handler. Error: Invalid with every
// problem of the configuration, secrets that cannot be read among them.
func New(d Deps, c Config) (*Handler, error) {
	if d.Desk == nil {
		return nil, incident.Errorf(incident.Internal, "hooks: New needs a desk")
	}
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	if d.Clock == nil {
		d.Clock = time.Now
	}
	if d.Env == nil {
		d.Env = os.Getenv
	}
	problems := c.Check()
	h := &Handler{desk: d.Desk, logger: d.Logger, clock: d.Clock, sources: map[string]source{}}
	for n, s := range c.Sources {
		secrets, bad := s.Verifier.secrets(d.Env)
		for _, p := range bad {
			problems = append(problems, incident.Problem{Where: "source[" + strconv.Itoa(n) + "]." + p.Where, What: p.What})
		}
		if len(problems) > 0 {
			continue
		}
		parse, err := parserOf(s)
		if err != nil {
			return nil, err
		}
		h.sources[s.Name] = source{Source: s, parse: parse, verify: s.Verifier.build(secrets)}
	}
	bad, err := h.openBounces(d, c)
	if err != nil {
		return nil, err
	}
	problems = append(problems, bad...)
	if len(problems) > 0 {
		return nil, &incident.Error{Kind: incident.Invalid, Message: "The alert sources are not configured rightly.", Problems: problems}
	}
	return h, nil
}

// answer is the body of a 202.
type answer struct {
	Alert     string `json:"alert"`
	Incident  string `json:"incident"` // number; empty while the alert is only listed
	Duplicate bool   `json:"duplicate"`
}

// ServeHTTP answers 202 only once everything is on the disk; 401, 404, 405,
// 413, 422 and 503 otherwise, as problem+json.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/hooks/"), "/")
	if name == BouncesName && h.bounces != nil {
		h.takeBounce(w, r)
		return
	}
	s, ok := h.sources[name]
	if !ok {
		// Names of sources are no secret: a sender that was mistyped must see that
		// it was, and 404 against 401 says no more than the contract does.
		web.Problem(w, r, incident.Errorf(incident.NotFound, "There is no alert source of this name."))
		return
	}
	body, ok := h.authentic(w, r, s.verify, caller{"Alerts", "this source", name})
	if !ok {
		return
	}
	got, err := h.take(r, s, body)
	if err != nil {
		web.Problem(w, r, err)
		return
	}
	out, err := json.Marshal(answer{Alert: got.Alert, Incident: got.Incident, Duplicate: got.Duplicate})
	if err != nil {
		web.Problem(w, r, incident.Because(incident.Internal, err, "encode the answer"))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusAccepted)
	_, _ = w.Write(append(out, '\n'))
}

// read takes at most Limit bytes. A little more is read and thrown away, so
// that a sender who is still sending gets to see the answer; a body that says
// how much too large it is, is not read at all.
func read(r *http.Request) ([]byte, error) {
	tooLarge := incident.Errorf(incident.TooLarge, "A call may have at most 1 MiB (1,048,576 bytes).")
	if r.ContentLength > 4*Limit || r.ContentLength > Limit && r.Header.Get("Expect") != "" {
		return nil, tooLarge
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, Limit+1))
	switch {
	case len(body) > Limit:
		_, _ = io.CopyN(io.Discard, r.Body, Limit)
		return nil, tooLarge
	case err != nil:
		return nil, incident.Because(incident.Invalid, err, "The call broke off before its end.")
	}
	return body, nil
}

// deliveryOf is the sender's id of this call. Ids are the sender's to give: two
// calls of one id are one call, whatever they hold.
func (s source) deliveryOf(h http.Header, body []byte) string {
	names := []string{"X-Delivery-Id", "Idempotency-Key"}
	if s.DeliveryHeader != "" {
		names = []string{s.DeliveryHeader}
	}
	for _, n := range names {
		if id := strings.TrimSpace(h.Get(n)); id != "" {
			return id
		}
	}
	sum := sha256.Sum256(body)
	return "sha256:" + hex.EncodeToString(sum[:])
}
