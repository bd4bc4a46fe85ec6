// The field app: which page is open, when it locks, when it sends.

import * as api from "./send/api.js";
import * as errands from "./send/errands.js";
import * as pack from "./safe/pack.js";
import * as records from "./safe/records.js";
import * as sync from "./sync.js";
import * as vault from "./safe/vault.js";
import { Queue } from "./send/queue.js";
import { database, Full, write } from "./safe/store.js";
import { keepForGood, room } from "./device/storage.js";
import { FormPage } from "./pages/form.js";
import { formsPage, householdsPage, queueWords, recordsPage, sureToDiscard, todayPage } from "./pages/lists.js";
import { closedPage, newPinPage, pinPage } from "./pages/lock.js";
import { icon } from "./pages/icons.js";
import { morePage } from "./pages/more.js";
import { commissionPage, contactPage, partnerParts } from "./pages/partner.js";
import { ask, h, say, show } from "./pages/dom.js";
import { follow } from "./update.js";
import { language, own, speak, w } from "./words.js";

const IDLE_MS = 5 * 60_000;
const RECEIPTS_MS = 30 * 24 * 3_600_000;
const FRESH_MS = 15 * 60_000;
const LONGEST_OFFLINE_MS = 72 * 3_600_000;
const TABS = ["today", "households", "forms", "records", "more"];
// A village partner's pages, under his first one.
const OWN = ["lead", "reminder", "commission"];

class App {
  now = () => new Date();
  page = null;
  unsent = 0;
  turn = 0;

  async start() {
    speak(localStorage.getItem("field-language") ?? /django_language=([\w-]+)/.exec(document.cookie)?.[1]);
    this.queue = new Queue({ now: this.now, owner: () => this.holder?.owner.id });
    this.queue.addEventListener("state", ({ detail }) => this.#heard(detail));
    this.#listen();
    follow((takeOver) => this.#offerUpdate(takeOver));
    await this.recount();
    await this.enter();
  }

  /** Show what comes first: enrolling, or the lock. */
  async enter() {
    this.holder = await vault.holder();
    if (this.holder) await this.#askPin();
    else await this.#enrol();
  }

  async #enrol() {
    try {
      const session = await api.session();
      show(newPinPage({ session, done: () => this.#enrolled() }), { focus: "#pin" });
    } catch (error) {
      const reason =
        error instanceof api.SignedOut ? "sign_in_first"
        : error instanceof api.Refused ? "no_permission"
        : error instanceof api.Unreachable ? "needs_network"
        : null;
      if (!reason) throw error;
      show(closedPage(reason, () => this.enter()));
    }
  }

  async #enrolled() {
    this.holder = await vault.holder();
    await keepForGood();
    await this.#opened();
  }

  async #askPin() {
    const contact = (await (await database()).get("lock", "contact")) ?? 0;
    const isLong = this.now().getTime() - contact > LONGEST_OFFLINE_MS;
    const unsent = await this.#unsent();
    show(
      pinPage({
        owner: this.holder.owner,
        unsent,
        notice: contact && isLong ? w("long_offline") : null,
        now: this.now,
        done: () => this.#opened(),
        wiped: () => this.recount().then(() => this.enter()),
      }),
      { focus: "#pin" },
    );
  }

  async #opened() {
    this.isLocked = false;
    this.unlockedAt = this.now().getTime();
    this.#stir();
    await records.forgetReceipts(this.unlockedAt - RECEIPTS_MS);
    await this.open();
    this.sync({ always: true });
  }

  /** Hide everything now; the key goes as soon as the record under way has been sent. */
  async lock() {
    if (!this.isOpen) return;
    this.isLocked = true;
    await this.#shutForm();
    this.queue.stop();
    this.page = null;
    await this.#askPin();
    await this.queue.settled();
    if (this.isLocked) vault.lock();
  }

  get isOpen() {
    return vault.isOpen() && !this.isLocked;
  }

  // Network.

  /** Send what waits, and fetch what is stale; `always` fetches in any case. */
  async sync({ always = false } = {}) {
    if (!this.isOpen) return false;
    this.queue.begin();
    const refreshed = Date.parse((await pack.kept("refreshed_at")) ?? "");
    const isFresh = this.now().getTime() - refreshed < FRESH_MS;
    if (!always && isFresh && !(await errands.waiting()).length) return true;
    return this.#refresh();
  }

  async #refresh() {
    try {
      const refused = await sync.refresh(this.holder.owner.id, this.now());
      if (refused.length) this.#notice(w("errand_refused", { why: refused[0].why }));
      await write(["lock"], (transaction) => transaction.objectStore("lock").put(this.now().getTime(), "contact"));
      await this.recount();
      this.#redraw();
      return true;
    } catch (error) {
      if (error instanceof sync.WrongPerson) this.#notice(w("wrong_person", { name: this.holder.owner.name }));
      else if (error instanceof api.SignedOut) this.#noticeSignIn();
      else if (!(error instanceof api.Unreachable || error instanceof api.Refused)) throw error;
      return false;
    }
  }

