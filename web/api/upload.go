package api

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"time"

	"tocsin/incident"
)

// fieldLimit is what the text fields of a form may weigh together.
const fieldLimit = 64 << 10

// upload is a form being read in the order it comes: fields first, then the file.
type upload struct {
	parts  *multipart.Reader
	fields newEvidence
	seen   []string // names and values, for the fingerprint
	file   *multipart.Part
}

func (c *call) form() (*upload, error) {
	parts, err := c.r.MultipartReader()
	if err != nil {
		return nil, incident.Because(incident.Invalid, err, "The form cannot be read.")
	}
	u := &upload{parts: parts}
	set := map[string]func(string) error{
		"title":  text(&u.fields.Title),
		"kind":   text(&u.fields.Kind),
		"source": text(&u.fields.Source),
		"method": text(&u.fields.Method),
		"tool":   text(&u.fields.Tool),
		"link":   text(&u.fields.Link),
		"note":   text(&u.fields.Note),
		"task":   text(&u.fields.Task),
		"privileged": func(v string) error {
			u.fields.Privileged = v == "true"
			if v != "true" && v != "false" {
				return wrong("privileged", "true or false")
			}
			return nil
		},
		"collected_at": func(v string) (err error) {
			if u.fields.CollectedAt, err = time.Parse(time.RFC3339, v); err != nil {
				return wrong("collected_at", "an instant such as 2026-03-02T09:00:00Z")
			}
			return nil
		},
	}
	given, room := map[string]bool{}, int64(fieldLimit)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return u, nil
		}
		if err != nil {
			return nil, readError(err, "The upload is larger than this server takes.")
		}
		name := part.FormName()
		if name == "file" {
			u.file = part
			return u, nil
		}
		if set[name] == nil {
			return nil, wrong(clip(name), "no such field; the fields come first, then one file named file")
		}
		if given[name] {
			return nil, wrong(name, "given more than once")
		}
		given[name] = true
		value, err := io.ReadAll(io.LimitReader(part, room+1))
		if err != nil {
			return nil, readError(err, "The upload is larger than this server takes.")
		}
		if room -= int64(len(value)); room < 0 {
			return nil, incident.Errorf(incident.TooLarge, "The fields of the form are larger than 64 KiB.")
		}
		if err := set[name](string(value)); err != nil {
			return nil, err
		}
		u.seen = append(u.seen, name, string(value))
	}
}

func text(to *string) func(string) error {
	return func(v string) error {
		*to = v
		return nil
	}
}

// last makes sure that nothing follows the file.
func (u *upload) last() error {
	_, err := u.parts.NextPart()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		return incident.Errorf(incident.Invalid, "Something follows the file: the fields come first, then one file named file.")
	}
	return readError(err, "The upload is larger than this server takes.")
}

// fingerprint tells two uploads apart. The boundary of the form is left out: a
// client makes a new one each time.
func (c *call) fingerprint(u *upload, digest string) string {
	name, media := "", ""
	if u.file != nil {
		name, media = u.file.FileName(), u.file.Header.Get("Content-Type")
	}
	return fingerprint(append([]string{http.MethodPost, c.r.URL.Path, name, media, digest}, u.seen...)...)
}

// readThrough reads an upload that was sent before, only to see that it is the same.
func (c *call) readThrough() (string, error) {
	u, err := c.form()
	if err != nil {
		return "", err
	}
	digest := ""
	if u.file != nil {
		h := sha256.New()
		if _, err := io.Copy(h, u.file); err != nil {
			return "", readError(err, "The upload is larger than this server takes.")
		}
		digest = hex.EncodeToString(h.Sum(nil))
		if err := u.last(); err != nil {
			return "", err
		}
	}
	return c.fingerprint(u, digest), nil
}

func (c *call) collectFile() (reply, error) {
	u, err := c.form()
	if err != nil {
		return reply{}, err
	}
	in := u.fields.act()
	if u.file == nil {
		e, err := c.a.Desk.CollectEvidence(c.r.Context(), c.by, c.ref(), in, nil)
		if err != nil {
			return reply{}, err
		}
		c.print = c.fingerprint(u, "")
		return c.collected(e)
	}
	in.FileName, in.MediaType = u.file.FileName(), u.file.Header.Get("Content-Type")
	if in.Kind == "" {
		in.Kind = "file"
	}
	body := &fileBody{u: u}
	e, err := c.a.Desk.CollectEvidence(c.r.Context(), c.by, c.ref(), in, body)
	if err != nil {
		if body.err != nil { // the upload broke, not the vault
			err = body.err
		}
		return reply{}, err
	}
	c.print = c.fingerprint(u, e.SHA256)
	return c.collected(e)
}

// fileBody reads the file and, at its end, that nothing follows: before the
// exhibit is recorded, not after.
type fileBody struct {
	u   *upload
	err error
}

func (b *fileBody) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.u.file.Read(p)
	switch {
	case err == nil:
	case errors.Is(err, io.EOF):
		if b.err = b.u.last(); b.err != nil {
			return n, b.err
		}
	default:
		b.err = readError(err, "The upload is larger than this server takes.")
		return n, b.err
	}
	return n, err
}
