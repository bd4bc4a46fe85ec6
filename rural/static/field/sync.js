// What the phone fetches while it has network: the offline pack.

import * as api from "./send/api.js";
import * as pack from "./safe/pack.js";

/** Somebody else is signed in than the one whose records lie on this phone. */
export class WrongPerson extends Error {}

export const ownerOf = (session) => `${session.tenant.slug}/${session.user}`;

/** Fetch everything that belongs to the owner; what was kept before stays until the new is whole. */
export async function refresh(owner, now) {
  const session = await api.session();
  if (ownerOf(session) !== owner) throw new WrongPerson();
  const [{ forms }, lists, today] = await Promise.all([api.forms(), api.choices(), api.visits()]);
  const villages = await Promise.all(session.villages.map(({ code }) => api.households(code)));
  for (const form of forms) await pack.keep(name(form), form);
  await pack.keep("forms", forms.map(({ code, version }) => ({ code, version })));
  await pack.keep("choices", lists);
  await pack.keep("today", today);
  await pack.keep("households", villages.flatMap(({ households }) => households));
  await pack.keep("refreshed_at", now.toISOString());
  await pack.keep("session", session);
}

const name = ({ code, version }) => `form/${code}/${version}`;

/** Return a definition that was kept, of whatever version; null if it never was here. */
export const form = (code, version) => pack.kept(name({ code, version }));

/** Return the current version of every form. */
export async function forms() {
  const current = (await pack.kept("forms")) ?? [];
  return Promise.all(current.map((each) => pack.kept(name(each))));
}
