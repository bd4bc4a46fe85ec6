// Small things that a village partner says besides forms: whom he reminded, that he appeals. They
// wait here, sealed, until there is network; the server takes each in once, however often it comes.

import * as api from "./api.js";
import * as pack from "../safe/pack.js";

const LOCK = "granary-field-errands";
const alone = (work) => navigator.locks.request(LOCK, work);

export const waiting = async () => (await pack.kept("errands")) ?? [];

/** Keep an errand: what it is about, and the path and body that say it. */
export function add(errand) {
  return alone(async () => pack.keep("errands", [...(await waiting()), errand]));
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
      await pack.keep("errands", left.slice(1));
    }
    return refused;
  });
}
