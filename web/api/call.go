package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"

	"tocsin/incident"
	"tocsin/web"
)

// bodyLimit is what JSON may weigh.
const bodyLimit = 1 << 20

// route is one line of the list.
type route struct {
	method, path string
	query        []string // the query parameters it knows
	body         content
	each         bool // carried out each time: an Idempotency-Key means nothing here
	do           func(*call) (reply, error)
}

// content is what a route takes as body.
type content int

const (
	nothing content = iota
	object          // JSON
	form            // multipart/form-data, or JSON where there is no file
	stream          // bytes, read by the act as they come
)

// call is one request whose caller is known.
type call struct {
	a    *API
	r    *http.Request
	by   incident.Principal
	body []byte // JSON, read whole

	upload bool   // the body is a form and was not read yet
	print  string // fingerprint of an upload, known once it was read
}

// at is a part of the path.
func (c *call) at(name string) string { return c.r.PathValue(name) }

// ref is the incident in the path, as it was given.
func (c *call) ref() string { return c.at("incident") }

func (c *call) query(name string) string { return c.r.URL.Query().Get(name) }

// reply is what came of a call. Body is written as JSON; with neither body nor
// file there is no content.
type reply struct {
	status   int
	location string // below prefix
	body     any
	file     *file
	incident string // id, for an answer that opened one
	header   map[string]string
}

type file struct {
	io.ReadCloser
	name, media string
	size        int64 // -1: not known
}

func ok(body any) (reply, error) { return reply{status: http.StatusOK, body: body}, nil }

func created(location string, body any) (reply, error) {
	return reply{status: http.StatusCreated, location: location, body: body}, nil
}

func done() (reply, error) { return reply{status: http.StatusNoContent}, nil }

// serve is what every request passes: who asks, what is sent, was it sent
// before, do it, answer.
func (a *API) serve(rt route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		by, err := a.Auth.Bearer(r)
		if err != nil {
			a.refuse(w, r, err)
			return
		}
		c := &call{a: a, r: r, by: by}
		if err := known(r.URL.Query(), rt.query); err != nil {
			a.refuse(w, r, err)
			return
		}
		if err := c.read(w, rt.body); err != nil {
			if errors.Is(err, errMedia) {
				problem(w, http.StatusUnsupportedMediaType, incident.Invalid, err.Error())
				return
			}
			a.refuse(w, r, err)
			return
		}
		key := r.Header.Get("Idempotency-Key")
		if key != "" && !rt.each && r.Method != http.MethodGet && r.Method != http.MethodHead {
			a.once(w, c, rt, key)
			return
		}
		rep, err := rt.do(c)
		if err != nil {
			a.refuse(w, r, err)
			return
		}
		a.answer(w, r, rep)
	}
}

func known(q url.Values, names []string) error {
	var problems []incident.Problem
	for name, values := range q {
		switch {
		case !slices.Contains(names, name):
			problems = append(problems, incident.Problem{Where: clip(name), What: "no such query parameter"})
		case len(values) > 1:
			problems = append(problems, incident.Problem{Where: name, What: "given more than once"})
		}
	}
	if len(problems) == 0 {
		return nil
	}
	sort.Slice(problems, func(i, j int) bool { return problems[i].Where < problems[j].Where })
	return &incident.Error{Kind: incident.Invalid, Message: "The address cannot be used as it is.", Problems: problems}
}

var errMedia = errors.New("send application/json")

// read takes the body in where it is JSON, and bounds it where it is not.
func (c *call) read(w http.ResponseWriter, want content) error {
	media, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if want == form && err == nil && media == "multipart/form-data" {
		c.r.Body = http.MaxBytesReader(w, c.r.Body, c.a.cfg.UploadLimit)
		c.upload = true
		return nil
	}
	if want == stream {
		c.r.Body = http.MaxBytesReader(w, c.r.Body, c.a.cfg.UploadLimit)
		return nil
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, c.r.Body, bodyLimit))
	if err != nil {
		return readError(err, "The body is larger than 1 MiB.")
	}
	raw = bytes.TrimSpace(raw)
	switch {
	case want == nothing && len(raw) > 0:
		return incident.Errorf(incident.Invalid, "This address takes no body.")
	case len(raw) > 0 && media != "" && media != "application/json" && !strings.HasSuffix(media, "+json"):
		return errMedia
	}
	c.body = raw
	return nil
}

func readError(err error, tooLarge string) error {
	var limit *http.MaxBytesError
	if errors.As(err, &limit) {
		return incident.Because(incident.TooLarge, err, "%s", tooLarge)
	}
	return incident.Because(incident.Invalid, err, "The body ended before its end.")
}

// answer writes what came of a call. JSON is made before the first byte leaves.
func (a *API) answer(w http.ResponseWriter, r *http.Request, rep reply) {
	if rep.file != nil {
		a.send(w, r, rep.file)
		return
	}
	body, err := encode(rep.body)
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	for name, value := range rep.header {
		w.Header().Set(name, value)
	}
	write(w, kept{Status: rep.status, Location: rep.location, Body: body})
}

func encode(v any) ([]byte, error) {
	if v == nil {
		return nil, nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, incident.Because(incident.Internal, err, "an answer could not be written")
	}
	return b.Bytes(), nil
}

func write(w http.ResponseWriter, k kept) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if k.Location != "" {
		h.Set("Location", prefix+k.Location)
	}
	if len(k.Body) > 0 {
		h.Set("Content-Type", "application/json")
		h.Set("Content-Length", strconv.Itoa(len(k.Body)))
	}
	w.WriteHeader(k.Status)
	_, _ = w.Write(k.Body)
}

// send streams a file as a download. Bytes that turn out to be altered end the
// connection: half a file must not look like a whole one.
func (a *API) send(w http.ResponseWriter, r *http.Request, f *file) {
	defer f.Close()
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Type", f.media)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.name}))
	if f.size >= 0 {
		h.Set("Content-Length", strconv.FormatInt(f.size, 10))
	}
	if r.Method == http.MethodHead {
		return
	}
	if _, err := io.Copy(w, f); err != nil {
		a.logError(r, err)
		panic(http.ErrAbortHandler)
	}
}

func (a *API) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if k := incident.KindOf(err); k == incident.Internal || k == incident.Unavailable {
		a.logError(r, err)
	}
	web.Problem(w, r, err)
}

func (a *API) logError(r *http.Request, err error) {
	a.Logger.ErrorContext(r.Context(), "api request failed", "id", web.RequestID(r.Context()), "kind", string(incident.KindOf(err)), "err", err.Error())
}

// problem answers with a status that no kind of error has.
func problem(w http.ResponseWriter, status int, kind incident.Kind, detail string) {
	body, err := encode(web.ProblemBody{Title: http.StatusText(status), Status: status, Detail: detail, Kind: kind})
	if err != nil {
		status, body = http.StatusInternalServerError, nil
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
