package console

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"

	"tocsin/incident"
)

// upload is a form with one file, read as it comes: the fields before the file
// are in memory, the file is a stream and never touches the disk unsealed. The
// file's field is the last of its form.
type upload struct {
	name  string // of the file, without folders; empty where none was chosen
	media string
	body  io.Reader // nil where none was chosen
	r     *Request
	big   bool // the limit was reached
}

// fieldLimit is what the ordinary fields of an upload may weigh together.
const fieldLimit = 1 << 20

// upload reads a multipart form up to its file. The fields are then r.Form's.
func (r *Request) upload() (*upload, error) {
	parts, err := r.HTTP().MultipartReader()
	if err != nil {
		return nil, incident.Because(incident.Invalid, err, "What was sent is not a form with a file.")
	}
	u := &upload{r: r}
	values := url.Values{}
	r.g.Request.PostForm = values
	left := int64(fieldLimit)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return u, nil
		}
		if err != nil {
			return nil, u.wrong(err)
		}
		if part.FileName() != "" {
			u.name, u.media, u.body = cleanName(part.FileName()), part.Header.Get("Content-Type"), u.watch(part)
			return u, nil
		}
		text, err := io.ReadAll(io.LimitReader(part, left+1))
		if err != nil {
			return nil, u.wrong(err)
		}
		if left -= int64(len(text)); left < 0 {
			return nil, incident.Errorf(incident.TooLarge, "The fields of the form are larger than %d MiB.", fieldLimit>>20)
		}
		values.Add(part.FormName(), string(text))
	}
}

// watch remembers that the size limit cut the file off, because what reads it
// reports that in its own words.
func (u *upload) watch(body io.Reader) io.Reader {
	return readerFunc(func(p []byte) (int, error) {
		n, err := body.Read(p)
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			u.big = true
		}
		return n, err
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// wrong says what became of an upload that failed, after the rest of it was
// read: a browser that is cut off while it sends shows no answer at all.
func (u *upload) wrong(err error) error {
	var big *http.MaxBytesError
	if u.big || errors.As(err, &big) {
		return incident.Because(incident.TooLarge, err, "The file is larger than this server takes.")
	}
	if u.body != nil {
		_, _ = io.Copy(io.Discard, u.body)
	}
	return err
}

// cleanName keeps the last part of a file's name, as any system writes it.
func cleanName(name string) string {
	name = path.Base(strings.ReplaceAll(name, "\\", "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == '"' || r == 0x7f {
			return -1
		}
		return r
	}, name)
	if name == "." || name == "/" {
		return "file"
	}
	return clip(name, 200)
}
