package hooks

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"tocsin/incident"
	"tocsin/incident/casework"
)

// take keeps an authentic call. Errors: Invalid for what the parser cannot
// read, Unavailable while the store cannot keep it.
func (h *Handler) take(r *http.Request, s source, body []byte) (casework.Received, error) {
	in := casework.Intake{Source: s.Name, Delivery: s.deliveryOf(r.Header, body), Raw: body, Rules: s.Rules}
	var problem error
	in.Alerts, problem = s.parse(body)
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		in.Alerts, problem = nil, unreadable(incident.Problem{Where: "Content-Encoding", What: "the body is compressed; send it as it is"})
	}
	if problem != nil {
		in = unread(in, body, problem)
	}
	for n := range in.Alerts {
		in.Alerts[n].Raw = in.Delivery
	}
	got, err := h.keep(r.Context(), s, in)
	if err != nil {
		return got, err
	}
	h.logger.InfoContext(r.Context(), "alert received", "source", s.Name, "alert", got.Alert, "alerts", len(in.Alerts),
		"incident", got.Incident, "duplicate", got.Duplicate, "readable", problem == nil)
	if problem == nil {
		return got, nil
	}
	return got, &incident.Error{Kind: incident.Invalid, Problems: incident.ProblemsOf(problem),
		Message: incident.Sentence(problem) + " It was kept, and is listed for triage; sending it again as it is would not help."}
}

// unread makes the listed alert that stands for a call nobody could read. No
// rule is asked: a rule that opens incidents means alerts that were understood.
func unread(in casework.Intake, body []byte, problem error) casework.Intake {
	var why strings.Builder
	why.WriteString("It proved to come from this source, so its bytes are kept. What is wrong with it:")
	for _, p := range incident.ProblemsOf(problem) {
		why.WriteString("\n" + p.String())
	}
	sum := sha256.Sum256(body)
	in.Delivery = "unread:" + in.Delivery // a corrected call may come under the same id
	in.Rules = []casework.TriageRule{{Name: "(the call could not be read)", Do: "list"}}
	in.Alerts = []incident.Alert{{
		Fingerprint: "unread:" + hex.EncodeToString(sum[:]),
		Title:       "A call from " + in.Source + " that could not be read",
		Description: block(why.String(), maxDescription),
		Severity:    "unknown",
		Status:      "open",
	}}
	return in
}

// keep hands the call to the desk. What the desk refuses for good (a rule that
// names a playbook which is not there, say) is listed instead, because an alarm
// must not be lost for a rule's mistake. All else may pass, so the sender is
// asked to try again.
func (h *Handler) keep(ctx context.Context, s source, in casework.Intake) (casework.Received, error) {
	by := incident.Hook(s.Name)
	got, err := h.desk.ReceiveAlerts(ctx, by, in)
	switch incident.KindOf(err) {
	case incident.Invalid, incident.NotFound, incident.Conflict, incident.Gone, incident.TooLarge: // never of a nil error
		h.logger.ErrorContext(ctx, "rules of the source could not be followed; the alert is listed", "source", s.Name, "err", err.Error())
		in.Rules = []casework.TriageRule{{Name: "(the source's rules could not be followed: see the log)", Do: "list"}}
		got, err = h.desk.ReceiveAlerts(ctx, by, in)
	}
	if err != nil {
		h.logger.ErrorContext(ctx, "alert not kept", "source", s.Name, "err", err.Error())
		return got, incident.Because(incident.Unavailable, err, "The alert could not be kept just now. Send it again.")
	}
	return got, nil
}
