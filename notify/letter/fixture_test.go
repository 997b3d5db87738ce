package letter_test

import (
	"sync"
	"testing"
	"time"

	"tocsin/notify/letter"
)

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// fullCase is a made-up insurer's case in which everything is known.
func fullCase() letter.Case {
	return letter.Case{
		Reference:  "INC-2026-0001",
		LetterDate: day(2026, time.March, 20),
		Organisation: letter.Organisation{Name: "Harbour & Vale Insurance", Parent: "Vale Holdings, Inc.",
			Address: []string{"1 Quay Street", "Hartford, CT 06103"}, Phone: "860-555-0100", TollFree: "1-800-555-0142",
			Email: "privacy@harbourvale.example", Web: "https://harbourvale.example/notice", Role: "controller"},
		DPO:          letter.Contact{Name: "Dr. Ines Okafor", Role: "Data Protection Officer", Address: []string{"1 Quay Street, Hartford, CT 06103"}, Phone: "+1 860 555 0117", Email: "dpo@harbourvale.example"},
		CallCentre:   letter.Contact{Phone: "1-800-555-0142", Hours: "Monday to Friday, 9:00 to 21:00 Eastern Time", Email: "notice@harbourvale.example", Web: "https://harbourvale.example/notice"},
		Signatory:    letter.Contact{Name: "Mara Lindqvist", Role: "Chief Executive Officer"},
		Recipient:    letter.Contact{Name: "Office for Data Protection", Address: []string{"2 Court Road", "Capital City"}},
		WhatHappened: "A caller posed as a colleague and persuaded our support desk to reset a password. With it, somebody signed in to our customer system and copied records.",
		OccurredFrom: day(2026, time.February, 27), OccurredUntil: day(2026, time.March, 1), Discovered: day(2026, time.March, 2),
		Aware:        time.Date(2026, time.March, 2, 16, 30, 0, 0, time.UTC),
		Elements:     []string{"name", "email", "date_of_birth", "ssn", "driver_license", "account_number", "credentials", "medical", "insurance_policy"},
		Measures:     []string{"We locked the account and ended all its sessions.", "We now verify every password reset by a call back.", "Outside specialists examined our systems."},
		Consequences: []string{"Forged messages that look as if they came from us.", "Attempts to open accounts in the name of those concerned."},
		Monitoring: &letter.Monitoring{Provider: "Safeline", Service: "credit monitoring, identity theft prevention and identity restoration", Months: 24,
			Web: "https://enroll.safeline.example", Phone: "1-800-555-0177", EnrolBy: day(2026, time.June, 30), PersonCodes: true},
		LawEnforcement: letter.LawEnforcement{Reported: true, Delayed: "no", Agency: "Federal Bureau of Investigation"},
		People:         []letter.Count{{Jurisdiction: "US-CA", People: 9214}, {Jurisdiction: "US-MA", People: 812}, {Jurisdiction: "US-NY", People: 4120}, {Jurisdiction: "US-RI", People: 90}, {Jurisdiction: "DE", People: 1520}, {Jurisdiction: "GB", People: 640}, {Jurisdiction: "CA-QC", People: 310}},
		Groups:         []string{"customers", "employees"},
		Records:        31077,
		Attachments:    []string{"Sample of the letter to the people concerned"},
		NoticeSent:     day(2026, time.March, 20),
		AuthorityTold:  day(2026, time.March, 4),
		Protection:     []string{"Passwords were kept as salted hashes.", "Access was limited by role and recorded."},
		Place:          "our customer system",
		CheckPage:      "https://harbourvale.example/letter",
	}
}

