// Chinese ID numbers and mobile numbers, and days of the calendar.

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = "10X98765432";
const SHAPE = /^[0-9]{17}[0-9X]$/;
const MOBILE = /^1[3-9][0-9]{9}$/;
const MASKED = /^[0-9]{3}\*{4,11}[0-9X]{4}$/;

/** Return whether a value is a day of the calendar, written as 2026-02-28. */
export function isDay(value) {
  if (typeof value !== "string" || !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value)) return false;
  const parsed = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(value);
}

/** Return the day of birth that stands in an ID number (GB 11643: digits 7 to 14), or null. */
export function birthOf(value) {
  if (typeof value !== "string" || !SHAPE.test(value)) return null;
  const born = `${value.slice(6, 10)}-${value.slice(10, 12)}-${value.slice(12, 14)}`;
  return isDay(born) ? born : null;
}

/** Return whether a number is well formed: 18 characters, a real birthday, ISO 7064 MOD 11-2. */
export function isIdNumber(value) {
  if (birthOf(value) === null) return false;
  const sum = WEIGHTS.reduce((total, weight, place) => total + weight * Number(value[place]), 0);
  return CHECKS[sum % 11] === value[17];
}

export const isMobile = (value) => MOBILE.test(value);

/** Return whether a personal number comes back as it was shown, because it is known already. */
export const isMasked = (value) => MASKED.test(value);
