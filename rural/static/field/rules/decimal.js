// Decimal numbers that are exact: a BigInt of units and how many of its digits stand behind the
// point. No float ever sees an amount. The server computes with Python's Decimal; division rounds
// as there, to 28 significant digits, half to even.

const WRITTEN = /^([+-]?)(\d+)(?:\.(\d+))?$/;
const DIGITS = 28;

/** Return the number that a text writes, or null if it writes none. */
export function decimal(text) {
  const found = typeof text === "string" ? WRITTEN.exec(text.trim()) : null;
  if (!found) return null;
  const behind = found[3] ?? "";
  const units = BigInt(found[2] + behind);
  return { units: found[1] === "-" ? -units : units, scale: behind.length };
}

export const isDecimal = (value) => typeof value === "object" && value !== null && "units" in value;

export function written({ units, scale }) {
  const sign = units < 0n ? "-" : "";
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, "0");
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function aligned(a, b) {
  const scale = Math.max(a.scale, b.scale);
  const lift = (x) => x.units * 10n ** BigInt(scale - x.scale);
  return [lift(a), lift(b), scale];
}

export function add(a, b) {
  const [x, y, scale] = aligned(a, b);
  return { units: x + y, scale };
}

export function subtract(a, b) {
  return add(a, { units: -b.units, scale: b.scale });
}

export function multiply(a, b) {
  return { units: a.units * b.units, scale: a.scale + b.scale };
}

/** Return a ÷ b, or null where b is zero. */
export function divide(a, b) {
  if (b.units === 0n) return null;
  const [over, under] = aligned(a, b);
  const negative = over < 0n !== under < 0n;
  const x = over < 0n ? -over : over;
  const y = under < 0n ? -under : under;
  // So many digits behind the point that 28 significant ones are certain, then rounded to them.
  const scale = DIGITS + Math.max(0, String(y).length - String(x).length + 1);
  const shifted = x * 10n ** BigInt(scale);
  const exact = { units: shifted / y, scale, rest: shifted % y !== 0n };
  const { units, scale: kept } = trimmed(rounded(exact));
  return { units: negative ? -units : units, scale: kept };
}

function rounded({ units, scale, rest }) {
  const cut = Math.min(scale, String(units).length - DIGITS);
  if (cut <= 0) return { units, scale };
  const step = 10n ** BigInt(cut);
  const half = step / 2n;
  const behind = units % step;
  const kept = units / step;
  const up = behind > half || (behind === half && (rest || kept % 2n === 1n));
  return { units: up ? kept + 1n : kept, scale: scale - cut };
}

function trimmed({ units, scale }) {
  while (scale > 0 && units % 10n === 0n) {
    units /= 10n;
    scale -= 1;
  }
  return { units, scale };
}

export function absolute(a) {
  return a.units < 0n ? { units: -a.units, scale: a.scale } : a;
}

/** Return −1, 0 or 1. */
export function compare(a, b) {
  const [x, y] = aligned(a, b);
  return x < y ? -1 : x > y ? 1 : 0;
}
