package scan

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/scan/detect"
)

// result is what a scan wrote.
type result struct {
	sum                      Summary
	hits, exposure, problems string
}

func write(t testing.TB, files map[string]string) Folder {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Folder(dir)
}

func scanAll(t testing.TB, from affected.Sources, paths []string, opt Options, lim limits) result {
	t.Helper()
	var hits, exposure, problems bytes.Buffer
	if opt.Key == nil {
		opt.Key = []byte("a key for tests")
	}
	sum, err := scan(context.Background(), from, paths, Outputs{&hits, &exposure, &problems}, opt, lim)
	if err != nil {
		t.Fatal(err)
	}
	return result{sum, hits.String(), exposure.String(), problems.String()}
}

func scanFiles(t testing.TB, files map[string]string, opt Options) result {
	t.Helper()
	return scanAll(t, write(t, files), []string{"./"}, opt, standardLimits())
}

// places lists the hits of a result: file:line message part detector masked.
func (r *result) places(t *testing.T) []string {
	t.Helper()
	var list []string
	for line := range strings.Lines(r.hits) {
		var h Hit
		if err := json.Unmarshal([]byte(line), &h); err != nil {
			t.Fatal(err)
		}
		list = append(list, strings.Join(strings.Fields(fmt.Sprintf("%s:%d %s %s %s %s", h.File, h.Line, h.Message, h.Part, h.Detector, h.Masked)), " "))
	}
	return list
}

func (r *result) rows(t *testing.T) []string {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(r.exposure)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, row := range all[1:] {
		rows = append(rows, strings.Join(row, "|"))
	}
	return rows
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n  got  %s\n  want %s", what, strings.Join(got, "\n       "), strings.Join(want, "\n       "))
	}
}

const mailbox1 = `From anna@mail.example Thu Jan  1 00:00:00 2026
From: "Anna Abel" <anna@mail.example>
To: Help <help@insurer.example>
Message-ID: <1@mail.example>
Subject: my card
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Gr=FC=DFe, card 4111 1111 1111=
 1111
--b
Content-Type: text/html

<p>Gr&uuml;&szlig;e, card <b>4111</b> 1111 1111 1111, IBAN DE89370400440532013000</p>
--b--

From help@insurer.example Thu Jan  1 00:00:00 2026
From: Help <help@insurer.example>
To: anna@mail.example
In-Reply-To: <1@mail.example>
References: <1@mail.example>
Subject: Re: my card

Your SSN 123-45-6789 is on file.
>From now on we write letters.

From ben@mail.example Thu Jan  1 00:00:00 2026
From: ben@mail.example
Subject: =?utf-8?q?Stra=C3=9Fe?=
Content-Type: multipart/mixed; boundary=c

--c
Content-Type: application/pdf
Content-Transfer-Encoding: base64

JVBERi0xLjQK
--c
Content-Type: message/rfc822

From: cara@mail.example
Subject: forwarded

my date of birth is 1980-03-12
--c--
`

func TestMailbox(t *testing.T) {
	r := scanFiles(t, map[string]string{"in.mbox": mailbox1}, Options{OwnDomains: []string{"insurer.example"}})
	same(t, "hits", r.places(t), []string{
		"in.mbox:1 message 1 header From mail-name ••••",
		"in.mbox:1 message 1 header From email ••••mple",
		"in.mbox:1 message 1 1 text/plain card ••••1111",
		"in.mbox:1 message 1 2 text/html iban ••••3000",
		"in.mbox:21 message 2 header To email ••••mple",
		"in.mbox:21 message 2 text/plain us-ssn ••••6789",
		"in.mbox:31 message 3 header From email ••••mple",
		"in.mbox:31 message 3 2 header From email ••••mple",
		"in.mbox:31 message 3 2.1 text/plain birth-date ••••",
	})
	same(t, "exposure", r.rows(t), []string{
		"in.mbox:31|ben@mail.example||||email+date_of_birth+communications|yes",
		"in.mbox:31|cara@mail.example||||email+date_of_birth+communications|yes",
		"in.mbox:1|anna@mail.example||||name+email+ssn+account_number+card_number+communications|",
	})
	if want := "file,line,why\nin.mbox,31,part 1 application/pdf is no text: it was not looked into\n"; r.problems != want {
		t.Errorf("problems %q, want %q", r.problems, want)
	}
	if f := r.sum.Files[0]; f.Kind != "mbox" || f.Messages != 3 || !f.Complete || f.OwnAddresses != 2 || f.Bytes != int64(len(mailbox1)) {
		t.Errorf("summary of the file: %+v", f)
	}
}

