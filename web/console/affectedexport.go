package console

import (
	"net/http"

	"tocsin/web/view"
)

// ExportPage asks to whom the list goes and why.
func (c *Console) ExportPage(r *Request) error { return c.showExport(r, nil) }

func (c *Console) showExport(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	f := &view.Form{Action: o.URL("/affected/export"), Submit: "Export the list", Cancel: o.URL("/affected"), Fields: []view.Field{
		{Name: "recipient", Label: "The recipient's age key", Type: "textarea", Rows: 2, Required: true, Mono: true, Value: r.Form("recipient"), Help: "It begins with age1. Only who holds the other half can open the file; the recipient makes one with age-keygen."},
		{Name: "why", Label: "Who gets it, and what for", Required: true, Value: r.Form("why"), Help: "It stands on the timeline with your name and the time."},
	}}
	p := o.page(r, "Export the list", f)
	p.Lead = "Everybody on the list in force, as CSV that no spreadsheet takes for formulas, sealed to one recipient. Who is left out of the letters is marked in the last column."
	p.Crumbs = []view.Link{{Text: "Affected people", URL: o.URL("/affected")}}
	if wrong != nil {
		return r.Wrong(wrong, f, "form", p)
	}
	return r.Show("form", p)
}

// ExportRoster sends the sealed list.
func (c *Console) ExportRoster(r *Request) error {
	e, err := c.Desk.ExportRoster(r.Ctx(), r.By, r.Param("incident"), r.Form("recipient"), r.Form("why"))
	if err != nil {
		return c.showExport(r, err)
	}
	h := r.Writer().Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", `attachment; filename="`+e.Name+`"`)
	h.Set("Cache-Control", "no-store")
	if err := e.Write(r.Ctx(), r.Writer()); err != nil {
		c.Logger.ErrorContext(r.Ctx(), "an export broke off", "error", err)
		panic(http.ErrAbortHandler) // half a file must not look like a whole one
	}
	return nil
}
