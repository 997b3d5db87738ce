package console

import (
	"net/http"
	"strconv"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/web/view"
)

type auditEntryPage struct {
	Row     auditRow
	Digest  string
	Changes []ledger.Change
}

// AuditEntry shows one entry and what it wrote, as digests.
func (c *Console) AuditEntry(r *Request) error {
	n, err := number(r.Param("entry"))
	if err != nil {
		return err
	}
	var d auditEntryPage
	var found []ledger.Entry
	err = c.Ledger.View(r.Ctx(), func(tx *ledger.Tx) error {
		if found, err = ledger.Entries(tx, max(n, 1), 1); err != nil || len(found) == 0 || found[0].Number != n {
			return err
		}
		d.Changes, err = ledger.Changes(tx, n)
		return err
	})
	if err != nil {
		return err
	}
	if len(found) == 0 || found[0].Number != n {
		return incident.Errorf(incident.NotFound, "There is no such entry.")
	}
	names, err := c.Auth.Names(r.Ctx())
	if err != nil {
		return err
	}
	d.Row, d.Digest = auditRowOf(found[0], names), found[0].Digest
	return r.Show("audit-entry", view.Page{Title: "Entry " + strconv.FormatUint(n, 10), Data: d,
		Crumbs: []view.Link{{Text: "Audit log", URL: "/audit"}}})
}

// ExportAudit sends the whole log, one entry a line, as an attachment.
func (c *Console) ExportAudit(r *Request) error {
	h := r.Writer().Header()
	h.Set("Content-Type", "application/x-ndjson")
	h.Set("Content-Disposition", `attachment; filename="tocsin-audit.jsonl"`)
	h.Set("Cache-Control", "no-store")
	if _, err := c.Ledger.Export(r.Ctx(), r.Writer()); err != nil {
		c.Logger.ErrorContext(r.Ctx(), "export of the audit log broke off", "err", err)
		panic(http.ErrAbortHandler) // half a log must not look like a whole one
	}
	return nil
}