// TestUsers checks messages that name their author by an id of the export.
func TestUsers(t *testing.T) {
	r := scanFiles(t, map[string]string{
		"slack/users.json":     `[{"id":"U1","profile":{"email":"Anna@mail.example"}},{"id":"U2","profile":{"email":"s@insurer.example"}},{"id":"U3","profile":{}}]`,
		"slack/help/1.json":    `[{"user":"U1","text":"my SSN is 123-45-6789"},{"user":"U2","text":"IBAN DE89370400440532013000"}]`,
		"desk/users.json":      `{"users":[{"id":77,"email":"ben@mail.example"}]}`,
		"desk/tickets.jsonl":   `{"requester_id":77,"text":"SSN 123-45-6788"}`,
		"elsewhere/chat.jsonl": `{"user":"U1","text":"SSN 123-45-6787"}`,
	}, Options{OwnDomains: []string{"insurer.example"}})
	rows := r.rows(t)
	for _, want := range []string{"slack/help/1.json:1|anna@mail.example||||ssn+communications|", "slack/help/1.json:1|||||account_number+communications|",
		"desk/tickets.jsonl:1|ben@mail.example||||ssn+communications|", "elsewhere/chat.jsonl:1|||||ssn+communications|"} {
		if !slices.Contains(rows, want) {
			t.Errorf("no row %q in\n%s", want, strings.Join(rows, "\n"))
		}
	}
}

// TestAttachments checks a list of people that was sent to somebody: each row is its own.
func TestAttachments(t *testing.T) {
	mail := "From: staff@insurer.example\nTo: wrong@other.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/csv\n" +
		"Content-Disposition: attachment; filename=list.csv\n\nmail,ssn\nx@mail.example,536904399\ny@mail.example,536904398\n--b--\n"
	r := scanFiles(t, map[string]string{"a.eml": mail}, Options{OwnDomains: []string{"insurer.example"}})
	same(t, "exposure", r.rows(t), []string{"a.eml:1|x@mail.example||||email+ssn|", "a.eml:1|y@mail.example||||email+ssn|", "a.eml:1|wrong@other.example||||email+communications|"})
	if places := r.places(t); !slices.Contains(places, "a.eml:1 message 1 1 text/csv row 3 ssn us-ssn ••••4398") {
		t.Errorf("hits %q", places)
	}
}

func TestChats(t *testing.T) {
	r := scanFiles(t, map[string]string{
		"slack/general/2026-01-01.json": `[
 {"type":"message","user":"U1","ts":"1512085950.000216","text":"caller anna@mail.example <mailto:x|x>","thread_ts":"1512085950.000216"},
 {"type":"message","user":"U2","ts":"1512085951.000216","text":"her SSN is 123-45-6789","thread_ts":"1512085950.000216"},
 {"type":"message","ts":"1512085952.000216","text":"nothing"}
]`,
		"chat.jsonl":   "{\"from\":\"ben@mail.example\",\"text\":\"iban DE89 3704 0044 0532 0130 00\",\"created_at\":4111111111111111}\nnot json 123-45-6789\n\n{\"text\":\"policy C-123456\",\"card\":4111111111111111}\n",
		"tickets.json": `{"count": 2, "tickets": [{"requester": {"full_name": "Cara Clay", "email": "c@mail.example"}, "comments": [{"html_body": "<p>my <b>pass</b>word: hunter22<br>bye</p>"}]}, {"id": 7, "comments": []}]}`,
		"crash.json":   `{"messages": [{"text": "call +49 30 901820"}, {"text": "cut`,
	}, Options{Detect: detect.Config{Patterns: []detect.Pattern{{Name: detect.CustomerID, Expression: `C-\d{6}`}}}})
	same(t, "hits", r.places(t), []string{
		"chat.jsonl:1 line 1 from email ••••mple",
		"chat.jsonl:1 line 1 text iban ••••0 00",
		"chat.jsonl:2 line 2 us-ssn ••••6789",
		"chat.jsonl:4 line 4 text customer-id ••••56",
		"chat.jsonl:4 line 4 card card ••••1111",
		"crash.json:1 $ $.messages[0].text phone ••••1820",
		"slack/general/2026-01-01.json:2 $[0] $[0].text email ••••mple",
		"slack/general/2026-01-01.json:3 $[1] $[1].text us-ssn ••••6789",
		"tickets.json:1 $.tickets[0] $.tickets[0].requester.full_name field-name ••••",
		"tickets.json:1 $.tickets[0] $.tickets[0].requester.email email ••••mple",
		"tickets.json:1 $.tickets[0] $.tickets[0].comments[0].html_body password ••••",
	})
	same(t, "exposure", r.rows(t), []string{
		"chat.jsonl:1|ben@mail.example||||email+account_number+communications|",
		"chat.jsonl:2|||||ssn|",
		"chat.jsonl:4||C-123456|||card_number+communications|",
		"crash.json:1|||+4930901820||phone+communications|",
		"slack/general/2026-01-01.json:2|anna@mail.example||||email+ssn+communications|",
		"tickets.json:1|c@mail.example||||name+email+credentials+communications|",
	})
	want := "file,line,why\nchat.jsonl,2,is not valid JSON here; it was not read further\ncrash.json,1,ends in the middle of its JSON text; it was not read further\n"
	if r.problems != want {
		t.Errorf("problems %q, want %q", r.problems, want)
	}
	if r.sum.Incomplete != 1 || r.sum.Nobody != 1 {
		t.Errorf("incomplete %d, nobody %d", r.sum.Incomplete, r.sum.Nobody)
	}
}

