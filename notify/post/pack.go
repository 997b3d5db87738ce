package post

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"filippo.io/age"

	"tocsin/incident"
)

// Pack writes a run's files as one ZIP, a BagIt 1.0 bag (RFC 8493) in a folder
// named after the job: any tool for bags checks it. What is private stays out.
// With recipients the ZIP is sealed for them, as an age file. Each file's sum is
// taken again on the way; one that differs is Internal, and the ZIP is left
// without its end, so that nobody can take it for whole. Unavailable if w fails
// or ctx ends.
func (p *Press) Pack(ctx context.Context, w io.Writer, from Store, r Report, recipients ...age.Recipient) error {
	out := &outlet{ctx: ctx, w: w}
	err := p.pack(ctx, out, from, r, recipients)
	if out.err != nil {
		return incident.Because(incident.Unavailable, out.err, "the package was not taken to its end")
	}
	return err
}

func (p *Press) pack(ctx context.Context, w io.Writer, from Store, r Report, recipients []age.Recipient) error {
	if len(recipients) > 0 {
		sealed, err := age.Encrypt(w, recipients...)
		if err != nil {
			return incident.Because(incident.Internal, err, "seal the package")
		}
		if err := p.zip(ctx, sealed, from, r); err != nil {
			return err
		}
		return sealed.Close()
	}
	return p.zip(ctx, w, from, r)
}

func (p *Press) zip(ctx context.Context, w io.Writer, from Store, r Report) error {
	date, err := time.Parse(time.RFC3339, r.Date)
	if err != nil || !jobName.MatchString(r.Job) {
		return incident.Errorf(incident.Invalid, "this is not the report of a run")
	}
	z := zip.NewWriter(w)
	add := func(name string, method uint16) (io.Writer, error) {
		return z.CreateHeader(&zip.FileHeader{Name: r.Job + "/" + name, Method: method, Modified: date})
	}
	for _, t := range p.tags(r, date) {
		entry, err := add(t.name, zip.Deflate)
		if err == nil {
			_, err = io.WriteString(entry, t.text)
		}
		if err != nil {
			return incident.Because(incident.Internal, err, "write %s", t.name)
		}
	}
	for _, f := range r.Files {
		if f.Private {
			continue
		}
		method := zip.Deflate
		if strings.HasSuffix(f.Name, ".pdf") {
			method = zip.Store // its streams are compressed
		}
		entry, err := add("data/"+f.Name, method)
		if err != nil {
			return incident.Because(incident.Internal, err, "write %s", f.Name)
		}
		if err := copyFile(ctx, entry, from, f); err != nil {
			return err
		}
	}
	return z.Close()
}

func copyFile(ctx context.Context, w io.Writer, from Store, f File) error {
	in, err := from.Open(ctx, f.Ref)
	if err != nil {
		return err
	}
	defer in.Close()
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(w, sum), in); err != nil {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return incident.Errorf(incident.Internal, "%s is not what was printed: its checksum differs", f.Name)
	}
	return nil
}

type tag struct{ name, text string }

// tags are the bag's own files, the list of their sums last.
func (p *Press) tags(r Report, date time.Time) []tag {
	var sums strings.Builder
	var size int64
	n := 0
	for _, f := range r.Files {
		if !f.Private {
			fmt.Fprintf(&sums, "%s  data/%s\n", f.SHA256, f.Name)
			size += f.Size
			n++
		}
	}
	out := []tag{
		{"bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"},
		{"bag-info.txt", fmt.Sprintf("External-Identifier: %s\nBagging-Date: %s\nPayload-Oxum: %d.%d\nBag-Software-Agent: %s\n",
			r.Job, date.Format(time.DateOnly), size, n, producer)},
		{"instructions.txt", p.instructions(r)},
		{"manifest-sha256.txt", sums.String()},
	}
	var all strings.Builder
	for _, t := range out {
		sum := sha256.Sum256([]byte(t.text))
		fmt.Fprintf(&all, "%x  %s\n", sum, t.name)
	}
	return append(out, tag{"tagmanifest-sha256.txt", all.String()})
}

// instructions are for the people at the mail house.
func (p *Press) instructions(r Report) string {
	paper, envelope := "ISO A4", "DIN 5008 form B, window envelope DL or C6/5, folded at 105 mm and 210 mm"
	if p.cfg.Paper == USLetter {
		paper, envelope = "US Letter", "#10 envelope with two windows, folded in three"
	}
	sides := "one side; every page is a sheet of its own"
	if p.cfg.Duplex {
		sides = "both sides, turned on the long edge; an odd letter ends with an empty back that is not counted in \"pages\""
	}
	var s strings.Builder
	if p.cfg.Drill {
		s.WriteString("DRILL: these letters are not to be posted.\n\n")
	}
	fmt.Fprintf(&s, `Job %s: %d letters, %d pages, %d sheets.

Paper:    %s
Envelope: %s
Print:    %s; at 100 %%, not fitted to the page
Letters:  data/manifest.csv and data/manifest.json (the same rows) say for each
          letter which file it is in, its first page there, how many pages and
          sheets it has, its code, its country and its class of postage.
          Each page carries the code and "page x of y" of its letter.

Check the package before printing: data/ against manifest-sha256.txt.
To confirm that it is complete, give back this checksum of data/manifest.json:
%s

For each letter that comes back: its code and the reason, as a CSV with the
columns code, reason and, where known, date (YYYY-MM-DD).
The letters hold personal data: delete the package when the job is done.
`, r.Job, r.Letters, r.Pages, r.Sheets, paper, envelope, sides, r.Digest)
	return s.String()
}

// outlet remembers that it was the reader of the package who failed.
type outlet struct {
	ctx context.Context
	w   io.Writer
	err error
}

func (o *outlet) Write(b []byte) (int, error) {
	if o.err = context.Cause(o.ctx); o.err != nil {
		return 0, o.err
	}
	n, err := o.w.Write(b)
	o.err = err
	return n, err
}

// ParseRecipients reads the mail house's age public keys, one a string: "age1…".
// Invalid names the place of one that is none.
func ParseRecipients(lines []string) ([]age.Recipient, error) {
	var out []age.Recipient
	for i, s := range lines {
		got, err := age.ParseRecipients(strings.NewReader(strings.TrimSpace(s)))
		if err != nil || len(got) != 1 {
			return nil, incident.Errorf(incident.Invalid, "key %d of the mail house is no age public key (age1…)", i+1)
		}
		out = append(out, got...)
	}
	return out, nil
}
