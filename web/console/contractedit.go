package console

import (
	"bytes"
	"io"
	"net/http"
	"strconv"

	"tocsin/incident"
	"tocsin/notify/outbox"
	"tocsin/web/view"
)

func wholeNumberOnly(text string) bool {
	_, ok := wholeNumber(text)
	return ok
}

func wholeNumber(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil
}

// NewContractPage asks for a new clause.
func (c *Console) NewContractPage(r *Request) error {
	return c.editContract(r, "", outbox.ContractTerms{Unit: "hours", From: "aware", ValidFrom: r.Reader().Now.In(r.Reader().Zone).Format("2006-01-02")})
}

// EditContractPage asks for a new version, filled in with the newest.
func (c *Console) EditContractPage(r *Request) error {
	k, _, err := c.Outbox.Contract(r.Ctx(), r.By, r.Param("contract"))
	if err != nil && k.ID == "" {
		return err
	}
	return c.editContract(r, k.ID, k.Current().Terms)
}

func (c *Console) editContract(r *Request, id string, t outbox.ContractTerms) error {
	d, p := c.editPage(r, id, t)
	p.Data = d
	return r.Show("contract-edit", p)
}

func (c *Console) editPage(r *Request, id string, t outbox.ContractTerms) (*contractPage, view.Page) {
	action, title := "/contracts/new", "Add a contract"
	if id != "" {
		action, title = "/contracts/"+id+"/edit", "New version of a contract"
	}
	d := &contractPage{URL: action, Form: c.contractForm(action, t, id != "")}
	return d, view.Page{Title: title, Lead: "Look at the rule it makes and at its cases before you keep it.", Crumbs: []view.Link{{Text: "Contracts", URL: "/contracts"}}}
}

// AddContract previews a clause, or keeps it.
func (c *Console) AddContract(r *Request) error { return c.keepContract(r, "") }

// EditContract previews a new version, or keeps it.
func (c *Console) EditContract(r *Request) error { return c.keepContract(r, r.Param("contract")) }

func (c *Console) keepContract(r *Request, id string) error {
	t, err := termsOf(r)
	var kept outbox.Contract
	var show outbox.ContractPreview
	keep := r.Form("do") == "keep"
	switch {
	case err != nil:
	case keep && id == "":
		kept, err = c.Outbox.AddContract(r.Ctx(), r.By, t)
	case keep:
		kept, err = c.Outbox.EditContract(r.Ctx(), r.By, id, t)
	default:
		show, err = c.Outbox.PreviewContract(r.Ctx(), r.By, id, t)
	}
	if err == nil && keep {
		return r.Done("/contracts/"+kept.ID, "The clause is kept; open incidents were worked out again.")
	}
	d, p := c.editPage(r, id, t)
	if err == nil {
		d.Preview = panelOf(show)
	}
	p.Data = d
	if err != nil {
		return r.Wrong(err, d.Form, "contract-edit", p)
	}
	return r.Show("contract-edit", p)
}

// AttachDocument keeps the agreement beside its clause.
func (c *Console) AttachDocument(r *Request) error {
	u, err := r.upload()
	if err != nil {
		return err
	}
	if u.body == nil {
		return c.showContract(r, oneProblem("file", "Choose the file."), nil)
	}
	raw, err := io.ReadAll(io.LimitReader(u.body, outbox.MaxDocument+1))
	if err != nil {
		return u.wrong(err)
	}
	if err := c.Outbox.AttachDocument(r.Ctx(), r.By, r.Param("contract"), u.name, raw); err != nil {
		if incident.KindOf(err) == incident.TooLarge {
			err = oneProblem("file", incident.Sentence(err))
		}
		return c.showContract(r, err, nil)
	}
	return r.Done("/contracts/"+r.Param("contract"), "The document is attached.")
}

// Document sends the agreement; a browser saves it and never shows it here.
func (c *Console) Document(r *Request) error {
	doc, raw, err := c.Outbox.Document(r.Ctx(), r.By, r.Param("contract"))
	if err != nil {
		return err
	}
	h := r.Writer().Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", `attachment; filename="`+cleanName(doc.Name)+`"`)
	h.Set("Cache-Control", "no-store")
	r.Writer().WriteHeader(http.StatusOK)
	_, err = io.Copy(r.Writer(), bytes.NewReader(raw))
	return err
}
