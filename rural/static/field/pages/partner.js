// What a village partner does between forms: whom he brought, whom he is to remind, his months.

import { clock, w } from "../words.js";
import { h, say } from "./dom.js";
import { entry, list } from "./lists.js";

const KINDS = ["visit", "call", "message"];
const OUTCOMES = ["reached", "not_reached", "will_pay", "in_difficulty", "away"];
const LONGEST_APPEAL = 500;

/** Return the parts of a partner's first page: what he must know first, then what is to be done. */
export function partnerParts(app, { commission, leads, reminders, errands }) {
  const done = new Set(errands.map(({ about }) => about));
  const open = reminders.filter(({ id }) => !done.has(id));
  return [
    notice(app, commission, done.has("appeal")),
    h("h2", {}, w("reminders_title")),
    list(open.map((each) => reminder(app, each)), w("reminders_none")),
    h("h2", {}, w("leads_title")),
    list(leads.map((each) => lead(app, each)), w("leads_none")),
    h("h2", {}, w("commission_title")),
    list([entry({ title: w("commission_open"), lines: [], onclick: () => app.go("commission") })], ""),
    errands.length ? h("p", { class: "hint", id: "errands" }, w("errands_waiting", { n: errands.length })) : null,
  ];
}

function reminder(app, { id, name, kind, due_on }) {
  return entry({
    title: name,
    lines: [w("due_on", { day: due_on })],
    mark: h("em", { class: `mark ${kind === "overdue" ? "bad" : ""}` }, w(`reminder_${kind}`)),
    onclick: () => app.go(`reminder/${id}`),
  });
}

function lead(app, { id, name, status, papers, created_at }) {
  const marks = { approved: "good", refused: "bad" };
  return entry({
    title: name,
    lines: [
      papers.length ? w("papers_needed", { papers: papers.map((paper) => w(`paper_${paper}`)).join(w("comma")) }) : null,
      clock(created_at),
    ],
    mark: h("em", { class: `mark ${marks[status] ?? ""}` }, w(`word_${status}`)),
    onclick: () => app.go(`lead/${id}`),
  });
}

/** Say that he is suspended, why, and how he may speak against it; nothing while he is active. */
function notice(app, commission, isAppealed) {
  if (!commission || commission.status === "ACTIVE") return null;
  const { status, suspension } = commission;
  const isOpen = status === "SUSPENDED" && !isAppealed;
  const state = isAppealed ? "APPEALING" : status;
  return h("section", { class: "card", id: "suspension" }, h("h2", {}, w(`partner_${state}`)),
    suspension ? h("p", {}, w("suspended_why", { day: suspension.on, reason: suspension.reason })) : null,
    h("p", { class: "hint" }, w(`partner_${state}_hint`)),
    isOpen ? appeal(app, suspension?.id) : null);
}

function appeal(app, against) {
  const words = h("textarea", { id: "appeal", rows: 4, maxlength: LONGEST_APPEAL, "aria-describedby": "appeal-error" });
  const error = h("p", { class: "error", id: "appeal-error" });

  function send() {
    if (!words.value.trim()) {
      error.textContent = w("rule_required");
      words.setAttribute("aria-invalid", "true");
      return words.focus();
    }
    return app.errand({ about: "appeal", path: "commission/appeal", body: { reason: words.value.trim(), against } });
  }

  return h("div", { class: "field" }, h("label", { for: "appeal" }, w("appeal_why")), words, error,
    h("button", { type: "button", class: "button wide main", onclick: send }, w("appeal_send")));
}

/** Return the page that notes how he got in touch and what came of it: coded words only. */
export function contactPage(app, { title, about, path, body = {} }) {
  const error = h("p", { class: "error", role: "alert" });

  function choice(name, values) {
    const pills = values.map((value) => h("label", { class: "pill" },
      h("input", { type: "radio", name, value }), w(`${name}_${value}`)));
    return h("fieldset", { class: "field" }, h("legend", {}, w(`contact_${name}`)), h("div", { class: "pills" }, pills));
  }

  async function save(event) {
    event.preventDefault();
    const said = new FormData(event.target);
    if (!said.get("kind") || !said.get("outcome")) {
      error.textContent = w("contact_both");
      return;
    }
    await app.errand({ about, path, body: { ...body, kind: said.get("kind"), outcome: said.get("outcome") } });
    say(w("contact_kept"));
  }

  return h("main", {}, h("h1", {}, title),
    h("form", { onsubmit: save }, choice("kind", KINDS), choice("outcome", OUTCOMES), error,
      h("button", { class: "button wide main" }, w("contact_save"))),
    h("button", { type: "button", class: "button wide", onclick: () => app.go("today") }, w("back")));
}

/** Return the page of his months: sums of a month, never a single loan. */
export function commissionPage(app, commission) {
  const money = (amount) => `${amount} ${commission.currency}`;
  const months = commission.statements.map((each) => h("li", { class: "card" }, h("h2", {}, each.month),
    h("dl", { class: "sums" }, ["opening", "earned", "clawed_back", "payable", "carried"].map((name) =>
      h("div", {}, h("dt", {}, w(`sum_${name}`)), h("dd", {}, money(each[name]))))),
    h("p", { class: "hint" }, each.paid === null ? w("commission_unpaid") : w("commission_paid", { amount: money(each.paid), day: each.paid_on ?? "" }))));
  return h("main", {}, h("h1", {}, w("commission_title")),
    h("p", { class: "note" }, w("commission_balance", { amount: money(commission.balance) })),
    months.length ? h("ul", { class: "plain" }, months) : h("p", { class: "none" }, w("commission_none")),
    h("p", { class: "hint" }, w("commission_rule")),
    h("button", { type: "button", class: "button wide", onclick: () => app.go("today") }, w("back")));
}
