// Small things that a village partner says besides forms: whom he reminded, that he appeals. They
// wait here, sealed, until there is network; the server takes each in once, however often it comes.

import * as api from "./api.js";
import * as pack from "../safe/pack.js";

const LOCK = "granary-field-errands";
const alone = (work) => navigator.locks.request(LOCK, work);

const NAME = "errands";

export const waiting = async () => (await pack.kept(NAME)) ?? [];

/** Count them; needs no PIN. */
export const count = () => pack.counted(NAME);

const keep = (errands) => pack.keep(NAME, errands, errands.length);

/** Keep an errand: what it is about, and the path and body that say it. */
export function add(errand) {
  return alone(async () => keep([...(await waiting()), errand]));
}

/** Keep an errand out of a backup, unless one about the same waits already; return whether it was kept. */
export function addOnce(errand) {
  return alone(async () => {
    const held = await waiting();
    if (held.some(({ about }) => about === errand.about)) return false;
    await keep([...held, errand]);
    return true;
  });
}

/** Run the errands, the oldest first; what the server refuses is not asked again. Return those. */
export function flush() {
  return alone(async () => {
    const refused = [];
    for (let left = await waiting(); left.length; left = await waiting()) {
      try {
        await api.post(left[0].path, left[0].body);
      } catch (error) {
        if (!(error instanceof api.Refused)) throw error;
        refused.push({ ...left[0], why: error.message });
      }
      await keep(left.slice(1));
    }
    return refused;
  });
}
