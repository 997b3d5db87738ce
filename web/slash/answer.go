package slash

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"tocsin/incident"
)

// limit is how long work for one request may take in all.
const limit = 30 * time.Second

// within runs work and answers with what comes of it, or, where that takes
// longer than Slack would wait, acknowledges now and sends it later. The line
// for the channel always goes by responseURL: an answer is one message.
func (h *Handler) within(w http.ResponseWriter, r *http.Request, responseURL string, work func(context.Context) reply) {
	// The work outlives the request: what was begun is finished and answered.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), limit)
	done, late := make(chan reply), make(chan struct{})
	h.work.Go(func() {
		defer cancel()
		out := work(ctx)
		select {
		case done <- out:
		case <-late:
			h.post(ctx, responseURL, out.ephemeral())
		}
		if out.line != "" {
			h.post(ctx, responseURL, message{Type: "in_channel", Text: out.line})
		}
	})
	timer := time.NewTimer(h.cfg.Patience)
	defer timer.Stop()
	select {
	case out := <-done:
		h.write(w, out.ephemeral())
	case <-timer.C:
		close(late)
		h.write(w, message{Type: "ephemeral", Text: "Working on it. The answer comes here in a moment."})
	}
}

func (h *Handler) write(w http.ResponseWriter, m message) {
	body, err := json.Marshal(m)
	if err != nil {
		http.Error(w, "The answer could not be written.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(body)
}

// post sends an answer to where Slack said. Only addresses of Slack are posted
// to, whatever a request says.
func (h *Handler) post(ctx context.Context, to string, m message) {
	if !strings.HasPrefix(to, h.cfg.ResponseURL) {
		h.deps.Logger.WarnContext(ctx, "slack answer not sent: its address is not Slack's")
		return
	}
	body, err := json.Marshal(m)
	if err != nil {
		h.deps.Logger.ErrorContext(ctx, "slack answer not sent", "err", err.Error())
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		h.deps.Logger.ErrorContext(ctx, "slack answer not sent", "err", "the address is not readable")
		return
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := h.deps.HTTP.Do(req)
	if err != nil {
		// The error would repeat the address, which is a key to the channel.
		h.deps.Logger.WarnContext(ctx, "slack answer not sent: Slack could not be reached")
		return
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		h.deps.Logger.WarnContext(ctx, "slack answer not taken", "status", resp.StatusCode)
	}
}

// failed logs what is ours and gives the words for the asker.
func (h *Handler) failed(ctx context.Context, verb string, err error) reply {
	if k := incident.KindOf(err); k == incident.Internal || k == incident.Unavailable {
		h.deps.Logger.ErrorContext(ctx, "slack command failed", "verb", verb, "err", err.Error())
	}
	return reply{text: sentence(err)}
}
