// One byte sequence for one content, so that phone and server hash the same: keys sorted by code
// point, no spaces, UTF-8, nothing escaped that need not be.

// JavaScript sorts by UTF-16 unit, which differs from code points beyond the basic plane.
function byCodePoint(a, b) {
  const x = [...a];
  const y = [...b];
  for (let i = 0; i < Math.min(x.length, y.length); i += 1) {
    const gap = x[i].codePointAt(0) - y[i].codePointAt(0);
    if (gap !== 0) return gap;
  }
  return x.length - y.length;
}

export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const keys = Object.keys(value).filter((key) => value[key] !== undefined).sort(byCodePoint);
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

const hex = (bytes) => [...new Uint8Array(bytes)].map((b) => b.toString(16).padStart(2, "0")).join("");

/** Return the SHA-256 of bytes or of a text, as 64 hexadecimal digits. */
export async function sha256(content) {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return hex(await crypto.subtle.digest("SHA-256", bytes));
}

/** Return the hash that identifies what a record says. */
export function contentHash(record) {
  const { answers, base_version, form_code, form_version, root_uuid, subject } = record;
  const attachments = record.attachments.map((each) => each.sha256).sort();
  return sha256(
    canonical({ answers, base_version, form_code, form_version, root_uuid, subject, attachments }),
  );
}
