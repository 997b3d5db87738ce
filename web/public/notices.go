package public

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"tocsin/incident"
	"tocsin/web/view"
)

// NoticesPath is where notices to all are listed; each is at a path below it.
const NoticesPath = "/notices"

// fresh is how long, in seconds, a notice may be shown without asking again: one that is
// taken down is gone from caches after it.
const fresh = "public, max-age=300"

type notice struct{ URL, Title, Lang, On string }

// Notices lists those that are up.
func (c *Public) Notices(g *gin.Context) {
	p := c.page(g, NoticesPath)
	p.Title, p.Open = p.T("notices"), true
	if !c.listed(g, p) {
		return
	}
	body, err := c.deps.View.Render("public-notices", view.Page{Title: p.Title, Bare: true, Data: p})
	if err != nil {
		c.failed(g, p, err)
		return
	}
	headers(g.Writer.Header())
	g.Writer.Header().Set("Content-Language", p.Lang)
	sum := sha256.Sum256(body)
	serve(g, body, hex.EncodeToString(sum[:]))
}

// listed fills in the notices; false where it could not and said so.
func (c *Public) listed(g *gin.Context, p *page) bool {
	all, err := c.deps.Outbox.PublicPages(g.Request.Context())
	if err != nil {
		c.failed(g, p, err)
		return false
	}
	for _, n := range all {
		p.Notices = append(p.Notices, notice{NoticesPath + "/" + n.Slug, n.Title, n.Language, strings.ReplaceAll(p.T("notice_on"), "{d}", n.From.Format(time.DateOnly))})
	}
	return true
}

// Notice serves one, the bytes that were made when it was published. Its style sheet is
// inside it and named to the browser by its digest. One that is not up is answered like one that never was.
func (c *Public) Notice(g *gin.Context) {
	n, err := c.deps.Outbox.PublicPage(g.Request.Context(), g.Param("slug"))
	if err != nil {
		p := c.page(g, NoticesPath)
		if incident.KindOf(err) != incident.NotFound {
			c.failed(g, p, err)
			return
		}
		p.Title, p.Error = p.T("notices"), p.T("notice_unknown")
		if c.listed(g, p) {
			c.show(g, http.StatusNotFound, "public-notices", p)
		}
		return
	}
	h := g.Writer.Header()
	headers(h)
	h.Set("Content-Security-Policy", "default-src 'none'; style-src "+n.Style+"; form-action 'none'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Content-Language", n.Language)
	h.Del("Vary") // it has one language
	serve(g, n.HTML, n.Digest)
}

// serve sends what anybody may keep for a while, or says that what they have still holds.
func serve(g *gin.Context, body []byte, digest string) {
	h := g.Writer.Header()
	h.Del("X-Robots-Tag")
	h.Set("Cache-Control", fresh)
	h.Set("ETag", `"`+digest+`"`)
	h.Set("Content-Type", "text/html; charset=utf-8")
	http.ServeContent(g.Writer, g.Request, "", time.Time{}, bytes.NewReader(body))
}
