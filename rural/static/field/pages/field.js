// One question of a form: its label, hint, control and error. Each type's control stands in
// controls.js, media.js, place.js or repeat.js.

import { isEmpty, isTrue } from "../rules/expression.js";
import { isRelevant } from "../rules/validation.js";
import { own, unitWords, w } from "../words.js";
import { boundary } from "./boundary.js";
import { boolean, choice, date, integer, multiple, number, text } from "./controls.js";
import { geopoint, photos, signature } from "./media.js";
import { place } from "./place.js";
import { repeat } from "./repeat.js";
import { h } from "./dom.js";

const CONTROLS = {
  text, integer, decimal: number, date, select: choice, multiselect: multiple, boolean,
  phone: text, id_number: text, geopoint, boundary, photos, signature, repeat, place,
};
const GROUPED = new Set(["multiselect", "boolean", "geopoint", "boundary", "photos", "signature", "repeat", "place"]);

let serial = 0;

/** A field on the page. `where` is {holder, pointer, form, repeat}: what holds the answer, in a row of which repeat. */
export class Field {
  constructor(definition, where) {
    Object.assign(this, { definition, ...where });
    this.pointer = `${where.pointer}/${definition.name}`;
    this.id = `f${(serial += 1)}`;
    this.error = h("p", { id: `${this.id}-error`, class: "error", hidden: true });
    this.warning = h("p", { class: "warning", hidden: true });
    this.node = definition.type === "note" ? this.#note() : this.#question();
  }

  get value() {
    return this.holder[this.definition.name] ?? null;
  }

  /** Take an answer; an empty one leaves nothing behind. */
  set(value) {
    if (isEmpty(value)) delete this.holder[this.definition.name];
    else this.holder[this.definition.name] = value;
    this.show(null);
    this.form.changed();
  }

  get scope() {
    return this.repeat ? this.form.rowScope(this.repeat, this.holder) : this.form.scope();
  }

  get isShown() {
    return isRelevant(this.definition, this.scope);
  }

  get isRequired() {
    return isTrue(this.definition.required ?? false, this.scope);
  }

  /** Show or hide, as the other answers now say. */
  refresh() {
    this.node.hidden = !this.isShown;
    if (this.required) this.required.hidden = !this.isRequired;
    this.control?.refresh?.();
  }

  /** Show an error's words, or none. */
  show(words) {
    this.error.hidden = !words;
    this.error.textContent = words ?? "";
    for (const input of this.inputs()) {
      if (words) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  }

  warn(words) {
    this.warning.hidden = !words;
    this.warning.textContent = words ?? "";
  }

  focus() {
    const first = this.inputs().find((input) => !input.disabled) ?? this.node;
    if (first === this.node) this.node.tabIndex = -1;
    first.focus();
    this.node.scrollIntoView({ block: "center" });
  }

  inputs() {
    if (this.definition.type === "repeat") return [];
    return [...this.node.querySelectorAll("input, select, textarea, button")];
  }

  /** Return this field and, of a repeat, those of its rows. */
  all() {
    return [this, ...(this.control?.fields?.() ?? [])];
  }

  #note() {
    return h("p", { class: "note" }, own(this.definition.label));
  }

  #question() {
    const { type, label, hint, unit } = this.definition;
    const control = CONTROLS[type];
    if (!control) throw new TypeError(`No such type of field: ${type}`);
    this.hintId = hint ? `${this.id}-hint` : null;
    this.described = [this.hintId, this.error.id].filter(Boolean).join(" ");
    this.required = h("span", { class: "required" }, w("required_mark"));
    this.control = control(this);
    const said = [own(label), unit ? h("span", { class: "unit" }, `（${unitWords(unit)}）`) : null, " ", this.required];
    const grouped = GROUPED.has(type) || this.control.isGroup;
    const title = grouped ? h("legend", {}, said) : h("label", { for: this.id }, said);
    const explained = hint ? h("p", { id: this.hintId, class: "hint" }, own(hint)) : null;
    const about = { class: `field ${type}`, "data-pointer": this.pointer };
    const described = grouped ? { "aria-describedby": this.described } : {};
    return h(grouped ? "fieldset" : "div", { ...about, ...described },
      title, explained, this.control.node, this.warning, this.error);
  }
}
