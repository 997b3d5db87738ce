package cacao

import "tocsin/incident"

// typeOf is the playbook type (CACAO 2.0, 2.2.1) of a phase; "" where none fits.
func typeOf(p incident.Phase) string {
	switch p {
	case "prepare":
		return "prevention"
	case "detect_analyze":
		return "investigation"
	case "contain":
		return "mitigation"
	case "eradicate_recover":
		return "remediation"
	case "notify":
		return "notification"
	}
	return ""
}

// phaseOfType is the phase that steps of a playbook type are put into.
func phaseOfType(t string) incident.Phase {
	switch t {
	case "prevention":
		return "prepare"
	case "mitigation", "attack", "engagement":
		return "contain"
	case "remediation":
		return "eradicate_recover"
	case "notification":
		return "notify"
	}
	return "detect_analyze"
}

// phaseOfActivity is the phase of a playbook activity (CACAO 2.0, 2.2.2); "" where
// it says nothing of one.
func phaseOfActivity(a string) incident.Phase {
	switch a {
	case "compose-content", "deliver-content", "identify-audience", "identify-channel":
		return "notify"
	case "scan-system", "match-indicator", "analyze-collected-data", "identify-indicators", "scan-vulnerabilities":
		return "detect_analyze"
	case "configure-systems", "restrict-access", "disconnect-system", "eliminate-risk", "prepare-engagement", "execute-operation", "analyze-engagement-results":
		return "contain"
	case "revert-system", "restore-data", "restore-capabilities":
		return "eradicate_recover"
	case "map-network", "identify-steps", "step-sequence":
		return "prepare"
	}
	return ""
}
