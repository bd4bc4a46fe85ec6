// Controls that hear the phone's camera, position and touch.

import SignaturePad from "../vendor/signature_pad.js";
import { described, EmptyPicture, NotAPicture, shrunk, TooLarge } from "../device/photo.js";
import { Full } from "../safe/store.js";
import { clock, w } from "../words.js";
import { h, say } from "./dom.js";
import { icon } from "./icons.js";

const MOST_PHOTOS = 10;

export function geopoint(field) {
  const shown = h("p", { class: "gps" });
  const button = h("button", { type: "button", class: "button", id: field.id, onclick: () => take() });

  function draw(point) {
    button.replaceChildren(icon("place"), w(point ? "gps_again" : "gps_take"));
    shown.textContent = point ? w("gps_found", point) : "";
  }

  async function take() {
    button.disabled = true;
    shown.textContent = w("gps_searching");
    say(w("gps_searching"));
    // Each better point is kept at once: who is in a hurry need not wait for the best.
    const point = await field.form.position.take((better) => {
      field.set(better);
      draw(better);
    });
    button.disabled = false;
    draw(field.value);
    if (!point) field.show(w("gps_none"));
    say(point ? w("gps_found", point) : w("gps_none"), { urgent: !point });
  }

  draw(field.value);
  return { node: h("div", {}, shown, button) };
}

/** Return when and where something is taken, as it is recorded beside its hash. */
function circumstances(form) {
  const point = form.position.latest;
  const where = point ? { lat: point.lat, lon: point.lon, accuracy: point.accuracy } : {};
  return { taken_at: form.now().toISOString(), lat: "", lon: "", accuracy: "", ...where };
}

function refusal(error) {
  if (error instanceof Full) return "photo_full";
  if (error instanceof EmptyPicture) return "photo_empty";
  return error instanceof TooLarge ? "photo_large" : "photo_bad";
}

/** Keep a picture on the phone and return what the answer says of it, or null with an error shown. */
async function kept(field, picture) {
  try {
    const made = await picture();
    await field.form.keepPhoto(made);
    return { sha256: made.sha256, ...circumstances(field.form) };
  } catch (error) {
    if (!(error instanceof NotAPicture || error instanceof Full)) throw error;
    const words = w(refusal(error));
    field.show(words);
    say(words, { urgent: true });
    return null;
  }
}

export function photos(field) {
  const most = Number(field.definition.max_count ?? MOST_PHOTOS);
  const strip = h("ul", { class: "photos" });
  const status = h("p", { class: "hint" });
  const file = h("input", { type: "file", accept: "image/*", capture: "environment", id: field.id, multiple: true,
    class: "unseen", "aria-label": w("photo_take"), onchange: () => taken_() });
  const button = h("label", { for: field.id, class: "button" }, icon("camera"), w("photo_take"));

  const list = () => field.value ?? [];

  function draw() {
    strip.replaceChildren(...list().map((each, place) => thumbnail(field, each, place, () => remove(place))));
    status.textContent = w("photo_count", { n: list().length });
    file.disabled = list().length >= most;
    button.classList.toggle("off", file.disabled);
  }

  async function taken_() {
    const files = [...file.files].slice(0, most - list().length);
    file.value = "";
    status.textContent = w("photo_working");
    for (const each of files) {
      const answer = await kept(field, () => shrunk(each));
      const known = answer && list().some(({ sha256 }) => sha256 === answer.sha256);
      if (answer && !known) {
        field.set([...list(), answer]);
        draw();
        say(w("photo_kept"));
      }
    }
    draw();
  }

  async function remove(place) {
    field.set(list().filter((_, other) => other !== place));
    draw();
    file.focus();
  }

  draw();
  return { node: h("div", {}, strip, status, file, button) };
}

function thumbnail(field, { sha256 }, place, remove) {
  const image = h("img", { alt: w("photo_of", { n: place + 1 }), width: 96, height: 96 });
  reveal(field, sha256, image);
  return h("li", {}, image,
    h("button", { type: "button", class: "remove", "aria-label": w("photo_remove", { n: place + 1 }), onclick: remove }, "✕"));
}

async function reveal(field, sha256, image) {
  const found = await field.form.photo(sha256);
  if (!found) return;
  const address = URL.createObjectURL(new Blob([found.bytes], { type: found.media_type }));
  image.addEventListener("load", () => URL.revokeObjectURL(address), { once: true });
  image.src = address;
}

export function signature(field) {
  const canvas = h("canvas", { class: "signature", tabindex: 0, role: "img", "aria-label": w("sign_here") });
  const image = h("img", { class: "signed", alt: "", hidden: true });
  const state = h("p", { class: "hint" });
  const done = h("button", { type: "button", class: "button main", onclick: () => finish() }, w("sign_done"));
  const again = h("button", { type: "button", class: "button", id: field.id, onclick: () => clear() }, w("sign_clear"));
  const file = h("input", { type: "file", accept: "image/*", capture: "environment", id: `${field.id}-print`,
    class: "unseen", "aria-label": w("sign_photo"), onchange: () => printed() });
  const thumb = h("label", { for: file.id, class: "button" }, w("sign_photo"));
  const pad = new SignaturePad(canvas, { penColor: "#1c1917", backgroundColor: "#ffffff" });

  // A canvas has as many dots as the screen shows of it, once it is shown.
  function fit() {
    if (!canvas.offsetWidth || !pad.isEmpty()) return;
    const ratio = Math.max(window.devicePixelRatio, 1);
    canvas.width = canvas.offsetWidth * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    pad.clear();
  }

  function draw() {
    const held = field.value;
    canvas.hidden = done.hidden = Boolean(held);
    image.hidden = !held;
    state.textContent = held ? w("signed", { time: clock(held.taken_at) }) : w("sign_here");
    if (held) reveal(field, held.sha256, image);
  }

  async function finish() {
    if (pad.isEmpty()) {
      field.show(w("sign_here"));
      return;
    }
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    take(await kept(field, () => described(blob)));
  }

  async function printed() {
    take(await kept(field, () => shrunk(file.files[0])));
    file.value = "";
  }

  function take(answer) {
    if (!answer) return;
    field.set(answer);
    draw();
    say(state.textContent);
  }

  function clear() {
    pad.clear();
    field.set(null);
    draw();
    fit();
  }

  new ResizeObserver(fit).observe(canvas);
  draw();
  return {
    node: h("div", {}, canvas, image, state, h("div", { class: "buttons" }, done, again, file, thumb),
      h("p", { class: "hint" }, w("sign_typed"))),
  };
}
