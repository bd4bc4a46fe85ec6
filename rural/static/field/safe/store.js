// What stays on the phone, in IndexedDB. Everything that says something about a person lies sealed
// (vault.js); in clear stand only what the queue and the lists need before the PIN: how many records
// there are and how far each of them is.

import { openDB } from "../vendor/idb.js";

const NAME = "granary-field";

let opened = null;

/** Return the database; its version changes only together with a step in `upgrade`. */
export function database() {
  opened ??= openDB(NAME, 1, {
    upgrade(db) {
      db.createObjectStore("lock");
      db.createObjectStore("pack");
      db.createObjectStore("records", { keyPath: "root_uuid" });
      db.createObjectStore("photos", { keyPath: ["root_uuid", "sha256"] });
    },
    blocking: () => close(),
    terminated: () => (opened = null),
  });
  return opened;
}

export async function close() {
  const open = opened;
  opened = null;
  (await open)?.close();
}

/** The phone has no room left; nothing of what was kept before is lost. */
export class Full extends Error {}

/** Run writes in one transaction: all of them or none. */
export async function write(stores, work) {
  const db = await database();
  const transaction = db.transaction(stores, "readwrite", { durability: "strict" });
  try {
    await Promise.all([work(transaction), transaction.done]);
  } catch (error) {
    const cause = transaction.error ?? error;
    throw [cause.name, error.name].includes("QuotaExceededError") ? new Full() : cause;
  }
}

/** Remove everything of this app from the phone. */
export function wipe() {
  return write(["lock", "pack", "records", "photos"], (transaction) =>
    Promise.all([...transaction.objectStoreNames].map((name) => transaction.objectStore(name).clear())),
  );
}
