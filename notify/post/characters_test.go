package post_test

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/image/font/gofont/goregular"

	"tocsin/incident"
	"tocsin/notify/post"
)

// letters of the EU's 24 languages and of its neighbours that are not ASCII.
var alphabets = map[string]string{
	"bg": "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЬЮЯабвгдежзийклмнопрстуфхцчшщъьюя", "cs": "ÁČĎÉĚÍŇÓŘŠŤÚŮÝŽáčďéěíňóřšťúůýž",
	"da": "ÆØÅæøå", "de": "ÄÖÜäöüß„“‚‘§", "el": "ΆΈΉΊΌΎΏΪΫάέήίόύώϊϋΐΰςΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρστυφχψω",
	"en": "‘’“”–—…€£", "es": "ÁÉÍÑÓÚÜáéíñóúü¿¡ªº", "et": "ÄÕÖÜŠŽäõöüšž", "fi": "ÄÅÖäåö", "fr": "ÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸàâæçéèêëîïôœùûüÿ«»",
	"ga": "ÁÉÍÓÚáéíóú", "hr": "ČĆĐŠŽčćđšž", "hu": "ÁÉÍÓÖŐÚÜŰáéíóöőúüű", "it": "ÀÈÉÌÒÙàèéìòù", "lt": "ĄČĘĖĮŠŲŪŽąčęėįšųūž",
	"lv": "ĀČĒĢĪĶĻŅŠŪŽāčēģīķļņšūž", "mt": "ĊĠĦŻċġħż", "nl": "ÉËÏÓÖÜéëïóöü", "pl": "ĄĆĘŁŃÓŚŹŻąćęłńóśźż", "pt": "ÀÁÂÃÇÉÊÍÓÔÕÚàáâãçéêíóôõú",
	"ro": "ĂÂÎȘȚăâîșțŞŢşţ", "sk": "ÁÄČĎÉÍĹĽŇÓÔŔŠŤÚÝŽáäčďéíĺľňóôŕšťúýž", "sl": "ČŠŽčšž", "sv": "ÅÄÖåäö",
	"tr": "ÇĞİIÖŞÜçğıiöşü", "is": "ÐÞðþÝý", "uk": "ҐЄІЇґєії", "sr": "ЂЈЉЊЋЏђјљњћџ",
}

func TestEveryLanguageOfTheUnionIsCovered(t *testing.T) {
	var all []post.Letter
	for lang, letters := range alphabets {
		l := golden(t, "gdpr-34.de", "DE")
		l.ID, l.Code, l.Variant = lang, "LANG-"+strings.ToUpper(lang), letters
		l.Recipient = []string{string([]rune(letters)[:min(20, len([]rune(letters)))]), "Am Kai 3", "Hamburg"}
		l.HTML = "<h1>" + letters + "</h1><p>" + letters + " <em>" + letters + "</em> <strong><em>" + letters + "</em></strong></p>"
		all = append(all, l)
	}
	s := shelf{}
	r, err := press(t, german()).Run(ctx, post.Job{Name: "alphabets", Date: date}, these(all...), s)
	if err != nil || r.Letters != len(alphabets) {
		t.Fatal(r, err)
	}
	pages, _ := texts(t, s["letters-00001.pdf"])
	for i, first := range firstPages(t, s) {
		got := ""
		for _, x := range pages {
			if x.page == first {
				got += bare(x.words)
			}
		}
		if strings.Count(got, all[i].Variant) < 4 {
			t.Errorf("%s: printed as %s", all[i].ID, got)
		}
	}
}

func words(t testing.TB, file []byte) string {
	var s strings.Builder
	all, _ := texts(t, file)
	for _, w := range all {
		s.WriteString(w.words + "\n")
	}
	return s.String()
}

func TestComposedAndInvisible(t *testing.T) {
	l := golden(t, "gdpr-34.de", "DE")
	l.Recipient = []string{"Zoe\u0308 Mu\u0308ller", "Am Kai\u200b 3", "20457\u202fHamburg"}
	got := words(t, printed(t, german(), l))
	for _, want := range []string{"Zoë Müller", "Am Kai 3", "20457\u00a0Hamburg"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not printed", want)
		}
	}
}

func TestWhatCannotBePrintedIsNamedByPlace(t *testing.T) {
	for name, line := range map[string]string{"han": "Li 東", "arabic": "Al محمد", "hebrew": "Li דוד", "devanagari": "Li राम", "vietnamese": "Ng\u1ed7",
		"capital sharp s": "GRO\u1e9e", "picture": "Li \U0001F600", "mark": "x\u0323\u0307z", "check mark": "Li ✓"} {
		l := golden(t, "gdpr-34.de", "DE")
		l.Recipient = []string{line, "Am Kai 3", "20457 Hamburg"}
		e := excluded(t, german(), l)
		if e.Reason != post.Characters || !strings.Contains(e.Detail, "line 1 of the address, character ") {
			t.Errorf("%s: %+v", name, e)
		}
		if strings.ContainsFunc(e.Detail, func(r rune) bool { return r > unicode.MaxASCII }) || strings.Contains(e.Detail, strings.Fields(line)[0]) && name != "mark" {
			t.Errorf("%s: the detail shows what stands there: %s", name, e.Detail)
		}
		l = golden(t, "gdpr-34.de", "DE")
		l.HTML = "<h1>Hinweis</h1><p>14 Mill Lane</p><p>Guten Tag " + line + "!</p>"
		l.Recipient = []string{"A", "B", "C"}
		if e := excluded(t, german(), l); e.Reason != post.Characters || !strings.Contains(e.Detail, "paragraph 3, character ") {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func TestAFontOfTheOperators(t *testing.T) {
	own := remapped(goregular.TTF, '\u1e9e', 'S')
	cfg := german()
	cfg.Fonts = []post.Font{{Name: "sharp.ttf", Data: own}}
	l := golden(t, "gdpr-34.de", "DE")
	l.Recipient = []string{"GRO\u1e9e", "Am Kai 3", "20457 Hamburg"}
	file := printed(t, cfg, l)
	if got := words(t, file); !strings.Contains(got, "GRO\n\u1e9e\n") {
		t.Errorf("printed as %.200q", got)
	}
	if !strings.Contains(string(file), "/BaseFont /utf8owna") {
		t.Error("the font is not embedded")
	}
	arabic := golden(t, "gdpr-34.de", "DE")
	arabic.Recipient = []string{"محمد", "Am Kai 3", "20457 Hamburg"}
	cfg.Fonts[0].Data = remapped(goregular.TTF, 'م', 'S')
	if e := excluded(t, cfg, arabic); e.Reason != post.Characters || !strings.Contains(e.Detail, "needs shaping") {
		t.Errorf("a script that a font alone does not make printable: %+v", e)
	}
}

func TestFontsThatCannotBeUsed(t *testing.T) {
	locked := remapped(goregular.TTF, 'x', 'S')
	at := table(locked, "OS/2")
	locked[at+8], locked[at+9] = 0, 2
	cut := remapped(goregular.TTF, 'x', 'S')
	cut = cut[:len(cut)/3]
	for name, data := range map[string][]byte{"empty": nil, "postscript": []byte("OTTO\x00\x01"), "collection": []byte("ttcf\x00\x01"), "locked": locked, "cut": cut} {
		cfg := german()
		cfg.Fonts = []post.Font{{Name: name + ".ttf", Data: data}}
		_, err := post.New(cfg)
		if incident.KindOf(err) != incident.Invalid || len(incident.ProblemsOf(err)) != 1 {
			t.Errorf("%s: %v", name, err)
		} else {
			t.Log(err)
		}
	}
}
