// Answers against a form's definition: the same findings here as on the server
// (rural/rules/forms/checking.py); both run tests/rural/vectors.
//
// A finding is {pointer, rule, limit, unit, words}. `about` says who fills in, when, with which
// lists: {role, today, finalizedAt (ms or null), lists: {name: values}, mayBeMasked}.

import { compare, decimal } from "./decimal.js";
import { metres, place } from "./distance.js";
import { isEmpty, isFalse, isTrue } from "./expression.js";
import { accuracy, misfits, moment, worstAccuracy } from "./values.js";

// A phone's clock and a photo's may differ a little within one device.
const CLOCK_SLACK_MS = 10 * 60_000;
const HOUR_MS = 3_600_000;

/** Return {errors, warnings}, in the order of the page. */
export function check(form, answers, about) {
  const checker = new Checker(form, answers, about);
  for (const section of form.sections) checker.section(section);
  checker.strangers(answers, form.sections.flatMap(({ fields }) => fields), "");
  return { errors: checker.errors, warnings: checker.warnings };
}

export function isRelevant({ relevant }, scope) {
  return relevant === undefined || isTrue(relevant, scope);
}

/** Return a row with every name of it, so that an unanswered one is not looked up above. */
export function rowScope(scope, field, row) {
  return { ...scope, row: { ...Object.fromEntries(field.fields.map(({ name }) => [name, null])), ...row } };
}

/** Return the answers without those that nobody asked for: of hidden questions, foreign sections. */
export function pruned(form, answers, { role, today }) {
  const scope = { answers, row: null, today };
  const asked = form.sections.filter(
    (section) => (section.roles ?? form.roles).includes(role) && isRelevant(section, scope),
  );
  return Object.assign({}, ...asked.map(({ fields }) => prunedFields(fields, answers, scope)));
}

function prunedFields(fields, holder, scope) {
  const kept = {};
  for (const field of fields) {
    const value = holder[field.name];
    if (isEmpty(value) || field.type === "note" || !isRelevant(field, scope)) continue;
    const rows = (row) => prunedFields(field.fields, row, rowScope(scope, field, row));
    kept[field.name] = field.type === "repeat" ? value.map(rows) : value;
  }
  return kept;
}

class Checker {
  errors = [];
  warnings = [];

  constructor(form, answers, about) {
    Object.assign(this, { form, answers, about });
    this.scope = { answers, row: null, today: about.today };
  }

  section(section) {
    const sent = section.fields.filter(({ name }) => !isEmpty(this.answers[name]));
    if (!(section.roles ?? this.form.roles).includes(this.about.role)) {
      for (const { name } of sent) this.errors.push({ pointer: `/${name}`, rule: "role" });
    } else if (!isRelevant(section, this.scope)) {
      for (const { name } of sent) this.warnings.push({ pointer: `/${name}`, rule: "not_relevant" });
    } else this.fields(section.fields, this.answers, this.scope, "");
  }

  fields(fields, holder, scope, above) {
    for (const field of fields) {
      const value = holder[field.name];
      const pointer = `${above}/${field.name}`;
      if (!isRelevant(field, scope)) {
        if (!isEmpty(value)) this.warnings.push({ pointer, rule: "not_relevant" });
      } else if (!isEmpty(value)) this.answer(field, value, scope, pointer);
      else if (field.type !== "note" && isTrue(field.required ?? false, scope)) {
        this.errors.push({ pointer, rule: "required" });
      }
    }
  }

  answer(field, value, scope, pointer) {
    const found = misfits(field, value, this.about);
    for (const [rule, limit] of found) this.errors.push(finding(field, pointer, rule, limit));
    if (found.some(([rule]) => rule === "type" || rule === "unknown")) return;
    if (field.type === "repeat") value.forEach((row, at) => this.row(field, row, `${pointer}/${at}`));
    else if (field.type === "geopoint") this.doubts(field, [value], pointer);
    else if (field.type === "boundary") this.doubts(field, value, pointer);
    else if (field.type === "photos") value.forEach((photo, at) => this.photo(field, photo, `${pointer}/${at}`));
    this.conditions(field, scope, pointer);
  }

  row(field, row, pointer) {
    this.fields(field.fields, row, rowScope(this.scope, field, row), pointer);
    this.strangers(row, field.fields, pointer);
  }

  strangers(holder, fields, above) {
    const known = new Set(fields.map(({ name }) => name));
    for (const name of Object.keys(holder).sort()) {
      if (!known.has(name)) this.errors.push({ pointer: `${above}/${name}`, rule: "unknown" });
    }
  }

  conditions(field, scope, pointer) {
    if (field.constraint !== undefined && isFalse(field.constraint, scope)) {
      this.errors.push({ pointer, rule: "constraint", words: field.message });
    }
    if (field.warn !== undefined && isTrue(field.warn, scope)) {
      this.warnings.push({ pointer, rule: "warn", words: field.warn_message });
    }
  }

  /** A radius of nothing comes from a made-up place, a wide one from a bad reception. */
  doubts(field, points, pointer) {
    const radius = worstAccuracy(points);
    if (points.some((point) => accuracy(point).units === 0n)) this.warnings.push({ pointer, rule: "mock" });
    else if (field.warn_accuracy !== undefined && compare(decimal(field.warn_accuracy), radius) < 0) {
      this.warnings.push({ pointer, rule: "accuracy", limit: field.warn_accuracy });
    }
  }

  photo(field, photo, pointer) {
    const [taken, finished] = [moment(photo.taken_at), this.about.finalizedAt];
    if (field.within_hours !== undefined && taken !== null && finished !== null) {
      const oldest = finished - Number(field.within_hours) * HOUR_MS;
      if (taken < oldest || taken > finished + CLOCK_SLACK_MS) {
        this.errors.push({ pointer: `${pointer}/taken_at`, rule: "old", limit: field.within_hours });
      }
    }
    if (field.near?.length) this.near(field, photo, pointer);
  }

  near(field, photo, pointer) {
    const here = place(photo);
    const places = field.near.map((name) => place(this.answers[name])).filter(Boolean);
    if (here === null) this.warnings.push({ pointer, rule: "no_place" });
    else if (places.length && field.within_metres !== undefined) {
      // The photo's own radius counts in its favour.
      const slack = Number(photo.accuracy || 0);
      const distance = Math.min(...places.map((there) => metres(here, there)));
      if (distance - slack > Number(field.within_metres)) {
        this.errors.push({ pointer, rule: "far", limit: field.within_metres });
      }
    }
  }
}

function finding(field, pointer, rule, limit) {
  const words = rule === "pattern" || rule === "length" ? field.message : undefined;
  return { pointer, rule, limit, type: field.type, unit: field.unit, words };
}
