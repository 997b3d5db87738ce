package api

import (
	_ "embed"
	"net/http"
)

//go:embed openapi.json
var openapi []byte

// document gives the description of the API to anybody: it says what there is,
// not what is in it.
func document(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(openapi)
}
