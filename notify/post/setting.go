package post

import (
	"regexp"
	"slices"
	"strings"

	"tocsin/incident"
)

// setting is a letter laid out, before it is drawn.
type setting struct {
	address, info []placed
	pages         [][]placed
	words         sheetWords
	code          string
}

var codeForm = regexp.MustCompile(`^[A-Z0-9](-?[A-Z0-9]){3,39}$`)

func (p *Press) set(l Letter) (*setting, *refusal) {
	if !codeForm.MatchString(l.Code) || len(l.Code) > 40 {
		return nil, refuse(BadCode, "a code is 4 to 40 capital letters, figures and single hyphens")
	}
	if _, ok := countryName(l.Country); !ok {
		return nil, refuse(BadCountry, "the country is not given by its two capital letters")
	}
	if l.Class != "" && !className.MatchString(l.Class) {
		return nil, refuse(BadClass, "a postage class is small letters, figures and _")
	}
	blocks, err := parseBody(l.HTML)
	if err != nil {
		return nil, refuse(BadContents, "%s", incident.Sentence(err))
	}
	blocks, recipient := p.lead(blocks, l)
	if len(recipient) == 0 {
		return nil, refuse(NoAddress, "neither a recipient is given nor does a paragraph of the letter end with the address")
	}
	if len(blocks) == 0 {
		return nil, refuse(BadContents, "the letter has no words")
	}
	s := &setting{words: wordsFor(l.Language), code: l.Code}
	if no := p.cover("line %d of the address", recipient); no != nil {
		return nil, no
	}
	var fits bool
	if s.address, fits = p.faces.setLines(p.addressed(recipient, l.Country), p.sheet.address, addressSizes, false); !fits {
		return nil, refuse(BigAddress, "the address does not fit the window in type of 8 points")
	}
	if no := p.coverBlocks(blocks); no != nil {
		return nil, no
	}
	if no := p.cover("line %d of the date", []string{oneLine(l.Date)}); no != nil {
		return nil, no
	}
	if s.info, fits = p.setInfo(l, s.words); !fits {
		return nil, refuse(BadContents, "the sender, the date and the code do not fit beside the address")
	}
	lines := p.faces.setBlocks(blocks, p.sheet.width-p.sheet.left-p.sheet.right, p.cfg.Points)
	s.pages = paginate(lines, p.sheet.body, p.sheet.top, p.sheet.height-p.sheet.bottom)
	if len(s.pages) > MaxPages {
		return nil, refuse(TooLong, "the letter has more than %d pages", MaxPages)
	}
	return s, nil
}

// lead takes what the sheet prints in its own place out of the paragraphs before
// the first heading, and gives the address block.
func (p *Press) lead(blocks []block, l Letter) (rest []block, recipient []string) {
	recipient = cleanLines(l.Recipient)
	address := cleanLines(l.Address)
	sender, date := flat(strings.Join(p.cfg.Sender, "\n")), flat(oneLine(l.Date))
	heading := slices.IndexFunc(blocks, func(b block) bool { return b.kind >= heading1 && b.kind <= heading3 })
	if heading < 0 {
		heading = min(len(blocks), letterhead)
	}
	for i, b := range blocks {
		words := b.words()
		switch {
		case i > heading || b.kind != paragraph:
		case flat(words) == sender, date != "" && flat(words) == date:
			continue
		case len(recipient) > 0 && flat(words) == flat(strings.Join(recipient, "\n")):
			continue
		case len(recipient) == 0 && len(address) > 0:
			lines := cleanLines(strings.Split(words, "\n"))
			if n := len(lines) - len(address); n > 0 && slices.Equal(lines[n:], address) {
				recipient = lines
				continue
			}
		}
		rest = append(rest, b)
	}
	return rest, recipient
}

// letterhead is how many paragraphs of a letter without headings may be it.
const letterhead = 4

// flat is words to compare: breaks, blanks and commas between them aside.
func flat(s string) string { return strings.Join(strings.Fields(strings.ReplaceAll(s, ",", " ")), " ") }

func cleanLines(in []string) []string {
	var out []string
	for _, s := range in {
		if s = oneLine(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// cover refuses lines with a rune that cannot be drawn: by its place, since the
// line may be a name.
func (p *Press) cover(where string, lines []string) *refusal {
	for i, s := range lines {
		if r, n := p.faces.uncovered(s, regular); n > 0 {
			return refuse(Characters, where+", character %d (script %s): %s", i+1, n, script(r), p.why(r))
		}
	}
	return nil
}

func (p *Press) coverBlocks(blocks []block) *refusal {
	for i, b := range blocks {
		n := 0
		for _, r := range b.runs {
			if c, at := p.faces.uncovered(r.text, r.style); at > 0 {
				return refuse(Characters, "paragraph %d, character %d (script %s): %s", i+1, n+at, script(c), p.why(c))
			}
			n += len([]rune(r.text))
		}
	}
	return nil
}

// setInfo sets the date and the code, with DIN below the sender's lines.
func (p *Press) setInfo(l Letter, words sheetWords) ([]placed, bool) {
	var lines []string
	if p.sheet.inline {
		lines = append(slices.Clone(p.cfg.Sender), " ")
	}
	if d := oneLine(l.Date); d != "" {
		lines = append(lines, d)
	}
	lines = append(lines, words.number+" "+l.Code)
	return p.faces.setLines(lines, p.sheet.info, []float64{MinPoints}, false)
}
