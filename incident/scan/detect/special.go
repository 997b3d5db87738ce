package detect

// look searches a whole text for what is not written in fixed forms.
type look struct {
	find func(*Finder, []byte)
	text bool // also in fields that hold times
}

// specials are the detectors with a search of their own.
type specials struct {
	email, phone, ip, password, cardCode, privateKey, token, passport, idCard Detector
}

func newSpecials() specials {
	return specials{
		email: Detector{Name: "email", Element: "email", Source: "RFC 5321, RFC 6531: mailbox with a domain of two labels or more"},
		phone: Detector{Name: "phone", Element: "phone", Source: "ITU-T E.164, numbering plans as in libphonenumber"},
		// The contract has no name for an address of a device, so it counts for no element.
		ip:         Detector{Name: "ip-address", Source: "RFC 791, RFC 4291; special purposes of RFC 6890 left out"},
		password:   Detector{Name: "password", Element: "credentials", Source: "a value behind a word for password, or in a URL (RFC 3986 userinfo)", Secret: true},
		cardCode:   Detector{Name: "card-code", Element: "card_with_code", Source: "ISO/IEC 7813 and the schemes: three or four digits behind a word for the code", Secret: true},
		privateKey: Detector{Name: "private-key", Element: "private_key", Source: "RFC 7468: textual encoding of keys", Secret: true},
		token:      accessToken(),
		passport:   Detector{Name: "passport-mrz", Element: "passport", Source: "ICAO Doc 9303, parts 3 and 4: machine readable zone, check digits"},
		idCard:     Detector{Name: "id-card-mrz", Element: "gov_id", Source: "ICAO Doc 9303, parts 3, 5 and 6: machine readable zone, check digits"},
	}
}

func (s *specials) list() []*Detector {
	return []*Detector{&s.email, &s.phone, &s.ip, &s.password, &s.cardCode, &s.privateKey, &s.token, &s.passport, &s.idCard}
}

// looks are the searches of those that are wanted.
func (s *specials) looks(set *Set, unwanted func(*Detector) bool) []look {
	var looks []look
	add := func(d *Detector, find func(*Finder, []byte), text bool) {
		if !unwanted(d) {
			looks = append(looks, look{find, text})
		}
	}
	add(&s.email, (*Finder).emails, true)
	add(&s.phone, (*Finder).phones, false)
	add(&s.ip, (*Finder).addresses, true)
	add(&s.password, (*Finder).fieldSecret, true)
	add(&s.privateKey, (*Finder).privateKeys, true)
	add(&s.token, (*Finder).tokens, true)
	if !unwanted(&s.passport) || !unwanted(&s.idCard) {
		looks = append(looks, look{(*Finder).travelDocuments, true})
	}
	for i := range set.patterns {
		if p := &set.patterns[i]; !unwanted(&p.Detector) {
			looks = append(looks, look{func(f *Finder, text []byte) { f.own(p, text) }, true})
		}
	}
	return looks
}

// own finds what the operator's pattern fits.
func (f *Finder) own(p *ownPattern, text []byte) {
	for _, at := range p.re.FindAllSubmatchIndex(text, -1) {
		if from, to := at[2*p.group], at[2*p.group+1]; from >= 0 && from < to {
			f.add(from, to, &p.Detector, Shape, text[from:to])
		}
	}
}