func TestTextTablesAndPages(t *testing.T) {
	r := scanFiles(t, map[string]string{
		"a.txt":   "hello\n\nmy number is\n123-45-6789 and d@mail.example\n",
		"b.csv":   "id;customer ssn;notes\n1;536904399;\"two\nlines, card 4111111111111111\"\n2;x;\"open 123-45-6789\n3;y;e@mail.example\n",
		"c.csv":   "123-45-6789,f@mail.example\n",
		"d.html":  "<html>\n<script>\nvar x='123-45-6789';\n</script>\n<p>call\n<a href=\"mailto:g@mail.example\">us</a></p>\n<td>123</td><td>45-6789</td></html>",
		"e.txt":   "\xff\xfe1\x002\x003\x00-\x004\x005\x00-\x006\x007\x008\x009\x00",
		"f.pdf":   "%PDF-1.4 123-45-6789",
		"g.bin":   "a\x00b",
		"h.txt":   "",
		".hidden": "123-45-6789",
	}, Options{Transcripts: true})
	same(t, "hits", r.places(t), []string{
		"a.txt:4 us-ssn ••••6789",
		"a.txt:4 email ••••mple",
		"b.csv:2 row 2 customer ssn us-ssn ••••4399",
		"b.csv:2 row 2 notes card ••••1111",
		"b.csv:4 row 3 column 1 us-ssn ••••6789",
		"b.csv:4 row 3 column 1 email ••••mple",
		"c.csv:1 row 1 column 1 us-ssn ••••6789",
		"c.csv:1 row 1 column 2 email ••••mple",
		"d.html:6 email ••••mple",
		"e.txt:1 us-ssn ••••6789",
	})
	if rows := r.rows(t); !slices.Contains(rows, "a.txt:1|d@mail.example||||email+ssn+communications|") {
		t.Errorf("exposure %q", rows)
	}
	for _, want := range []string{"b.csv,4,a quote is not closed", "f.pdf,1,\"is a PDF: it was not looked into", "g.bin,1,is no text"} {
		if !strings.Contains(r.problems, want) {
			t.Errorf("problems %q do not say %q", r.problems, want)
		}
	}
}

