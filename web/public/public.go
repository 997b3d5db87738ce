package public

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/notify/letter"
	"tocsin/notify/outbox"
	"tocsin/web/view"
)

// Path is where a letter's code is entered; letters name it.
const Path = "/letter"

// Deps are what the pages are made from. All are required but Logger and Clock.
type Deps struct {
	Outbox  *outbox.Service
	Desk    *casework.Desk
	Letters func() (*letter.Library, error)
	View    *view.Renderer
	Logger  *slog.Logger     // nothing is logged if nil
	Clock   func() time.Time // time.Now if nil
}

// Config of the pages.
type Config struct {
	Organisation string         // who sends letters
	Contact      letter.Contact // for people's questions; lines that are empty are left out
}

// Public answers people outside. Safe for concurrent use.
type Public struct {
	deps   Deps
	cfg    Config
	texts  *texts
	limits *limits
}

// New reads the pages' words. Errors: Internal where they are not whole.
func New(deps Deps, cfg Config) (*Public, error) {
	if deps.Outbox == nil || deps.Desk == nil || deps.Letters == nil || deps.View == nil {
		return nil, incident.Errorf(incident.Internal, "public: New needs Outbox, Desk, Letters and View")
	}
	if deps.Logger == nil {
		deps.Logger = slog.New(slog.DiscardHandler)
	}
	if deps.Clock == nil {
		deps.Clock = time.Now
	}
	t, err := loadTexts()
	if err != nil {
		return nil, incident.Because(incident.Internal, err, "public: texts")
	}
	return &Public{deps: deps, cfg: cfg, texts: t, limits: newLimits(deps.Clock)}, nil
}

// policy allows a style sheet, the icon and forms to ourselves: no script at all.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

func headers(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	h.Set("Vary", "Accept-Language")
}

// bodyLimit is what a form may weigh: a code, an answer and 2,000 characters.
const bodyLimit = 16 << 10

// page is what every template of these pages reads.
type page struct {
	Lang      string
	Languages []choice
	Path      string
	Org       string
	Contact   letter.Contact
	Title     string // the heading
	Error     string // what is wrong with what was sent

	Code   string // as typed; sent along by the next form
	Answer string // to the question; sent along likewise
	Letter *outbox.GenuineLetter
	Proof  outbox.Proof
	Own    *own
	Asked  *asked

	Open    bool // search engines may have it
	Notices []notice

	words map[string]string
}

type choice struct {
	Value, Text string
	Current     bool
}

// T is a text in the page's language.
func (p *page) T(name string) string { return p.words[name] }

func (c *Public) page(g *gin.Context, path string) *page {
	asked := g.Query("lang")
	if g.Request.Method == http.MethodPost {
		asked = g.Request.PostForm.Get("lang")
	}
	l := c.texts.choose(asked, g.GetHeader("Accept-Language"))
	p := &page{Lang: l, Path: path, Org: c.cfg.Organisation, Contact: c.cfg.Contact, words: c.texts.of[l]}
	for _, v := range languages {
		p.Languages = append(p.Languages, choice{v, c.texts.of[v]["name"], v == l})
	}
	return p
}

func (c *Public) show(g *gin.Context, status int, name string, p *page) {
	headers(g.Writer.Header())
	body, err := c.deps.View.Render(name, view.Page{Title: p.Title, Bare: true, Data: p})
	if err != nil {
		c.failed(g, p, err)
		return
	}
	g.Writer.Header().Set("Content-Language", p.Lang)
	g.Data(status, "text/html; charset=utf-8", body)
}

// failed says one fixed sentence; the log has the rest, which names nobody.
func (c *Public) failed(g *gin.Context, p *page, err error) {
	c.deps.Logger.ErrorContext(g.Request.Context(), "public page failed", "route", g.FullPath(), "kind", string(incident.KindOf(err)), "error", err.Error())
	headers(g.Writer.Header())
	g.Data(http.StatusServiceUnavailable, "text/plain; charset=utf-8", []byte(strings.TrimSpace(p.T("failed"))+"\n"))
}
