// Package console is the pages people work in: one file per page or act.
//
// A handler reads downwards: who (given), input, check, act, answer. It holds no
// rule: the desk, the outbox and auth decide, and their error is returned as it
// is. web maps it to a status, a redirect to sign-in, or an error page.
//
// # Adding a page
//
// One file here, one template, one line in the routes:
//
//  1. tasks.go: a method of Console.
//
//     type tasksPage struct{ Tasks []taskRow }
//
//     func (c *Console) Tasks(r *Request) error {
//     tasks, err := c.Desk.Tasks(r.Ctx(), r.By, r.Param("incident"))
//     if err != nil {
//     return err
//     }
//     return r.Show("tasks", view.Page{Title: "Tasks", Data: tasksPage{…}})
//     }
//
//  2. web/view/templates/console/tasks.html: {{define "main"}}…{{end}}, with the
//     components of templates/components. The dot is the view.Page: {{.Data.Tasks}},
//     {{$.When .Due}}, {{template "badge" .State}}. Tables get class "cards" and a
//     data-label on each cell; a region that should stay fresh gets an id and
//     data-live="seconds".
//
//  3. web/caseroutes.go, or routes.go where it concerns no single incident:
//     {Method: get, Path: "/tasks", Action: incident.SeeIncident, Page: c.Tasks}.
//
// An act is a POST that ends in r.Done(path, "What was done."); with a wrong
// form it shows the same page again, r.Wrong(…), status 422, with every problem
// beside its field. Pages of one incident set Page.Case, which brings the clock
// strip and the rail. What cannot be undone has a page of its own before it
// (template "confirm") that restates the numbers. The sections at the top are in
// nav.go.
//
// Nothing here promises anything to old data; addresses of pages are kept.
package console
