package app

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"tocsin/incident"
)

// Duration is a Go duration in a configuration file: "12h".
type Duration time.Duration

// UnmarshalText reads a Go duration.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err == nil && v < 0 {
		err = errors.New("must not be negative")
	}
	*d = Duration(v)
	return err
}

// MarshalText writes it as it is read.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// LoadConfig reads a configuration file; an empty path gives the defaults.
// Every unknown key and wrong value is reported with its line. Paths in the
// file are relative to the file. Errors: Invalid with all problems, NotFound.
func LoadConfig(path string) (Config, error) {
	cfg := DefaultConfig()
	if path == "" {
		return cfg, cfg.check("")
	}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return cfg, incident.Errorf(incident.NotFound, "There is no configuration file %s.", path)
	}
	if err != nil {
		return cfg, incident.Because(incident.Unavailable, err, "The configuration file %s cannot be read.", path)
	}
	return ParseConfig(path, raw)
}

// ParseConfig is LoadConfig for bytes already read; name is used in messages and
// its folder is what relative paths are relative to.
func ParseConfig(name string, raw []byte) (Config, error) {
	cfg := DefaultConfig()
	var problems []incident.Problem
	decoder := toml.NewDecoder(bytes.NewReader(raw)).DisallowUnknownFields()
	if err := decoder.Decode(&cfg); err != nil {
		problems = append(problems, decodeProblems(name, err)...)
		// What could be read is checked too, so that one run names everything.
		if errors.As(err, new(*toml.StrictMissingError)) {
			cfg = DefaultConfig()
			_ = toml.Unmarshal(raw, &cfg)
		} else {
			return cfg, &incident.Error{Kind: incident.Invalid, Message: "The configuration is wrong.", Problems: problems}
		}
	}
	cfg.relativeTo(filepath.Dir(name))
	if err := cfg.check(name); err != nil {
		problems = append(problems, incident.ProblemsOf(err)...)
	}
	if len(problems) > 0 {
		return cfg, &incident.Error{Kind: incident.Invalid, Message: "The configuration is wrong.", Problems: withLines(name, raw, problems)}
	}
	return cfg, nil
}

// decodeProblems turns the decoder's errors into file:line and a sentence.
func decodeProblems(name string, err error) []incident.Problem {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) {
		var out []incident.Problem
		for _, e := range strict.Errors {
			row, _ := e.Position()
			out = append(out, incident.Problem{Where: fmt.Sprintf("%s:%d", name, row), What: "unknown key " + strings.Join(e.Key(), ".")})
		}
		return out
	}
	var wrong *toml.DecodeError
	if errors.As(err, &wrong) {
		row, _ := wrong.Position()
		what := strings.TrimPrefix(wrong.Error(), "toml: ")
		if key := strings.Join(wrong.Key(), "."); key != "" {
			what = key + ": " + what
		}
		return []incident.Problem{{Where: fmt.Sprintf("%s:%d", name, row), What: what}}
	}
	return []incident.Problem{{Where: name, What: err.Error()}}
}

// withLines finds the line of each problem that names a key but no line.
func withLines(name string, raw []byte, problems []incident.Problem) []incident.Problem {
	lines := strings.Split(string(raw), "\n")
	for n, p := range problems {
		if strings.HasPrefix(p.Where, name+":") || p.Where == name {
			continue
		}
		if line := lineOf(lines, p.Where); line > 0 {
			problems[n] = incident.Problem{Where: fmt.Sprintf("%s:%d", name, line), What: p.Where + ": " + p.What}
		} else {
			problems[n] = incident.Problem{Where: name, What: p.Where + ": " + p.What}
		}
	}
	return problems
}

// lineOf is the line where a dotted key is set, or its table begins; 0 if neither.
// "source[1].name" means the second [[source]].
func lineOf(lines []string, key string) int {
	if open := strings.LastIndexByte(key, '['); open > 0 && strings.HasSuffix(key, "]") {
		key = key[:open] // an item of a list stands on the line of the list
	}
	parts := strings.Split(key, ".")
	last, table := parts[len(parts)-1], strings.Join(parts[:len(parts)-1], ".")
	nth := 0
	if open := strings.IndexByte(table, '['); open >= 0 {
		fmt.Sscanf(table[open:], "[%d]", &nth)
		table = table[:open]
	}
	current, seen, begins := "", -1, 0
	for n, line := range lines {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			header := strings.Trim(strings.SplitN(line, "]", 2)[0], "[] ")
			current = header
			if header == table {
				seen++
				if seen == nth || !strings.HasPrefix(line, "[[") {
					begins = n + 1
				}
			}
			continue
		}
		if current == table && (seen == nth || table == "") || current == table && seen < 0 {
			if left, _, ok := strings.Cut(line, "="); ok && strings.TrimSpace(left) == last {
				return n + 1
			}
		}
	}
	return begins
}

// checkListen reports what is wrong with an address to listen on.
func checkListen(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return `not an address; give host and port, such as "127.0.0.1:8484"`
	}
	if _, err := net.LookupPort("tcp", port); err != nil {
		return "not a port: " + port
	}
	if host == "" {
		return `name the host: "0.0.0.0:8484" for every interface, "127.0.0.1:8484" for this machine alone`
	}
	return ""
}

// loopback reports whether addr is reached from this machine alone.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func checkURL(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return `not an address of a site; such as "https://tocsin.example.com"`
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "give scheme and host alone; Tocsin answers at the root"
	}
	return ""
}
