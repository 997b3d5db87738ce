package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/keys"
	"tocsin/notify/bounce"
	"tocsin/notify/outbox"
	"tocsin/notify/post"
	"tocsin/notify/slack"
	"tocsin/notify/smtp"
	"tocsin/notify/statute"
	"tocsin/web/auth"
	"tocsin/web/hooks"
)

// Config is the whole configuration, composed of each part's own. The zero
// value of a field is its default as config.example.toml shows it.
type Config struct {
	DataDir       string `toml:"data_dir"`
	MasterKeyFile string `toml:"master_key_file"` // in the data folder if empty; the environment wins
	Listen        string `toml:"listen"`
	PublicURL     string `toml:"public_url"`

	TLS       TLSConfig        `toml:"tls"`
	Auth      AuthConfig       `toml:"auth"`
	Mail      smtp.Config      `toml:"mail"`
	Slack     slack.Config     `toml:"slack"`
	Post      post.HouseConfig `toml:"post"` // letters on paper
	Sources   []hooks.Source   `toml:"source"`
	Bounces   hooks.Verifier   `toml:"bounces"` // of returned mail at /hooks/bounces
	Rules     RulesConfig      `toml:"rules"`
	Playbooks PlaybooksConfig  `toml:"playbooks"`

	// Organisation is who had the data; Letterhead is what letters say of it.
	Organisation OrganisationConfig `toml:"organisation"`
	Letterhead   LetterheadConfig   `toml:"letterhead"`
	Sending      SendingConfig      `toml:"sending"`
	Filings      FilingsConfig      `toml:"filings"`
	Public       PublicConfig       `toml:"public"`

	Matching  MatchingConfig  `toml:"matching"`
	Retention RetentionConfig `toml:"retention"`
	Log       LogConfig       `toml:"log"`
	Metrics   MetricsConfig   `toml:"metrics"`
}

// TLSConfig names certificate and key in PEM; both or none.
type TLSConfig struct {
	CertFile string `toml:"cert_file"`
	KeyFile  string `toml:"key_file"`
}

func (t TLSConfig) on() bool { return t.CertFile != "" }

// AuthConfig is how people sign in.
type AuthConfig struct {
	Issuer   string   `toml:"issuer"`   // the name an authenticator app shows
	Idle     Duration `toml:"idle"`     // a session unused for this long ends
	Absolute Duration `toml:"absolute"` // a session ends after this, used or not
	Fresh    Duration `toml:"fresh"`    // how long after a second factor administration is open
}

func (a AuthConfig) service(cfg Config, deps Deps) auth.Config {
	return auth.Config{
		Issuer: a.Issuer, Idle: time.Duration(a.Idle), Absolute: time.Duration(a.Absolute), Fresh: time.Duration(a.Fresh),
		Secure: cfg.secure(), Clock: deps.clock(), Logger: deps.Logger,
	}
}

// OrganisationConfig is the organisation object of the facts format.
type OrganisationConfig struct {
	Role              string   `toml:"role"` // controller, joint_controller, processor
	EstablishedIn     []string `toml:"established_in"`
	MainEstablishment string   `toml:"main_establishment"`
	RegulatedAs       []string `toml:"regulated_as"`
	LicensedIn        []string `toml:"licensed_in"`
}

// facts checks the words by the facts format's own reader.
func (o OrganisationConfig) facts() (statute.Organisation, error) {
	type object struct {
		Role              string   `json:"role,omitempty"`
		EstablishedIn     []string `json:"established_in,omitempty"`
		MainEstablishment string   `json:"main_establishment,omitempty"`
		RegulatedAs       []string `json:"regulated_as"`
		LicensedIn        []string `json:"licensed_in"`
	}
	doc := map[string]any{"organisation": object(o)}
	if o.Role == "" && len(o.EstablishedIn) == 0 && o.MainEstablishment == "" && o.RegulatedAs == nil && o.LicensedIn == nil {
		doc = map[string]any{} // nothing said: nothing known
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		return statute.Organisation{}, err
	}
	f, err := statute.ParseFacts(bytes.NewReader(raw))
	return f.Organisation, err
}

// RulesConfig adds folders of the operator's own rules.
type RulesConfig struct {
	Folders []string `toml:"folders"`
}

