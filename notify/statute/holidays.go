package statute

import (
	"github.com/rickar/cal/v2"
	austria "github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/au"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/br"
	"github.com/rickar/cal/v2/ca"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/cy"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/ee"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fi"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/gr"
	"github.com/rickar/cal/v2/hr"
	"github.com/rickar/cal/v2/hu"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/is"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/jp"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lu"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/mt"
	"github.com/rickar/cal/v2/mx"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/nz"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/pt"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/si"
	"github.com/rickar/cal/v2/sk"
	"github.com/rickar/cal/v2/us"
	"github.com/rickar/cal/v2/za"
)

// holidaysOf is what the holiday library knows of a jurisdiction; nil where it
// knows nothing. For a US state it knows the federal days only, which its
// country gives.
func holidaysOf(id string) []*cal.Holiday {
	switch id {
	case "AT":
		return austria.Holidays
	case "AU-ACT":
		return au.HolidaysACT
	case "AU", "AU-NSW":
		return au.HolidaysNSW
	case "AU-NT":
		return au.HolidaysNT
	case "AU-QLD":
		return au.HolidaysQLD
	case "AU-SA":
		return au.HolidaysSA
	case "AU-TAS":
		return au.HolidaysTAS
	case "AU-VIC":
		return au.HolidaysVIC
	case "AU-WA":
		return au.HolidaysWA
	case "BE":
		return be.Holidays
	case "BG":
		return bg.Holidays
	case "BR":
		return br.Holidays
	case "CA":
		return ca.Holidays
	case "CH":
		return ch.Holidays
	case "CY":
		return cy.Holidays
	case "CZ":
		return cz.Holidays
	case "DK":
		return dk.Holidays
	case "EE":
		return ee.Holidays
	case "ES":
		return es.Holidays
	case "FI":
		return fi.Holidays
	case "FR":
		return fr.Holidays
	case "GB":
		return gb.Holidays
	case "GR":
		return gr.Holidays
	case "HR":
		return hr.Holidays
	case "HU":
		return hu.Holidays
	case "IE":
		return ie.Holidays
	case "IS":
		return is.Holidays
	case "IT":
		return it.Holidays
	case "JP":
		return jp.Holidays
	case "LT":
		return lt.Holidays
	case "LU":
		return lu.Holidays
	case "LV":
		return lv.Holidays
	case "MT":
		return mt.Holidays
	case "MX":
		return mx.Holidays
	case "NL":
		return nl.Holidays
	case "NO":
		return no.Holidays
	case "NZ":
		return nz.Holidays
	case "PL":
		return pl.Holidays
	case "PT":
		return pt.Holidays
	case "RO":
		return ro.Holidays
	case "SE":
		return se.Holidays
	case "SI":
		return si.Holidays
	case "SK":
		return sk.Holidays
	case "US":
		return us.Holidays
	case "ZA":
		return za.Holidays
	}
	return germanHolidays(id)
}

// germanHolidays are those of the Land; of all Länder where none is named.
func germanHolidays(id string) []*cal.Holiday {
	switch id {
	case "DE":
		return de.Holidays
	case "DE-BW":
		return de.HolidaysBW
	case "DE-BY":
		return de.HolidaysBY
	case "DE-BE":
		return de.HolidaysBE
	case "DE-BB":
		return de.HolidaysBB
	case "DE-HB":
		return de.HolidaysHB
	case "DE-HH":
		return de.HolidaysHH
	case "DE-HE":
		return de.HolidaysHE
	case "DE-MV":
		return de.HolidaysMV
	case "DE-NI":
		return de.HolidaysNI
	case "DE-NW":
		return de.HolidaysNW
	case "DE-RP":
		return de.HolidaysRP
	case "DE-SL":
		return de.HolidaysSL
	case "DE-SN":
		return de.HolidaysSN
	case "DE-ST":
		return de.HolidaysST
	case "DE-SH":
		return de.HolidaysSH
	case "DE-TH":
		return de.HolidaysTH
	}
	return nil
}
