package outbox

import (
	"bytes"
	"context"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/notify/filing"
	"tocsin/notify/post"
)

// FilingPack answers every field of the authority's form from the case, for the
// stage that is next to be filed. NotFound where there is no form for the obligation.
func (s *Service) FilingPack(ctx context.Context, p incident.Principal, ref, obligation string) (filing.Pack, error) {
	return s.FilingPackAt(ctx, p, ref, obligation, "")
}

// FilingPackAt is FilingPack for a stage; the next to be filed if it is empty.
func (s *Service) FilingPackAt(ctx context.Context, p incident.Principal, ref, obligation, stage string) (filing.Pack, error) {
	var out filing.Pack
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		o, err := obligationOf(tx, i, obligation)
		if err != nil {
			return err
		}
		if stage, err = o.stageOr(stage); err != nil {
			return err
		}
		out, err = s.packOf(tx, i, &o, stage, tx.Now())
		return err
	})
	return out, err
}

// stageOr checks a stage's name; an empty one is the next to be filed, and the last
// where all were.
func (o *Obligation) stageOr(name string) (string, error) {
	if name != "" {
		if o.stage(name) == nil {
			return "", incident.Errorf(incident.Invalid, "%s has no stage %q.", o.Rule, name)
		}
		return name, nil
	}
	if next := o.Next(); next != nil {
		return next.Stage, nil
	}
	if n := len(o.Stages); n > 0 {
		return o.Stages[n-1].Stage, nil
	}
	return "", nil
}

func (s *Service) packOf(tx *ledger.Tx, i *incident.Incident, o *Obligation, stage string, at time.Time) (filing.Pack, error) {
	b, err := filingBasisOf(tx, i)
	if err != nil {
		return filing.Pack{}, err
	}
	return s.packFrom(i, o, stage, at, b)
}

func (s *Service) packFrom(i *incident.Incident, o *Obligation, stage string, at time.Time, b *filingBasis) (filing.Pack, error) {
	form, err := s.formOf(o)
	if err != nil {
		return filing.Pack{}, err
	}
	c := s.filingCase(i, o, stage, at, b)
	forms, err := s.Forms()
	if err != nil {
		return filing.Pack{}, err
	}
	pack, err := forms.Build(form.ID, c)
	pack.Rule = o.Rule
	if form.Generic {
		pack.Form.Law = o.Citation
		if o.URL != "" {
			pack.Form.URL = o.URL
		}
	}
	return pack, err
}

// HasForm reports whether there is a form for a rule whose notice goes to an audience.
func (s *Service) HasForm(rule, audience string) bool {
	forms, err := s.Forms()
	if err != nil {
		return false
	}
	_, ok := forms.For(rule, audience)
	return ok
}

// FilingDuty is a duty towards an authority with how far its form has come.
type FilingDuty struct {
	Obligation Obligation `json:"obligation"`
	Form       string     `json:"form"`
	Title      string     `json:"title"`
	Stage      string     `json:"stage"` // next to be filed
	Answered   int        `json:"answered"`
	Asked      int        `json:"asked"`
	Missing    int        `json:"missing"` // required and without an answer
	Late       bool       `json:"late"`
	Versions   int        `json:"versions"`
	Filed      []Filing   `json:"filed"` // never nil
}

// FilingDuties lists the duties that are or may be owed and have a form, in the
// order of their deadlines.
func (s *Service) FilingDuties(ctx context.Context, p incident.Principal, ref string) ([]FilingDuty, error) {
	out := []FilingDuty{}
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		b, err := filingBasisOf(tx, i)
		if err != nil {
			return err
		}
		for n := range b.duties {
			o := &b.duties[n]
			d := FilingDuty{Obligation: *o, Filed: []Filing{}}
			for _, f := range b.handed {
				if f.Obligation == o.ID {
					d.Filed = append(d.Filed, f)
				}
			}
			if o.Applies == "no" && len(d.Filed) == 0 || !s.HasForm(o.Rule, o.Audience) {
				continue
			}
			if d.Stage, err = o.stageOr(""); err != nil {
				return err
			}
			pack, err := s.packFrom(i, o, d.Stage, tx.Now(), b)
			if err != nil {
				return err
			}
			if d.Versions, err = filingVersions.Count(tx, ledger.K(i.ID, o.ID)); err != nil {
				return err
			}
			d.Form, d.Title, d.Late = pack.Form.ID, pack.Form.Title, pack.Late
			d.Answered, d.Asked = pack.Answered()
			d.Missing = len(pack.Missing())
			out = append(out, d)
		}
		return nil
	})
	return out, err
}

// FilingPDF prints a pack on the authority's paper. The date of the file is the
// pack's, so that the same pack gives the same bytes.
func FilingPDF(pack filing.Pack, at time.Time) ([]byte, error) {
	page, err := pack.HTML()
	if err != nil {
		return nil, err
	}
	paper := post.A4
	if pack.Form.Paper() == "letter" {
		paper = post.USLetter
	}
	press, err := post.NewDocuments(paper, nil)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = press.Write(&out, post.Document{Title: pack.Form.Title + ": " + pack.Reference, Reference: pack.Reference, Language: "en", Date: at, HTML: page})
	return out.Bytes(), err
}

// FilingFile is a pack as a file: html, json, pdf, or zip, which holds the others
// and the plain text. NotFound: another format.
func FilingFile(pack filing.Pack, at time.Time, format string) (body []byte, media string, err error) {
	switch format {
	case "html":
		page, err := pack.HTML()
		return []byte(page), "text/html; charset=utf-8", err
	case "json":
		body, err := pack.JSON()
		return body, "application/json", err
	case "pdf":
		body, err := FilingPDF(pack, at)
		return body, "application/pdf", err
	case "zip":
		pdf, err := FilingPDF(pack, at)
		if err != nil {
			return nil, "", err
		}
		var out bytes.Buffer
		err = pack.Zip(&out, filing.File{Name: "pack.pdf", Body: pdf})
		return out.Bytes(), "application/zip", err
	}
	return nil, "", incident.Errorf(incident.NotFound, "A filing is exported as html, json, pdf or zip.")
}
