package post

import (
	"bytes"
	"compress/flate"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"tocsin/incident"
)

// Row is one letter in the manifest: where it is, and how it is posted. It holds
// no name and no address; the letters themselves do.
type Row struct {
	Sequence  int    `json:"sequence"` // from 1, over all files
	File      string `json:"file"`
	FirstPage int    `json:"first_page"` // in the file, from 1
	Pages     int    `json:"pages"`
	Sheets    int    `json:"sheets"`
	Code      string `json:"code"`
	Country   string `json:"country"`
	Class     string `json:"class"`
	SHA256    string `json:"-"` // of the file
}

var (
	columns         = []string{"sequence", "file", "first_page", "pages", "sheets", "code", "country", "class", "file_sha256"}
	excludedColumns = []string{"position", "id", "reason", "detail"}
)

func (r Row) cells() []string {
	n := strconv.Itoa
	return []string{n(r.Sequence), r.File, n(r.FirstPage), n(r.Pages), n(r.Sheets), r.Code, r.Country, r.Class, r.SHA256}
}

func rowOf(c []string) (r Row, err error) {
	for i, to := range map[int]*int{0: &r.Sequence, 2: &r.FirstPage, 3: &r.Pages, 4: &r.Sheets} {
		if *to, err = strconv.Atoi(c[i]); err != nil {
			return r, err
		}
	}
	r.File, r.Code, r.Country, r.Class, r.SHA256 = c[1], c[5], c[6], c[7], c[8]
	return r, nil
}

func (e Excluded) cells() []string {
	return []string{strconv.Itoa(e.Position), inert(e.ID), string(e.Reason), inert(e.Detail)}
}

// inert keeps a spreadsheet from running a cell: one that begins with one of
// these characters, in any width, is a formula to some program.
func inert(cell string) string {
	first := strings.TrimLeft(cell, " \u00a0\u3000")
	if first != "" && strings.ContainsRune("=+-@\t\r\n|＝＋－＠", []rune(first)[0]) {
		return "'" + cell
	}
	return cell
}

// spool keeps rows until all are known, compressed: some 20 bytes for each.
type spool struct {
	packed bytes.Buffer
	flate  *flate.Writer
	rows   *csv.Writer
}

func (s *spool) add(cells []string) error {
	if s.rows == nil {
		s.flate, _ = flate.NewWriter(&s.packed, flate.DefaultCompression) // the level is a valid one
		s.rows = csv.NewWriter(s.flate)
	}
	if err := s.rows.Write(cells); err != nil {
		return incident.Because(incident.Internal, err, "note a letter")
	}
	return nil
}

// read gives the rows as CSV. Nothing is added after it.
func (s *spool) read() (io.Reader, error) {
	if s.rows == nil {
		return strings.NewReader(""), nil
	}
	s.rows.Flush()
	if err := s.rows.Error(); err != nil {
		return nil, err
	}
	if err := s.flate.Close(); err != nil {
		return nil, err
	}
	return flate.NewReader(bytes.NewReader(s.packed.Bytes())), nil
}

func (s *spool) csv(header []string) func(io.Writer) error {
	return func(w io.Writer) error {
		rows, err := s.read()
		if err == nil {
			_, err = io.Copy(w, io.MultiReader(strings.NewReader(strings.Join(header, ",")+"\n"), rows))
		}
		return err
	}
}

// head is the manifest's JSON without its letters.
type head struct {
	Format  string `json:"format"`
	Job     string `json:"job"`
	Date    string `json:"date"`
	Paper   Paper  `json:"paper"`
	Duplex  bool   `json:"duplex"`
	Drill   bool   `json:"drill,omitempty"`
	Letters int    `json:"letters"`
	Pages   int    `json:"pages"`
	Sheets  int    `json:"sheets"`
	Files   []File `json:"files"`
}

// manifestFormat names the layout of manifest.json.
const manifestFormat = "tocsin-post/1"

// manifestJSON writes one object whose last member, "entries", has a line for
// each letter.
func (p *Press) manifestJSON(r Report, rows *spool) func(io.Writer) error {
	return func(w io.Writer) error {
		h := head{manifestFormat, r.Job, r.Date, p.cfg.Paper, p.cfg.Duplex, p.cfg.Drill, r.Letters, r.Pages, r.Sheets, []File{}}
		for _, f := range r.Files {
			f.Ref = ""
			h.Files = append(h.Files, f)
		}
		top, err := json.MarshalIndent(h, "", "  ")
		if err != nil {
			return err
		}
		if _, err := w.Write(append(bytes.TrimSuffix(top, []byte("\n}")), ",\n  \"entries\": ["...)); err != nil {
			return err
		}
		packed, err := rows.read()
		if err != nil {
			return err
		}
		in := csv.NewReader(packed)
		for n := 0; ; n++ {
			cells, err := in.Read()
			if err == io.EOF {
				break
			}
			if err != nil {
				return err
			}
			row, err := rowOf(cells)
			if err != nil {
				return err
			}
			line, err := json.Marshal(row)
			if err != nil {
				return err
			}
			mark := ",\n    "
			if n == 0 {
				mark = "\n    "
			}
			if _, err := w.Write(append([]byte(mark), line...)); err != nil {
				return err
			}
		}
		_, err = io.WriteString(w, "\n  ]\n}\n")
		return err
	}
}
