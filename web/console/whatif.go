package console

import (
	"strings"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/condition"
	"tocsin/notify/outbox"
	"tocsin/notify/statute"
	"tocsin/web/view"
)

type whatIfPage struct {
	URL        string
	Facts      []view.Field
	Milestones []view.Field
	People     []view.Field
	Elements   view.Field
	Groups     view.Field // a fact, but one about people
	Certainty  view.Field
	Result     *whatIfResult // nil until something is supposed
	Save       *view.Form    // nil where there is nothing this person could record
	Unsaved    bool          // the number of people is supposed, which a list alone can record
	Affected   string
}

// supposedPeople is how many places the form asks about.
const supposedPeople = 2

// WhatIfPage asks what could be so. Nothing on it is written until it is saved.
func (c *Console) WhatIfPage(r *Request) error { return c.showWhatIf(r, outbox.Supposition{}, nil) }

// WhatIf shows what would follow. It is a POST only because what is supposed does
// not belong into an address.
func (c *Console) WhatIf(r *Request) error {
	sup, err := supposed(r)
	if err == nil && sup.IsZero() {
		err = incident.Errorf(incident.Invalid, "Nothing is supposed yet. Change at least one answer, instant or number.")
	}
	return c.showWhatIf(r, sup, err)
}

// SaveSupposed records what was supposed, as the facts and milestones it now is.
func (c *Console) SaveSupposed(r *Request) error {
	sup, err := supposed(r)
	how := r.Form("how")
	switch {
	case err != nil:
	case len(sup.Facts)+len(sup.Milestones) == 0:
		err = incident.Errorf(incident.Invalid, "There is nothing to record.")
	case how == "":
		err = oneProblem("how", "Say how we know: the case keeps it with every fact.")
	}
	if err != nil {
		return c.showWhatIf(r, sup, err)
	}
	ref := r.Param("incident")
	for n := range sup.Facts {
		sup.Facts[n].Source = how
	}
	if len(sup.Facts) > 0 {
		err = c.Desk.SetFacts(r.Ctx(), r.By, ref, sup.Facts)
	}
	for n := 0; n < len(sup.Milestones) && err == nil; n++ {
		m := sup.Milestones[n]
		m.Reason = how
		if err = c.Desk.SetMilestone(r.Ctx(), r.By, ref, m); err != nil {
			err = halfRecorded(placed(err, string(m.Milestone), "at."+string(m.Milestone)), len(sup.Facts) > 0 || n > 0)
		}
	}
	if err != nil {
		return c.showWhatIf(r, sup, err)
	}
	return r.Done("/incidents/"+ref+"/obligations", "Recorded. The duties are worked out anew.")
}

// halfRecorded says that what came before a refused instant is on record: each is
// an act of its own.
func halfRecorded(err error, some bool) error {
	if problems := incident.ProblemsOf(err); some && len(problems) > 0 {
		return &incident.Error{Kind: incident.KindOf(err), Message: incident.Sentence(err), Cause: err,
			Problems: append(problems, incident.Problem{What: "What was supposed besides is on record already."})}
	}
	return err
}

// supposed reads the form: facts, instants, numbers of people.
func supposed(r *Request) (outbox.Supposition, error) {
	var sup outbox.Supposition
	var problems []incident.Problem
	vocabulary := condition.Base()
	for _, name := range vocabulary.Names() {
		if !recordable(name) {
			continue
		}
		f, ok, problem := readFact(r, vocabulary[name])
		switch {
		case problem != nil:
			problems = append(problems, *problem)
		case ok:
			if f.Certainty != incident.UnknownCertain {
				f.Certainty = incident.Certainty(r.Form("certainty"))
			}
			sup.Facts = append(sup.Facts, f)
		}
	}
	zone := r.Account.Location()
	for _, m := range incident.Milestones() {
		at, err := localTime(r.Form("at."+string(m.Name)), zone, "at."+string(m.Name))
		switch {
		case err != nil:
			problems = append(problems, incident.ProblemsOf(err)...)
		case !at.IsZero():
			sup.Milestones = append(sup.Milestones, casework.SetMilestone{Milestone: m.Name, At: at, Zone: zone.String(), Precision: incident.ToTheInstant})
		}
	}
	people, wrong := supposedNumbers(r)
	sup.People = people
	if problems = append(problems, wrong...); len(problems) > 0 {
		return sup, &incident.Error{Kind: incident.Invalid, Message: "Not everything that is supposed can be understood.", Problems: problems}
	}
	return sup, nil
}

