package condition_test

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"tocsin/incident/condition"
)

var (
	encryptions = []string{"strong", "weak", "hashed_salted", "none"}
	elements    = []string{"name", "ssn", "medical"}
)

// leaf draws a leaf on one of three facts of different kinds.
func leaf(t *rapid.T) condition.Condition {
	switch rapid.IntRange(0, 2).Draw(t, "kind") {
	case 0:
		return condition.Condition{Fact: "incident.encryption", Is: rapid.SliceOfNDistinct(rapid.SampledFrom(encryptions), 1, 3, rapid.ID).Draw(t, "is")}
	case 1:
		return condition.Condition{Fact: "affected.people", MoreThan: rapid.IntRange(0, 20).Draw(t, "bound")}
	}
	ws := rapid.SliceOfNDistinct(rapid.SampledFrom(elements), 1, 2, rapid.ID).Draw(t, "elements")
	if rapid.Bool().Draw(t, "all") {
		return condition.Condition{Fact: "affected.elements", HasAll: ws}
	}
	return condition.Condition{Fact: "affected.elements", HasAny: ws}
}

func tree(t *rapid.T, depth int) condition.Condition {
	if depth == 0 || rapid.IntRange(0, 3).Draw(t, "stop") == 0 {
		return leaf(t)
	}
	sub := func() []condition.Condition {
		n := rapid.IntRange(1, 3).Draw(t, "n")
		list := make([]condition.Condition, n)
		for i := range list {
			list[i] = tree(t, depth-1)
		}
		return list
	}
	switch rapid.IntRange(0, 2).Draw(t, "node") {
	case 0:
		return condition.Condition{All: sub()}
	case 1:
		return condition.Condition{Any: sub()}
	}
	inner := tree(t, depth-1)
	return condition.Condition{Not: &inner}
}

// world draws facts known whole, and the same facts known less well.
func world(t *rapid.T) (whole, partly condition.Map) {
	enc := rapid.SampledFrom(encryptions).Draw(t, "encryption")
	people := rapid.IntRange(0, 25).Draw(t, "people")
	have := rapid.SliceOfNDistinct(rapid.SampledFrom(elements), 0, 3, rapid.ID).Draw(t, "have")
	whole = condition.Map{
		"incident.encryption": condition.Word(enc),
		"affected.people":     condition.Number(people),
		"affected.elements":   condition.Set(have...),
	}
	partly = condition.Map{}
	switch rapid.IntRange(0, 2).Draw(t, "encryption known") {
	case 1:
		partly["incident.encryption"] = condition.OneOf(enc, rapid.SampledFrom(encryptions).Draw(t, "or"))
	case 2:
		partly["incident.encryption"] = condition.Word(enc)
	}
	switch rapid.IntRange(0, 2).Draw(t, "people known") {
	case 1:
		partly["affected.people"] = condition.Between(rapid.IntRange(0, people).Draw(t, "min"), rapid.SampledFrom([]int{-1, people, people + 3}).Draw(t, "max"))
	case 2:
		partly["affected.people"] = condition.Number(people)
	}
	switch rapid.IntRange(0, 2).Draw(t, "elements known") {
	case 1:
		partly["affected.elements"] = condition.OpenSet(have[:rapid.IntRange(0, len(have)).Draw(t, "so many")]...)
	case 2:
		partly["affected.elements"] = condition.Set(have...)
	}
	return whole, partly
}

func TestMoreFactsNeverTurnAFirmAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := tree(t, 3)
		whole, partly := world(t)
		full, early := c.Evaluate(whole), c.Evaluate(partly)
		if full.Truth == condition.Unknown {
			t.Fatalf("undecided with every fact known: %+v", c)
		}
		if early.Truth != condition.Unknown && early.Truth != full.Truth {
			t.Fatalf("was %s, became %s", early.Truth, full.Truth)
		}
		if (early.Truth == condition.Unknown) != (len(early.Missing) > 0) {
			t.Fatalf("%s, and missing %v", early.Truth, early.Missing)
		}
		if full.Truth == condition.Yes && len(full.Because) == 0 || full.Truth == condition.No && len(full.BecauseNot) == 0 {
			t.Fatalf("%s without a reason", full.Truth)
		}
	})
}

func TestMissingFactsDecide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := tree(t, 3)
		whole, partly := world(t)
		r := c.Evaluate(partly)
		for range 4 {
			if r.Truth != condition.Unknown {
				return
			}
			partly[r.Missing[0]] = whole[r.Missing[0]]
			r = c.Evaluate(partly)
		}
		t.Fatalf("answering what was missing did not decide: still %v", r.Missing)
	})
}

func TestOrderIsIrrelevant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := []condition.Condition{tree(t, 2), tree(t, 2), tree(t, 2)}
		_, facts := world(t)
		other := rapid.Permutation(list).Draw(t, "order")
		if a, b := (condition.Condition{All: list}).Evaluate(facts).Truth, (condition.Condition{All: other}).Evaluate(facts).Truth; a != b {
			t.Fatalf("all: %s, in another order %s", a, b)
		}
		if a, b := (condition.Condition{Any: list}).Evaluate(facts).Truth, (condition.Condition{Any: other}).Evaluate(facts).Truth; a != b {
			t.Fatalf("any: %s, in another order %s", a, b)
		}
	})
}

func TestSurvivesJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := tree(t, 3)
		_, facts := world(t)
		b, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var back condition.Condition
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		if a, b := c.Evaluate(facts).Truth, back.Evaluate(facts).Truth; a != b {
			t.Fatalf("%s, and %s after a round trip through JSON", a, b)
		}
	})
}
