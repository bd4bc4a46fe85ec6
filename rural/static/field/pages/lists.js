// Today's visits, households, forms, records: pages of buttons as wide as the phone.

import { ABOUT_A_HOUSEHOLD, DRAFT, QUEUED, SENT } from "../safe/records.js";
import { clock, own, w } from "../words.js";
import { ask, h } from "./dom.js";

export function entry({ title, lines = [], onclick, mark = null }) {
  const text = [h("b", {}, title), ...lines.filter(Boolean).map((line) => h("small", {}, line))];
  const content = [h("span", { class: "text" }, text), mark];
  return h("li", {}, onclick ? h("button", { type: "button", class: "entry", onclick }, content) : h("div", { class: "entry" }, content));
}

export function list(entries, empty) {
  return entries.length ? h("ul", { class: "entries" }, entries) : h("p", { class: "none" }, empty);
}

/** Return one visit as it stands in the day's order; the server laid the way out. */
function visited(app, visit, households, today) {
  const household = households.find(({ id }) => id === visit.household);
  const name = household?.name ?? visit.household_name;
  return entry({
    title: visit.stop ? `${visit.stop}. ${name}` : name,
    lines: [
      [visit.kind, visit.loan_no].filter(Boolean).join(" · "),
      [household?.village || visit.village, w("due_on", { day: visit.due_on })].filter(Boolean).join(" · "),
    ],
    mark: visit.due_on < today ? h("em", { class: "mark bad" }, w("visit_late")) : null,
    onclick: () => app.go(`forms/${visit.household}`),
  });
}

export function todayPage(app, { visits, tasks = [], households, titles, refreshedAt, today, partner = null }) {
  const planned = visits.map((visit) => visited(app, visit, households, today));
  const waiting = tasks.map((task) => entry({
    title: titles(task.form_code),
    lines: [task.words, clock(task.received_at)],
    onclick: () => app.go("records"),
  }));
  const fresh = refreshedAt ? w("refreshed", { time: clock(refreshedAt) }) : w("pack_none");
  const own_ = partner ? [h("h1", {}, w("today")), partner] : [h("h1", {}, w("visits_title")), list(planned, w("visits_none"))];
  return h("main", {}, own_.flat(),
    waiting.length ? [h("h2", {}, w("tasks_title")), list(waiting, "")] : null, h("p", { class: "hint fresh" }, fresh));
}

export function householdsPage(app, households) {
  const found = h("div", {});
  const search = h("input", { id: "search", type: "search", autocomplete: "off", oninput: () => draw() });

  function draw() {
    const wanted = search.value.trim().toLowerCase();
    const some = households.filter(({ name, code }) => `${name} ${code}`.toLowerCase().includes(wanted));
    const entries = some.map((each) => entry({
      title: each.name,
      lines: [each.code, each.village ? w("household_group", each) : null],
      onclick: () => app.go(`forms/${each.id}`),
    }));
    found.replaceChildren(list(entries, w("households_none")));
  }

  draw();
  return h("main", {}, h("h1", {}, w("households_title")),
    h("div", { class: "field" }, h("label", { for: "search" }, w("household_search")), search), found);
}

export function formsPage(app, forms, { household, role }) {
  const title = household ? w("forms_for", { name: household.name }) : w("forms_title");
  // An agent does not alter what was sent in of a household.
  const fits = ({ code }) => (household ? !(role === "agent" && code === "F1") : !ABOUT_A_HOUSEHOLD.has(code));
  const shown = forms.filter(fits);
  const entries = shown.map((form) => entry({
    title: own(form.definition.title),
    lines: [`${form.code} · v${form.version}`],
    onclick: () => app.begin(form, household),
  }));
  return h("main", {}, h("h1", {}, title), list(entries, w("forms_none")),
    shown.length < forms.length && !household ? h("p", { class: "hint fresh" }, w("forms_need_household")) : null);
}

const STATES = { received: "state_received", officer: "state_officer" };

export function recordsPage(app, found, titles) {
  const named = (record) => [titles(record.form_code), record.subject_name].filter(Boolean).join(" · ");
  const drafts = found[DRAFT].map((record) => entry({
    title: named(record),
    lines: [w("changed", { time: clock(record.changed_at) })],
    mark: record.errors.length ? h("em", { class: "mark bad" }, w("state_returned")) : null,
    onclick: () => app.go(`form/${record.root_uuid}`),
  }));
  const queued = found[QUEUED].map((record) => entry({
    title: named(record),
    lines: [w("finished", { time: clock(record.finalized_at) }), app.queue.troubles.get(record.root_uuid)],
    mark: h("em", { class: `mark ${app.queue.troubles.has(record.root_uuid) ? "bad" : ""}` }, w("state_waiting")),
  }));
  const sent = found[SENT].toReversed().map((record) => entry({
    title: named(record),
    lines: [clock(record.sent_at), record.state_words && own(record.state_words)],
    mark: h("em", { class: "mark good" }, w(STATES[record.outcome])),
  }));
  return h("main", {}, h("h1", {}, w("records_title")),
    h("p", { class: "queue", id: "queue" }, queueWords(app.queue.state)),
    h("button", { type: "button", class: "button wide", onclick: () => app.sync() }, w("upload_now")),
    h("h2", {}, `${w("drafts")} ${drafts.length}`), list(drafts, w("none_here")),
    h("h2", {}, `${w("queue")} ${queued.length}`), list(queued, w("none_here")),
    h("h2", {}, `${w("sent")} ${sent.length}`), list(sent, w("none_here")));
}

/** Return what the queue is doing, in words. */
export function queueWords({ name, left, next }) {
  if (name === "sending" || name === "sent" || name === "trouble") return w("queue_sending", { left: left ?? "" });
  if (name === "unreachable" || name === "failed") return w(`queue_${name}`, { time: clock(next) });
  if (name === "signed_out" || name === "returned") return w(`queue_${name}`);
  if (name === "wrong_person") return w("queue_signed_out");
  return w("queue_idle");
}

/** Ask whether a draft is really to go. */
export function sureToDiscard() {
  return ask({ title: w("discard_title"), text: w("discard_text"), yes: w("discard"), no: w("cancel"), danger: true });
}
