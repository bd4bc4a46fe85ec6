// Settings and help: language, room, backup, lock, sign out.

import { exported, imported, SHORTEST_PASSWORD, Unreadable } from "../safe/backup.js";
import { Full } from "../safe/store.js";
import { w } from "../words.js";
import { h, say } from "./dom.js";

const megabytes = (bytes) => `${(bytes / 1_048_576).toFixed(1)} MB`;

export function morePage(app, { room, isKept, session }) {
  const button = (key, onclick, kind = "") => h("button", { type: "button", class: `button wide ${kind}`, onclick }, w(key));
  return h("main", {}, h("h1", {}, w("more_title")),
    h("p", {}, `${session.name} · ${session.tenant.name}`),
    button("language", () => app.switchLanguage()),
    button("refresh_now", () => app.refreshByHand()),
    h("p", { class: "hint" }, w("about_room", { used: megabytes(room.usage), left: megabytes(room.left) }), " · ",
      w(isKept ? "kept_for_good" : "kept_maybe")),
    room.isLittle ? h("p", { class: "warning" }, w("little_room")) : null,
    backup(app),
    button("lock_now", () => app.lock()),
    button("sign_out", () => app.signOut(), "danger"));
}

function backup(app) {
  const password = h("input", { id: "backup-password", type: "password", autocomplete: "off" });
  const file = h("input", { id: "backup-file", type: "file", accept: ".granary" });
  const status = h("p", { id: "backup-status", class: "hint", role: "status" });
  const tell = (words) => (status.textContent = words);

  async function make() {
    if (password.value.length < SHORTEST_PASSWORD) return tell(w("backup_short"));
    const { blob, count } = await exported(password.value);
    const address = URL.createObjectURL(blob);
    const stamp = app.now().toISOString().slice(0, 16).replace(/[-:T]/g, "");
    h("a", { href: address, download: `granary-${stamp}.granary` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
    password.value = "";
    return tell(w("backup_made", { n: count }));
  }

  async function read() {
    if (!file.files.length) return file.focus();
    try {
      const { added, same } = await imported(file.files[0], password.value, app.now());
      tell(w("backup_done", { n: added, same }));
      file.value = password.value = "";
      await app.recount();
    } catch (error) {
      if (!(error instanceof Unreadable || error instanceof Full)) throw error;
      tell(w(error instanceof Full ? "not_saved" : "backup_wrong"));
      say(status.textContent, { urgent: true });
    }
    return undefined;
  }

  return h("section", { class: "card" }, h("h2", {}, w("backup_title")), h("p", {}, w("backup_why")),
    h("div", { class: "field" }, h("label", { for: "backup-password" }, w("backup_password")), password),
    h("button", { type: "button", class: "button wide", onclick: make }, w("backup_make")),
    h("div", { class: "field" }, h("label", { for: "backup-file" }, w("backup_file")), file),
    h("button", { type: "button", class: "button wide", onclick: read }, w("backup_read")), status);
}
