package smtp

import (
	"net"
	"os"
	"strings"
	"time"

	"tocsin/incident"
)

// Config is the [mail] part of the configuration. An empty host means that no
// mail is sent.
type Config struct {
	Host        string `toml:"host"`
	Port        int    `toml:"port"`
	TLS         string `toml:"tls"`  // starttls, tls, or none for a server on this machine
	Name        string `toml:"name"` // how it greets; the sender's domain if empty
	From        string `toml:"from"` // Insurer <privacy@insurer.example>
	ReplyTo     string `toml:"reply_to"`
	Envelope    string `toml:"envelope"` // where bounces go; the address of from if empty
	Bounces     string `toml:"bounces"`  // a Maildir into which they are delivered; not read here
	User        string `toml:"user"`
	SecretFile  string `toml:"password_file"`
	SecretEnv   string `toml:"password_env"` // the name of an environment variable; it wins over the file
	Connections int    `toml:"connections"`
	Rate        int    `toml:"rate"` // messages a second over all connections; 0 is as fast as the server takes them

	Sign SignConfig `toml:"sign"`
	DKIM DKIMConfig `toml:"dkim"`
}

// Default is what a key that is not given means.
func Default() Config {
	return Config{Port: 587, TLS: "starttls", Connections: 4}
}

// On reports whether mail is configured.
func (c Config) On() bool { return c.Host != "" }

// Files are the paths in it, for whoever makes them absolute.
func (c *Config) Files() []*string {
	return []*string{&c.SecretFile, &c.Sign.CertFile, &c.Sign.KeyFile, &c.DKIM.KeyFile}
}

// Check gives every problem; Where is the key. It reads certificates and keys, and
// holds them against now.
func (c Config) Check(now time.Time) []incident.Problem {
	var out []incident.Problem
	add := func(key, what string) { out = append(out, incident.Problem{Where: "mail." + key, What: what}) }
	if !c.On() {
		if c.From != "" || c.User != "" || c.Sign != (SignConfig{}) || c.DKIM != (DKIMConfig{}) {
			add("host", "missing, but other keys of mail are set")
		}
		return out
	}
	if c.Port < 1 || c.Port > 65535 {
		add("port", "a number from 1 to 65535")
	}
	switch c.TLS {
	case "starttls", "tls":
	case "none":
		if ip := net.ParseIP(c.Host); c.Host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			add("tls", "only a server on this machine may be spoken to without encryption")
		}
	default:
		add("tls", "one of starttls, tls, none")
	}
	if c.Name != "" {
		if _, err := domains.ToASCII(c.Name); err != nil {
			add("name", "not the name of a host")
		}
	}
	if _, err := mailbox(c.From); err != nil {
		add("from", `give the sender, such as "Insurer <privacy@insurer.example>"`)
	}
	if _, err := mailbox(c.ReplyTo); err != nil && c.ReplyTo != "" {
		add("reply_to", "not an address")
	}
	if _, err := mailbox(c.Envelope); err != nil && c.Envelope != "" {
		add("envelope", "not an address")
	}
	if c.User != "" && c.SecretFile == "" && c.SecretEnv == "" {
		add("user", "its password is missing: password_file or password_env")
	}
	if c.Connections < 1 || c.Connections > 100 {
		add("connections", "a number from 1 to 100")
	}
	if c.Rate < 0 {
		add("rate", "not below 0")
	}
	for _, f := range c.findings(now) {
		if f.bad {
			add(f.key, f.what)
		}
	}
	return out
}

// password reads the secret from the environment or the file.
func (c Config) password(env func(string) string) (string, error) {
	if c.SecretEnv != "" {
		if s := env(c.SecretEnv); s != "" {
			return s, nil
		}
	}
	if c.SecretFile == "" {
		return "", incident.Errorf(incident.Invalid, "The mail password is not in the environment variable %s.", c.SecretEnv)
	}
	raw, err := os.ReadFile(c.SecretFile)
	if err != nil {
		return "", incident.Because(incident.Invalid, err, "The mail password file cannot be read.")
	}
	secret := strings.TrimSpace(string(raw))
	if secret == "" {
		return "", incident.Errorf(incident.Invalid, "The mail password file is empty.")
	}
	return secret, nil
}
