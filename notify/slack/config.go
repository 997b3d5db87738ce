package slack

import (
	"net/url"
	"os"
	"regexp"
	"strings"

	"tocsin/incident"
)

// Config is the [slack] part of the configuration, for the channel and for the
// command. The zero value means that Slack is not used.
type Config struct {
	// The bot's token (xoxb-…), with the scope chat:write. Without one nothing is
	// posted by itself, but the command can still be used.
	BotTokenFile string `toml:"bot_token_file"`
	BotTokenEnv  string `toml:"bot_token_env"` // the name of an environment variable; it wins over the file
	Channel      string `toml:"channel"`       // id of the channel for new incidents and reminders: C0123456789

	// The app's signing secret, which proves that a command comes from Slack.
	// Without one /slack/… does not exist.
	SigningSecretFile string `toml:"signing_secret_file"`
	SigningSecretEnv  string `toml:"signing_secret_env"`
	// A second one that is accepted too, while one replaces the other.
	SecondSigningSecretFile string `toml:"second_signing_secret_file"`
	SecondSigningSecretEnv  string `toml:"second_signing_secret_env"`

	Workspace string `toml:"workspace"` // id of the only workspace: commands come from it, direct messages go to it; T0123456789; any if empty

	APIURL      string `toml:"api_url"`      // https://slack.com/api/ if empty
	ResponseURL string `toml:"response_url"` // what addresses for late answers must begin with; https://hooks.slack.com/ if empty
}

// Posts reports whether the channel is configured.
func (c Config) Posts() bool { return c.BotTokenFile != "" || c.BotTokenEnv != "" }

// Commands reports whether the command is configured.
func (c Config) Commands() bool { return c.SigningSecretFile != "" || c.SigningSecretEnv != "" }

// Files are the names of files in c, to be made relative to the configuration.
func (c *Config) Files() []*string {
	return []*string{&c.BotTokenFile, &c.SigningSecretFile, &c.SecondSigningSecretFile}
}

// Check gives every problem; Where is the key under slack. It opens nothing.
func (c Config) Check() []incident.Problem {
	var out []incident.Problem
	add := func(key, what string) { out = append(out, incident.Problem{Where: "slack." + key, What: what}) }
	if c.Posts() && !regexp.MustCompile(`^[CGD][A-Z0-9]{6,20}$`).MatchString(c.Channel) {
		add("channel", "give the channel's id, such as C0123456789; it is at the end of the channel's link")
	}
	if c.Channel != "" && !c.Posts() {
		add("bot_token_file", "posting to the channel needs the bot's token: bot_token_file or bot_token_env")
	}
	if !c.Commands() && (c.SecondSigningSecretFile != "" || c.SecondSigningSecretEnv != "") {
		add("signing_secret_file", "there is a second signing secret, but no first")
	}
	if c.Workspace != "" && !regexp.MustCompile(`^[TE][A-Z0-9]{6,20}$`).MatchString(c.Workspace) {
		add("workspace", "give the workspace's id, such as T0123456789")
	}
	for key, v := range map[string]string{"api_url": c.APIURL, "response_url": c.ResponseURL} {
		if v == "" {
			continue
		}
		u, err := url.Parse(v)
		local := err == nil && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1")
		if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && local) || !strings.HasSuffix(v, "/") {
			add(key, "an https address that ends with a slash")
		}
	}
	return out
}

// SigningSecrets reads the one or two secrets. env looks a variable up;
// os.Getenv if nil. Error: Invalid; it holds no part of a secret.
func (c Config) SigningSecrets(env func(string) string) ([]string, error) {
	first, err := secret("signing_secret", c.SigningSecretFile, c.SigningSecretEnv, env)
	if err != nil {
		return nil, err
	}
	out := []string{first}
	if c.SecondSigningSecretFile != "" || c.SecondSigningSecretEnv != "" {
		second, err := secret("second_signing_secret", c.SecondSigningSecretFile, c.SecondSigningSecretEnv, env)
		if err != nil {
			return nil, err
		}
		out = append(out, second)
	}
	return out, nil
}

// BotToken reads the token, with which forms are opened. Error: Invalid; it
// holds no part of the token.
func (c Config) BotToken(env func(string) string) (string, error) {
	if !c.Posts() {
		return "", nil
	}
	return secret("bot_token", c.BotTokenFile, c.BotTokenEnv, env)
}

func secret(key, file, variable string, env func(string) string) (string, error) {
	if env == nil {
		env = os.Getenv
	}
	wrong := func(where, what string) error {
		return &incident.Error{Kind: incident.Invalid, Message: "Slack is not configured rightly.",
			Problems: []incident.Problem{{Where: "slack." + where, What: what}}}
	}
	if variable != "" {
		if s := strings.TrimSpace(env(variable)); s != "" {
			return s, nil
		}
		if file == "" {
			return "", wrong(key+"_env", "the environment variable "+variable+" is empty")
		}
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return "", wrong(key+"_file", "cannot be read: "+err.Error())
	}
	s := strings.TrimSpace(string(raw))
	if s == "" {
		return "", wrong(key+"_file", "the file is empty")
	}
	return s, nil
}
