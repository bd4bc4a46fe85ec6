// Records and their photos. A record is a draft until it is final, then waits in the queue, and
// leaves a receipt when the server has said that it holds the same content.

import { contentHash } from "../rules/canonical.js";
import { room } from "../device/storage.js";
import { Full, database, write } from "./store.js";
import { key } from "./vault.js";
import { openBytes, seal, sealBytes, unseal } from "./sealing.js";

export const DRAFT = "draft";
export const QUEUED = "queued";
export const SENT = "sent";

// Pictures may not take it: what is written down is saved at every change.
const FOR_ANSWERS_BYTES = 256 * 1024;

const place = (root) => `records/${root}`;
const photoPlace = (root, sha256) => `photos/${root}/${sha256}`;

// About one household that has to be known or to come: the server says so too.
export const ABOUT_A_HOUSEHOLD = new Set(["F2", "F3", "F6"]);
const HOUSEHOLD_FORM = "F1";

/** Return what a household's record says, without pictures: each record brings its own. */
function prefilled(value) {
  if (Array.isArray(value)) return value.map(prefilled);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([, inner]) => !mentioned(inner).length).map(([name, inner]) => [name, prefilled(inner)]),
  );
}

/** Return a new draft; it lies on the phone from its first save. */
export function started({ form, subject, deviceId, now, answers = {} }) {
  const fields = form.definition.sections.flatMap((section) => section.fields);
  const preset = fields.filter((field) => field.default !== undefined);
  return {
    root_uuid: crypto.randomUUID(),
    instance_id: crypto.randomUUID(),
    form_code: form.code,
    form_version: form.version,
    base_version: subject?.version ?? 0,
    subject: subject?.id ?? "",
    subject_name: subject?.name ?? "",
    device_id: deviceId,
    started_at: now.toISOString(),
    finalized_at: null,
    start_gps: {},
    answers: {
      ...Object.fromEntries(preset.map((field) => [field.name, field.default])),
      ...(form.code === HOUSEHOLD_FORM ? prefilled(subject?.values ?? {}) : {}),
      ...answers,
    },
    errors: [],
  };
}

export function save(record, now) {
  return put(record, DRAFT, now);
}

/** Put a record out of a backup where it was: among the drafts, or into the queue. */
export function restore({ state, changed_at, ...record }, now) {
  return put(record, state, now);
}

async function put({ state: _, changed_at, ...record }, state, now) {
  const row = await seal(key(), place(record.root_uuid), record);
  const shown = { root_uuid: record.root_uuid, state, changed_at: now.getTime() };
  await write(["records"], (transaction) =>
    transaction.objectStore("records").put({ ...shown, ...row }),
  );
}

export async function load(root) {
  const row = await (await database()).get("records", root);
  return row ? opened(row) : null;
}

async function opened(row) {
  return { ...(await unseal(key(), place(row.root_uuid), row)), state: row.state, changed_at: row.changed_at };
}

/** Return all records in a state, the oldest first. */
export async function list(state) {
  const rows = (await (await database()).getAll("records")).filter((row) => row.state === state);
  rows.sort((a, b) => a.changed_at - b.changed_at);
  return Promise.all(rows.map(opened));
}

/** Count the records in each state; needs no PIN. */
export async function counts() {
  const found = { [DRAFT]: 0, [QUEUED]: 0, [SENT]: 0 };
  for (const { state } of await (await database()).getAll("records")) found[state] += 1;
  return found;
}

/** Make a draft final: from here on nothing in it changes, and the queue may send it. */
export async function finalise(draft, now) {
  const photos = await photosOf(draft.root_uuid);
  const used = new Set(mentioned(draft.answers));
  const attachments = photos
    .filter((photo) => used.has(photo.sha256))
    .map(({ sha256, size, media_type }) => ({ sha256, size, media_type }))
    .sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
  const subject_name = draft.subject_name || (draft.answers.head_name ?? "");
  const final = { ...draft, subject_name, attachments, errors: [], finalized_at: now.toISOString() };
  final.content_sha256 = await contentHash(final);
  await put(final, QUEUED, now);
  return final;
}

/** Take a record back out of the queue, with what the server found wrong with it. */
export function reopen(record, errors, now) {
  const { attachments, content_sha256, ...draft } = record;
  return put({ ...draft, instance_id: crypto.randomUUID(), finalized_at: null, errors }, DRAFT, now);
}

/** Replace a record by its receipt; its answers and photos leave the phone. */
export async function settle(record, outcome, now) {
  const { root_uuid, form_code, subject, subject_name, finalized_at, content_sha256 } = record;
  const receipt = { root_uuid, form_code, subject, subject_name, finalized_at, content_sha256, ...outcome };
  const row = await seal(key(), place(root_uuid), receipt);
  const shown = { root_uuid, state: SENT, changed_at: now.getTime() };
  await write(["records", "photos"], async (transaction) => {
    await transaction.objectStore("records").put({ ...shown, ...row });
    await transaction.objectStore("photos").delete(photosRange(root_uuid));
  });
}

/** Remove the receipts from before a moment (ms). */
export async function forgetReceipts(before) {
  const rows = await (await database()).getAll("records");
  for (const { root_uuid, state, changed_at } of rows) {
    if (state === SENT && changed_at < before) await discard(root_uuid);
  }
}

export function discard(root) {
  return write(["records", "photos"], async (transaction) => {
    await transaction.objectStore("records").delete(root);
    await transaction.objectStore("photos").delete(photosRange(root));
  });
}

/** Keep a photo, unless the answers would then lack the room to be saved. */
export async function addPhoto(root, { sha256, bytes, media_type }) {
  if ((await room()).left < bytes.byteLength + FOR_ANSWERS_BYTES) throw new Full();
  const row = await sealBytes(key(), photoPlace(root, sha256), bytes);
  const shown = { root_uuid: root, sha256, media_type, size: bytes.byteLength };
  await write(["photos"], (transaction) => transaction.objectStore("photos").put({ ...shown, ...row }));
}

export async function photo(root, sha256) {
  const row = await (await database()).get("photos", [root, sha256]);
  if (!row) return null;
  return { ...row, bytes: await openBytes(key(), photoPlace(root, sha256), row) };
}

export function removePhoto(root, sha256) {
  return write(["photos"], (transaction) => transaction.objectStore("photos").delete([root, sha256]));
}

/** Return the rows of a record's photos, still sealed. */
export async function photosOf(root) {
  return (await database()).getAll("photos", photosRange(root));
}

function photosRange(root) {
  return IDBKeyRange.bound([root, ""], [root, "\uffff"]);
}

/** Return every hash that answers mention: of photos and signatures, in repeats too. */
export function mentioned(value) {
  if (Array.isArray(value)) return value.flatMap(mentioned);
  if (typeof value !== "object" || value === null) return [];
  if (typeof value.sha256 === "string") return [value.sha256];
  return Object.values(value).flatMap(mentioned);
}
