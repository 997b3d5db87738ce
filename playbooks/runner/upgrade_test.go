package runner_test

import (
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/playbooks/runner"
)

// outcomes is a plan in short.
func outcomes(up runner.Upgrade) string {
	var out []string
	for _, s := range up.Steps {
		out = append(out, s.Key+":"+s.Outcome)
	}
	return strings.Join(out, " ")
}

func (o *office) runOf(i *incident.Incident) runner.Run {
	o.t.Helper()
	all, err := o.run.Runs(o.t.Context(), ana, i.ID)
	o.must(err)
	return all[0]
}

func TestUpgrade(t *testing.T) {
	o := open(t)
	first := o.publish(head + step("told", "") + step("counted", "") + step("same", "") + step("open", "") + step("gone-done", "") + step("gone", "") +
		step("later", `needs = ["open"]`))
	i := o.declare("drill")
	for _, key := range []string{"told", "counted", "same", "gone-done"} {
		o.must(o.complete(ana, i, key, "as it said"))
	}
	second := o.publish(strings.Replace(head, "1.0.0", "2.0.0", 1) +
		strings.Replace(step("told", ""), "I.", "Said otherwise.", 1) + strings.Replace(step("counted", ""), "Do counted", "Counted anew", 1) + step("same", "") +
		strings.Replace(step("open", `evidence = [{ kind = "screenshot", min = 1, note = "it" }]`), "I.", "With a picture.", 1) +
		step("new", "") + step("later", `needs = ["new", "open"]`))
	run := o.runOf(i)

	up, err := o.run.PlanUpgrade(t.Context(), ana, i.ID, run.ID, "")
	o.must(err)
	if got, want := outcomes(up), "told:kept_read_again counted:kept open:rewritten new:added later:rewritten gone-done:kept gone:retired"; got != want {
		t.Fatalf("plan %s, want %s", got, want)
	}
	if up.Was != first.Digest || up.Will != second.Digest || up.Bump != "major" {
		t.Errorf("plan %+v", up)
	}
	o.wantStates(i, "told:done counted:done same:done open:open gone-done:done gone:open later:waiting") // a plan changes nothing

	_, err = o.run.UpgradeRun(t.Context(), audra, i.ID, run.ID, up.Was, up.Will)
	o.want(err, incident.Forbidden)
	_, err = o.run.UpgradeRun(t.Context(), ana, i.ID, run.ID, up.Was, up.Will)
	o.must(err)
	o.wantStates(i, "told:done counted:done same:done open:open gone-done:done gone:not_applicable later:waiting new:open")
	if task := o.task(i, "open"); task.Instructions != "With a picture." || len(task.Needs) != 1 {
		t.Errorf("open %+v", task)
	}
	if task := o.task(i, "gone"); task.Outcome != "Not in version 2.0.0 of the playbook" {
		t.Errorf("gone %+v", task)
	}
	if task := o.task(i, "told"); task.Instructions != "I." || task.Outcome != "as it said" {
		t.Errorf("what was done was changed: %+v", task)
	}
	o.want(o.complete(ana, i, "open", ""), incident.Conflict) // the evidence is asked for now

	// What people saw is shown, with its version.
	seen := map[string]runner.StepView{}
	for _, ph := range o.view(i).Phases {
		for _, s := range ph.Steps {
			seen[s.Key] = s
		}
	}
	if s := seen["told"]; s.Version != "1.0.0" || s.Instructions != "I." || !s.ReadAgain || s.Retired {
		t.Errorf("told %+v", s)
	}
	if s := seen["counted"]; s.Version != "1.0.0" || s.Title != "Do counted" || s.ReadAgain {
		t.Errorf("counted %+v", s)
	}
	if s := seen["gone-done"]; !s.Retired || s.Version != "1.0.0" {
		t.Errorf("gone-done %+v", s)
	}
	if s := seen["same"]; s.Version != "" || s.ReadAgain {
		t.Errorf("same %+v", s)
	}
	if s := seen["open"]; s.Version != "" || s.Instructions != "With a picture." {
		t.Errorf("open %+v", s)
	}

	// Opened again, a step takes the new words when the run moves on, and one that is gone keeps its own.
	o.must(o.ReopenTask(t.Context(), ana, i.ID, o.task(i, "counted").ID))
	o.must(o.SetFacts(t.Context(), ana, i.ID, []casework.NewFact{{Name: "incident.encryption", Values: []string{"none"}, Certainty: incident.Known}}))
	if task := o.task(i, "counted"); task.Title != "Counted anew" || task.State != incident.TaskOpen {
		t.Errorf("counted %+v", task)
	}
	o.must(o.complete(ana, i, "counted", ""))
	o.must(o.ReopenTask(t.Context(), ana, i.ID, o.task(i, "gone-done").ID))
	o.must(o.complete(ana, i, "gone-done", ""))

	o.want(o.run.HaveRead(t.Context(), ana, i.ID, run.ID, "same"), incident.Conflict)
	o.must(o.run.HaveRead(t.Context(), ana, i.ID, run.ID, "told"))
	o.want(o.run.HaveRead(t.Context(), ana, i.ID, run.ID, "told"), incident.Conflict)

	// The same again: there is nothing to go to, and an old plan is refused.
	_, err = o.run.PlanUpgrade(t.Context(), ana, i.ID, run.ID, "")
	o.want(err, incident.Conflict)
	_, err = o.run.UpgradeRun(t.Context(), ana, i.ID, run.ID, up.Was, up.Will)
	o.want(err, incident.Conflict)
}

