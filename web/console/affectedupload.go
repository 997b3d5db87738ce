package console

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

type exportsPage struct {
	URL       string // of the affected people
	Form      *view.Form
	Begin     string // where files that came in pieces become a run
	Transfers string // where a file is announced
	Open      []transferLine
	Late      bool       // only exposures: they are added to a list
	Ask       string     // where a database is asked; "" where none is set up
	Whole     *view.Form // makes a run of what is here already; nil where nothing is
}

type transferLine struct {
	casework.Transfer
	Share string
	Drop  string
}

// UploadPage asks for the exports.
func (c *Console) UploadPage(r *Request) error { return c.showUpload(r, nil) }

// LatePage asks for exports that came late.
func (c *Console) LatePage(r *Request) error { return c.showUpload(r, nil) }

func (c *Console) showUpload(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	d := exportsPage{URL: o.URL("/affected"), Transfers: o.URL("/affected/uploads"), Late: r.Param("run") != ""}
	action, title, lead := d.URL+"/new", "Upload exports", "The directory says who the customers are; each data set says who of them lost what."
	if d.Late {
		action, title, lead = d.URL+"/runs/"+r.Param("run")+"/add", "Add data sets", "They are added to the list of that run; the directory and what was matched are not read again."
	}
	d.Form, d.Begin = exportsForm(action, d.Late), action
	transfers, err := c.Desk.Transfers(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return err
	}
	for _, t := range transfers {
		d.Open = append(d.Open, transferLine{Transfer: t, Share: itoa(int(100*t.Offset/max(1, t.Size))) + " %", Drop: d.Transfers + "/" + t.ID + "/drop"})
	}
	if len(c.Desk.DataSources()) > 0 {
		d.Ask = o.URL("/affected/ask")
	}
	d.Whole = wholeForm(action, transfers, d.Late)
	p := o.page(r, title, d)
	p.Lead = lead
	p.Crumbs = []view.Link{{Text: "Affected people", URL: o.URL("/affected")}}
	if wrong != nil {
		return r.Wrong(wrong, d.Form, "exports", p)
	}
	return r.Show("exports", p)
}

const exportTypes = ".csv,.tsv,.txt,.gz,.zst,.jsonl,.ndjson,.parquet,.xlsx,.zip,.tar"

func exportsForm(action string, late bool) *view.Form {
	f := &view.Form{Action: action, Submit: "Upload", Upload: true}
	if !late {
		f.Fields = append(f.Fields, view.Field{Name: "directory", Label: "Customer directory", Type: "file", Required: true, Accept: exportTypes,
			Help: "CSV, JSON Lines, Parquet, Excel or fixed width; gzip and Zstandard are read too. It is sealed as evidence."})
	}
	f.Fields = append(f.Fields, view.Field{Name: "exposures", Label: "Exposed data sets", Type: "file", Required: true, Accept: exportTypes, Help: "Choose all of them at once. Each becomes a source of its own; a folder of files is one source as a ZIP or tar."})
	return f
}

// wholeForm makes a run of uploads that are whole, answers of databases among them.
func wholeForm(action string, transfers []casework.Transfer, late bool) *view.Form {
	var options []view.Option
	for _, t := range transfers {
		if t.SHA256 != "" {
			options = append(options, view.Option{Value: t.ID, Text: t.FileName})
		}
	}
	if len(options) == 0 || len(options) == 1 && !late {
		return nil
	}
	f := &view.Form{Action: action, Submit: "Use these"}
	if !late {
		f.Fields = append(f.Fields, view.Field{Name: "here_directory", Label: "Customer directory", Type: "select", Options: append([]view.Option{{Text: "choose"}}, options...), Required: true})
	}
	f.Fields = append(f.Fields, view.Field{Name: "here_exposures", Label: "Exposed data sets", Type: "checkboxes", Options: options})
	return f
}

// Upload takes the exports in as they come, or those that came in pieces.
func (c *Console) Upload(r *Request) error {
	run, err := c.Desk.NewResolution(r.Ctx(), r.By, r.Param("incident"), exportsOf(r, false))
	if err != nil {
		return c.showUpload(r, err)
	}
	return r.Go("/incidents/" + r.Param("incident") + "/affected/runs/" + run.ID)
}

// AddLate takes exports in that are added to a list.
func (c *Console) AddLate(r *Request) error {
	run, err := c.Desk.AddExposures(r.Ctx(), r.By, r.Param("incident"), r.Param("run"), exportsOf(r, true))
	if err != nil {
		return c.showUpload(r, err)
	}
	return r.Go("/incidents/" + r.Param("incident") + "/affected/runs/" + run.ID)
}

// exportsOf reads the multipart body part by part: the files go from the wire
// into the vault, and never whole into memory or in the clear onto the disk. A
// form without files names transfers that are whole.
func exportsOf(r *Request, late bool) func(yield func(casework.Upload) error) error {
	return func(yield func(casework.Upload) error) error {
		parts, err := r.HTTP().MultipartReader()
		if err != nil {
			return transfersOf(r, late, yield)
		}
		first := !late
		for {
			part, err := parts.NextPart()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return uploadError(err)
			}
			if part.FileName() == "" {
				continue
			}
			if first != (part.FormName() == "directory") {
				return noDirectory()
			}
			first = false
			if err := yield(casework.Upload{FileName: cleanName(part.FileName()), Body: part}); err != nil {
				return uploadError(err)
			}
			_ = part.Close()
		}
	}
}

