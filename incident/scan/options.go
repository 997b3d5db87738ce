package scan

import (
	"io"
	"time"

	"tocsin/incident/scan/detect"
)

// Options are what a scan may be told. The zero value works.
type Options struct {
	Detect detect.Config
	// Key makes the hashes of values; the same key gives the same hashes. nil: a
	// random one that is forgotten, so that hashes compare within this run alone.
	Key []byte
	// OwnDomains are the organisation's mail domains. Addresses in them are of
	// staff: they identify no customer and are not listed.
	OwnDomains []string
	// Least is the weakest hit that counts for the exposure; None means Shape. All are listed.
	Least detect.Strength
	// Transcripts says that plain text files are conversations, so that they exposed communications too.
	Transcripts bool
	Workers     int              // files read at once; 0: one for each processor
	Now         func() time.Time // for ElapsedMS; nil: not measured
	Progress    func(Progress)   // called by one goroutine at a time
}

// Progress says how far a scan has come.
type Progress struct {
	File  string // the file whose results are being written
	Files int    // files finished
	Of    int    // files in all
	Done  int64  // bytes read, of all files
	Total int64  // bytes of all files; -1 where not known
	Hits  int64  // written so far
}

// Outputs are where the tables go; nil ones are not written. What was written is
// only worth anything once Scan has returned without an error.
type Outputs struct {
	Hits     io.Writer // JSON Lines, see Hit
	Exposure io.Writer // CSV: place, email, customer_id, phone, insurance_policy, elements, several
	Problems io.Writer // CSV: file, line, why
}

// limits bound what a file may ask for.
type limits struct {
	line    int   // bytes of a line or a JSON text
	block   int   // bytes of text looked at as one
	whole   int   // bytes up to which a text file is one conversation
	record  int   // bytes of a CSV record
	part    int64 // bytes of a part of a message, decoded
	parts   int   // parts of a message
	nesting int   // of parts in parts, and of JSON
	open    int   // conversations of one file held at once
	ids     int   // identifiers of one message, and of all conversations of a file held at once
	twins   int   // values of a message that are known again in another form of it
	told    int   // problems of one file that are listed

	unpacked int64 // bytes that any packed file may unpack to
}

func standardLimits() limits {
	return limits{line: 1 << 20, block: 64 << 10, whole: 256 << 10, record: 1 << 20, part: 32 << 20, parts: 1000, nesting: 64, open: 100_000, ids: 200_000, twins: 10_000, told: 1000, unpacked: 64 << 20}
}
