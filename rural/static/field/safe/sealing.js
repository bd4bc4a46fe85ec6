// AES-GCM over JSON or bytes. Where a thing lies is authenticated with it, so that a sealed row
// can't be passed off as another one.

const NONCE_BYTES = 12;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export async function sealBytes(key, place, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const additionalData = encoder.encode(place);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, bytes);
  return { iv, sealed };
}

export function openBytes(key, place, { iv, sealed }) {
  const additionalData = encoder.encode(place);
  return crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, key, sealed);
}

export function seal(key, place, value) {
  return sealBytes(key, place, encoder.encode(JSON.stringify(value)));
}

export async function unseal(key, place, row) {
  return JSON.parse(decoder.decode(await openBytes(key, place, row)));
}

/** Stretch a secret that a person remembers into a key that wraps, or seals a backup. */
export async function stretched(secret, salt, iterations, uses) {
  const material = await crypto.subtle.importKey("raw", encoder.encode(secret), "PBKDF2", false, [
    "deriveKey",
  ]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(how, material, { name: "AES-GCM", length: 256 }, false, uses);
}
