// Why a record stays on the phone, in the words of whoever holds it.

import { Refused } from "./api.js";
import { PhotoRefused, Unconfirmed } from "./delivery.js";
import { w } from "../words.js";

const BY_STATUS = { 403: "trouble_forbidden", 413: "trouble_large", 429: "trouble_busy" };

export function troubleWords(error) {
  if (error instanceof PhotoRefused) return w("trouble_photo", { why: error.why });
  if (error instanceof Unconfirmed) return w("trouble_unconfirmed");
  if (!(error instanceof Refused)) return w("trouble_other", { why: error.message || error.name });
  const key = BY_STATUS[error.status];
  return key ? w(key) : w("trouble_server", { why: error.message });
}
