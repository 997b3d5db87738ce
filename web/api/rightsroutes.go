package api

import "net/http"

// rightsRoutes are people's rights over what is held on them, and erasure after
// retention. Whatever says something of a person is in a body.
func rightsRoutes() []route {
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	const one, in = "/rights/{right}", "/rights/{right}/incidents/{incident}"
	return []route{
		{method: get, path: "/rights", query: paged(), do: rights},
		{method: post, path: "/rights", body: object, do: receiveRight},
		{method: get, path: one, do: getRight},
		{method: post, path: one + "/identity", body: object, do: checkIdentity},
		{method: post, path: one + "/extension", body: object, do: extendRight},
		{method: post, path: one + "/decision", body: object, do: decideRight},
		{method: post, path: one + "/answer", body: object, do: answerRight},
		{method: post, path: one + "/withdraw", do: withdrawRight},
		{method: post, path: one + "/forget", do: forgetRight},
		{method: post, path: one + "/copy", do: makeRightCopy},
		{method: post, path: one + "/copy/take", do: takeRightCopy},
		{method: post, path: one + "/links", body: object, do: linkPersonHits},
		{method: post, path: in + "/corrections", body: object, do: correctPerson},
		{method: post, path: in + "/restrictions", do: restrictPerson},
		{method: post, path: in + "/restrictions/{mark}/notice", body: object, do: allowNotice},
		{method: post, path: in + "/restrictions/{mark}/lift", body: object, do: liftRestriction},
		{method: get, path: in + "/erasure", do: planPersonErasure},
		{method: post, path: in + "/erasure", do: erasePerson},

		{method: post, path: "/person-searches", body: object, do: searchPerson},
		{method: get, path: "/person-searches/{search}", do: getPersonSearch},
		{method: del, path: "/person-searches/{search}", do: cancelPersonSearch},
		{method: post, path: "/person-searches/{search}/hits/{hit}/show", do: showPersonHit},

		{method: get, path: "/erasures", do: erasureList},
		{method: post, path: "/erasures/{incident}/proposal", do: proposeErasure},
		{method: del, path: "/erasures/{incident}/proposal", do: withdrawErasure},
		{method: post, path: "/erasures/{incident}/approval", body: object, do: approveErasure},
		{method: post, path: "/erasures/{incident}/retention", body: object, do: extendRetention},
		{method: put, path: "/erasures/{incident}/hold", body: object, do: setLegalHold},
	}
}