func TestPackedAndDamaged(t *testing.T) {
	const text = "SSN 123-45-6789\n"
	var gz, zst bytes.Buffer
	w := gzip.NewWriter(&gz)
	w.Write([]byte(text))
	w.Close()
	z, err := zstd.NewWriter(&zst)
	if err != nil {
		t.Fatal(err)
	}
	z.Write([]byte(text))
	z.Close()
	var bomb bytes.Buffer
	w = gzip.NewWriter(&bomb)
	zeros := bytes.Repeat([]byte{' '}, 1<<20)
	for range 3 {
		w.Write(zeros)
	}
	w.Close()
	lim := standardLimits()
	lim.unpacked = 2 << 20
	r := scanAll(t, write(t, map[string]string{"a.txt.gz": gz.String(), "b.txt.zst": zst.String(), "c.txt.gz": gz.String()[:gz.Len()-8], "d.txt.gz": bomb.String(), "e.txt.gz": "\x1f\x8bno"}), []string{"./"}, Options{}, lim)
	same(t, "hits", r.places(t), []string{"a.txt.gz:1 us-ssn ••••6789", "b.txt.zst:1 us-ssn ••••6789", "c.txt.gz:1 block 1 us-ssn ••••6789"})
	for _, want := range []string{"c.txt.gz,2,cannot be read further: the file is damaged", "d.txt.gz,1,\"unpacks to more than 400 times", "e.txt.gz,1,is not a sound gzip file"} {
		if !strings.Contains(r.problems, want) {
			t.Errorf("problems %q do not say %q", r.problems, want)
		}
	}
	if r.sum.Incomplete != 3 {
		t.Errorf("incomplete = %d, want 3", r.sum.Incomplete)
	}
}

