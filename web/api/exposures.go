package api

import (
	"tocsin/incident/affected"
	"tocsin/incident/casework"
)

// matching is a run with how far it is.
type matching struct {
	casework.Resolution
	Progress *progress `json:"progress,omitempty"`
}

type progress struct {
	Stage     string  `json:"stage"`
	Input     string  `json:"input"`
	Rows      int64   `json:"rows"`
	Share     float64 `json:"share"` // 0 to 1
	ElapsedMS int64   `json:"elapsed_ms"`
	LeftMS    int64   `json:"left_ms"` // estimated; 0: too early to say
}

func exposures(c *call) (reply, error) {
	all, err := c.a.Desk.Resolutions(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	return page(c, all, func(r casework.Resolution) string { return r.ID })
}

func (c *call) run(id string) (reply, error) {
	r, p, err := c.a.Desk.Resolution(c.r.Context(), c.by, c.ref(), id)
	if err != nil {
		return reply{}, err
	}
	out := matching{Resolution: r}
	if r.State == casework.ResolutionRunning {
		out.Progress = &progress{p.Stage, p.Input, p.Rows, p.Share, p.Elapsed.Milliseconds(), p.Left.Milliseconds()}
	}
	return ok(out)
}

func getExposure(c *call) (reply, error) { return c.run(c.at("run")) }

type newExposures struct {
	Directory string   `json:"directory"` // id of an upload that is whole
	Exposures []string `json:"exposures"`
	AddTo     string   `json:"add_to"` // instead of a directory: the run whose list they are added to
}

func addExposures(c *call) (reply, error) {
	in, err := decode[newExposures](c)
	if err != nil {
		return reply{}, err
	}
	if (in.Directory == "") == (in.AddTo == "") {
		return reply{}, wrong("directory", "give either the upload that is the directory, or the run to add to")
	}
	files := func(yield func(casework.Upload) error) error {
		ids := in.Exposures
		if in.Directory != "" {
			ids = append([]string{in.Directory}, ids...)
		}
		for _, id := range ids {
			if err := yield(casework.Upload{Transfer: id}); err != nil {
				return err
			}
		}
		return nil
	}
	var r *casework.Resolution
	if in.AddTo != "" {
		r, err = c.a.Desk.AddExposures(c.r.Context(), c.by, c.ref(), in.AddTo, files)
	} else {
		r, err = c.a.Desk.NewResolution(c.r.Context(), c.by, c.ref(), files)
	}
	if err != nil {
		return reply{}, err
	}
	return created("/incidents/"+c.ref()+"/exposures/"+r.ID, matching{Resolution: *r})
}

type readings struct {
	Files []reading `json:"files"`
}

// reading is how one file is to be read; what is left out is told by its looks.
type reading struct {
	Format    string           `json:"format"`
	Delimiter string           `json:"delimiter"`
	Encoding  string           `json:"encoding"`
	Header    []string         `json:"header"`
	Sheet     string           `json:"sheet"`
	Fields    []affected.Field `json:"fields"`
}

func setReading(c *call) (reply, error) {
	in, err := decode[readings](c)
	if err != nil {
		return reply{}, err
	}
	inputs := make([]affected.Input, 0, len(in.Files))
	for _, f := range in.Files {
		inputs = append(inputs, affected.Input{Format: f.Format, Delimiter: f.Delimiter, Encoding: f.Encoding, Header: f.Header, Sheet: f.Sheet, Fields: f.Fields})
	}
	if err := c.a.Desk.SetReading(c.r.Context(), c.by, c.ref(), c.at("run"), inputs); err != nil {
		return reply{}, err
	}
	return c.run(c.at("run"))
}

// mapping is what the columns mean. Left out, what is proposed counts.
type mapping struct {
	Directory *struct {
		Columns         map[string]string `json:"columns"`
		Residence       string            `json:"residence"`
		ResidenceReason string            `json:"residence_reason"`
		PhoneCountry    string            `json:"phone_country"`
	} `json:"directory"`
	Exposures []struct {
		Match          map[string]string `json:"match"`
		Check          map[string]string `json:"check"`
		Elements       []string          `json:"elements"`
		ElementsColumn string            `json:"elements_column"`
		Columns        map[string]string `json:"columns"`
		PhoneCountry   string            `json:"phone_country"`
	} `json:"exposures"`
}

func runExposures(c *call) (reply, error) {
	in, err := decode[mapping](c)
	if err != nil {
		return reply{}, err
	}
	r, _, err := c.a.Desk.Resolution(c.r.Context(), c.by, c.ref(), c.at("run"))
	if err != nil {
		return reply{}, err
	}
	spec := r.Spec
	if d := in.Directory; d != nil {
		spec.Directory = affected.Directory{Columns: d.Columns, Residence: d.Residence, ResidenceReason: d.ResidenceReason}
		spec.Directory.PhoneCountry = d.PhoneCountry
	}
	if in.Exposures != nil {
		spec.Exposures = nil
		for _, e := range in.Exposures {
			one := affected.Exposure{Match: e.Match, Check: e.Check, Elements: e.Elements, ElementsColumn: e.ElementsColumn, Columns: e.Columns}
			one.PhoneCountry = e.PhoneCountry
			spec.Exposures = append(spec.Exposures, one)
		}
	}
	if err := c.a.Desk.RunResolution(c.r.Context(), c.by, c.ref(), r.ID, spec); err != nil {
		return reply{}, err
	}
	rep, err := c.run(r.ID)
	rep.status = 202
	return rep, err
}

func cancelExposures(c *call) (reply, error) {
	if err := c.a.Desk.CancelResolution(c.r.Context(), c.by, c.ref(), c.at("run")); err != nil {
		return reply{}, err
	}
	return done()
}

func repeatExposures(c *call) (reply, error) {
	r, err := c.a.Desk.RepeatResolution(c.r.Context(), c.by, c.ref(), c.at("run"))
	if err != nil {
		return reply{}, err
	}
	return created("/incidents/"+c.ref()+"/exposures/"+r.ID, matching{Resolution: *r})
}

// looked names the list that was looked at, by its digest.
type looked struct {
	List string `json:"list"`
}

func proposeRoster(c *call) (reply, error) {
	in, err := decode[looked](c)
	if err != nil {
		return reply{}, err
	}
	if in.List == "" {
		return reply{}, wrong("list", "the digest of the list you looked at: roster.object of the run")
	}
	if err := c.a.Desk.ProposeResolution(c.r.Context(), c.by, c.ref(), c.at("run"), in.List); err != nil {
		return reply{}, err
	}
	return c.run(c.at("run"))
}

func returnRoster(c *call) (reply, error) {
	in, err := decode[because](c)
	if err != nil {
		return reply{}, err
	}
	if err := c.a.Desk.ReturnResolution(c.r.Context(), c.by, c.ref(), c.at("run"), in.Why); err != nil {
		return reply{}, err
	}
	return c.run(c.at("run"))
}

func settleRoster(c *call) (reply, error) {
	in, err := decode[looked](c)
	if err != nil {
		return reply{}, err
	}
	if in.List == "" {
		return reply{}, wrong("list", "the digest of the list you looked at: roster.object of the run")
	}
	r, err := c.a.Desk.SettleResolution(c.r.Context(), c.by, c.ref(), c.at("run"), in.List)
	if err != nil {
		return reply{}, err
	}
	return ok(r)
}

// because is the reason of an act.
type because struct {
	Why string `json:"why"`
}

func exposureFile(c *call) (reply, error) {
	body, err := c.a.Desk.OpenReport(c.r.Context(), c.by, c.ref(), c.at("run"), c.at("file"))
	if err != nil {
		return reply{}, err
	}
	return reply{file: &file{ReadCloser: body, name: c.at("file"), media: "text/csv; charset=utf-8", size: -1}}, nil
}
