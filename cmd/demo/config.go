package demo

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"tocsin/cmd/app"
	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/web/hooks"
)

// alertSource is the name of the support desk's webhook.
const alertSource = "support-desk"

// configuration is that of the made-up insurer, as its operators would write it
// down. Secrets are in files of the temporary folder.
func configuration(dir, listen string, mail *mailServer, secrets secrets) (app.Config, error) {
	for name, text := range map[string]string{"desk.secret": secrets.alerts, "slack.secret": secrets.slack, "slack.token": secrets.token} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text+"\n"), 0o600); err != nil {
			return app.Config{}, err
		}
	}
	host, port := mail.addr()
	cfg := app.DefaultConfig()
	cfg.DataDir, cfg.Listen = filepath.Join(dir, "data"), listen
	cfg.Log.Level = "error"
	cfg.Organisation = app.OrganisationConfig{
		Role: "controller", EstablishedIn: []string{"US-CT", "DE", "GB", "IN"}, MainEstablishment: "DE-BY",
		RegulatedAs: []string{"insurer", "nydfs_covered_entity"}, LicensedIn: []string{"US-CT", "US-NY"},
	}
	office := app.ContactConfig{
		Name: "Privacy Office", Role: "Data Protection Officer", Address: []string{"Halden Mutual Insurance", "1 Example Quay", "80331 Munich"},
		Phone: "+49 89 5550100", Email: "privacy@halden.example", Web: "https://halden.example/privacy", Hours: "Monday to Friday, 9 am to 6 pm",
	}
	centre := office
	centre.Name, centre.Role, centre.Phone = "Customer line", "Customer line", "1-800-555-0100"
	chief := office
	chief.Name, chief.Role = "M. Halvorsen", "Chief Executive"
	cfg.Letterhead = app.LetterheadConfig{
		Name: "Halden Mutual Insurance", Parent: "Halden Group", Address: []string{"1 Example Quay", "Hartford, CT 06103"}, Phone: "+1 860 555 0100", TollFree: "1-800-555-0100",
		Email: "privacy@halden.example", Web: "https://halden.example", DPO: office, CallCentre: centre, Signatory: chief,
		Monitoring: &app.MonitoringConfig{
			Provider: "Guardline", Service: "credit monitoring and identity restoration", Months: 24,
			Web: "https://guardline.example/halden", Phone: "1-800-555-0111", EnrolBy: time.Now().AddDate(0, 6, 0).Format(time.DateOnly),
		},
	}
	cfg.Mail.Host, cfg.Mail.Port, cfg.Mail.TLS, cfg.Mail.Connections = host, port, "none", 8
	cfg.Mail.From = "Halden Mutual Insurance <privacy@halden.example>"
	cfg.Sending.Retry = []app.Duration{app.Duration(time.Second), app.Duration(5 * time.Second), app.Duration(time.Minute)}
	cfg.Sending.Batch = 500
	cfg.Sources = []hooks.Source{{
		Name: alertSource, Parser: "generic",
		Verifier: hooks.Verifier{Kind: "hmac", SecretFile: filepath.Join(dir, "desk.secret"), Header: "X-Desk-Signature", Prefix: "sha256="},
		Rules: []casework.TriageRule{{
			Name: "bulk-export", Title: "(?i)export", Severities: []string{"high", "critical"}, Do: "open",
			Kind: "support_channel", Severity: incident.High, Playbook: "support-channel", Headline: "Support desk: tickets exported in bulk",
		}},
	}}
	return cfg, nil
}

// secrets are made anew for each demo.
type secrets struct{ alerts, slack, token string }

func newSecrets() (secrets, error) {
	var s secrets
	for _, p := range []*string{&s.alerts, &s.slack} {
		text, err := randomText()
		if err != nil {
			return s, err
		}
		*p = text
	}
	s.token = "xoxb-demo-" + fmt.Sprintf("%.12s", s.slack)
	return s, nil
}
