package console

import (
	"io"
	"mime"
	"net/http"
	"strconv"
)

// send answers with a file to be saved. Bytes that turn out to be damaged, or a
// peer that is gone, cut the connection: half a file must not look whole.
// length is -1 where it is not known.
func (r *Request) send(body io.Reader, name, media string, length int64) error {
	h := r.Writer().Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Cache-Control", "no-store")
	if length >= 0 {
		h.Set("Content-Length", strconv.FormatInt(length, 10))
	}
	n, err := io.Copy(r.Writer(), body)
	switch {
	case err == nil:
		return nil
	case n == 0 && !r.g.Writer.Written():
		h.Del("Content-Length")
		h.Del("Content-Disposition")
		return err
	}
	panic(http.ErrAbortHandler)
}
