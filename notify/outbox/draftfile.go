package outbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/notify/letter"
	"tocsin/notify/post"
)

// DraftAs says which reading of a draft is wanted.
type DraftAs struct {
	Version int            // 0: the newest
	Variant letter.Variant // whose wording; the person's own if empty
	Format  string         // txt, html, pdf, or eml: a message to be sent by hand
}

// DraftFile is a draft as a reader gets it, with ‹marks› where a person's values
// stand. Letters to offices and partners have none and can be handed over as they
// are: printed, or opened in a mail program. NotFound: the version, the variant or
// the format is not there.
func (s *Service) DraftFile(ctx context.Context, p incident.Principal, ref, id string, as DraftAs) (body []byte, media string, err error) {
	var (
		d      Draft
		v      Version
		number string
		to     letter.Contact
	)
	if err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		if d, err = draftOf(tx, i, id); err != nil {
			return err
		}
		number = i.Number
		if as.Version == 0 {
			as.Version = len(d.Versions)
		}
		if as.Version < 1 || as.Version > len(d.Versions) {
			return incident.Errorf(incident.NotFound, "There is no version %d of this draft.", as.Version)
		}
		v = d.Versions[as.Version-1]
		if d.Audience == "contract" {
			all, err := partnersOf(tx)
			to = all[d.Rule]
			return err
		}
		return nil
	}); err != nil {
		return nil, "", err
	}
	lib, err := s.Letters()
	if err != nil {
		return nil, "", err
	}
	m, err := lib.Preview(v.Letter, as.Variant)
	if err != nil {
		return nil, "", err
	}
	switch as.Format {
	case "txt":
		return []byte(m.Subject + "\n\n" + m.Text), "text/plain; charset=utf-8", nil
	case "html":
		return []byte(m.HTML), "text/html; charset=utf-8", nil
	case "pdf":
		body, err := printed(&v, m, number)
		return body, "application/pdf", err
	case "eml":
		body, err := unsent(m, s.cfg.Letterhead.Organisation, to, v.Digest)
		return body, "message/rfc822", err
	}
	return nil, "", incident.Errorf(incident.NotFound, "A draft is exported as txt, html, pdf or eml.")
}

// printed puts a letter on the paper of where it goes. The date of the file is the
// version's, so that the same version gives the same bytes.
func printed(v *Version, m letter.Message, reference string) ([]byte, error) {
	paper := post.A4
	switch country, _, _ := strings.Cut(v.Letter.Jurisdiction, "-"); country {
	case "US", "CA", "MX", "CL", "CO", "PH":
		paper = post.USLetter
	}
	press, err := post.NewDocuments(paper, nil)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = press.Write(&out, post.Document{Title: m.Subject, Reference: reference, Language: v.Letter.Language, Date: v.At, HTML: m.HTML})
	return out.Bytes(), err
}

// unsent is a message that a mail program opens as one to be sent (X-Unsent), the
// plain text beside the HTML (RFC 2046, 5.1.4). The same draft gives the same bytes.
func unsent(m letter.Message, from letter.Organisation, to letter.Contact, digest string) ([]byte, error) {
	var out bytes.Buffer
	header := func(name, value string) { out.WriteString(name + ": " + value + "\r\n") }
	if a, err := mail.ParseAddress(from.Email); err == nil {
		header("From", (&mail.Address{Name: from.Name, Address: a.Address}).String())
	}
	if a, err := mail.ParseAddress(to.Email); err == nil {
		header("To", (&mail.Address{Name: to.Role, Address: a.Address}).String())
	}
	header("Subject", mime.QEncoding.Encode("utf-8", m.Subject))
	header("X-Unsent", "1")
	header("MIME-Version", "1.0")
	parts := multipart.NewWriter(&out)
	sum := sha256.Sum256([]byte("boundary " + digest))
	if err := parts.SetBoundary(hex.EncodeToString(sum[:16])); err != nil {
		return nil, err
	}
	header("Content-Type", `multipart/alternative; boundary="`+parts.Boundary()+`"`)
	out.WriteString("\r\n")
	for _, part := range []struct{ media, text string }{{"text/plain", m.Text}, {"text/html", m.HTML}} {
		w, err := parts.CreatePart(textproto.MIMEHeader{"Content-Type": {part.media + "; charset=utf-8"}, "Content-Transfer-Encoding": {"quoted-printable"}})
		if err != nil {
			return nil, err
		}
		q := quotedprintable.NewWriter(w)
		if _, err := io.WriteString(q, part.text); err != nil {
			return nil, err
		}
		if err := q.Close(); err != nil {
			return nil, err
		}
	}
	err := parts.Close()
	return out.Bytes(), err
}
