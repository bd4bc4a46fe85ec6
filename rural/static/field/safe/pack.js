// The offline pack: what the server said last, sealed under its name. Who the session is, the
// forms, the choices, the households of my villages, today's visits.

import { database, write } from "./store.js";
import { key } from "./vault.js";
import { seal, unseal } from "./sealing.js";

/** Keep a value under a name; `count` says in clear how many things it is, for who has no PIN. */
export async function keep(name, value, count = 0) {
  const row = await seal(key(), `pack/${name}`, value);
  await write(["pack"], (transaction) => transaction.objectStore("pack").put({ ...row, count }, name));
}

/** Return how many things were kept under a name. */
export async function counted(name) {
  return (await (await database()).get("pack", name))?.count ?? 0;
}

/** Return what was kept under a name, or null. */
export async function kept(name) {
  const row = await (await database()).get("pack", name);
  return row ? unseal(key(), `pack/${name}`, row) : null;
}
