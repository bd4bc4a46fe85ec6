// Walking around a piece of land: one corner at a time, with its outline and area so far.

import { areaOf, MOST_CORNERS } from "../rules/boundary.js";
import { compare, decimal } from "../rules/decimal.js";
import { place } from "../rules/distance.js";
import { ruleWords, w } from "../words.js";
import { h, say } from "./dom.js";
import { icon, outline } from "./icons.js";

export function boundary(field) {
  const { max_accuracy: widest, max_count: most = MOST_CORNERS } = field.definition;
  const status = h("p", { class: "gps" });
  const sketch = h("div", { class: "outline" });
  const add = h("button", { type: "button", class: "button", id: field.id, onclick: () => take() },
    icon("place"), w("corner_add"));
  const undo = h("button", { type: "button", class: "button", onclick: () => undone() }, w("corner_undo"));

  const corners = () => field.value ?? [];

  function draw() {
    const area = areaOf(corners());
    status.textContent = w(area ? "corners_area" : "corners_so_far", { n: corners().length, area });
    sketch.hidden = corners().length < 2;
    sketch.replaceChildren(outline(corners().map(place)));
    add.disabled = corners().length >= Number(most);
    undo.disabled = corners().length === 0;
  }

  async function take() {
    add.disabled = undo.disabled = true;
    status.textContent = w("gps_searching");
    say(w("gps_searching"));
    const point = await field.form.position.take((better) => (status.textContent = w("gps_found", better)));
    const trouble = refusal(point);
    if (!trouble) field.set([...corners(), point]);
    draw();
    if (trouble) field.show(trouble);
    say(trouble ?? status.textContent, { urgent: Boolean(trouble) });
  }

  /** A corner that is not precise enough would only be found out when its neighbours are far away. */
  function refusal(point) {
    if (!point) return w("gps_none");
    const isWide = widest !== undefined && compare(decimal(point.accuracy), decimal(widest)) > 0;
    return isWide ? ruleWords({ rule: "accuracy", limit: widest }) : null;
  }

  function undone() {
    field.set(corners().slice(0, -1));
    draw();
    say(status.textContent);
  }

  draw();
  return { node: h("div", {}, status, sketch, h("div", { class: "buttons" }, add, undo)) };
}