// told is what the made-up case says to the public, in the languages of the
// Article 34 notice: letters are read as a whole.
var told = map[string]struct{ happened, measure, service, hours string }{
	"de": {"Jemand gab sich am Telefon als Kollege aus und brachte unseren Kundendienst dazu, ein Passwort zurückzusetzen. Damit meldete sich die Person in unserem Kundensystem an und kopierte Datensätze.",
		"Wir haben das Benutzerkonto gesperrt und alle Sitzungen beendet.", "Überwachung der Bonität und Hilfe bei Identitätsdiebstahl", "montags bis freitags, 9 bis 18 Uhr"},
	"fr": {"Une personne s'est fait passer au téléphone pour un collègue et a obtenu de notre assistance qu'un mot de passe soit réinitialisé. Elle s'est ensuite connectée à notre système clients et a copié des dossiers.",
		"Nous avons bloqué le compte utilisateur et mis fin à toutes ses sessions.", "surveillance du crédit et aide en cas d'usurpation d'identité", "du lundi au vendredi, de 9 h à 18 h"},
	"es": {"Una persona se hizo pasar por teléfono por un compañero y consiguió que nuestro servicio de asistencia restableciera una contraseña. Con ella entró en nuestro sistema de clientes y copió registros.",
		"Bloqueamos la cuenta de usuario y cerramos todas sus sesiones.", "vigilancia del historial crediticio y ayuda en caso de suplantación de identidad", "de lunes a viernes, de 9 a 18 horas"},
	"it": {"Una persona si è finta al telefono un collega e ha indotto la nostra assistenza a reimpostare una password. Con essa ha avuto accesso al sistema clienti e ha copiato alcune registrazioni.",
		"Abbiamo bloccato l'account utente e chiuso tutte le sue sessioni.", "monitoraggio del credito e assistenza in caso di furto d'identità", "da lunedì a venerdì, ore 9–18"},
	"nl": {"Iemand deed zich telefonisch voor als een collega en wist onze helpdesk een wachtwoord te laten herstellen. Daarmee heeft die persoon ingelogd op ons klantensysteem en gegevens gekopieerd.",
		"Wij hebben het gebruikersaccount geblokkeerd en alle sessies beëindigd.", "kredietbewaking en hulp bij identiteitsfraude", "maandag tot en met vrijdag, 9 tot 18 uur"},
	"pl": {"Osoba podająca się przez telefon za pracownika nakłoniła nasz dział pomocy do zresetowania hasła. Następnie zalogowała się do systemu obsługi klientów i skopiowała dane.",
		"Zablokowaliśmy konto użytkownika i zakończyliśmy wszystkie jego sesje.", "monitorowanie informacji kredytowej i pomoc w razie kradzieży tożsamości", "od poniedziałku do piątku, w godz. 9–18"},
	"pt-br": {"Uma pessoa se passou por um colega ao telefone e conseguiu que nossa central de suporte redefinisse uma senha. Com ela, entrou no nosso sistema de clientes e copiou registros.",
		"Bloqueamos a conta de usuário e encerramos todas as suas sessões.", "monitoramento de crédito e apoio em caso de roubo de identidade", "de segunda a sexta-feira, das 9h às 18h"},
	"pt": {"Uma pessoa fez-se passar por um colega ao telefone e levou o nosso apoio técnico a repor uma palavra-passe. Com ela, entrou no nosso sistema de clientes e copiou registos.",
		"Bloqueámos a conta de utilizador e terminámos todas as suas sessões.", "monitorização do crédito e apoio em caso de usurpação de identidade", "de segunda a sexta-feira, das 9 às 18 horas"},
}

// caseIn is the full case as people of a language read it: with elements of
// every group, so that every paragraph of advice is there.
func caseIn(language string) letter.Case {
	c := fullCase()
	if words, ok := told[language]; ok {
		c.WhatHappened, c.Measures = words.happened, []string{words.measure}
		c.Monitoring.Service, c.CallCentre.Hours = words.service, words.hours
		c.DPO.Role, c.Signatory = "", letter.Contact{Name: "Mara Lindqvist", Role: "CEO"}
		c.Elements = append(c.Elements, "postal_address", "biometric", "religion")
	}
	return c
}

// builtin is parsed once: a library never changes.
var builtin = sync.OnceValues(letter.Builtin)

func library(t testing.TB) *letter.Library {
	t.Helper()
	l, err := builtin()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func compose(t testing.TB, l *letter.Library, spec letter.Spec, c letter.Case) letter.Draft {
	t.Helper()
	d, err := l.Compose(spec, c)
	if err != nil {
		t.Fatalf("compose %s: %v", spec.Letter, err)
	}
	return d
}

func fullPerson(v letter.Variant) letter.Person {
	return letter.Person{ID: "p-1", Name: "Jordan Ng", Address: []string{"14 Mill Lane", "Springfield"},
		Elements: fullCase().Elements, Variant: v, MonitoringCode: "SAFE-4711-XY", Reference: "N-000001", CheckCode: "7KQ2-M4TX"}
}
