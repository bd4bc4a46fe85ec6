// One record on its way: the answers first, then what the server lacks of each photo, then the
// question whether it holds the very same content. Only a yes lets the record leave the phone.

import * as api from "./api.js";
import { photo } from "../safe/records.js";

const CHUNK_BYTES = 256 * 1024;
const MOST_CORRECTIONS = 8;
const WRONG_OFFSET = 409;
// Taken in whole. What is held or in conflict is the lender's to solve; the phone has done its part.
const TAKEN_IN = new Set(["complete", "held", "conflict"]);

/** The server holds something else, or not everything: the record stays. */
export class Unconfirmed extends Error {}

/** The server does not take a photo as it is; `why` in its words. */
export class PhotoRefused extends Unconfirmed {
  constructor(sha256, why) {
    super(sha256);
    this.why = why;
  }
}

/** Deliver a final record; return what its receipt is to say. */
export async function deliver(record, now) {
  const found = await submitted(record, now);
  for (const attachment of record.attachments) {
    await upload(record.root_uuid, attachment);
  }
  return found.conflict ? kept(record, found) : confirmed(record);
}

// With the device's clock when it sent: by that the server sees how wrong it is.
function sent(record, now) {
  const { errors, subject_name, state, changed_at, ...submission } = record;
  return { ...submission, sent_at: now().toISOString() };
}

async function submitted(record, now) {
  try {
    return { conflict: false, ...(await api.submit(sent(record, now))) };
  } catch (error) {
    if (error instanceof api.Refused && error.status === 409 && error.problem.kept) {
      return { conflict: true, ...error.problem };
    }
    throw error;
  }
}

/** Send a photo from where the server stands; it says so itself when we are wrong about that. */
async function upload(root, { sha256, size, media_type }) {
  let { received, complete } = await api.attachment(sha256);
  if (complete) return;
  const { bytes } = await photo(root, sha256);
  for (let corrections = 0; !complete; ) {
    const chunk = bytes.slice(received, received + CHUNK_BYTES);
    try {
      ({ received, complete } = await api.putChunk(sha256, received, size, chunk));
    } catch (error) {
      if (!(error instanceof api.Refused)) throw error;
      corrections += 1;
      // Refused whole, or not to be agreed upon: the record stays here, and so does its photo.
      if (error.status !== WRONG_OFFSET) throw new PhotoRefused(sha256, error.problem.problem ?? error.message);
      if (corrections > MOST_CORRECTIONS) throw new Unconfirmed(sha256);
      ({ received, complete = false } = error.problem);
    }
  }
}

async function confirmed(record) {
  const held = await api.submission(record.root_uuid);
  const isSame = held.content_sha256 === record.content_sha256;
  if (!isSame || !TAKEN_IN.has(held.status) || held.missing.length) throw new Unconfirmed(record.root_uuid);
  const outcome = held.status === "conflict" ? "officer" : "received";
  return { outcome, flags: held.flags, state_words: held.state_words };
}

async function kept(record, problem) {
  if (problem.content_sha256 !== record.content_sha256) throw new Unconfirmed(record.root_uuid);
  for (const { sha256 } of record.attachments) {
    if (!(await api.attachment(sha256)).complete) throw new Unconfirmed(sha256);
  }
  return { outcome: "officer", case: problem.case };
}