func transfersOf(r *Request, late bool, yield func(casework.Upload) error) error {
	directory := cmp.Or(r.Form("directory"), r.Form("here_directory"))
	if directory == "" && !late {
		return noDirectory()
	}
	if !late {
		if err := yield(casework.Upload{Transfer: directory}); err != nil {
			return err
		}
	}
	for _, id := range slices.Concat(r.FormAll("exposures"), r.FormAll("here_exposures")) {
		if id == "" || id == directory {
			continue
		}
		if err := yield(casework.Upload{Transfer: id}); err != nil {
			return err
		}
	}
	return nil
}

func noDirectory() error {
	return &incident.Error{Kind: incident.Invalid, Message: "The files cannot be taken in.", Problems: []incident.Problem{{Where: "directory", What: "Choose the customer directory, and no second one."}}}
}

func uploadError(err error) error {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return incident.Because(incident.TooLarge, err, "The files are larger than this server takes.")
	}
	return err
}

// BeginTransfer announces a file that comes in pieces.
func (c *Console) BeginTransfer(r *Request) error {
	size, _ := strconv.ParseInt(r.Form("size"), 10, 64) // no number: an empty file
	t, err := c.Desk.NewTransfer(r.Ctx(), r.By, r.Param("incident"), cleanName(r.Secret("name")), size)
	if err == nil {
		r.Writer().Header().Set("Location", r.HTTP().URL.Path+"/"+t.ID)
		return r.told(http.StatusCreated, t)
	}
	return r.refused(err)
}

// Transfer says how far a file has come.
func (c *Console) Transfer(r *Request) error {
	t, err := c.Desk.Transfer(r.Ctx(), r.By, r.Param("incident"), r.Param("upload"))
	if err != nil {
		return r.refused(err)
	}
	return r.told(http.StatusOK, t)
}

// ContinueTransfer takes in what follows. Upload-Offset says from where; the
// answer's says how far it is now.
func (c *Console) ContinueTransfer(r *Request) error {
	offset, err := strconv.ParseInt(r.HTTP().Header.Get("Upload-Offset"), 10, 64)
	if err != nil {
		offset = -1 // a place no upload is at
	}
	t, err := c.Desk.Append(r.Ctx(), r.By, r.Param("incident"), r.Param("upload"), offset, r.HTTP().Body)
	if err != nil {
		r.Writer().Header().Set("Upload-Offset", strconv.FormatInt(t.Offset, 10))
		return r.refused(uploadError(err))
	}
	return r.told(http.StatusOK, t)
}

// FinishTransfer puts a file that has come whole together.
func (c *Console) FinishTransfer(r *Request) error {
	t, err := c.Desk.Finish(r.Ctx(), r.By, r.Param("incident"), r.Param("upload"))
	if err != nil {
		return r.refused(err)
	}
	return r.told(http.StatusOK, t)
}

// DropTransfer gives an upload up.
func (c *Console) DropTransfer(r *Request) error {
	if err := c.Desk.Drop(r.Ctx(), r.By, r.Param("incident"), r.Param("upload")); err != nil {
		return err
	}
	return r.Done("/incidents/"+r.Param("incident")+"/affected/new", "The upload was given up; what had come is deleted.")
}

// told answers the script that sends files.
func (r *Request) told(status int, t casework.Transfer) error {
	body, err := json.Marshal(struct {
		ID     string `json:"id"`
		Offset int64  `json:"offset"`
		Size   int64  `json:"size"`
		Whole  bool   `json:"whole"`
	}{t.ID, t.Offset, t.Size, t.SHA256 != ""})
	if err != nil {
		return err
	}
	h := r.Writer().Header()
	h.Set("Content-Type", "application/json")
	h.Set("Upload-Offset", strconv.FormatInt(t.Offset, 10))
	h.Set("Upload-Length", strconv.FormatInt(t.Size, 10))
	r.Writer().WriteHeader(status)
	if r.HTTP().Method != http.MethodHead {
		_, _ = r.Writer().Write(body)
	}
	return nil
}

// refused gives an error to the script. What is not about the upload is answered
// as for any page.
func (r *Request) refused(wrong error) error {
	status := map[incident.Kind]int{incident.Invalid: http.StatusUnprocessableEntity, incident.Conflict: http.StatusConflict, incident.TooLarge: http.StatusRequestEntityTooLarge,
		incident.Gone: http.StatusGone, incident.Unavailable: http.StatusServiceUnavailable}[incident.KindOf(wrong)]
	if status == 0 {
		return wrong
	}
	body, err := json.Marshal(map[string]string{"error": incident.Sentence(wrong)})
	if err != nil {
		return err
	}
	r.Writer().Header().Set("Content-Type", "application/json")
	r.Writer().WriteHeader(status)
	_, _ = r.Writer().Write(body)
	return nil
}
