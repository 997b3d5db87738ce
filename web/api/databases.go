package api

import (
	"net/http"

	"tocsin/incident/affected"
	"tocsin/incident/casework"
)

// preview is the database's plan for a query and its first rows, masked.
type preview struct {
	Plan    []string         `json:"plan"`
	Columns []string         `json:"columns"`
	Shapes  []affected.Shape `json:"shapes"` // what each column's values look like
	Rows    [][]string       `json:"rows"`   // masked
}

func dataSources(c *call) (reply, error) {
	// Which databases there are is for those who may ask them.
	if _, err := c.a.Desk.Transfers(c.r.Context(), c.by, c.ref()); err != nil {
		return reply{}, err
	}
	names := c.a.Desk.DataSources()
	if names == nil {
		names = []string{}
	}
	return whole(names)
}

func previewQuestion(c *call) (reply, error) {
	in, err := decode[casework.Question](c)
	if err != nil {
		return reply{}, err
	}
	p, err := c.a.Desk.PreviewQuestion(c.r.Context(), c.by, c.ref(), in)
	if err != nil {
		return reply{}, err
	}
	out := preview{Plan: p.Plan, Columns: p.Sample.Columns, Shapes: p.Sample.Shapes, Rows: p.Sample.Rows}
	if out.Rows == nil {
		out.Rows = [][]string{}
	}
	return ok(out)
}

func takeAnswer(c *call) (reply, error) {
	in, err := decode[casework.Question](c)
	if err != nil {
		return reply{}, err
	}
	t, err := c.a.Desk.TakeAnswer(c.r.Context(), c.by, c.ref(), in)
	if err != nil {
		return reply{}, err
	}
	return moved(http.StatusCreated, "/incidents/"+c.ref()+"/uploads/"+t.ID, &t)
}
