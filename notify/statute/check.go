package statute

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"tocsin/incident/condition"
)

var (
	ruleID      = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9][a-z0-9.]*)+$`)
	authorityID = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	contentID   = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	stageName   = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

// Audiences lists who a notice can be for.
func Audiences() []string {
	return []string{"regulator", "csirt", "individuals", "media", "consumer_reporting_agencies", "processor_to_controller",
		"parents", "insurer", "card_brands", "contract", "internal"}
}

func routes() []string {
	return []string{"people", "named", "authority", "supervisory_authority", "established", "residence"}
}

func authorityKinds() []string {
	return []string{"data_protection", "csirt", "attorney_general", "consumer_protection", "insurance", "financial",
		"securities", "health", "telecom", "police", "other"}
}

func channelTypes() []string { return []string{"letter", "email", "portal", "phone"} }

// checkRule gives every mistake of a rule that can be seen without the others.
func (ld *loader) checkRule(r *Rule) {
	say := func(key, format string, args ...any) { ld.say(r.file, key, format, args...) }
	switch {
	case r.ID == "":
		say("id", "is missing")
	case !ruleID.MatchString(r.ID):
		say("id", "%q is not an id: lower case, jurisdiction first, parts joined by -", r.ID)
	case !strings.HasPrefix(r.ID, strings.ToLower(idPrefix(r.Jurisdiction))):
		say("id", "%q does not begin with its jurisdiction %s", r.ID, strings.ToLower(idPrefix(r.Jurisdiction)))
	}
	if base := strings.TrimSuffix(path.Base(r.file), ".toml"); r.ID != "" && base != r.ID && base != r.ID+"."+r.Version {
		say("id", "the file of rule %s is named %s.toml or %s.%s.toml, not %s.toml", r.ID, r.ID, r.ID, r.Version, base)
	}
	for _, need := range []struct{ key, value string }{
		{"version", r.Version}, {"regime", r.Regime}, {"citation", r.Citation},
	} {
		if strings.TrimSpace(need.value) == "" {
			say(need.key, "is missing")
		}
	}
	if r.Jurisdiction == "" {
		say("jurisdiction", "is missing")
	} else if what := world().Check(r.Jurisdiction); what != "" {
		say("jurisdiction", "%s", what)
	}
	oneOf := func(key, value string, list []string, required bool) {
		if value == "" && !required {
			return
		}
		if value == "" {
			say(key, "is missing; it is one of %s", strings.Join(list, ", "))
		} else if !slices.Contains(list, value) {
			say(key, "%q is not one of %s", value, strings.Join(list, ", "))
		}
	}
	oneOf("audience", r.Audience, Audiences(), true)
	oneOf("confidence", r.Confidence, []string{"high", "medium", "low"}, true)
	if len(r.Sources) == 0 {
		say("sources", "is missing: a rule names where its text was read")
	}
	for i, s := range r.Sources {
		if !isWebAddress(s) {
			say(fmt.Sprintf("sources[%d]", i), "%q is not an http or https address", s)
		}
	}
	if r.Reviewed == (toml.LocalDate{}) {
		say("reviewed", "is missing: the day on which somebody last compared the rule with its source")
	}
	if !r.IsEnabled() && r.Reason == "" {
		say("enabled", "a rule that is not enabled says why in reason")
	}
	checkZone(say, r.Zone)
	if f, u := r.InForce.From, r.InForce.Until; f != nil && u != nil && u.AsTime(time.UTC).Before(f.AsTime(time.UTC)) {
		say("in_force.until", "%s lies before in_force.from", u)
	}
	if g := r.InForce.Gate; g != "" && !isMilestone(g) {
		say("in_force.gate", "%q is not a milestone", g)
	}
	each := func(key string, values, list []string) {
		for i, v := range values {
			oneOf(fmt.Sprintf("%s[%d]", key, i), v, list, true)
		}
	}
	each("who.roles", r.Who.Roles, condition.Roles())
	each("who.regulated_as", r.Who.RegulatedAs, condition.Regimes())
	each("who.not_regulated_as", r.Who.NotRegulatedAs, condition.Regimes())
	each("covered.or_groups", r.Covered.OrGroups, condition.Groups())
	for i, x := range r.Exempt {
		key := fmt.Sprintf("exempt[%d]", i)
		if x.Name == "" {
			say(key, "name is missing")
		}
		if x.When.IsZero() {
			say(key, "when is missing: an exemption without a condition would always hold")
		}
	}
	for i, n := range r.Notices {
		if n.Text == "" {
			say(fmt.Sprintf("notice[%d]", i), "text is missing")
		}
	}
	oneOf("recipient.route", r.Recipient.Route, routes(), true)
	oneOf("recipient.kind", r.Recipient.Kind, authorityKinds(), false)
	if r.Recipient.Route == "named" && r.Recipient.Name == "" {
		say("recipient.name", "is missing: route named needs it")
	}
	if r.Recipient.Route == "authority" && r.Recipient.Authority == "" {
		say("recipient.authority", "is missing: route authority needs it")
	}
	ld.checkChannel(r.file, "channel", r.Channel)
	ld.checkStages(r)
	oneOf("order.relation", r.Order.Relation, []string{"before", "with_or_before", "concurrent", "after"}, r.Order.Rule != "")
	each("hold.forms", r.Hold.Forms, []string{"written", "oral"})
	if slices.Contains(r.Hold.Forms, "oral") && r.Hold.OralDays < 1 {
		say("hold.oral_days", "is missing: an oral request lasts so many days at most")
	}
	if then := r.Hold.Then; then != nil {
		oneOf("hold.then.unit", then.Unit, []string{"hours", "calendar_days", "business_days"}, true)
		if then.Amount < 1 {
			say("hold.then.amount", "is missing: a whole number, 1 or more")
		}
		if what := checkCalendar(then.Calendar); then.Calendar != "" && what != "" {
			say("hold.then.calendar", "%s", what)
		}
		if len(r.Hold.Forms) == 0 {
			say("hold.forms", "is missing: without it nothing is held, so nothing follows")
		}
	}
	for _, list := range []struct {
		key string
		ids []string
	}{{"content.required", r.Content.Required}, {"content.forbidden", r.Content.Forbidden}} {
		for i, id := range list.ids {
			if !contentID.MatchString(id) {
				say(fmt.Sprintf("%s[%d]", list.key, i), "%q is not an id such as likely_consequences", id)
			}
		}
	}
}

// idPrefix is how an id begins for a jurisdiction: gb rules are named uk-….
func idPrefix(jurisdiction string) string {
	if jurisdiction == "GB" {
		return "uk-"
	}
	return countryOf(jurisdiction) + "-"
}

func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

func checkZone(say func(string, string, ...any), zone string) {
	if zone != "" && world().Location(zone) == nil {
		say("zone", "there is no time zone %q", zone)
	}
}

func (ld *loader) checkChannel(file, key string, c Channel) {
	if c.Type != "" && !slices.Contains(channelTypes(), c.Type) {
		ld.say(file, key+".type", "%q is not one of %s", c.Type, strings.Join(channelTypes(), ", "))
	}
	if c.URL != "" && !isWebAddress(c.URL) {
		ld.say(file, key+".url", "%q is not an http or https address", c.URL)
	}
}

func (ld *loader) checkAuthority(file, key string, a *Authority) {
	say := func(field, format string, args ...any) { ld.say(file, key+"."+field, format, args...) }
	if !authorityID.MatchString(a.ID) {
		say("id", "%q is not an id: lower case, parts joined by -", a.ID)
	}
	if a.Name == "" {
		say("name", "is missing")
	}
	if what := world().Check(a.Country); what != "" {
		say("country", "%s", what)
	}
	if a.Subdivision != "" {
		if what := world().Check(a.Subdivision); what != "" {
			say("subdivision", "%s", what)
		} else if countryOf(a.Subdivision) != a.Country {
			say("subdivision", "%s is not in %s", a.Subdivision, a.Country)
		}
	}
	if !slices.Contains(authorityKinds(), a.Kind) {
		say("kind", "%q is not one of %s", a.Kind, strings.Join(authorityKinds(), ", "))
	}
	if a.Sector != "" && a.Sector != "public" && a.Sector != "private" {
		say("sector", "%q is not public or private", a.Sector)
	}
	checkZone(func(_, format string, args ...any) { say("zone", format, args...) }, a.Zone)
	ld.checkChannel(file, key+".channel", a.Channel)
	for i, s := range a.Sources {
		if !isWebAddress(s) {
			say(fmt.Sprintf("sources[%d]", i), "%q is not an http or https address", s)
		}
	}
}
