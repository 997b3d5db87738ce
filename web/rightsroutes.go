package web

import (
	"net/http"

	"tocsin/incident"
)

// rightsRoutes are the pages and acts of people's rights over what is held on
// them, and of erasure after retention. Whatever says something of a person is
// sent by POST: addresses are written down everywhere.
func (s *Server) rightsRoutes() []Route {
	const get, post = http.MethodGet, http.MethodPost
	const (
		list   = incident.ListRights
		handle = incident.HandleRights
		kept   = incident.ListErasures
	)
	c := s.deps.Console
	return []Route{
		{Method: get, Path: "/rights", Action: list, Page: c.Rights},
		{Method: get, Path: "/rights/new", Action: handle, Page: c.NewRightPage},
		{Method: post, Path: "/rights/new", Action: handle, Page: c.AddRight},
		{Method: get, Path: "/rights/search", Action: handle, Page: c.SearchPersonPage},
		{Method: post, Path: "/rights/search", Action: handle, Page: c.SearchPerson},
		{Method: get, Path: "/rights/search/:search", Action: handle, Page: c.PersonFound},
		{Method: post, Path: "/rights/search/:search/cancel", Action: handle, Page: c.CancelPersonSearch},
		{Method: post, Path: "/rights/search/:search/show", Action: handle, Page: c.ShowHit},
		{Method: post, Path: "/rights/search/:search/link", Action: handle, Page: c.LinkHits},
		{Method: get, Path: "/rights/:right", Action: handle, Page: c.Right},
		{Method: post, Path: "/rights/:right/identity", Action: handle, Page: c.CheckIdentity},
		{Method: post, Path: "/rights/:right/extend", Action: handle, Page: c.ExtendRight},
		{Method: post, Path: "/rights/:right/decide", Action: handle, Page: c.DecideRight},
		{Method: post, Path: "/rights/:right/answer", Action: handle, Page: c.AnswerRight},
		{Method: post, Path: "/rights/:right/withdraw", Action: handle, Page: c.WithdrawRight},
		{Method: post, Path: "/rights/:right/copy", Action: handle, Page: c.MakeCopy},
		{Method: post, Path: "/rights/:right/copy/take", Action: handle, Fresh: true, Page: c.TakeCopy},
		{Method: get, Path: "/rights/:right/forget", Action: handle, Page: c.ForgetPage},
		{Method: post, Path: "/rights/:right/forget", Action: handle, Fresh: true, Page: c.ForgetRight},
		{Method: get, Path: "/rights/:right/in/:case", Action: handle, Page: c.RightIn},
		{Method: post, Path: "/rights/:right/in/:case/correct", Action: handle, Page: c.CorrectPerson},
		{Method: post, Path: "/rights/:right/in/:case/restrict", Action: handle, Page: c.RestrictPerson},
		{Method: post, Path: "/rights/:right/in/:case/lift", Action: handle, Page: c.LiftRestriction},
		{Method: post, Path: "/rights/:right/in/:case/notice", Action: handle, Page: c.AllowNotice},
		{Method: get, Path: "/rights/:right/in/:case/erase", Action: handle, Page: c.ErasePersonPage},
		{Method: post, Path: "/rights/:right/in/:case/erase", Action: handle, Fresh: true, Page: c.ErasePerson},

		{Method: get, Path: "/erasures", Action: kept, Page: c.Erasures},
		{Method: get, Path: "/erasures/:case", Action: kept, Page: c.Keeping},
		{Method: post, Path: "/erasures/:case/propose", Action: kept, Page: c.ProposeErasure},
		{Method: post, Path: "/erasures/:case/withdraw", Action: kept, Page: c.WithdrawErasure},
		{Method: post, Path: "/erasures/:case/approve", Action: kept, Fresh: true, Page: c.EraseIncident},
		{Method: post, Path: "/erasures/:case/extend", Action: kept, Page: c.ExtendRetention},
		{Method: post, Path: "/erasures/:case/hold", Action: kept, Page: c.SetHold},
	}
}
