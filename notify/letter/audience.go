package letter

// Audience is whom a letter addresses. Its words, not its law: a parent, a next
// of kin and an employee read the letter of the same law as anybody else, each
// in words of their own.
type Audience string

// The audiences of letters about a person's own data. Guardian and NextOfKin
// are chosen only because the roster says so of a person; see [Variant].
const (
	Individual Audience = "individual"
	Guardian   Audience = "parent_or_guardian"
	NextOfKin  Audience = "next_of_kin"
	Employee   Audience = "employee"
)

// BusinessCustomer is a company under contract; its letter speaks of its
// contract and of the people it has to think of, and satisfies no law alone.
const BusinessCustomer Audience = "business_customer"

// Audiences lists those a person or a business can be.
func Audiences() []Audience {
	return []Audience{Individual, Guardian, NextOfKin, Employee, BusinessCustomer}
}

func (a Audience) known() bool {
	return a == "" || a == Individual || a == Guardian || a == NextOfKin || a == Employee || a == BusinessCustomer
}

// Variant is the wording of a letter that this audience reads.
func (a Audience) Variant() Variant {
	switch a {
	case Guardian:
		return Minor
	case NextOfKin:
		return Deceased
	}
	return Adult
}

// duty is the audience as the rules name it.
func (a Audience) duty() string {
	switch a {
	case "", Individual, Guardian, NextOfKin, Employee:
		return "individuals"
	case BusinessCustomer:
		return "business_customers"
	}
	return string(a)
}