func supposedNumbers(r *Request) ([]outbox.SupposedPeople, []incident.Problem) {
	var out []outbox.SupposedPeople
	var problems []incident.Problem
	for n := range supposedPeople {
		where, many := "place."+itoa(n), "people."+itoa(n)
		place, number := strings.ToUpper(r.Form(where)), r.Form(many)
		if place == "" && number == "" {
			continue
		}
		if !condition.IsPlace(place) {
			problems = append(problems, incident.Problem{Where: where, What: "Give the place as an ISO 3166 code such as DE or US-CA."})
		}
		if !digits(number) {
			problems = append(problems, incident.Problem{Where: many, What: "Give the number of people as a whole number."})
			continue
		}
		p := outbox.SupposedPeople{Residence: place, People: atoi(number)}
		if elements := r.FormAll("elements"); len(elements) > 0 {
			p.Elements = strings.Split(strings.Join(elements, ","), ",") // one box each, or all in a hidden field
		}
		out = append(out, p)
	}
	return out, problems
}

// digits reports whether s is a number small enough to count people with.
func digits(s string) bool {
	return s != "" && len(s) < 10 && strings.Trim(s, "0123456789") == ""
}

func (c *Console) showWhatIf(r *Request, sup outbox.Supposition, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	d := whatIfPage{URL: o.URL("/what-if"), Affected: o.URL("/affected")}
	c.whatIfFields(r, o, &d)
	if !sup.IsZero() && (wrong == nil || len(incident.ProblemsOf(wrong)) == 1 && incident.ProblemsOf(wrong)[0].Where == "how") {
		before, after, err := c.Outbox.Suppose(r.Ctx(), r.By, o.Incident.ID, sup)
		if err != nil {
			wrong = err
		} else {
			d.Result = whatFollows(statute.Compare(before, after))
			d.Unsaved = len(sup.People) > 0
			d.Save = o.saveForm(r, sup)
		}
	}
	p := o.page(r, "What if?", d)
	p.Lead = "Change what is known and see which duties and dates would follow. Nothing is written until you say so."
	p.Crumbs = []view.Link{{Text: "Facts", URL: o.URL("/facts")}}
	if wrong == nil {
		return r.Show("what-if", p)
	}
	form := &view.Form{}
	groups := []view.Field{d.Groups}
	lists := []*[]view.Field{&groups, &d.Facts, &d.Milestones, &d.People}
	if d.Save != nil {
		lists = append(lists, &d.Save.Fields)
	}
	for _, list := range lists {
		form.Fields = append(form.Fields, *list...)
	}
	p.Problems = form.Explain(wrong)
	for _, list := range lists {
		for n := range *list {
			(*list)[n] = form.Field((*list)[n].Name)
		}
	}
	d.Groups = groups[0]
	p.Data = d
	return r.Wrong(wrong, &view.Form{Fields: form.Fields}, "what-if", p)
}

// saveForm offers to record what was supposed, by whoever may.
func (o *openCase) saveForm(r *Request, sup outbox.Supposition) *view.Form {
	facts, milestones := len(sup.Facts) > 0 && o.may(incident.WorkIncident), len(sup.Milestones) > 0 && o.may(incident.SetMilestones)
	if len(sup.Facts)+len(sup.Milestones) == 0 || len(sup.Facts) > 0 && !facts || len(sup.Milestones) > 0 && !milestones {
		return nil
	}
	hidden := map[string]string{}
	for name, values := range r.HTTP().PostForm {
		if text := strings.Join(values, ","); text != "" && name != "how" {
			hidden[name] = text
		}
	}
	return &view.Form{Action: o.URL("/what-if/save"), Submit: "It is so: record it", Hidden: hidden, Cancel: o.URL("/what-if"), Fields: []view.Field{
		{Name: "how", Label: "How we know", Help: "Kept as the source of each fact and the reason of each milestone.", Value: r.Form("how"), Required: true, MaxLength: 500},
	}}
}
