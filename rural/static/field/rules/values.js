// Whether one answer is of its type and within its limits: the twin of rural/rules/forms/values.py.
// Each check returns [rule, limit] pairs; a wrong type is the only finding about its answer.

import { compare, decimal } from "./decimal.js";
import { isDay, isIdNumber, isMasked, isMobile } from "./identity.js";

const TEXT_CHARACTERS = 2000;
const INTEGER = /^(0|-?[1-9][0-9]{0,14})$/;
const DECIMAL = /^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,8})?$/;
const VILLAGE = /^[0-9]{12}$/;
const HASH = /^[0-9a-f]{64}$/;
const MOMENT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})$/;
const DEGREES = /^-?[0-9]{1,3}(\.[0-9]{1,15})?$/;
const FIRST_DAY = "1900-01-01";
const LAST_DAY = "2100-12-31";

/** Return what is wrong with an answer. */
export const misfits = (field, value, about) => CHECKS[field.type](field, value, about);

const wrongType = (field) => [["type", field.type]];
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** Return a moment in milliseconds, or null if the value is not one with its offset. */
export function moment(value) {
  if (typeof value !== "string" || !MOMENT.test(value)) return null;
  const parsed = Date.parse(value);
  return Number.isNaN(parsed) ? null : parsed;
}

/** Return [latitude, longitude] of a point or photo, or null if it has none. */
export function place(value) {
  if (!isObject(value) || !isDegrees(value.lat, 90) || !isDegrees(value.lon, 180)) return null;
  return [Number(value.lat), Number(value.lon)];
}

function isDegrees(value, limit) {
  return typeof value === "string" && DEGREES.test(value) && Math.abs(Number(value)) <= limit;
}

/** Return the radius in metres of a point, or null if it is not said. */
export function accuracy({ accuracy: sent }) {
  return typeof sent === "string" && DECIMAL.test(sent) && !sent.startsWith("-") ? decimal(sent) : null;
}

function isShot(value) {
  return isObject(value) && HASH.test(value.sha256 ?? "") && moment(value.taken_at) !== null;
}

function text(field, value) {
  // Control characters and halves of surrogate pairs.
  if (typeof value !== "string" || /[\u0000-\u0008\u000b-\u001f]/.test(value) || !value.isWellFormed()) {
    return wrongType(field);
  }
  const least = field.min_length ?? 0;
  const most = field.max_length ?? TEXT_CHARACTERS;
  const length = [...value].length;
  if (length < least || length > most) return [["length", `${least}–${most}`]];
  if (field.pattern && !new RegExp(`^(?:${field.pattern})$`, "u").test(value)) return [["pattern", field.pattern]];
  return [];
}

function number(shape) {
  return (field, value) => {
    if (typeof value !== "string" || !shape.test(value)) return wrongType(field);
    const amount = decimal(value);
    const found = [];
    if (field.min !== undefined && compare(amount, decimal(field.min)) < 0) found.push(["min", field.min]);
    if (field.max !== undefined && compare(amount, decimal(field.max)) > 0) found.push(["max", field.max]);
    if (field.places !== undefined && amount.scale > field.places) found.push(["places", String(field.places)]);
    return found;
  };
}

function isListed({ choices, choices_from: from }, value, about) {
  if (!from) return choices.some((each) => each.value === value);
  return !about.lists[from] || about.lists[from].includes(value);
}

function select(field, value, about) {
  if (typeof value !== "string") return wrongType(field);
  return isListed(field, value, about) ? [] : [["choice", ""]];
}

function multiselect(field, value, about) {
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) return wrongType(field);
  const isGood = new Set(value).size === value.length && value.every((item) => isListed(field, item, about));
  return isGood ? [] : [["choice", ""]];
}

function personal(isGood) {
  return (field, value, about) => {
    if (typeof value !== "string") return wrongType(field);
    return isGood(value) || (about.mayBeMasked && isMasked(value)) ? [] : wrongType(field);
  };
}

function village(field, value, about) {
  if (typeof value !== "string" || !VILLAGE.test(value)) return wrongType(field);
  const listed = { choices: [], choices_from: "", ...field };
  return isListed(listed, value, about) ? [] : [["choice", ""]];
}

function geopoint(field, value) {
  if (place(value) === null || accuracy(value) === null || moment(value.at) === null) return wrongType(field);
  const most = field.max_accuracy;
  return most !== undefined && compare(accuracy(value), decimal(most)) > 0 ? [["accuracy", most]] : [];
}

function counted(length, least = 0, most = TEXT_CHARACTERS) {
  return length < least || length > most ? [["count", `${least}–${most}`]] : [];
}

function photos(field, value) {
  if (!Array.isArray(value) || !value.every(isShot)) return wrongType(field);
  const isTwice = new Set(value.map(({ sha256 }) => sha256)).size < value.length;
  return [...counted(value.length, field.min_count, field.max_count), ...(isTwice ? [["twice", ""]] : [])];
}

function repeat(field, value) {
  if (!Array.isArray(value) || !value.every(isObject)) return wrongType(field);
  return counted(value.length, field.min_rows, field.max_rows);
}

const CHECKS = {
  text,
  integer: number(INTEGER),
  decimal: number(DECIMAL),
  date: (field, value) => (isDay(value) && value >= FIRST_DAY && value <= LAST_DAY ? [] : wrongType(field)),
  select,
  multiselect,
  boolean: (field, value) => (typeof value === "boolean" ? [] : wrongType(field)),
  phone: personal(isMobile),
  id_number: personal(isIdNumber),
  geopoint,
  photos,
  signature: (field, value) => (isShot(value) ? [] : wrongType(field)),
  repeat,
  note: () => [["unknown", ""]],
  place: village,
};
