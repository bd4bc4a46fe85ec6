// What is wrong with answers, by the definition alone: the twin of the server's check, on the same
// vectors (tests/rural/vectors). Findings are {pointer, code, values, message?}.

import { compare, decimal } from "./decimal.js";
import { evaluate, isEmpty } from "./expression.js";
import { isDate, isIdNumber } from "./id_number.js";

const PHONE = /^1[3-9]\d{9}$/;
const ACCURACY_METRES = "100";

/** Return the fields of a definition that this role fills in, section by section. */
export function sectionsFor(definition, role) {
  return definition.sections.filter(({ roles }) => !roles || roles.includes(role));
}

/** Return every finding about `answers`. `about` is {role, today, choices}; choices maps a list's name to its values. */
export function check(definition, answers, about) {
  const found = [];
  const scope = { answers, row: null, today: about.today };
  for (const section of sectionsFor(definition, about.role)) {
    if (!isRelevant(section, scope)) continue;
    for (const field of section.fields) checkField(field, answers, scope, "", about, found);
  }
  return found;
}

/** Return the answers without those that do not apply: hidden fields, foreign sections. */
export function pruned(definition, answers, about) {
  const scope = { answers, row: null, today: about.today };
  const kept = {};
  for (const section of sectionsFor(definition, about.role)) {
    if (isRelevant(section, scope)) Object.assign(kept, prunedFields(section.fields, answers, scope));
  }
  return kept;
}

function prunedFields(fields, holder, scope) {
  const kept = {};
  for (const field of fields) {
    const value = holder[field.name];
    if (isEmpty(value) || field.type === "note" || !isRelevant(field, scope)) continue;
    kept[field.name] =
      field.type === "repeat"
        ? value.map((row) => prunedFields(field.fields, row, { ...scope, row }))
        : value;
  }
  return kept;
}

export function isRelevant({ relevant }, scope) {
  return relevant === undefined || evaluate(relevant, scope) === true;
}

function checkField(field, holder, scope, path, about, found) {
  if (field.type === "note" || !isRelevant(field, scope)) return;
  const value = holder[field.name];
  const pointer = `${path}/${field.name}`;
  const wrong = (code, values = {}) => found.push({ pointer, code, values, unit: field.unit });
  if (isEmpty(value)) {
    if (isRequired(field, scope)) wrong("required");
    return;
  }
  const before = found.length;
  TYPES[field.type]?.(field, value, wrong, about);
  if (found.length > before) return;
  if (field.type === "repeat") {
    for (const [place, row] of value.entries()) {
      const inside = { ...scope, row };
      for (const each of field.fields) checkField(each, row, inside, `${pointer}/${place}`, about, found);
    }
  }
  if (field.constraint !== undefined && evaluate(field.constraint, scope) === false) {
    found.push({ pointer, code: "constraint", values: {}, message: field.message });
  }
}

function isRequired({ required }, scope) {
  return required === true || (Array.isArray(required) && evaluate(required, scope) === true);
}

/** Return the pointers whose answer is allowed but surprising, with the definition's words. */
export function warnings(definition, answers, about) {
  const found = [];
  const look = (field, holder, scope, path) => {
    if (!isRelevant(field, scope)) return;
    const pointer = `${path}/${field.name}`;
    if (field.warn !== undefined && evaluate(field.warn, scope) === true) {
      found.push({ pointer, message: field.warn_message });
    }
    if (field.type !== "repeat") return;
    for (const [place, row] of (holder[field.name] ?? []).entries()) {
      for (const each of field.fields) look(each, row, { ...scope, row }, `${pointer}/${place}`);
    }
  };
  for (const section of sectionsFor(definition, about.role)) {
    for (const field of section.fields) {
      look(field, answers, { answers, row: null, today: about.today }, "");
    }
  }
  return found;
}

function bounds({ min, max }, value, wrong) {
  const number = decimal(value);
  if (min !== undefined && compare(number, decimal(String(min))) < 0) wrong("min", { min });
  else if (max !== undefined && compare(number, decimal(String(max))) > 0) wrong("max", { max });
}

const count = (text) => [...text].length;

const TYPES = {
  text(field, value, wrong) {
    const { min_length: min, max_length: max, pattern } = field;
    if (min !== undefined && count(value) < min) wrong("min_length", { min });
    else if (max !== undefined && count(value) > max) wrong("max_length", { max });
    else if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`, "u").test(value)) wrong("pattern");
  },
  integer(field, value, wrong) {
    const number = decimal(value);
    if (!number || number.scale) wrong("integer");
    else bounds(field, value, wrong);
  },
  decimal(field, value, wrong) {
    const number = decimal(value);
    if (!number) wrong("number");
    else if (field.places !== undefined && number.scale > field.places) wrong("places", { places: field.places });
    else bounds(field, value, wrong);
  },
  date: (field, value, wrong) => isDate(value) || wrong("date"),
  select: (field, value, wrong, about) => values(field, about).includes(value) || wrong("choice"),
  multiselect(field, value, wrong, about) {
    if (!value.every((each) => values(field, about).includes(each))) wrong("choice");
  },
  boolean: (field, value, wrong) => typeof value === "boolean" || wrong("boolean"),
  phone: (field, value, wrong) => PHONE.test(value) || wrong("phone"),
  id_number: (field, value, wrong) => isIdNumber(value) || wrong("id_number"),
  geopoint(field, value, wrong) {
    const max = field.max ?? ACCURACY_METRES;
    const accuracy = decimal(value.accuracy);
    if (!decimal(value.lat) || !decimal(value.lon) || !accuracy) wrong("geopoint");
    else if (compare(accuracy, decimal(String(max))) > 0) wrong("accuracy", { max });
  },
  photos({ min_count: min, max_count: max }, value, wrong) {
    if (min !== undefined && value.length < min) wrong("min_count", { min });
    else if (max !== undefined && value.length > max) wrong("max_count", { max });
  },
  repeat({ min_rows: min, max_rows: max }, value, wrong) {
    if (min !== undefined && value.length < min) wrong("min_rows", { min });
    else if (max !== undefined && value.length > max) wrong("max_rows", { max });
  },
  place: (field, value, wrong, about) => about.choices("villages").includes(value) || wrong("choice"),
};

function values({ choices, choices_from: from }, about) {
  return choices ? choices.map(({ value }) => value) : about.choices(from);
}
