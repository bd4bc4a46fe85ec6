// A form, one section to a page. Every change is kept on the phone a moment later; going on is
// refused only by what is wrong on this page, and the last page says what is wrong anywhere.

import { Position } from "../device/position.js";
import { check, isRelevant, pruned, rowScope } from "../rules/validation.js";
import { Full } from "../safe/store.js";
import * as records from "../safe/records.js";
import { clock, own, ruleWords, w } from "../words.js";
import { h, say } from "./dom.js";
import { Field } from "./field.js";

const AUTOSAVE_MS = 400;

export class FormPage {
  /** `world` is {role, lists, now, leave, finished, discard}: what the form needs of the app. */
  constructor(record, definition, world) {
    Object.assign(this, { record, definition, world });
    this.position = new Position();
    this.page = 0;
    this.fields = [];
    // What the server found stands in what was sent to it: answers, or something about the whole.
    this.returned = record.errors.map((each) => ({ ...each, pointer: each.pointer.replace(/^\/answers(?=\/)/, "") }));
    this.status = h("span", { class: "saved", role: "status" });
    this.body = h("div", { class: "questions" });
    this.summary = h("div", { class: "summary", role: "alert", tabindex: -1, hidden: true });
    this.node = this.#frame();
    this.position.addEventListener("found", ({ detail }) => this.#started(detail));
    this.leaving = () => document.hidden && this.flush();
  }

  open() {
    this.position.start();
    document.addEventListener("visibilitychange", this.leaving);
    this.#show(this.#firstTrouble());
  }

  /** Keep what is not kept yet and stop listening. */
  async shut() {
    document.removeEventListener("visibilitychange", this.leaving);
    this.position.stop();
    await this.flush();
  }

  /** Keep nothing more: the draft is to be deleted. */
  drop() {
    this.dirty = false;
    document.removeEventListener("visibilitychange", this.leaving);
    this.position.stop();
    clearTimeout(this.timer);
  }

  get isUntouched() {
    return Object.keys(this.record.answers).length === 0;
  }

  // What fields ask of their form.

  now() {
    return this.world.now();
  }

  get today() {
    const now = this.now();
    return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
  }

  get about() {
    const lists = Object.entries(this.world.lists).map(([name, list]) => [name, list.map(({ value }) => value)]);
    return {
      role: this.world.role, today: this.today, finalizedAt: this.now().getTime(),
      lists: Object.fromEntries(lists), mayBeMasked: this.record.subject !== "",
    };
  }

  scope() {
    return { answers: this.record.answers, row: null, today: this.today };
  }

  rowScope(repeat, row) {
    return rowScope(this.scope(), repeat, row);
  }

  choices(name) {
    return this.world.lists[name] ?? [];
  }

  keepPhoto(made) {
    return records.addPhoto(this.record.root_uuid, made);
  }

  photo(sha256) {
    return records.photo(this.record.root_uuid, sha256);
  }

  changed() {
    this.dirty = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), AUTOSAVE_MS);
    this.#refresh();
  }

  /** Save now; a save under way is waited for, and one more follows if something changed since. */
  flush() {
    clearTimeout(this.timer);
    this.saving = (this.saving ?? Promise.resolve()).then(() => this.#save());
    return this.saving;
  }

  async #save() {
    if (!this.dirty) return;
    this.dirty = false;
    try {
      await records.save(this.record, this.now());
      this.status.textContent = w("saved", { time: clock(this.now()) });
      this.status.classList.remove("bad");
    } catch (error) {
      this.dirty = true;
      if (!(error instanceof Full)) throw error;
      this.status.textContent = w("not_saved");
      this.status.classList.add("bad");
      say(w("not_saved"), { urgent: true });
    }
  }

  // The pages.

  get sections() {
    const { roles, sections } = this.definition;
    return sections.filter((section) =>
      (section.roles ?? roles).includes(this.world.role) && isRelevant(section, this.scope()));
  }

  #started(point) {
    if (this.record.start_gps.lat) return;
    this.record.start_gps = point;
    this.dirty = true;
  }

  #frame() {
    this.heading = h("h1", { tabindex: -1 });
    this.count = h("p", { class: "count" });
    this.bar = h("progress", { class: "bar", "aria-hidden": "true" });
    this.previous = h("button", { type: "button", class: "button", onclick: () => this.#turn(-1) });
    this.following = h("button", { type: "button", class: "button main", onclick: () => this.#turn(1) });
    this.contents = h("select", { class: "contents", "aria-label": w("contents"), onchange: () => this.#show(Number(this.contents.value)) });
    return h("div", { class: "form" },
      h("header", { class: "top" },
        h("button", { type: "button", class: "button quiet", onclick: () => this.world.leave() }, `‹ ${w("close")}`),
        this.status, this.contents),
      this.bar,
      h("main", {}, this.count, this.heading, this.summary, this.body),
      h("footer", { class: "bottom" }, this.previous, this.following));
  }

  get isLast() {
    return this.page >= this.sections.length;
  }

  #show(page) {
    const { sections } = this;
    this.page = Math.max(0, Math.min(page, sections.length));
    const title = this.isLast ? w("check_title") : own(sections[this.page].title);
    this.heading.textContent = title;
    const total = sections.length + 1;
    this.count.textContent = `${own(this.definition.title)} · ${w("page_of", { n: this.page + 1, total })}`;
    this.bar.max = total;
    this.bar.value = this.page + 1;
    this.contents.replaceChildren(...[...sections.map(({ title: each }) => own(each)), w("check_title")].map(
      (name, place) => h("option", { value: String(place) }, `${place + 1} ${name}`)));
    this.contents.value = String(this.page);
    this.previous.textContent = w("previous");
    this.previous.hidden = this.page === 0;
    this.following.textContent = this.isLast ? w("finish") : w("next");
    this.summary.hidden = true;
    if (this.isLast) this.#showCheck();
    else this.#showSection(sections[this.page]);
    window.scrollTo(0, 0);
    this.heading.focus({ preventScroll: true });
  }

  #showSection(section) {
    const where = { holder: this.record.answers, pointer: "", form: this };
    this.fields = section.fields.map((each) => new Field(each, where));
    this.body.replaceChildren(...this.fields.map((each) => each.node));
    this.#refresh();
    for (const { pointer, expected } of this.returned) this.#fieldAt(pointer)?.show(w("server_expects", { expected }));
    const general = this.returned.filter(({ pointer }) => !this.#fieldNamed(pointer));
    this.summary.hidden = general.length === 0;
    this.summary.textContent = general.map(({ expected }) => w("server_expects", { expected })).join(" ");
  }

  /** Return the field that a pointer is about, or into: the deepest one. */
  #fieldAt(pointer) {
    return this.#all().filter((field) => `${pointer}/`.startsWith(`${field.pointer}/`)).at(-1);
  }

  #all() {
    return this.fields.flatMap((field) => field.all());
  }

  #refresh() {
    for (const field of this.fields) field.refresh();
    for (const field of this.#all()) field.warn(null);
    for (const each of this.findings().warnings) this.#fieldAt(each.pointer)?.warn(ruleWords(each));
  }

  findings() {
    return check(this.definition, this.record.answers, this.about);
  }

  #firstTrouble() {
    return this.returned.length ? this.#pageOf(this.returned[0].pointer) : 0;
  }

  #pageOf(pointer) {
    const name = pointer.split("/")[1];
    const page = this.sections.findIndex(({ fields }) => fields.some((field) => field.name === name));
    return page < 0 ? 0 : page;
  }

  #turn(step) {
    if (step < 0) this.#show(this.page - 1);
    else if (this.isLast) this.#finish();
    else if (this.#isPageGood()) {
      this.flush();
      this.#show(this.page + 1);
    }
  }

  #isPageGood() {
    const wrong = this.findings().errors.filter(({ pointer }) => this.#pageOf(pointer) === this.page);
    for (const field of this.#all()) field.show(null);
    for (const each of wrong) this.#fieldAt(each.pointer)?.show(ruleWords(each));
    const first = wrong.length ? this.#fieldAt(wrong[0].pointer) : null;
    this.summary.hidden = wrong.length === 0;
    this.summary.textContent = wrong.length ? w("errors_found", { n: wrong.length }) : "";
    first?.focus();
    return wrong.length === 0;
  }

  #showCheck() {
    this.fields = [];
    const wrong = this.findings().errors;
    const list = wrong.map((each) =>
      h("li", {}, h("button", { type: "button", class: "button link", onclick: () => this.#goTo(each.pointer) },
        `${w("error_goto", { label: this.#labelOf(each.pointer) })} – ${ruleWords(each)}`)));
    this.body.replaceChildren(
      wrong.length ? h("p", { class: "warning" }, w("errors_found", { n: wrong.length })) : h("p", { class: "good" }, w("all_good")),
      h("ul", { class: "plain" }, list),
      h("button", { type: "button", class: "button quiet", onclick: () => this.world.discard() }, w("discard")));
  }

  #fieldNamed(pointer) {
    const name = pointer.split("/")[1];
    return this.definition.sections.flatMap(({ fields }) => fields).find((each) => each.name === name);
  }

  #labelOf(pointer) {
    const [, name, row, inner] = pointer.split("/");
    const field = this.#fieldNamed(pointer);
    const below = inner && field.fields?.find((each) => each.name === inner);
    return below ? `${own(field.label)} ${Number(row) + 1} · ${own(below.label)}` : own(field?.label ?? name);
  }

  #goTo(pointer) {
    this.#show(this.#pageOf(pointer));
    this.#isPageGood();
    this.#fieldAt(pointer)?.focus();
  }

  async #finish() {
    const wrong = this.findings().errors;
    if (wrong.length) {
      this.#showCheck();
      say(w("errors_found", { n: wrong.length }), { urgent: true });
      return;
    }
    this.following.disabled = true;
    try {
      await this.flush();
      const answers = pruned(this.definition, this.record.answers, this.about);
      await records.finalise({ ...this.record, answers }, this.now());
      this.dirty = false;
      await this.world.finished();
    } catch (error) {
      if (!(error instanceof Full)) throw error;
      say(w("not_saved"), { urgent: true });
      this.status.textContent = w("not_saved");
    } finally {
      this.following.disabled = false;
    }
  }
}
