// A backup: one file, sealed with a key stretched from a password that is longer than the PIN,
// because the file leaves the phone. Its records are opened and sealed anew one by one, so that
// neither the phone's key nor any clear text is ever written.
//
// Layout: MAGIC, salt (16 bytes), then for each part: length (4 bytes), nonce (12), sealed bytes.
// A record's part is JSON; those of its photos follow it in the order of its `photos`; the last
// part says how many records there are, so that a file cut short is noticed, and brings the errands.

import * as errands from "../send/errands.js";
import * as records from "./records.js";
import { openBytes, sealBytes, stretched } from "./sealing.js";

const MAGIC = new TextEncoder().encode("GRANARYB1\n");
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const ITERATIONS = 1_000_000;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const SHORTEST_PASSWORD = 10;

/** The password is wrong, or the file is damaged, cut short or none of ours. */
export class Unreadable extends Error {}

/** Return {blob, count}: everything that is not uploaded yet. */
export async function exported(password) {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const key = await stretched(password, salt, ITERATIONS, ["encrypt"]);
  const parts = [MAGIC, salt];
  const add = async (bytes) => parts.push(...(await part(key, parts.length, bytes)));
  const unsent = [...(await records.list(records.DRAFT)), ...(await records.list(records.QUEUED))];
  for (const record of unsent) {
    const photos = await records.photosOf(record.root_uuid);
    const about = photos.map(({ sha256, media_type }) => ({ sha256, media_type }));
    await add(encoder.encode(JSON.stringify({ record, photos: about })));
    for (const { sha256 } of about) await add((await records.photo(record.root_uuid, sha256)).bytes);
  }
  const said = await errands.waiting();
  await add(encoder.encode(JSON.stringify({ count: unsent.length, errands: said })));
  return { blob: new Blob(parts, { type: "application/octet-stream" }), count: unsent.length + said.length };
}

// The place of a part is authenticated: parts can't be left out or put in another order.
async function part(key, place, bytes) {
  const { iv, sealed } = await sealBytes(key, `backup/${place}`, bytes);
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, sealed.byteLength);
  return [length.buffer, iv, sealed];
}

/** Read a backup into the phone; return {added, same}. Nothing that is there already changes. */
export async function imported(file, password, now) {
  const { found, said } = await read(file, password);
  const result = { added: 0, same: 0 };
  for (const errand of said) result[(await errands.addOnce(errand)) ? "added" : "same"] += 1;
  for (const { record, photos } of found) {
    if (await records.load(record.root_uuid)) {
      result.same += 1;
      continue;
    }
    for (const photo of photos) await records.addPhoto(record.root_uuid, photo);
    await records.restore(record, now);
    result.added += 1;
  }
  return result;
}

/** Return all records of a file with their photos, and its errands; or refuse the whole file. */
async function read(file, password) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (!MAGIC.every((byte, place) => bytes[place] === byte)) throw new Unreadable();
  const salt = bytes.slice(MAGIC.length, MAGIC.length + SALT_BYTES);
  const key = await stretched(password, salt, ITERATIONS, ["decrypt"]);
  try {
    return await readRecords(parts(bytes, key));
  } catch (error) {
    throw new Unreadable("backup", { cause: error });
  }
}

async function readRecords(each) {
  const next = async () => (await each.next()).value;
  const found = [];
  for (;;) {
    const { record, photos, count, errands: said = [] } = JSON.parse(decoder.decode(await next()));
    if (count !== undefined) {
      if (count !== found.length) throw new Unreadable();
      return { found, said };
    }
    const held = [];
    for (const about of photos) held.push({ ...about, bytes: await next() });
    found.push({ record, photos: held });
  }
}

async function* parts(bytes, key) {
  const view = new DataView(bytes.buffer);
  let at = MAGIC.length + SALT_BYTES;
  for (let place = 2; at < bytes.length; place += 3) {
    const length = view.getUint32(at);
    const iv = bytes.slice(at + 4, at + 4 + NONCE_BYTES);
    const start = at + 4 + NONCE_BYTES;
    yield openBytes(key, `backup/${place}`, { iv, sealed: bytes.slice(start, start + length) });
    at = start + length;
  }
}