// PlaybooksConfig adds folders of the operator's own playbooks. Each *.toml in
// them is published at start, unless that text is known already.
type PlaybooksConfig struct {
	Folders []string `toml:"folders"`
}

// FilingsConfig is how notices to authorities and partners are put on record.
type FilingsConfig struct {
	TwoPeople bool `toml:"two_people"` // refuse what no second person approved
}

// SendingConfig is how a mailing goes about it.
type SendingConfig struct {
	Canary int        `toml:"canary"` // people written to first
	Batch  int        `toml:"batch"`  // people per transaction
	Retry  []Duration `toml:"retry"`  // waits before each further attempt

	PerHour       int                  `toml:"per_hour"`        // letters in any hour; 0 is no limit
	DomainPerHour int                  `toml:"domain_per_hour"` // to any one recipient domain
	Domains       []outbox.DomainLimit `toml:"domain"`          // domains for which something else holds
}

func (s SendingConfig) throttle() outbox.Throttle {
	return outbox.Throttle{PerHour: s.PerHour, DomainPerHour: s.DomainPerHour, Domains: s.Domains}
}

func (s SendingConfig) retry() []time.Duration {
	if len(s.Retry) == 0 {
		return nil
	}
	out := make([]time.Duration, len(s.Retry))
	for n, d := range s.Retry {
		out[n] = time.Duration(d)
	}
	return out
}

// RetentionConfig is how long what is over is kept.
type RetentionConfig struct {
	Closed Duration `toml:"closed"` // after which a closed case's key may be destroyed
}

// LogConfig is the program's own log, on standard error.
type LogConfig struct {
	Level  string `toml:"level"`  // debug, info, warn, error
	Format string `toml:"format"` // text, json
}

// MetricsConfig guards /metrics. Without a token only this machine may read it.
type MetricsConfig struct {
	TokenFile string `toml:"token_file"`
}

// DefaultConfig is what runs with no configuration at all.
func DefaultConfig() Config {
	return Config{
		DataDir: "tocsin-data",
		Listen:  "127.0.0.1:8484",
		Auth: AuthConfig{
			Issuer: "Tocsin", Idle: Duration(2 * time.Hour), Absolute: Duration(12 * time.Hour), Fresh: Duration(30 * time.Minute),
		},
		Mail:      smtp.Default(),
		Post:      post.DefaultHouse(),
		Sending:   SendingConfig{Canary: 50, Batch: 200},
		Public:    PublicConfig{On: true},
		Matching:  MatchingConfig{Upload: "2GiB"},
		Retention: RetentionConfig{Closed: Duration(6 * 365 * 24 * time.Hour)},
		Log:       LogConfig{Level: "info", Format: "text"},
	}
}

// relativeTo makes the file's paths relative to its folder.
func (c *Config) relativeTo(dir string) {
	for _, p := range slices.Concat(c.paths(), c.Mail.Files(), c.Slack.Files()) {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
	}
	for _, folders := range [][]string{c.Rules.Folders, c.Playbooks.Folders, c.Post.Fonts} {
		for n, folder := range folders {
			if !filepath.IsAbs(folder) {
				folders[n] = filepath.Join(dir, folder)
			}
		}
	}
	sources := c.hooks()
	sources.Relative(dir)
	c.Sources, c.Bounces = sources.Sources, sources.Bounces
}

func (c *Config) hooks() hooks.Config { return hooks.Config{Sources: c.Sources, Bounces: c.Bounces} }

func (c *Config) paths() []*string {
	return append(c.Matching.paths(), []*string{&c.DataDir, &c.MasterKeyFile, &c.TLS.CertFile, &c.TLS.KeyFile, &c.Metrics.TokenFile, &c.Matching.Scratch, &c.Mail.Bounces, &c.Post.KeysFile}...)
}

