package outbox

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"strings"

	"tocsin/incident"
	"tocsin/notify/letter"
)

// The page of a notice stands by itself: one style sheet inside it, nothing loaded
// from anywhere, no script, no form. It reads the same years later, whatever the console looks
// like by then. Text is at least 12 point, headings are headings, and it prints.
const (
	noticeStyle = `:root{color-scheme:light dark}body{margin:0;padding:2rem 1rem;background:#fff;color:#1a1a1a;font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif}` +
		`main{max-width:42rem;margin:0 auto;overflow-wrap:anywhere}h1{font-size:1.75rem;line-height:1.25}h2{font-size:1.25rem;margin-top:2rem}` +
		`@media(prefers-color-scheme:dark){body{background:#14171a;color:#e9ecef}}@media print{body{padding:0}}`
	noticeHead = `<!doctype html>
<html lang="%s">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%s</title>
<style>` + noticeStyle + `</style>
</head>
<body>
<main>
`
	noticeTail = "</main>\n</body>\n</html>\n"
)

// render makes the page. Invalid where the text speaks of one person, as by a name:
// it is read by all.
func (s *Service) render(n *PublicNotice, text letter.Draft) error {
	lib, err := s.Letters()
	if err != nil {
		return err
	}
	prepared, err := lib.Prepare(text)
	if err != nil {
		return err
	}
	m, err := prepared.Render(letter.Person{ID: "everybody", Elements: text.Elements})
	if err != nil {
		return incident.Because(incident.Invalid, err, "The text has a place for one person's own values; a notice to all has none.")
	}
	_, body, opened := strings.Cut(m.HTML, "<main")
	_, body, opened2 := strings.Cut(body, ">")
	body, _, closed := strings.Cut(body, "</main>")
	if !opened || !opened2 || !closed {
		return incident.Errorf(incident.Internal, "substitute: a letter's page has no main part")
	}
	n.Page = []byte(fmt.Sprintf(noticeHead, html.EscapeString(n.Language), html.EscapeString(n.Title)) + strings.TrimLeft(body, "\n") + noticeTail)
	sum := sha256.Sum256(n.Page)
	n.Digest = hex.EncodeToString(sum[:])
	style := sha256.Sum256([]byte(noticeStyle))
	n.Style = "'sha256-" + base64.StdEncoding.EncodeToString(style[:]) + "'"
	return nil
}
