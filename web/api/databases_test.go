package api_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/incident/affected"
)

// crm is a database that answers every question with one row.
type crm struct{}

func (crm) Names() []string { return []string{"crm"} }

func (crm) Explain(context.Context, string, string) ([]string, error) {
	return []string{"Seq Scan on customers"}, nil
}

func (crm) Ask(_ context.Context, _, query string) (affected.Rows, error) {
	if !strings.HasPrefix(query, "select") {
		return nil, incident.Errorf(incident.Invalid, "it may only read")
	}
	return &crmRow{left: 1}, nil
}

type crmRow struct{ left int }

func (*crmRow) Columns() []string { return []string{"customer_id", "email"} }

func (r *crmRow) Next(context.Context) ([]string, error) {
	if r.left--; r.left < 0 {
		return nil, io.EOF
	}
	return []string{"c1", "ann@mail.example"}, nil
}

func (*crmRow) Close() error { return nil }

// A database is asked by a machine: its plan and masked rows, then the answer as an upload.
func TestADatabaseIsAsked(t *testing.T) {
	h := build(t)
	c, auditor := h.token(incident.GrantResponder), h.token(incident.GrantAuditor)
	at := "/incidents/" + c.open("Leak")
	var names struct{ Items []string }
	c.get(at + "/databases").want(200).into(&names)
	if fmt.Sprint(names.Items) != "[crm]" {
		t.Errorf("%v", names)
	}
	auditor.get(at + "/databases").want(403)
	question := `{"source":"crm","query":"select * from customers","name":"people"}`
	var shown struct {
		Plan, Columns, Shapes []string
		Rows                  [][]string
	}
	c.do("POST", at+"/databases/preview", question).want(200).into(&shown)
	if fmt.Sprint(shown.Plan) != "[Seq Scan on customers]" || len(shown.Rows) != 1 || strings.Contains(fmt.Sprint(shown.Rows), "ann@") || shown.Shapes[1] != "email" {
		t.Errorf("%+v", shown)
	}
	c.do("POST", at+"/databases/ask", `{"source":"crm","query":"drop table customers"}`).want(422)
	c.do("POST", at+"/databases/ask", `{"source":"other","query":"select 1"}`).want(422)
	auditor.do("POST", at+"/databases/ask", question).want(403)
	var u struct {
		ID       string `json:"id"`
		FileName string `json:"file_name"`
		SHA256   string `json:"sha256"`
	}
	c.do("POST", at+"/databases/ask", question).want(201).into(&u)
	if u.FileName != "people.csv" || len(u.SHA256) != 64 {
		t.Errorf("%+v", u)
	}
	leak := c.sent(at, "leak.csv", "id,ssn\nc1,1\n")
	c.do("POST", at+"/exposures", fmt.Sprintf(`{"directory":%q,"exposures":[%q]}`, u.ID, leak)).want(201)
}
