// Where a household lives: township, then village, each list only as long as the one before allows.

import { own, w } from "../words.js";
import { h } from "./dom.js";

export function place(field) {
  const villages = field.form.choices(field.definition.choices_from ?? "villages");
  const townships = [...new Set(villages.map(above))];
  const current = villages.find(({ value }) => value === field.value);
  const township = h("select", { id: field.id, onchange: () => listed("") },
    h("option", { value: "" }, w("none_chosen")),
    townships.map((each) => h("option", { value: each }, each)));
  const village = h("select", { id: `${field.id}-village`, onchange: () => field.set(village.value) });

  function listed(chosen) {
    const found = villages.filter((each) => above(each) === township.value);
    village.replaceChildren(h("option", { value: "" }, w("none_chosen")),
      ...found.map(({ value, label }) => h("option", { value }, own(label))));
    village.disabled = found.length === 0;
    village.value = chosen || (found.length === 1 ? found[0].value : "");
    // The only village there is chooses itself, once the field stands on the page.
    queueMicrotask(() => (field.value ?? "") === village.value || field.set(village.value));
  }

  township.value = current ? above(current) : townships.length === 1 ? townships[0] : "";
  listed(current?.value ?? "");
  return {
    node: h("div", { class: "cascade" },
      h("label", { for: field.id }, w("township")), township,
      h("label", { for: village.id }, w("village")), village),
  };
}

const above = (village) => (village.above ?? []).map(own).join(" ");
