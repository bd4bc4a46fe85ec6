// The offline pack: what the server said last, sealed under its name. Who the session is, the
// forms, the choices, the households of my villages, today's visits.

import { database, write } from "./store.js";
import { key } from "./vault.js";
import { seal, unseal } from "./sealing.js";

export async function keep(name, value) {
  const row = await seal(key(), `pack/${name}`, value);
  await write(["pack"], (transaction) => transaction.objectStore("pack").put(row, name));
}

/** Return what was kept under a name, or null. */
export async function kept(name) {
  const row = await (await database()).get("pack", name);
  return row ? unseal(key(), `pack/${name}`, row) : null;
}
