package hooks

import (
	"net/http"
	"time"

	"tocsin/incident"
	"tocsin/web"
)

// caller is who posts here, as answers and the log call them.
type caller struct{ what, whom, source string }

// authentic gives the body of a call that is proved to come from its caller.
// Everything else has been answered: another method, a body that is too long,
// one that is not theirs.
func (h *Handler) authentic(w http.ResponseWriter, r *http.Request, verify func(http.Header, []byte, time.Time) bool, from caller) (body []byte, ok bool) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, from.what+": only POST is taken here.", http.StatusMethodNotAllowed)
		return nil, false
	}
	body, err := read(r)
	if err != nil {
		if incident.KindOf(err) == incident.TooLarge {
			w.Header().Set("Connection", "close")
		}
		web.Problem(w, r, err)
		return nil, false
	}
	if !verify(r.Header, body, h.clock()) {
		h.logger.WarnContext(r.Context(), "call refused: not authentic", "source", from.source, "bytes", len(body))
		web.Problem(w, r, incident.Errorf(incident.Unauthorized, "The call could not be verified as coming from %s.", from.whom))
		return nil, false
	}
	return body, true
}
