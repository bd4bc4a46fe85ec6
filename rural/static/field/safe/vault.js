// The lock on what the phone keeps. A random data key seals everything; it lies on the phone only
// wrapped by a key that is stretched from the PIN, and in memory only in a form that can't be
// exported. Locking drops it.

import { database, write } from "./store.js";
import { stretched } from "./sealing.js";

// OWASP's figure of 2023 for PBKDF2-HMAC-SHA256.
const ITERATIONS = 600_000;
const FREE_TRIES = 3;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 300_000;
const PIN = /^\d{6}$/;

let dataKey = null;

/** The PIN is wrong, or it is too early for another try: `until` says when (ms), or 0. */
export class Locked extends Error {
  constructor(until) {
    super("locked");
    this.until = until;
  }
}

export const isPin = (text) => PIN.test(text);
export const isOpen = () => dataKey !== null;

/** Return the key in memory. */
export function key() {
  if (!dataKey) throw new Locked(0);
  return dataKey;
}

export function lock() {
  dataKey = null;
}

/** Return who the phone's records belong to and since when, or null if no PIN was set. */
export async function holder() {
  return (await (await database()).get("lock", "holder")) ?? null;
}

/** Set a PIN and make the key that all records of `owner` will be sealed with. */
export async function create(pin, owner) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const wrapping = await stretched(pin, salt, ITERATIONS, ["wrapKey", "unwrapKey"]);
  const algorithm = { name: "AES-GCM", length: 256 };
  const fresh = await crypto.subtle.generateKey(algorithm, true, ["encrypt", "decrypt"]);
  const wrapped = await crypto.subtle.wrapKey("raw", fresh, wrapping, { name: "AES-GCM", iv });
  const held = { owner, salt, iv, wrapped, iterations: ITERATIONS };
  await write(["lock"], async (transaction) => {
    await transaction.objectStore("lock").put(held, "holder");
    await transaction.objectStore("lock").put({ failures: 0, until: 0 }, "tries");
  });
  dataKey = await unwrapped(held, wrapping);
}

/**
 * Release the key. After three wrong PINs each further one costs a wait that doubles from
 * 5 seconds to 5 minutes and survives a restart.
 */
export async function unlock(pin, now) {
  const db = await database();
  const held = await db.get("lock", "holder");
  const tries = await db.get("lock", "tries");
  if (now < tries.until) throw new Locked(tries.until);
  // Counted before the PIN is tried, so that closing the page does not save a try.
  const failures = tries.failures + 1;
  const until = failures < FREE_TRIES ? 0 : now + waitAfter(failures);
  await db.put("lock", { failures, until }, "tries");
  const wrapping = await stretched(pin, held.salt, held.iterations, ["unwrapKey"]);
  try {
    dataKey = await unwrapped(held, wrapping);
  } catch (error) {
    if (error.name === "OperationError") throw new Locked(until);
    throw error;
  }
  await db.put("lock", { failures: 0, until: 0 }, "tries");
}

export function waitAfter(failures) {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - FREE_TRIES));
}

function unwrapped({ wrapped, iv }, wrapping) {
  const uses = ["encrypt", "decrypt"];
  return crypto.subtle.unwrapKey("raw", wrapped, wrapping, { name: "AES-GCM", iv }, "AES-GCM", false, uses);
}
