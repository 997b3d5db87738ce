package post

import (
	"strings"
	"unicode"
)

// ReturnReason is why, in the classes that decide what is done next. The words
// of the postal service are not kept: they may hold a new address.
type ReturnReason string

const (
	NotKnown     ReturnReason = "unknown"      // nobody of this name there, or no such place
	Moved        ReturnReason = "moved"        // without an address to forward to
	Insufficient ReturnReason = "insufficient" // the address is not complete or not legible
	Refused      ReturnReason = "refused"      // by the recipient: the letter reached them
	Unclaimed    ReturnReason = "unclaimed"    // not fetched in time
	Closed       ReturnReason = "closed"       // a box or a firm that is no more
	// SaidDeceased is what the postal service wrote. It is no proof: a person
	// looks into it before anybody is written to as a next of kin.
	SaidDeceased ReturnReason = "said_deceased"
	Postage      ReturnReason = "postage" // not enough
	OtherReason  ReturnReason = "other"   // words not known here
)

// folded is words to compare: small, one blank between, without punctuation.
func folded(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r)
	}), " ")
}

func reasonOf(words string) ReturnReason {
	if r, ok := returnReasons[folded(words)]; ok {
		return r
	}
	return OtherReason
}

// returnReasons are the endorsements of the US mail (DMM 507, exhibit 1.4.1),
// the usual marks of the German and French services, and our own names.
var returnReasons = map[string]ReturnReason{
	"unknown": NotKnown, "attempted not known": NotKnown, "not known": NotKnown, "no such number": NotKnown, "no such street": NotKnown, "vacant": NotKnown,
	"moved": Moved, "moved left no address": Moved,
	"insufficient": Insufficient, "insufficient address": Insufficient, "illegible": Insufficient, "not deliverable as addressed": Insufficient,
	"not deliverable as addressed unable to forward": Insufficient, "unable to forward": Insufficient,
	"refused": Refused, "unclaimed": Unclaimed, "temporarily away": Unclaimed,
	"closed": Closed, "box closed": Closed, "box closed no order": Closed, "no mail receptacle": Closed,
	"said deceased": SaidDeceased, "deceased": SaidDeceased,
	"postage": Postage, "returned for postage": Postage, "other": OtherReason,
	"unbekannt": NotKnown, "empfänger unbekannt": NotKnown, "empfänger nicht zu ermitteln": NotKnown,
	"empfänger unter der angegebenen anschrift nicht zu ermitteln": NotKnown,
	"unbekannt verzogen": Moved, "empfänger unbekannt verzogen": Moved, "verzogen": Moved,
	"anschrift ungenügend": Insufficient, "anschrift unvollständig": Insufficient,
	"annahme verweigert": Refused, "nicht abgeholt": Unclaimed, "firma erloschen": Closed, "verstorben": SaidDeceased, "empfänger verstorben": SaidDeceased,
	"destinataire inconnu à l adresse": NotKnown, "défaut d accès ou d adressage": Insufficient,
	"pli refusé par le destinataire": Refused, "pli avisé et non réclamé": Unclaimed,
}
