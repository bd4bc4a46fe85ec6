// Decimal numbers that are exact: a BigInt of units and how many of its digits stand behind the
// point. No float ever sees an amount.

const WRITTEN = /^(-?)([0-9]{1,20})(?:\.([0-9]{1,12}))?$/;
const QUOTIENT_PLACES = 12;

/** Return the number that a text writes, or null if it writes none. */
export function decimal(text) {
  const found = typeof text === "string" ? WRITTEN.exec(text) : null;
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

/** Return a ÷ b to twelve places, half away from zero; null where b is zero. */
export function divide(a, b) {
  if (b.units === 0n) return null;
  const [over, under] = aligned(a, b);
  const isNegative = over < 0n !== under < 0n;
  const x = (over < 0n ? -over : over) * 10n ** BigInt(QUOTIENT_PLACES);
  const y = under < 0n ? -under : under;
  const units = (2n * x + y) / (2n * y);
  return { units: isNegative ? -units : units, scale: QUOTIENT_PLACES };
}

export function absolute(a) {
  return a.units < 0n ? { units: -a.units, scale: a.scale } : a;
}

/** Return −1, 0 or 1. */
export function compare(a, b) {
  const [x, y] = aligned(a, b);
  return x < y ? -1 : x > y ? 1 : 0;
}
