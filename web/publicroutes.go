package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"tocsin/incident"
	"tocsin/web/public"
)

// publicRoutes are the pages for people outside. A letter's code opens them, which is
// sent by POST: addresses are written down everywhere. Notices to all are open to all.
func (s *Server) publicRoutes() []Route {
	const anyone = incident.SignInAnonymously
	out := func(page func(*public.Public, *gin.Context)) gin.HandlerFunc {
		if s.deps.Public == nil {
			return s.missing(incident.Errorf(incident.NotFound, "There is no such page."), 0)
		}
		return func(g *gin.Context) { page(s.deps.Public, g) }
	}
	return []Route{
		{Method: http.MethodGet, Path: public.Path, Action: anyone, Raw: out((*public.Public).LetterPage)},
		{Method: http.MethodPost, Path: public.Path, Action: anyone, Raw: out((*public.Public).Letter)},
		{Method: http.MethodGet, Path: public.NoticesPath, Action: anyone, Raw: out((*public.Public).Notices)},
		{Method: http.MethodGet, Path: public.NoticesPath + "/:slug", Action: anyone, Raw: out((*public.Public).Notice)},
	}
}
