package app

import "tocsin/incident/condition"

// organisationMap puts the configured organisation into the words of conditions.
func organisationMap(o OrganisationConfig) condition.Map {
	m := condition.Map{}
	if o.Role != "" {
		m["organisation.role"] = condition.Word(o.Role)
	}
	if o.MainEstablishment != "" {
		m["organisation.main_establishment"] = condition.Word(o.MainEstablishment)
	}
	for name, list := range map[string][]string{
		"organisation.established_in": o.EstablishedIn, "organisation.regulated_as": o.RegulatedAs, "organisation.licensed_in": o.LicensedIn,
	} {
		if list != nil {
			m[name] = condition.Set(list...)
		}
	}
	return m
}
