package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"tocsin/incident"
)

// controlFile is the socket in the data folder through which commands at the
// machine reach a program that is running. Only the user who runs it may use it.
const controlFile = "control.sock"

// An operation's end comes after its output, so it travels in trailers.
const (
	endKind    = "Tocsin-Kind"
	endMessage = "Tocsin-Message"
)

// controlServer answers operations on a unix socket.
type controlServer struct {
	server *http.Server
	path   string
}

func startControl(s *Operator, log *slog.Logger) (*controlServer, error) {
	path := filepath.Join(s.Dir, controlFile)
	// We hold the folder's lock, so a socket left here is a dead process's.
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, incident.Because(incident.Unavailable, err, "The old control socket cannot be removed.")
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, incident.Because(incident.Unavailable, err, "The control socket cannot be made.")
	}
	if err := os.Chmod(path, 0o600); err != nil {
		listener.Close()
		return nil, incident.Because(incident.Unavailable, err, "The control socket cannot be protected.")
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /operation/{name}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", endKind+", "+endMessage)
		args, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err == nil {
			err = s.Run(r.Context(), r.PathValue("name"), args, flushing{w})
		}
		if err != nil {
			text, _ := json.Marshal(wireError(err))
			w.Header().Set(endKind, kindOnWire(err))
			w.Header().Set(endMessage, string(text))
		} else {
			w.Header().Set(endKind, "done")
		}
	})
	c := &controlServer{path: path, server: &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}}
	go func() {
		if err := c.server.Serve(listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
			log.Error("control socket ended", "error", err)
		}
	}()
	return c, nil
}

func (c *controlServer) stop(ctx context.Context) error { return c.server.Shutdown(ctx) }

// flushing sends progress as it comes.
type flushing struct{ http.ResponseWriter }

func (f flushing) Write(p []byte) (int, error) {
	n, err := f.ResponseWriter.Write(p)
	_ = http.NewResponseController(f.ResponseWriter).Flush()
	return n, err
}

func kindOnWire(err error) string {
	if errors.Is(err, ErrWanting) {
		return "wanting"
	}
	return string(incident.KindOf(err))
}

type onWire struct {
	Message  string             `json:"message"`
	Problems []incident.Problem `json:"problems,omitempty"`
}

func wireError(err error) onWire {
	return onWire{Message: incident.Sentence(err), Problems: incident.ProblemsOf(err)}
}

// errNotRunning says that no program answers on the socket.
var errNotRunning = errors.New("no program answers on the control socket")

// callControl runs an operation in the program that has the data folder.
func callControl(ctx context.Context, dir, name string, args []byte, out io.Writer) error {
	path := filepath.Join(dir, controlFile)
	client := &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		},
	}}
	defer client.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://control/operation/"+name, bytes.NewReader(args))
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("%w: %w", errNotRunning, err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(out, resp.Body); err != nil {
		return incident.Because(incident.Unavailable, err, "The running program went away before the command was done.")
	}
	switch kind := resp.Trailer.Get(endKind); kind {
	case "done":
		return nil
	case "wanting":
		return ErrWanting
	case "":
		return incident.Errorf(incident.Unavailable, "The running program went away before the command was done.")
	default:
		var w onWire
		if err := json.Unmarshal([]byte(resp.Trailer.Get(endMessage)), &w); err != nil {
			return incident.Because(incident.Internal, err, "The running program's answer cannot be read.")
		}
		return &incident.Error{Kind: incident.Kind(kind), Message: w.Message, Problems: w.Problems}
	}
}
