package public

import (
	"errors"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/notify/outbox"
)

// own is the person's own page.
type own struct {
	Elements []string
	Letter   []block // theirs; empty where it cannot be made out again
	Lang     string  // of the text
	Asks     []choice
	Words    string
	MaxWords int
}

// asked is what became of a request.
type asked struct {
	Number, Due string
	Again       bool
}

// LetterPage is the form for a code.
func (c *Public) LetterPage(g *gin.Context) {
	p := c.page(g, Path)
	p.Title = p.T("title")
	c.show(g, http.StatusOK, "letter-check", p)
}

// Letter answers the three forms: a code, a code with its answer, and a request.
func (c *Public) Letter(g *gin.Context) {
	g.Request.Body = http.MaxBytesReader(g.Writer, g.Request.Body, bodyLimit)
	kind, _, _ := mime.ParseMediaType(g.GetHeader("Content-Type"))
	err := g.Request.ParseForm()
	p := c.page(g, Path)
	p.Title = p.T("title")
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		p.Error = p.T("unknown")
		c.show(g, http.StatusRequestEntityTooLarge, "letter-check", p)
		return
	case err != nil || kind != "application/x-www-form-urlencoded":
		p.Error = p.T("unknown")
		c.show(g, http.StatusBadRequest, "letter-check", p)
		return
	}
	if !c.limits.allow(g.ClientIP()) {
		g.Header("Retry-After", "60")
		p.Error = p.T("limited")
		c.show(g, http.StatusTooManyRequests, "letter-check", p)
		return
	}
	form := g.Request.PostForm
	found, err := c.deps.Outbox.CheckLetter(g.Request.Context(), form.Get("code"))
	if err != nil {
		c.noLetter(g, p, err)
		return
	}
	p.Code, _ = outbox.ReadCode(form.Get("code"))
	p.Letter, p.Title = found, p.T("genuine")
	mine, err := c.deps.Outbox.OwnPage(g.Request.Context(), c.deps.Desk.Lists(), found)
	if err != nil {
		c.noLetter(g, p, err)
		return
	}
	p.Proof = found.ProofOf(&mine.Person)
	if form.Get("do") == "" {
		c.show(g, http.StatusOK, "letter-genuine", p)
		return
	}
	err = c.deps.Outbox.Prove(g.Request.Context(), found, &mine.Person, form.Get("answer"))
	switch kind := incident.KindOf(err); {
	case err == nil:
	case kind == incident.Forbidden:
		p.Error = p.T("wrong")
		c.show(g, http.StatusForbidden, "letter-genuine", p)
		return
	case kind == incident.Unavailable:
		p.Error = p.T("closed")
		c.show(g, http.StatusTooManyRequests, "letter-genuine", p)
		return
	default:
		c.failed(g, p, err)
		return
	}
	p.Answer, p.Title = form.Get("answer"), p.T("own_title")
	if form.Get("do") == "ask" && c.ask(g, p, mine) {
		return
	}
	c.ownPage(g, p, mine)
}

// noLetter is the one answer to every code that is no letter's. What was typed is not shown again.
func (c *Public) noLetter(g *gin.Context, p *page, err error) {
	if incident.KindOf(err) != incident.NotFound {
		c.failed(g, p, err)
		return
	}
	p.Code, p.Letter, p.Title, p.Error = "", nil, p.T("title"), p.T("unknown")
	c.show(g, http.StatusNotFound, "letter-check", p)
}

func (c *Public) ownPage(g *gin.Context, p *page, mine *outbox.OwnPage) {
	lib, err := c.deps.Letters()
	if err != nil {
		c.failed(g, p, err)
		return
	}
	p.Own = &own{
		Elements: lib.Words(p.Lang, mine.Person.Elements.Names()), Letter: blocks(mine.Message.Text), Lang: p.Letter.Language,
		Words: g.Request.PostForm.Get("words"), MaxWords: casework.MaxLetterWords,
	}
	for _, a := range casework.LetterAsks() {
		p.Own.Asks = append(p.Own.Asks, choice{string(a), p.T("ask_" + string(a)), g.Request.PostForm.Get("ask") == string(a)})
	}
	status := http.StatusOK
	if p.Error != "" {
		status = http.StatusUnprocessableEntity
	}
	c.show(g, status, "letter-own", p)
}

// ask takes a request; false where it could not be taken as it is, and p.Error says why.
func (c *Public) ask(g *gin.Context, p *page, mine *outbox.OwnPage) bool {
	form := g.Request.PostForm
	r, again, err := c.deps.Desk.ReceiveFromLetter(g.Request.Context(), outbox.Outsider(), casework.LetterRequest{
		Incident: p.Letter.Incident, Letter: p.Letter.Delivery, Person: mine.Person, Ask: casework.LetterAsk(form.Get("ask")),
		Words: form.Get("words"), Proved: p.Proof != outbox.ProofNone,
	})
	switch {
	case incident.KindOf(err) == incident.Invalid && err != nil:
		p.Error = p.T("choose")
		if form.Get("ask") != "" && len([]rune(form.Get("words"))) > casework.MaxLetterWords {
			p.Error = p.T("words_help")
		}
		return false
	case err != nil:
		c.failed(g, p, err)
		return true
	}
	zone, err := time.LoadLocation(r.Zone)
	if err != nil {
		zone = time.UTC
	}
	p.Asked = &asked{
		Number: strings.ReplaceAll(p.T("asked_number"), "{n}", r.Number),
		Due:    strings.ReplaceAll(p.T("asked_due"), "{d}", r.Due.In(zone).Format(time.DateOnly)), Again: again,
	}
	p.Title = p.T("asked_title")
	c.show(g, http.StatusOK, "letter-asked", p)
	return true
}
