// Rows of the same questions: members, parcels, debts.

import { own, w } from "../words.js";
import { ask, h, say } from "./dom.js";
import { Field } from "./field.js";
import { icon } from "./icons.js";

export function repeat(field) {
  const { definition, form } = field;
  const rows = h("div", { class: "rows" });
  const add = h("button", { type: "button", class: "button", onclick: () => added() }, icon("add"), w("add_row"));
  let shown = [];

  const answers = () => field.value ?? [];

  function row(content, place) {
    const where = { holder: content, repeat: definition, pointer: `${field.pointer}/${place}`, form };
    const fields = definition.fields.map((each) => new Field(each, where));
    const remove = h("button", { type: "button", class: "button quiet", onclick: () => removed(place) },
      w("remove_row", { n: place + 1 }));
    const title = `${own(definition.row_label ?? definition.label)} ${place + 1}`;
    const node = h("fieldset", { class: "row" }, h("legend", {}, title), fields.map((each) => each.node), remove);
    return { node, fields };
  }

  function draw() {
    shown = answers().map(row);
    rows.replaceChildren(...shown.map((each) => each.node));
    add.hidden = definition.max_rows !== undefined && shown.length >= Number(definition.max_rows);
    for (const each of shown.flatMap((one) => one.fields)) each.refresh();
  }

  function added() {
    field.set([...answers(), {}]);
    draw();
    shown.at(-1).fields[0]?.focus();
    say(w("row_n", { n: shown.length }));
  }

  async function removed(place) {
    const filled = Object.keys(answers()[place]).length > 0;
    const asked = { title: w("remove_title"), text: [], yes: w("yes"), no: w("no"), danger: true };
    if (filled && !(await ask(asked))) return;
    field.set(answers().filter((_, other) => other !== place));
    draw();
    add.focus();
  }

  draw();
  return {
    node: h("div", {}, rows, add),
    fields: () => shown.flatMap((each) => each.fields.flatMap((one) => one.all())),
    refresh: () => shown.flatMap((each) => each.fields).forEach((each) => each.refresh()),
  };
}
