// Where a household lives: township, then village, each list only as long as the one before allows.

import { own, w } from "../words.js";
import { h } from "./dom.js";

export function place(field) {
  const villages = field.form.villages();
  const townships = [...new Map(villages.map((each) => [key(each), each])).keys()];
  const current = villages.find(({ code }) => code === field.value);
  const township = h("select", { id: field.id, onchange: () => listed("") },
    h("option", { value: "" }, w("none_chosen")),
    townships.map((each) => h("option", { value: each }, each)));
  const village = h("select", { id: `${field.id}-village`, onchange: () => field.set(village.value) });

  function listed(chosen) {
    const found = villages.filter((each) => key(each) === township.value);
    village.replaceChildren(h("option", { value: "" }, w("none_chosen")),
      ...found.map(({ code, ...each }) => h("option", { value: code }, named(each))));
    village.disabled = found.length === 0;
    village.value = chosen || (found.length === 1 ? found[0].code : "");
    if ((field.value ?? "") !== village.value) field.set(village.value);
  }

  township.value = current ? key(current) : townships.length === 1 ? townships[0] : "";
  listed(current?.code ?? "");
  return {
    node: h("div", { class: "cascade" },
      h("label", { for: field.id }, w("township")), township,
      h("label", { for: village.id }, w("village")), village),
  };
}

const key = ({ county, township }) => [county, township].filter(Boolean).map(own).join(" ");

const named = ({ name_zh, name }) => own({ zh: name_zh, en: name });
