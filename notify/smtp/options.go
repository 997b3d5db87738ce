package smtp

import (
	"crypto/tls"
	"crypto/x509"

	gomail "github.com/wneessen/go-mail"
)

// options say how the library opens a line.
func (c *Channel) options(deps Deps) ([]gomail.Option, error) {
	name := c.cfg.Name
	if name == "" {
		name = c.domain
	}
	out := []gomail.Option{
		gomail.WithPort(c.cfg.Port), gomail.WithTimeout(c.patience), gomail.WithHELO(name),
	}
	switch c.cfg.TLS {
	case "tls":
		// The line is encrypted before the library sees it (newConnection); this
		// policy makes it look whether it is, which it must know to sign in.
		out = append(out, gomail.WithTLSPolicy(gomail.TLSOpportunistic), gomail.WithTLSConfig(trust(c.cfg.Host, deps.Roots)))
	case "starttls":
		out = append(out, gomail.WithTLSPolicy(gomail.TLSMandatory), gomail.WithTLSConfig(trust(c.cfg.Host, deps.Roots)))
	default:
		out = append(out, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if c.cfg.User != "" {
		password, err := c.cfg.password(deps.Env)
		if err != nil {
			return nil, err
		}
		out = append(out, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(c.cfg.User), gomail.WithPassword(password))
	}
	return out, nil
}

// trust is how the server's certificate is checked: for its name, always.
func trust(host string, roots *x509.CertPool) *tls.Config {
	return &tls.Config{ServerName: host, RootCAs: roots, MinVersion: tls.VersionTLS12}
}
