// The expressions of form definitions: JSON arrays, computed here as on the server
// (rural/rules/forms/expressions.py). Whatever is compared or computed with an empty answer is
// unknown (null), and "not", "and", "or" treat unknown as Kleene does.

import { areaOf } from "./boundary.js";
import { absolute, add, compare, decimal, divide, isDecimal, multiply, subtract, written } from "./decimal.js";
import { birthOf, isDay } from "./identity.js";

const DAY_MS = 86_400_000;
const ZERO = decimal("0");

/** Return whether nothing was answered; false and zero are answers. */
export function isEmpty(value) {
  if (value === null || value === undefined || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && !isDecimal(value) && Object.keys(value).length === 0;
}

/**
 * Compute an expression. `scope` says where we stand: `answers` (all of them), `row` (the row of a
 * repeat, or null) and `today` (ISO day).
 */
export function evaluate(expression, scope) {
  if (!Array.isArray(expression)) return expression;
  const [name, ...operands] = expression;
  return OPERATORS[name](scope, ...operands);
}

export const isTrue = (expression, scope) => evaluate(expression, scope) === true;
export const isFalse = (expression, scope) => evaluate(expression, scope) === false;

const number = (value) => (isDecimal(value) ? value : decimal(value));
const listed = (value) => (Array.isArray(value) ? value : [value]);

function field({ answers, row }, name) {
  const value = row && Object.hasOwn(row, name) ? row[name] : answers[name];
  return isEmpty(value) ? null : value;
}

function column({ answers }, repeat, name) {
  const rows = answers[repeat];
  return Array.isArray(rows) ? rows.map((row) => row?.[name] ?? null) : [];
}

function sum(scope, part) {
  return listed(evaluate(part, scope)).map(number).filter(Boolean).reduce(add, ZERO);
}

function count(scope, part) {
  const answered = listed(evaluate(part, scope)).filter((value) => !isEmpty(value));
  return decimal(String(answered.length));
}

function arithmetic(combine) {
  return (scope, ...parts) => {
    const [first, ...rest] = parts.map((part) => number(evaluate(part, scope)));
    return rest.reduce((total, next) => (total && next ? combine(total, next) : null), first);
  };
}

function comparison(holds, { isOrder }) {
  return (scope, ...parts) => {
    const [a, b] = parts.map((part) => evaluate(part, scope));
    if (isEmpty(a) || isEmpty(b)) return null;
    const [x, y] = [number(a), number(b)];
    if (x && y) return holds(compare(x, y));
    if (typeof a === "string" && typeof b === "string") return holds(a < b ? -1 : a > b ? 1 : 0);
    return isOrder ? null : holds(isSame(a, b) ? 0 : 1);
  };
}

const shown = (value) => JSON.stringify(isDecimal(value) ? written(value) : value);
const isSame = (a, b) => isDecimal(a) === isDecimal(b) && shown(a) === shown(b);

function and(scope, ...parts) {
  const values = parts.map((part) => evaluate(part, scope));
  if (values.includes(false)) return false;
  return values.every((value) => value === true) ? true : null;
}

function or(scope, ...parts) {
  const values = parts.map((part) => evaluate(part, scope));
  if (values.includes(true)) return true;
  return values.every((value) => value === false) ? false : null;
}

function not(scope, part) {
  const value = evaluate(part, scope);
  return typeof value === "boolean" ? !value : null;
}

function within(scope, part, list) {
  const value = evaluate(part, scope);
  return isEmpty(value) ? null : listed(value).some((item) => list.includes(item));
}

function days(scope, ...parts) {
  const [from, to] = parts.map((part) => evaluate(part, scope));
  if (!isDay(from) || !isDay(to)) return null;
  return decimal(String((Date.parse(to) - Date.parse(from)) / DAY_MS));
}

function chosen(scope, condition, then, otherwise) {
  const value = evaluate(condition, scope);
  return typeof value === "boolean" ? evaluate(value ? then : otherwise, scope) : null;
}

/** Return the years completed; who is born on 29 February completes one on 1 March. */
function age(scope, part) {
  const born = evaluate(part, scope);
  if (!isDay(born)) return null;
  const years = Number(scope.today.slice(0, 4)) - Number(born.slice(0, 4));
  return decimal(String(years - (scope.today.slice(5) < born.slice(5) ? 1 : 0)));
}

const OPERATORS = {
  field,
  column,
  sum,
  count,
  add: arithmetic(add),
  sub: arithmetic(subtract),
  mul: arithmetic(multiply),
  div: arithmetic(divide),
  eq: comparison((found) => found === 0, { isOrder: false }),
  ne: comparison((found) => found !== 0, { isOrder: false }),
  lt: comparison((found) => found < 0, { isOrder: true }),
  le: comparison((found) => found <= 0, { isOrder: true }),
  gt: comparison((found) => found > 0, { isOrder: true }),
  ge: comparison((found) => found >= 0, { isOrder: true }),
  and,
  or,
  not,
  in: within,
  days,
  today: ({ today }) => today,
  abs: (scope, part) => {
    const value = number(evaluate(part, scope));
    return value && absolute(value);
  },
  empty: (scope, part) => isEmpty(evaluate(part, scope)),
  if: chosen,
  birth: (scope, part) => birthOf(evaluate(part, scope)),
  age,
  area: (scope, part) => number(areaOf(evaluate(part, scope))),
};
