package web_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/casework"
	"tocsin/incident/ledger/ledgertest"
	"tocsin/incident/vault"
	"tocsin/web/console"
	"tocsin/web/webtest"
)

// crm is a database that answers every question with the same rows.
type crm struct{}

func (crm) Names() []string { return []string{"crm"} }

func (crm) Explain(context.Context, string, string) ([]string, error) {
	return []string{"Index Scan using customers_pkey on customers  (cost=0.29..8.31 rows=3 width=52)", "  Index Cond: (id < 2000)"}, nil
}

func (crm) Ask(_ context.Context, _, query string) (affected.Rows, error) {
	if !strings.HasPrefix(query, "select") {
		return nil, incident.Errorf(incident.Invalid, "the query must begin with SELECT, WITH, TABLE or VALUES: it may only read")
	}
	if strings.Contains(query, "tickets") {
		return &crmRows{rows: [][]string{{"1003", "", "", ""}}}, nil
	}
	return &crmRows{rows: [][]string{{"1001", "ann.lee@mail.example", "Ann Lee", "DE"}, {"1002", "bo@mail.example", "Bo Quark", "DE"}, {"1003", "bea@mail.example", "Bea Quark", "US"}}}, nil
}

type crmRows struct{ rows [][]string }

func (*crmRows) Columns() []string { return []string{"customer_id", "email", "name", "country"} }

func (r *crmRows) Next(context.Context) (row []string, err error) {
	if len(r.rows) == 0 {
		return nil, io.EOF
	}
	row, r.rows = r.rows[0], r.rows[1:]
	return row, nil
}

func (*crmRows) Close() error { return nil }

// asking is a desk with a database beside it.
func asking(t *testing.T, now ...time.Time) *walked {
	t.Helper()
	var d *casework.Desk
	site := webtest.New(t, webtest.Options{Console: func(store *ledgertest.Store, deps *console.Deps) {
		v, err := vault.New(store.DB, vault.Config{Dir: filepath.Join(store.Dir, vault.DirName)})
		must(t, err)
		d, err = casework.New(casework.Deps{DB: store.DB, Vault: v, Sources: crm{}}, casework.Config{})
		must(t, err)
		deps.Desk = d
	}})
	for _, at := range now {
		site.Store.Clock.Set(at)
	}
	w := &walked{site: site, ids: map[string]string{}}
	a, b := site.Person(t, "Ada Lind", incident.GrantResponder)
	w.ids["Ada Lind"], w.ada = a.ID, b
	w.base = done(t, w.ada, "/incidents/new", url.Values{"title": {"An export was taken"}, "kind": {"misconfiguration"}, "severity": {"high"}}).Location
	return w
}

// A database is asked without a script: the plan and masked rows first, then the
// answer is an export like any other.
func TestADatabaseIsAskedInTheConsole(t *testing.T) {
	w := asking(t)
	says(t, w.ada.Get(w.base+"/affected/new"), "Ask a database instead")
	says(t, w.ada.Get(w.base+"/affected/ask"), "read-only transaction", `<option value="crm"`)
	q := url.Values{"source": {"crm"}, "query": {"select * from customers where id < 2000"}, "name": {"Customers"}}
	shown := w.ada.Post(w.base+"/affected/ask/look", q)
	says(t, shown, "Index Scan using customers_pkey", "a…@m…", "Take the whole answer in", "where id &lt; 2000")
	if strings.Contains(shown.Body, "ann.lee") || strings.Contains(shown.Body, "Quark") {
		t.Error("rows are shown in clear")
	}
	bad := w.ada.Post(w.base+"/affected/ask/look", url.Values{"source": {"crm"}, "query": {"drop table customers"}})
	if says(t, bad, "it may only read", "drop table customers"); bad.Status != http.StatusUnprocessableEntity {
		t.Errorf("status %d", bad.Status)
	}
	for range 2 {
		if got := done(t, w.ada, w.base+"/affected/ask", q); !strings.HasSuffix(got.Location, "/affected/new") {
			t.Fatalf("%+v", got)
		}
		q.Set("name", "tickets")
		q.Set("query", "select * from tickets")
	}
	page := w.ada.Get(w.base + "/affected/new")
	says(t, page, "Exports that are here already", "Customers.csv", "tickets.csv")
	ids := map[string]string{}
	for _, name := range []string{"Customers.csv", "tickets.csv"} {
		ids[name] = find(t, page.Body, `<option value="([0-9a-f-]{36})"[^>]*>`+strings.ReplaceAll(name, ".", `\.`))
	}
	got := done(t, w.ada, w.base+"/affected/new", url.Values{"here_directory": {ids["Customers.csv"]}, "here_exposures": {ids["Customers.csv"], ids["tickets.csv"]}})
	says(t, w.ada.Get(got.Location), "What the columns mean", "customer_id", "Names a person with what stands beside it")
}

func TestAskingADatabaseInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a real browser takes seconds")
	}
	chromium := webtest.Chromium(t)
	w := asking(t, time.Now())
	q := url.Values{"source": {"crm"}, "query": {"select * from customers where id < 2000"}, "name": {"Customers"}}
	done(t, w.ada, w.base+"/affected/ask", q)
	q.Set("name", "tickets")
	q.Set("query", "select * from tickets")
	done(t, w.ada, w.base+"/affected/ask", q)
	for _, size := range []struct {
		width int64
		dark  bool
	}{{1280, false}, {375, true}} {
		sc := w.site.Screen(t, chromium, size.width, size.dark)
		link, err := w.site.Auth.OneTimeLink(context.Background(), w.ids["Ada Lind"])
		must(t, err)
		sc.Visit(link)
		sc.Visit(w.base + "/affected/new")
		sc.Visit(w.base + "/affected/ask")
		must(t, chromedp.Do(sc.Context(), chromedp.SendKeys(chromedp.CSS("#query"), "select * from customers"), chromedp.Click(chromedp.CSS("main form button[type=submit]")), chromedp.WaitVisible(chromedp.CSS(".sample"))))
		sc.Look("the plan and the first rows")
	}
}