func TestUpgradeLeadsBack(t *testing.T) {
	o := open(t)
	first := o.publish(head + step("a", "") + step("b", ""))
	i := o.declare("drill")
	second := o.publish(strings.Replace(head, "1.0.0", "2.0.0", 1) + step("a", ""))
	run := o.runOf(i)
	_, err := o.run.UpgradeRun(t.Context(), ana, i.ID, run.ID, first.Digest, second.Digest)
	o.must(err)
	o.wantStates(i, "a:open b:not_applicable")
	up, err := o.run.PlanUpgrade(t.Context(), ana, i.ID, run.ID, first.Digest)
	o.must(err)
	if got := outcomes(up); got != "b:rewritten" {
		t.Errorf("back: %s", got)
	}
	_, err = o.run.UpgradeRun(t.Context(), ana, i.ID, run.ID, second.Digest, first.Digest)
	o.must(err)
	o.wantStates(i, "a:open b:open")
	o.must(o.complete(ana, i, "a", ""))
	o.must(o.complete(ana, i, "b", ""))
	_, err = o.run.PlanUpgrade(t.Context(), ana, i.ID, run.ID, "")
	o.want(err, incident.Conflict) // it is complete
}

func TestUpgradeRefusesWhatIsNotItsOwn(t *testing.T) {
	o := open(t)
	first := o.publish(head + step("a", ""))
	other := o.publish(strings.Replace(head, `"drill"`, `"other"`, 1) + step("a", ""))
	draft, err := o.run.Save(t.Context(), ana, "draft.toml", []byte(strings.Replace(head, "1.0.0", "3.0.0", 1)+step("a", "")))
	o.must(err)
	i := o.declare("drill")
	run := o.runOf(i)
	for _, to := range []string{other.Digest, draft.Digest, first.Digest} {
		_, err := o.run.PlanUpgrade(t.Context(), ana, i.ID, run.ID, to)
		o.want(err, incident.Conflict)
	}
	_, err = o.run.PlanUpgrade(t.Context(), ana, i.ID, run.ID, "nothing")
	o.want(err, incident.NotFound)
	_, err = o.run.PlanUpgrade(t.Context(), ana, i.ID, "no-run", "")
	o.want(err, incident.NotFound)
}

func TestUpgradeHidesPrivilegedSteps(t *testing.T) {
	o := open(t)
	o.publish(head + step("a", "") + step("advice", "privileged = true"))
	i := o.declare("drill")
	o.publish(strings.Replace(head, "1.0.0", "2.0.0", 1) + step("a", "") + strings.Replace(step("advice", "privileged = true"), "I.", "Other words.", 1))
	up, err := o.run.PlanUpgrade(t.Context(), audra, i.ID, o.runOf(i).ID, "")
	o.must(err)
	if up.Hidden != 1 || len(up.Steps) != 0 {
		t.Errorf("%+v", up)
	}
}