// check opens nothing but looks whether named files are there.
func (c *Config) check(string) error {
	var problems []incident.Problem
	add := func(where, what string) {
		if what != "" {
			problems = append(problems, incident.Problem{Where: where, What: what})
		}
	}
	if c.DataDir == "" {
		add("data_dir", "name a folder")
	}
	add("listen", checkListen(c.Listen))
	if c.PublicURL != "" {
		add("public_url", checkURL(c.PublicURL))
	}
	_, wrong := c.Public.trusted()
	add("public.proxies", wrong)
	if (c.TLS.CertFile == "") != (c.TLS.KeyFile == "") {
		add("tls.cert_file", "give certificate and key, or neither")
	}
	for where, file := range map[string]string{
		"tls.cert_file": c.TLS.CertFile, "tls.key_file": c.TLS.KeyFile, "metrics.token_file": c.Metrics.TokenFile,
	} {
		add(where, checkFile(file))
	}
	if checkListen(c.Listen) == "" && !c.TLS.on() && !loopback(c.Listen) && !strings.HasPrefix(c.PublicURL, "https://") {
		add("listen", "other machines could reach this without encryption: set tls, or set public_url to the https address of the proxy in front")
	}
	if _, err := c.Log.level(); err != nil {
		add("log.level", "one of debug, info, warn, error")
	}
	if c.Log.Format != "text" && c.Log.Format != "json" {
		add("log.format", "one of text, json")
	}
	if _, err := c.Matching.casework(); err != nil {
		problems = append(problems, incident.ProblemsOf(err)...)
	}
	problems = append(problems, c.Matching.checkDatabases()...)
	if c.Auth.Idle > c.Auth.Absolute {
		add("auth.idle", "longer than auth.absolute")
	}
	problems = append(problems, c.hooks().Check()...)
	problems = append(problems, c.Mail.Check(time.Now())...)
	if c.Mail.Bounces != "" {
		add("mail.bounces", bounce.Maildir(c.Mail.Bounces).Check())
	}
	problems = append(problems, c.Sending.throttle().Check()...)
	problems = append(problems, c.Slack.Check()...)
	if _, err := post.NewHouse(c.Post); err != nil {
		problems = append(problems, incident.ProblemsOf(err)...)
	}
	problems = append(problems, c.Letterhead.check()...)
	if _, err := c.Organisation.facts(); err != nil {
		problems = append(problems, incident.ProblemsOf(err)...)
	}
	for key, folders := range map[string][]string{"rules": c.Rules.Folders, "playbooks": c.Playbooks.Folders} {
		for n, folder := range folders {
			if info, err := os.Stat(folder); err != nil || !info.IsDir() {
				add(fmt.Sprintf("%s.folders[%d]", key, n), "not a folder: "+folder)
			}
		}
	}
	if c.Sending.Canary < 0 || c.Sending.Batch < 0 || c.Sending.Batch > 5000 {
		add("sending.batch", "a number from 1 to 5000")
	}
	if len(problems) == 0 {
		return nil
	}
	return &incident.Error{Kind: incident.Invalid, Message: "The configuration is wrong.", Problems: problems}
}

func checkFile(path string) string {
	if path == "" {
		return ""
	}
	f, err := os.Open(path)
	if err != nil {
		return "cannot be read: " + path
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.IsDir() {
		return "is a folder: " + path
	}
	return ""
}

func (l LogConfig) level() (slog.Level, error) {
	var level slog.Level
	err := level.UnmarshalText([]byte(l.Level))
	return level, err
}

// Logger is the program's log as the configuration wants it.
func (l LogConfig) Logger(w interface{ Write([]byte) (int, error) }) *slog.Logger {
	level, _ := l.level()
	options := &slog.HandlerOptions{Level: level}
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

func (c *Config) masterKeyFile() string {
	if c.MasterKeyFile != "" {
		return c.MasterKeyFile
	}
	return filepath.Join(c.DataDir, keys.FileName)
}

// secure reports whether people reach the console over TLS.
func (c *Config) secure() bool { return c.TLS.on() || strings.HasPrefix(c.PublicURL, "https://") }

// baseURL is where people reach the console; addr is where it really listens.
func (c *Config) baseURL(addr string) string {
	if c.PublicURL != "" {
		return strings.TrimRight(c.PublicURL, "/")
	}
	if addr == "" {
		addr = c.Listen
	}
	if c.TLS.on() {
		return "https://" + addr
	}
	return "http://" + addr
}

// secret reads a secret from a file; empty path, empty secret.
func secret(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", incident.Because(incident.Invalid, err, "The secret file %s cannot be read.", path)
	}
	s := strings.TrimSpace(string(raw))
	if s == "" {
		return "", incident.Errorf(incident.Invalid, "The secret file %s is empty.", path)
	}
	return s, nil
}