// TestBounds holds hostile files to their limits, and that others are unharmed.
func TestBounds(t *testing.T) {
	lim := standardLimits()
	lim.line, lim.whole, lim.block, lim.part, lim.parts, lim.nesting = 1000, 2000, 1000, 5000, 10, 8
	var deep strings.Builder
	deep.WriteString("From: a@mail.example\nMIME-Version: 1.0\n")
	for i := range 40 {
		fmt.Fprintf(&deep, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	deep.WriteString("Content-Type: text/plain\n\n123-45-6789\n")
	long := strings.Repeat("word ", 2000)
	from := write(t, map[string]string{
		"deep.json": strings.Repeat(`{"a":`, 50) + "1" + strings.Repeat("}", 50),
		"deep.eml":  deep.String(),
		"line.mbox": "From a@b\nFrom: a@mail.example\nMIME-Version: 1.0\n\n" + strings.Repeat("x", 3000) + "\n123-45-6789\n",
		"torn.txt":  strings.Repeat("word ", bufferSize/5-3) + "number 123-45-6789 and " + long,
		"long.txt":  long + "\n\nSSN 123-45-6789\n" + long,
		"part.eml":  "From: a@mail.example\nMIME-Version: 1.0\nContent-Type: text/plain\n\n" + strings.Repeat(long[:995]+"\n", 6) + "123-45-6789\n",
		"text.json": `{"text": "` + long + `", "more": "123-45-6789"}`,
		"wide.csv":  "note,n\n" + long + ",1\n123-45-6789,2\n",
	})
	r := scanAll(t, from, []string{"./"}, Options{}, lim)
	for _, want := range []string{"deep.json,1,is nested deeper than 8 levels", "deep.eml,1,\"the message has more than 10 parts, or", "line.mbox,1,message 1: a line", "part.eml,1,part text/plain is longer than 5000 bytes", "text.json,1,a text is longer than 1000 bytes"} {
		if !strings.Contains(r.problems, strings.ReplaceAll(want, "line.mbox,1,message 1: a line", "line.mbox,5,a line is longer than 1000 bytes")) {
			t.Errorf("problems do not say %q:\n%s", want, r.problems)
		}
	}
	places := r.places(t)
	for _, want := range []string{"line.mbox:1 message 1 text/plain us-ssn ••••6789", "long.txt:3 block 2 us-ssn ••••6789", "torn.txt:1 block 1 us-ssn ••••6789", "text.json:1 $ $.more us-ssn ••••6789", "wide.csv:3 row 3 note us-ssn ••••6789"} {
		if !slices.Contains(places, want) {
			t.Errorf("no hit %q in\n%s", want, strings.Join(places, "\n"))
		}
	}
}

// TestLeast checks which hits count, and what becomes of a code without its card.
func TestLeast(t *testing.T) {
	files := map[string]string{"a.csv": "note\nSSN 123-45-6789 and a@mail.example cvv 123\nDE89370400440532013000\n"}
	for least, want := range map[detect.Strength][]string{
		detect.Shape:    {"a.csv:2|a@mail.example||||email+ssn|", "a.csv:3|||||account_number|"},
		detect.Context:  {"a.csv:2|||||ssn|", "a.csv:3|||||account_number|"},
		detect.Checksum: {"a.csv:3|||||account_number|"},
	} {
		r := scanFiles(t, files, Options{Least: least})
		same(t, least.String(), r.rows(t), want)
		if r.sum.Hits != 4 {
			t.Errorf("%s: %d hits are listed, want all 4", least, r.sum.Hits)
		}
	}
}

// TestLongConversations checks that what is held of conversations is bounded.
func TestLongConversations(t *testing.T) {
	lim := standardLimits()
	lim.open, lim.ids = 2, 5
	var b strings.Builder
	for i := range 5 {
		fmt.Fprintf(&b, "{\"ticket_id\":%d,\"text\":\"p%d@mail.example\"}\n", i, i)
	}
	for i := range 5 {
		fmt.Fprintf(&b, "{\"ticket_id\":4,\"text\":\"q%d@mail.example\"}\n", i)
	}
	r := scanAll(t, write(t, map[string]string{"a.jsonl": b.String()}), []string{"a.jsonl"}, Options{}, lim)
	same(t, "exposure", r.rows(t), []string{
		"a.jsonl:1|p0@mail.example||||email+communications|", "a.jsonl:2|p1@mail.example||||email+communications|", "a.jsonl:3|p2@mail.example||||email+communications|",
		"a.jsonl:4|p3@mail.example||||email+communications|", "a.jsonl:5|p4@mail.example||||email+communications|yes",
		"a.jsonl:5|q0@mail.example||||email+communications|yes", "a.jsonl:5|q1@mail.example||||email+communications|yes",
		"a.jsonl:5|q2@mail.example||||email+communications|yes", "a.jsonl:5|q3@mail.example||||email+communications|yes", "a.jsonl:5|q4@mail.example||||email+communications|yes",
	})
	if r.sum.Cut != 5 {
		t.Errorf("cut = %d, want 5", r.sum.Cut)
	}
	// A message that names more people than are held loses none of them.
	r = scanAll(t, write(t, map[string]string{"a.eml": "From: a@mail.example\nMIME-Version: 1.0\n\nSSN 123-45-6789 b@mail.example c@mail.example d@mail.example e@mail.example f@mail.example g@mail.example\n"}),
		[]string{"a.eml"}, Options{}, lim)
	if rows := r.rows(t); len(rows) != 7 || rows[6] != "a.eml:1|g@mail.example||||email+ssn+communications|" || r.sum.Cut != 1 {
		t.Errorf("rows %q, cut %d", rows, r.sum.Cut)
	}
}

// TestSameBytes holds the outputs to be the same for any number of workers.
func TestSameBytes(t *testing.T) {
	files := map[string]string{}
	for i := range 10 {
		files[fmt.Sprintf("d%d/%d.mbox", i%3, i)] = strings.Repeat(mailbox1, i+1)
		files[fmt.Sprintf("d%d/%d.txt", i%3, i)] = strings.Repeat(fmt.Sprintf("card 4111 1111 1111 1111 of p%d@mail.example\n\n", i), 10*i)
	}
	from := write(t, files)
	want := scanAll(t, from, []string{"./"}, Options{Workers: 1}, standardLimits())
	for _, workers := range []int{2, 7} {
		got := scanAll(t, from, []string{"./"}, Options{Workers: workers}, standardLimits())
		if got.hits != want.hits || got.exposure != want.exposure || got.problems != want.problems {
			t.Errorf("%d workers wrote other bytes", workers)
		}
	}
	other := scanAll(t, from, []string{"./"}, Options{Key: []byte("another key")}, standardLimits())
	if other.hits == want.hits {
		t.Error("another key gave the same hashes")
	}
	for _, secret := range []string{"4111 1111 1111 1111", "DE89370400440532013000", "anna@mail", "Abel", "1980-03"} {
		if strings.Contains(want.hits, secret) {
			t.Errorf("the list of hits holds %q", secret)
		}
	}
}

// TestResolves takes the exposure through package affected: transcripts in, people out.
func TestResolves(t *testing.T) {
	from := write(t, map[string]string{"in.mbox": mailbox1, "customers.csv": "id,mail,country\nC1,Anna@Mail.example,DE\nC2,ben@mail.example,FR\nC3,zoe@mail.example,FR\n"})
	dir := filepath.Join(t.TempDir(), "out")
	sum, err := ToFolder(context.Background(), from, []string{"in.mbox"}, dir, Options{OwnDomains: []string{"insurer.example"}})
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, ExposureFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	var people bytes.Buffer
	done, err := affected.Resolve(context.Background(), affected.Spec{
		Directory: affected.Directory{Input: affected.Input{Path: "customers.csv"}, Columns: map[string]string{"customer_id": "id", "email": "mail", "country": "country"}},
		Exposures: []affected.Exposure{{Name: "mail", Input: affected.Input{Path: filepath.Join(dir, ExposureFile)}, Match: map[string]string{"email": "email", "customer_id": "customer_id"}, ElementsColumn: "elements"}},
	}, from, affected.Outputs{People: &people}, affected.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if done.Matched != 2 || done.Unmatched != 1 || done.Malformed != 0 || sum.Rows != 3 {
		t.Errorf("matched %d, unmatched %d of %d rows", done.Matched, done.Unmatched, sum.Rows)
	}
	if !strings.Contains(people.String(), "ssn+account_number+card_number+communications") {
		t.Errorf("people: %s", people.String())
	}
	if _, err := ToFolder(context.Background(), from, []string{"in.mbox"}, string(from), Options{}); incident.KindOf(err) != incident.Conflict {
		t.Errorf("a folder with other files was taken: %v", err)
	}
}

// breaking gives one file whose reading panics, as a library's might on a hostile file.
type breaking struct{ Folder }

func (b breaking) Open(ctx context.Context, path string) (io.ReadCloser, int64, error) {
	if path == "bad.txt" {
		return io.NopCloser(b), 1, nil
	}
	return b.Folder.Open(ctx, path)
}

func (breaking) Read([]byte) (int, error) { panic("a fault in a library") }

func TestOneFileBreaks(t *testing.T) {
	r := scanAll(t, breaking{write(t, map[string]string{"bad.txt": "", "good.txt": "SSN 123-45-6789"})}, []string{"./"}, Options{}, standardLimits())
	same(t, "hits", r.places(t), []string{"good.txt:1 us-ssn ••••6789"})
	if r.problems != "file,line,why\nbad.txt,0,"+broken+"\n" || r.sum.Incomplete != 1 {
		t.Errorf("problems %q, incomplete %d", r.problems, r.sum.Incomplete)
	}
}

func TestErrors(t *testing.T) {
	from := write(t, map[string]string{"a.txt": strings.Repeat("SSN 123-45-6789\n", 40_000)})
	_, err := Scan(context.Background(), from, []string{"gone.txt", "nothing/*"}, Outputs{}, Options{})
	if incident.KindOf(err) != incident.Invalid || len(incident.ProblemsOf(err)) != 2 {
		t.Errorf("error %v, want both paths", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	out := filepath.Join(t.TempDir(), "out")
	_, err = ToFolder(ctx, from, []string{"a.txt"}, out, Options{Progress: func(Progress) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if left, _ := os.ReadDir(filepath.Dir(out)); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// FuzzReaders holds that no file makes a reader panic, hang or fail the scan.
func FuzzReaders(f *testing.F) {
	f.Add("x.mbox", []byte(mailbox1))
	f.Add("x.json", []byte(`[{"text":"a\u00e9 123-45-6789","n":[1,{"tickets":[{}]}]}]`))
	f.Add("x.jsonl", []byte("{\"a\":1}\n[}\n"))
	f.Add("x.csv", []byte("a,\"b\n\"\"c\",d\n"))
	f.Add("x.html", []byte("<a href='x'>\n<!-- 123-45-6789 --><script>"))
	f.Add("x", []byte("\xff\xfea"))
	lim := standardLimits()
	lim.line, lim.whole, lim.block, lim.record, lim.part, lim.parts, lim.nesting, lim.open, lim.ids, lim.told = 200, 300, 100, 200, 500, 5, 6, 2, 2, 3
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		r := scanAll(t, memory{text}, []string{"f." + strings.ReplaceAll(filepath.Base(name), "*", "")}, Options{Workers: 1}, lim)
		if _, err := csv.NewReader(strings.NewReader(r.exposure)).ReadAll(); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(r.problems, broken) {
			t.Fatal("a reader panicked")
		}
		lines := bytes.Count(text, []byte{'\n'}) + 1
		for line := range strings.Lines(r.hits) {
			var h struct{ Line int }
			if err := json.Unmarshal([]byte(line), &h); err != nil || h.Line < 1 || h.Line > lines {
				t.Fatalf("%v: a hit on line %d of %d", err, h.Line, lines)
			}
		}
	})
}
