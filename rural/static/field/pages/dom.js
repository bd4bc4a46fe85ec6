// Elements without markup in strings: nothing that somebody typed is ever read as HTML.

/** Make an element; attributes starting with "on" are listeners, null and false ones are left out. */
export function h(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "value") made.value = value;
    else if (key === "checked") made.checked = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== false && child !== undefined));
  return made;
}

/** Say something to whoever can't see it: politely, or at once. */
export function say(text, { urgent = false } = {}) {
  const region = document.getElementById(urgent ? "urgent" : "polite");
  region.textContent = "";
  // Another turn, so that the same words are read out again.
  setTimeout(() => (region.textContent = text), 50);
}

/** Show a page and put the keyboard and the screen reader at its heading. */
export function show(page, { focus = "h1" } = {}) {
  const app = document.getElementById("app");
  app.replaceChildren(page);
  window.scrollTo(0, 0);
  const target = page.querySelector(focus);
  if (target && !target.matches("input, button, select, textarea, a")) target.tabIndex = -1;
  target?.focus({ preventScroll: true });
}

/** Ask before something that can't be undone; resolves to whether the answer was yes. */
export function ask({ title, text, yes, no, danger = false }) {
  return new Promise((resolve) => {
    const dialog = h("dialog", { "aria-labelledby": "ask-title", onclose: () => closed() },
      h("h2", { id: "ask-title" }, title),
      ...[text].flat().map((line) => h("p", {}, line)),
      h("form", { method: "dialog", class: "buttons" },
        h("button", { value: "no", class: "button" }, no),
        h("button", { value: "yes", class: `button ${danger ? "danger" : "main"}` }, yes)));
    const closed = () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    };
    document.body.append(dialog);
    dialog.showModal();
  });
}
