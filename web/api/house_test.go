package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger/ledgertest"
	"tocsin/incident/vault"
	"tocsin/notify"
	"tocsin/notify/filing"
	"tocsin/notify/letter"
	"tocsin/notify/outbox"
	"tocsin/notify/post"
	"tocsin/notify/statute"
	"tocsin/playbooks/builtin"
	"tocsin/playbooks/runner"
	"tocsin/web"
	"tocsin/web/api"
	"tocsin/web/auth"
	"tocsin/web/console"
	"tocsin/web/view"
)

var (
	rules   = statute.OnFirstUse(statute.Builtin())
	letters = sync.OnceValues(letter.Builtin)
	forms   = sync.OnceValues(func() (*filing.Library, error) {
		l, err := letters()
		if err != nil {
			return nil, err
		}
		return filing.Builtin(l)
	})
)

var desk = letter.Contact{Name: "Data Protection Officer", Role: "Data Protection Officer", Address: []string{"1 Example Street"}, Phone: "+49 30 5550100", Email: "dpo@insurer.example", Hours: "Monday to Friday, 9 to 17", Web: "https://insurer.example"}

// postbox is a mail channel that never answers; only a test that runs the sender
// hands anything to it.
type postbox struct{}

func (postbox) Name() string { return "postbox" }
func (postbox) Close() error { return nil }
func (postbox) Send(context.Context, notify.Message) notify.Receipt {
	return notify.Receipt{Outcome: notify.Uncertain, Detail: "the line dropped"}
}

// house is the whole program behind its front door, on a real store.
type house struct {
	t      *testing.T
	store  *ledgertest.Store
	auth   *auth.Service
	desk   *casework.Desk
	outbox *outbox.Service
	runner *runner.Runner
	deps   api.Deps
	server *httptest.Server
	log    *bytes.Buffer
}

func build(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, store: ledgertest.New(t), log: new(bytes.Buffer)}
	h.wire(api.Config{PublicURL: "https://tocsin.example/", UploadLimit: 1 << 20})
	library, err := builtin.All()
	must(t, err)
	must(t, h.runner.Seed(t.Context(), library))
	return h
}

// wire puts the parts over the store, as a start of the program does.
func (h *house) wire(cfg api.Config) {
	h.t.Helper()
	logger := slog.New(slog.NewJSONHandler(h.log, nil))
	v, err := vault.New(h.store.DB, vault.Config{Dir: filepath.Join(h.store.Dir, vault.DirName)})
	must(h.t, err)
	h.auth, err = auth.New(h.store.DB, auth.Config{Clock: h.store.Clock.Now})
	must(h.t, err)
	print := post.DefaultHouse()
	print.Sender, print.Home = []string{"Example Insurance", "1 Example Street", "80331 Munich"}, "DE"
	press, err := post.NewHouse(print)
	must(h.t, err)
	h.outbox, err = outbox.New(outbox.Deps{DB: h.store.DB, Vault: v, Rules: rules, Letters: letters, Forms: forms, Mail: postbox{},
		House: press, Prints: func(incident string) post.Store { return post.VaultStore{Vault: v, Scope: incident} }}, outbox.Config{
		Organisation: statute.Organisation{Role: "controller", EstablishedIn: []string{"DE"}, MainEstablishment: "DE-BY", RegulatedAs: []string{"insurer"}, LicensedIn: []string{}},
		Letterhead: outbox.Letterhead{
			Organisation: letter.Organisation{Name: "Example Insurance", Address: []string{"1 Example Street", "80331 Munich"}, Phone: "+49 89 5550100", TollFree: "1-800-555-0100", Email: "privacy@insurer.example", Web: "https://insurer.example"},
			DPO:          desk, CallCentre: desk, Signatory: desk,
		},
	})
	must(h.t, err)
	h.runner, err = runner.New(h.store.DB, runner.Config{})
	must(h.t, err)
	h.desk, err = casework.New(casework.Deps{DB: h.store.DB, Vault: v, Reactors: []casework.Reactor{h.outbox, h.runner}, Sources: crm{}}, casework.Config{})
	must(h.t, err)
	renderer, err := view.New()
	must(h.t, err)
	pages, err := console.New(console.Deps{
		Auth: h.auth, View: renderer, Ledger: h.store.DB, Desk: h.desk, Runner: h.runner, Outbox: h.outbox, Clock: h.store.Clock.Now,
	}, console.Config{})
	must(h.t, err)
	h.deps = api.Deps{Auth: h.auth, Desk: h.desk, Runner: h.runner, Outbox: h.outbox, Ledger: h.store.DB, Logger: logger}
	a, err := api.New(h.deps, cfg)
	must(h.t, err)
	front, err := web.New(web.Deps{Auth: h.auth, Console: pages, View: renderer, API: a, Logger: logger, Clock: h.store.Clock.Now}, web.Config{})
	must(h.t, err)
	if h.server != nil {
		h.server.Close()
	}
	h.server = httptest.NewServer(front)
	h.t.Cleanup(h.server.Close)
}

// restart is what a crash and a new start look like to a caller.
func (h *house) restart() {
	h.t.Helper()
	h.server.Close()
	h.store.Reopen(h.t)
	h.wire(api.Config{PublicURL: "https://tocsin.example"})
}

// client is a machine with a token.
type client struct {
	*house
	id, secret string
}

func (h *house) token(grants ...incident.Grant) *client {
	h.t.Helper()
	t, secret, err := h.auth.AddToken(h.t.Context(), incident.Operator(), auth.NewToken{Name: "machine", Grants: grants})
	must(h.t, err)
	return &client{h, t.ID, secret}
}

func (c *client) principal(grants ...incident.Grant) incident.Principal {
	return incident.Principal{ID: c.id, Source: incident.FromAPI, Grants: grants}
}

// answer is what came back.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	body   string
}

// into reads the JSON of an answer.
func (a answer) into(v any) {
	a.t.Helper()
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		a.t.Fatalf("%v: status %d, %s", err, a.status, a.body)
	}
}

func (a answer) want(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	return a
}

func (c *client) do(method, path, body string, header ...string) answer {
	c.t.Helper()
	return c.send(method, path, strings.NewReader(body), append([]string{"Content-Type", "application/json"}, header...)...)
}

func (c *client) send(method, path string, body io.Reader, header ...string) answer {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.server.URL+"/api/v1"+path, body)
	must(c.t, err)
	if c.secret != "" {
		r.Header.Set("Authorization", "Bearer "+c.secret)
	}
	for n := 0; n+1 < len(header); n += 2 {
		r.Header.Set(header[n], header[n+1])
	}
	resp, err := (&http.Client{Timeout: 20 * time.Second}).Do(r)
	must(c.t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	must(c.t, err)
	return answer{c.t, resp.StatusCode, resp.Header, string(raw)}
}

func (c *client) get(path string) answer { c.t.Helper(); return c.do("GET", path, "") }

// open declares an incident and gives its number.
func (c *client) open(title string) string {
	c.t.Helper()
	var i struct{ Number string }
	c.do("POST", "/incidents", `{"title":"`+title+`","kind":"support_channel","severity":"high"}`).want(201).into(&i)
	return i.Number
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
