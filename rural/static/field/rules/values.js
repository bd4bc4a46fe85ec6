// Whether one answer is of its type and within its limits: the twin of rural/rules/forms/values.py.
// Each check returns [rule, limit] pairs; a wrong type is the only finding about its answer.

import { corners, FEWEST_CORNERS, isCrossed, MOST_CORNERS, mu } from "./boundary.js";
import { compare, decimal } from "./decimal.js";
import { place } from "./distance.js";
import { isDay, isIdNumber, isMasked, isMobile } from "./identity.js";

const TEXT_CHARACTERS = 2000;
const INTEGER = /^(0|-?[1-9][0-9]{0,14})$/;
const DECIMAL = /^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,8})?$/;
const VILLAGE = /^[0-9]{12}$/;
const HASH = /^[0-9a-f]{64}$/;
const MOMENT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})$/;
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

/** Return the radius in metres of a point, or null if it is not said. */
export function accuracy({ accuracy: sent }) {
  return typeof sent === "string" && DECIMAL.test(sent) && !sent.startsWith("-") ? decimal(sent) : null;
}

/** Return the widest radius of some points. */
export function worstAccuracy(points) {
  return points.map(accuracy).reduce((worst, each) => (compare(each, worst) > 0 ? each : worst));
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
    const found = bounds(field, amount);
    if (field.places !== undefined && amount.scale > field.places) found.push(["places", String(field.places)]);
    return found;
  };
}

function bounds({ min, max }, amount) {
  return [
    ...(min !== undefined && compare(amount, decimal(min)) < 0 ? [["min", min]] : []),
    ...(max !== undefined && compare(amount, decimal(max)) > 0 ? [["max", max]] : []),
  ];
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
  return isPoint(value) ? imprecise(field, [value]) : wrongType(field);
}

const isPoint = (value) => place(value) !== null && accuracy(value) !== null && moment(value.at) !== null;

function imprecise({ max_accuracy: most }, points) {
  return most !== undefined && compare(worstAccuracy(points), decimal(most)) > 0 ? [["accuracy", most]] : [];
}

function boundary(field, value) {
  if (!Array.isArray(value) || !value.every(isPoint)) return wrongType(field);
  const ring = corners(value.map(place));
  const { min_count: least = FEWEST_CORNERS, max_count: most = MOST_CORNERS } = field;
  if (ring.length < least || value.length > most) return [["corners", `${least}–${most}`]];
  const within = isCrossed(ring) ? [["crossed", ""]] : bounds(field, decimal(mu(ring)));
  return [...within, ...imprecise(field, value)];
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
  boundary,
  photos,
  signature: (field, value) => (isShot(value) ? [] : wrongType(field)),
  repeat,
  note: () => [["unknown", ""]],
  place: village,
};
