// Controls of plain answers. Each returns {node}; answers are strings, booleans or lists.

import { own, w } from "../words.js";
import { h } from "./dom.js";

// So many choices still stand side by side for a thumb; more go into a list.
const MOST_BUTTONS = 5;

// A Chinese keyboard writes full-width digits and points.
const halfWidth = (typed) => typed.normalize("NFKC").replace("。", ".").trim();
const figures = (typed) => halfWidth(typed).replace(/[,\s]/g, "");

function input(field, attributes, read) {
  const { id, described, value } = field;
  const node = h("input", {
    id, "aria-describedby": described, autocomplete: "off", value: value ?? "", ...attributes,
    oninput: () => field.set(read(node.value)),
    onchange: () => (node.value = read(node.value)),
  });
  return { node };
}

export function text(field) {
  const { type, max_length: most } = field.definition;
  if (type === "phone") return input(field, { type: "tel", inputmode: "tel", maxlength: 20 }, figures);
  if (type === "id_number") {
    return input(field, { autocapitalize: "characters", maxlength: 20 }, (typed) => figures(typed).toUpperCase());
  }
  if (most > 100) return area(field, most);
  return input(field, { maxlength: most }, (typed) => typed.trim());
}

function area(field, most) {
  const { id, described, value } = field;
  const node = h("textarea", {
    id, "aria-describedby": described, rows: 4, maxlength: most, value: value ?? "",
    oninput: () => field.set(node.value.trim()),
  });
  return { node };
}

export const integer = (field) => input(field, { inputmode: "numeric", maxlength: 24 }, figures);
export const number = (field) => input(field, { inputmode: "decimal", maxlength: 24 }, figures);
export const date = (field) => input(field, { type: "date" }, (typed) => typed);

/** Return the choices of a field: its own, or a list that the server keeps. */
function offered(field) {
  const { choices, choices_from: from } = field.definition;
  return choices ?? field.form.choices(from);
}

export function choice(field) {
  const list = offered(field);
  const few = list.length <= MOST_BUTTONS;
  return few ? buttons(field, list.map(({ value, label }) => [value, own(label)])) : select(field, list);
}

function select(field, list) {
  const { id, described, value } = field;
  const node = h("select", { id, "aria-describedby": described, onchange: () => field.set(node.value) },
    h("option", { value: "" }, w("none_chosen")),
    list.map((each) => h("option", { value: each.value }, own(each.label))));
  node.value = value ?? "";
  return { node };
}

export const boolean = (field) => buttons(field, [[true, w("yes")], [false, w("no")]]);

function buttons(field, list) {
  const made = list.map(([value, label], place) =>
    h("label", { class: "pill" },
      h("input", { type: "radio", name: field.id, id: place ? null : field.id,
        checked: field.value === value, onchange: () => field.set(value) }),
      h("span", {}, label)));
  return { node: h("div", { class: "pills" }, made), isGroup: true };
}

export function multiple(field) {
  const list = offered(field);
  const boxes = list.map(({ value, label }, place) => {
    const box = h("input", { type: "checkbox", id: place ? null : field.id,
      checked: (field.value ?? []).includes(value), onchange: () => field.set(ticked()) });
    return [value, box, h("label", { class: "pill" }, box, h("span", {}, own(label)))];
  });
  const ticked = () => boxes.filter(([, box]) => box.checked).map(([value]) => value);
  return { node: h("div", { class: "pills" }, boxes.map(([, , pill]) => pill)) };
}