  async refreshByHand() {
    say(w((await this.sync({ always: true })) ? "refresh_done" : "refresh_failed"));
  }

  async #heard(state) {
    await this.recount();
    if (state.name === "sent" || state.name === "returned") say(w(`queue_${state.name}`));
    if (state.name === "signed_out") this.#noticeSignIn();
    const shown = document.getElementById("queue");
    if (["sent", "returned", "idle"].includes(state.name)) this.#redraw();
    else if (shown) shown.textContent = queueWords(state);
  }

  /** Count what is not uploaded and say so, on every page. */
  async recount() {
    this.unsent = await this.#unsent();
    const badge = document.getElementById("unsent");
    badge.textContent = this.unsent ? w("unsent", { n: this.unsent }) : w("all_sent");
    badge.classList.toggle("some", this.unsent > 0);
    document.getElementById("network").textContent = w(navigator.onLine ? "online" : "offline");
  }

  /** Count what would be lost with this phone: drafts, what waits for upload, what is to be said. */
  async #unsent() {
    const { draft, queued } = await records.counts();
    return draft + queued + (await errands.count());
  }

  // Pages.

  go(route) {
    if (location.hash === `#/${route}`) this.open();
    else location.hash = `#/${route}`;
  }

  /** Open the page that the address names. */
  async open() {
    if (!this.isOpen) return;
    // Pages are put together with waits between; one that was left meanwhile is not shown.
    this.turn += 1;
    await this.#shutForm();
    const [name, rest] = location.hash.replace(/^#\//, "").split("/");
    this.page = [...TABS, ...OWN, "form"].includes(name) ? name : "today";
    if (this.page === "form") await this.#openForm(rest);
    else await this.#openTab(rest);
    await this.recount();
  }

  async #openTab(rest) {
    const { turn } = this;
    const page = await this.#tab(rest);
    if (this.isOpen && turn === this.turn) show(h("div", { class: "screen" }, page, this.#navigation()));
  }

  async #tab(rest) {
    switch (this.page) {
      case "households":
        return householdsPage(this, await this.#households());
      case "forms":
        return this.#forms((await this.#households()).find(({ id }) => id === rest));
      case "records":
        return this.#records();
      case "more":
        return morePage(this, await this.#about());
      case "lead":
      case "reminder":
      case "commission":
        return this.#own(rest);
      default:
        return todayPage(this, {
          today: this.now().toISOString().slice(0, 10),
          partner: await this.#partner(),
          ...((await pack.kept("today")) ?? { visits: [], tasks: [] }),
          households: await this.#households(),
          titles: await this.#titles(),
          refreshedAt: await pack.kept("refreshed_at"),
        });
    }
  }

  /** Return the households that the server told of, then those that wait here to be told of. */
  async #households() {
    const villages = (await pack.kept("choices"))?.villages ?? [];
    const named = (code) => own(villages.find(({ value }) => value === code)?.label ?? code);
    const told = ((await pack.kept("households")) ?? []).map((each) => ({ ...each, village: named(each.village) }));
    const known = new Set(told.map(({ id }) => id));
    const here = [...(await records.list(records.QUEUED)), ...(await records.list(records.SENT))];
    const fresh = here.filter((each) => each.form_code === "F1" && !each.subject && !known.has(each.root_uuid));
    const own_ = fresh.map(({ root_uuid, subject_name }) => ({ id: root_uuid, code: w("household_new"), name: subject_name, version: 0, village: "", group: "" }));
    return [...told, ...own_];
  }

  async #forms(household) {
    const { role } = (await pack.kept("session")) ?? {};
    return formsPage(this, await sync.forms(), { household, role });
  }

  async #titles() {
    const found = new Map((await sync.forms()).map((form) => [form.code, own(form.definition.title)]));
    return (code) => found.get(code) ?? code;
  }

  async #partner() {
    const held = await pack.kept("partner");
    return held && partnerParts(this, { ...held, errands: await errands.waiting() });
  }

  /** Return one of a village partner's pages; his first one if there is no such thing any more. */
  async #own(id) {
    const { leads = [], reminders = [], commission } = (await pack.kept("partner")) ?? {};
    if (this.page === "commission" && commission) return commissionPage(this, commission);
    const found = { lead: leads, reminder: reminders }[this.page]?.find((each) => each.id === id);
    if (!found) return todayPage(this, { visits: [], households: [], titles: String, partner: await this.#partner() });
    if (this.page === "reminder") return contactPage(this, { title: found.name, about: id, path: `reminders/${id}` });
    const key = crypto.randomUUID();
    return contactPage(this, { title: found.name, about: key, path: `leads/${id}/contacts`, body: { key } });
  }

  /** Say something to the lender, now or when there is network, and go back to the first page. */
  async errand(errand) {
    try {
      await errands.add(errand);
    } catch (error) {
      if (!(error instanceof Full)) throw error;
      return this.#notice(w("not_saved"));
    }
    this.go("today");
    return this.sync({ always: true });
  }

  async #records() {
    const states = [records.DRAFT, records.QUEUED, records.SENT];
    const found = Object.fromEntries(await Promise.all(states.map(async (state) => [state, await records.list(state)])));
    return recordsPage(this, found, await this.#titles());
  }

  async #about() {
    const session = (await pack.kept("session")) ?? { name: this.holder.owner.name, tenant: { name: "" } };
    return { room: await room(), isKept: await navigator.storage.persisted(), session };
  }

  #navigation() {
    const current = OWN.includes(this.page) ? "today" : this.page;
    return h("nav", { class: "tabs", "aria-label": w("title") },
      TABS.map((tab) => h("a", { href: `#/${tab}`, "aria-current": tab === current ? "page" : null },
        icon(tab), w(tab))));
  }

  #redraw() {
    const typing = document.activeElement?.matches("input, textarea, select") || document.querySelector("dialog[open]");
    if (this.isOpen && this.page && this.page !== "form" && !["more", ...OWN].includes(this.page) && !typing) this.#openTab(location.hash.split("/")[2]);
  }

  // Forms.

  async begin(form, household) {
    const answers = household ? await this.#known(form, household) : {};
    const record = records.started({ form, subject: household, deviceId: this.#deviceId(), now: this.now(), answers });
    await records.save(record, this.now());
    this.go(`form/${record.root_uuid}`);
  }

  /** Return what the day's plan knows of a form: which loan a visit is about. */
  async #known(form, { id }) {
    const { visits = [] } = (await pack.kept("today")) ?? {};
    const visit = visits.find(({ household, loan_no }) => household === id && loan_no);
    const asks = form.definition.sections.some(({ fields }) => fields.some(({ name }) => name === "loan_no"));
    return asks && visit ? { loan_no: visit.loan_no } : {};
  }

  #deviceId() {
    const known = localStorage.getItem("field-device") ?? crypto.randomUUID();
    localStorage.setItem("field-device", known);
    return known;
  }

  async #openForm(root) {
    const { turn } = this;
    const record = await records.load(root);
    if (record?.state !== records.DRAFT) return this.go("records");
    const form = await sync.form(record.form_code, record.form_version);
    if (!form) {
      this.#notice(w("form_version_gone"));
      return this.go("records");
    }
    const session = await pack.kept("session");
    const { status, ...lists } = (await pack.kept("choices")) ?? {};
    if (!this.isOpen || turn !== this.turn) return undefined;
    this.form = new FormPage(record, form.definition, {
      role: session.role,
      lists,
      now: this.now,
      leave: () => this.go("records"),
      finished: () => this.#finished(),
      discard: () => this.#discard(root),
    });
    show(this.form.node);
    return this.form.open();
  }

  async #shutForm() {
    const open = this.form;
    this.form = null;
    if (!open) return;
    await open.shut();
    // Opened and left without an answer: nothing to keep.
    if (open.isUntouched) await records.discard(open.record.root_uuid);
  }

  async #finished() {
    this.form = null;
    say(w("finish_done"));
    this.go("records");
    this.queue.begin();
  }

  async #discard(root) {
    if (!(await sureToDiscard())) return;
    this.form.drop();
    this.form = null;
    await records.discard(root);
    this.go("records");
  }

  // Going.

  async signOut() {
    const asked = { title: w("sign_out_title", { n: this.unsent }), text: w("sign_out_text"), yes: w("sign_out_anyway"), no: w("cancel"), danger: true };
    if (this.unsent && !(await ask(asked))) return;
    await api.signOut();
    this.leaving = true;
    location.assign("/?next=/field/");
  }

  async switchLanguage() {
    localStorage.setItem("field-language", language() === "zh" ? "en" : "zh");
    speak(localStorage.getItem("field-language"));
    document.querySelector(".notice")?.remove();
    await this.recount();
    await this.open();
  }

  // Notices and listeners.

  #notice(words, ...actions) {
    document.querySelector(".notice")?.remove();
    const close = h("button", { type: "button", class: "button quiet", "aria-label": w("close"), onclick: () => shown.remove() }, "✕");
    const shown = h("div", { class: "notice", role: "status" }, h("span", {}, words), actions, close);
    document.getElementById("app").before(shown);
  }

  #noticeSignIn() {
    this.#notice(w("queue_signed_out"), h("a", { class: "button", href: "/?next=/field/" }, w("sign_in")));
  }

  #offerUpdate(takeOver) {
    this.#notice(w("update_ready"), h("button", { type: "button", class: "button main", onclick: async () => {
      await this.#shutForm();
      this.leaving = true;
      takeOver();
    } }, w("update_now")));
  }

  #stir() {
    this.stirredAt = this.now().getTime();
  }

  #listen() {
    for (const kind of ["pointerdown", "keydown", "input"]) addEventListener(kind, () => this.#stir(), { passive: true });
    addEventListener("hashchange", () => this.open());
    addEventListener("online", () => this.recount().then(() => this.sync()));
    addEventListener("offline", () => this.recount());
    document.addEventListener("visibilitychange", () => document.hidden || this.#returned());
    addEventListener("beforeunload", (event) => this.unsent && !this.leaving && event.preventDefault());
    for (const kind of ["error", "unhandledrejection"]) addEventListener(kind, (event) => this.#broken(event));
    setInterval(() => this.#lockIfDue(), 10_000);
  }

  async #returned() {
    await this.#lockIfDue();
    if (this.isOpen) this.sync();
  }

  async #lockIfDue() {
    const now = this.now().getTime();
    const isDue = now - this.stirredAt > IDLE_MS || now - this.unlockedAt > LONGEST_OFFLINE_MS;
    if (this.isOpen && isDue) await this.lock();
  }

  #broken(event) {
    const cause = event.error ?? event.reason;
    if (cause) this.#notice(w("broken", { what: cause.message || cause.name }));
  }
}

new App().start();
