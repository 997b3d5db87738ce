// Package cacao writes playbooks as CACAO Security Playbooks 2.0 (OASIS, 27
// November 2023) and reads them back.
//
// CACAO chains steps and knows neither phases, roles, deadlines on an incident's
// clock, evidence, approvals nor duties. Export therefore says in CACAO's words what
// can be said in them, so that other tools can show and run it, and carries the rest in
// a step extension under an id of our own, which other tools leave alone: reading our
// own export gives the same playbook, digest included.
//
// Import of somebody else's playbook gives a draft for a person to finish: CACAO's
// graph becomes steps that need one another, its branches become decisions, and every
// choice that had to be made is a note. Commands are written into the instructions and
// are never run. It refuses a file that is no CACAO 2.0, one whose steps lead nowhere or
// in a circle, and one with steps that nothing leads to: a part would be lost.
//
// It is pure: no clock, no store, no network.
package cacao
