// The expressions of form definitions: JSON arrays, computed here as on the server. An empty
// operand makes the result unknown (null); what is unknown neither shows, demands nor refuses.

import { absolute, add, compare, decimal, divide, isDecimal, multiply, subtract, written } from "./decimal.js";

const DAY_MS = 86_400_000;

export const isEmpty = (value) =>
  value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

/**
 * Compute an expression.
 * `scope` says where we stand: `answers` (all), `row` (of the repeat we are in, or null) and
 * `today` (ISO date).
 */
export function evaluate(expression, scope) {
  if (!Array.isArray(expression)) return expression ?? null;
  const [name, ...operands] = expression;
  const operation = OPERATIONS[name];
  if (!operation) throw new TypeError(`No such operation: ${name}`);
  return operation(scope, ...operands);
}

function lookedUp({ answers, row }, name) {
  const value = row && Object.hasOwn(row, name) ? row[name] : answers[name];
  return isEmpty(value) ? null : value;
}

function column({ answers }, repeat, name) {
  return (answers[repeat] ?? []).map((row) => row[name]).filter((value) => !isEmpty(value));
}

const number = (value) => (isDecimal(value) ? value : decimal(value));

function arithmetic(combine) {
  return (scope, a, b) => {
    const x = number(evaluate(a, scope));
    const y = number(evaluate(b, scope));
    return x && y ? combine(x, y) : null;
  };
}

function order(a, b) {
  const x = number(a);
  const y = number(b);
  if (x && y) return compare(x, y);
  const left = String(isDecimal(a) ? written(a) : a);
  const right = String(isDecimal(b) ? written(b) : b);
  return left < right ? -1 : left > right ? 1 : 0;
}

function comparison(holds) {
  return (scope, a, b) => {
    const x = evaluate(a, scope);
    const y = evaluate(b, scope);
    return isEmpty(x) || isEmpty(y) ? null : holds(order(x, y));
  };
}

// Three values: false settles "and", true settles "or", and unknown is only what neither settles.
function all(scope, ...parts) {
  const values = parts.map((part) => evaluate(part, scope));
  if (values.includes(false)) return false;
  return values.includes(null) ? null : true;
}

function any(scope, ...parts) {
  const values = parts.map((part) => evaluate(part, scope));
  if (values.includes(true)) return true;
  return values.includes(null) ? null : false;
}

function total(scope, part) {
  const values = evaluate(part, scope);
  return (values ?? []).map(number).filter(Boolean).reduce(add, decimal("0"));
}

function days(scope, from, to) {
  const [a, b] = [evaluate(from, scope), evaluate(to, scope)].map((day) => Date.parse(day ?? ""));
  return Number.isNaN(a) || Number.isNaN(b) ? null : decimal(String(Math.round((b - a) / DAY_MS)));
}

const OPERATIONS = {
  field: lookedUp,
  column,
  sum: total,
  count: (scope, part) => decimal(String((evaluate(part, scope) ?? []).length)),
  add: arithmetic(add),
  sub: arithmetic(subtract),
  mul: arithmetic(multiply),
  div: arithmetic(divide),
  eq: comparison((found) => found === 0),
  ne: comparison((found) => found !== 0),
  lt: comparison((found) => found < 0),
  le: comparison((found) => found <= 0),
  gt: comparison((found) => found > 0),
  ge: comparison((found) => found >= 0),
  and: all,
  or: any,
  not: (scope, part) => {
    const value = evaluate(part, scope);
    return value === null ? null : !value;
  },
  in: (scope, part, list) => {
    const value = evaluate(part, scope);
    return isEmpty(value) ? null : list.some((each) => order(value, each) === 0);
  },
  days,
  today: ({ today }) => today,
  abs: (scope, part) => {
    const value = number(evaluate(part, scope));
    return value && absolute(value);
  },
  empty: (scope, part) => isEmpty(evaluate(part, scope)),
  if: (scope, condition, then, otherwise) =>
    evaluate(evaluate(condition, scope) === true ? then : otherwise, scope),
};
