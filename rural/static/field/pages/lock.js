// Before anything else: signing in, setting the PIN, typing the PIN, wiping.

import * as vault from "../safe/vault.js";
import { wipe } from "../safe/store.js";
import { w } from "../words.js";
import { h, say } from "./dom.js";

function page(title, ...content) {
  return h("main", { class: "lock" },
    h("img", { src: "/static/field/icon.svg", alt: "", width: 72, height: 72 }), h("h1", { tabindex: -1 }, title), content);
}

/** Nobody is enrolled on this phone yet, and can't be now: `reason` is the key of the words. */
export function closedPage(reason, again) {
  const link = h("a", { class: "button main wide", href: "/?next=/field/" }, w("sign_in"));
  const button = h("button", { type: "button", class: "button wide", onclick: again }, w("try_again"));
  return page(w("title"), h("p", {}, w(reason)), reason === "needs_network" ? null : link, button);
}

function pinInput(id, label, autocomplete) {
  const input = h("input", { id, class: "pin", type: "password", inputmode: "numeric", maxlength: 6, autocomplete, required: true });
  return { input, node: h("div", { class: "field" }, h("label", { for: id }, label), input) };
}

export function newPinPage({ session, done }) {
  const first = pinInput("pin", w("pin"), "new-password");
  const second = pinInput("pin-again", w("pin_again"), "new-password");
  const error = h("p", { class: "error", role: "alert" });
  const button = h("button", { class: "button main wide" }, w("pin_set"));

  async function submit(event) {
    event.preventDefault();
    if (!vault.isPin(first.input.value)) return refuse(first, w("pin_six"));
    if (first.input.value !== second.input.value) return refuse(second, w("pin_differ"));
    button.disabled = true;
    await vault.create(first.input.value, { id: `${session.tenant.slug}/${session.user}`, name: session.name });
    return done();
  }

  function refuse({ input }, words) {
    error.textContent = words;
    input.value = "";
    input.focus();
  }

  return page(w("pin_new"), h("p", {}, w("pin_why")),
    h("form", { onsubmit: submit, novalidate: true }, first.node, second.node, error, button));
}

export function pinPage({ owner, unsent, notice, now, done, wiped }) {
  const pin = pinInput("pin", w("pin"), "current-password");
  const error = h("p", { class: "error", role: "alert" });
  const button = h("button", { class: "button main wide" }, w("unlock"));

  async function submit(event) {
    event.preventDefault();
    error.textContent = "";
    if (!vault.isPin(pin.input.value)) return refuse(w("pin_six"));
    pin.input.disabled = button.disabled = true;
    try {
      await vault.unlock(pin.input.value, now().getTime());
    } catch (problem) {
      if (!(problem instanceof vault.Locked)) throw problem;
      const seconds = Math.ceil((problem.until - now().getTime()) / 1000);
      return refuse(seconds > 0 ? w("pin_wait", { seconds }) : w("pin_wrong"));
    }
    return done();
  }

  function refuse(words) {
    pin.input.disabled = button.disabled = false;
    error.textContent = words;
    pin.input.value = "";
    pin.input.focus();
  }

  return page(w("locked"), h("p", {}, w("owner", { name: owner.name })), notice ? h("p", { class: "warning" }, notice) : null,
    h("form", { onsubmit: submit, novalidate: true }, pin.node, error, button), forgotten(unsent, wiped));
}

function forgotten(unsent, wiped) {
  const sure = h("input", { type: "checkbox", onchange: () => (button.disabled = !sure.checked) });
  const button = h("button", { type: "button", class: "button danger wide", disabled: true, onclick: async () => {
    await wipe();
    say(w("wipe"));
    wiped();
  } }, w("wipe"));
  return h("details", { class: "forgotten" }, h("summary", {}, w("pin_forgotten")),
    h("h2", {}, w("wipe_title")), h("p", {}, w("wipe_text", { n: unsent })),
    h("label", { class: "pill" }, sure, h("span", {}, w("wipe_confirm"))), button);
}
