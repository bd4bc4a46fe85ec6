// What the phone fetches while it has network: the offline pack.

import * as api from "./send/api.js";
import * as errands from "./send/errands.js";
import * as pack from "./safe/pack.js";

/** Somebody else is signed in than the one whose records lie on this phone. */
export class WrongPerson extends Error {}

export const ownerOf = (session) => `${session.tenant.slug}/${session.user}`;

/** Return a village partner's own pages; null for everybody else. */
async function partnersOwn({ role }) {
  if (role !== "agent") return null;
  try {
    const [{ leads }, { reminders }, commission] = await Promise.all([api.leads(), api.reminders(), api.commission()]);
    return { leads, reminders, commission };
  } catch (error) {
    // An agent who is not registered as a partner fills in forms only.
    if (error instanceof api.Refused && error.status === 403) return null;
    throw error;
  }
}

/**
 * Say what waits to be said, and fetch everything that belongs to the owner; what was kept before
 * stays until the new is whole. Returns the errands that the server refused.
 */
export async function refresh(owner, now) {
  const session = await api.session();
  if (ownerOf(session) !== owner) throw new WrongPerson();
  const refused = await errands.flush();
  const partner = await partnersOwn(session);
  const [{ forms }, lists, today] = await Promise.all([api.forms(), api.choices(), api.visits()]);
  const villages = await Promise.all(session.villages.map(({ code }) => api.households(code)));
  for (const form of forms) await pack.keep(name(form), form);
  await pack.keep("forms", forms.map(({ code, version }) => ({ code, version })));
  await pack.keep("choices", lists);
  await pack.keep("today", today);
  await pack.keep("households", villages.flatMap(({ households }) => households));
  await pack.keep("partner", partner);
  await pack.keep("refreshed_at", now.toISOString());
  await pack.keep("session", session);
  return refused;
}

const name = ({ code, version }) => `form/${code}/${version}`;

/** Return a definition that was kept, of whatever version; null if it never was here. */
export const form = (code, version) => pack.kept(name({ code, version }));

/** Return the current version of every form. */
export async function forms() {
  const current = (await pack.kept("forms")) ?? [];
  return Promise.all(current.map((each) => pack.kept(name(each))));
}
