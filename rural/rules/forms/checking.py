"""Answers against a form's definition: the same findings here as on the device."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from rural.rules.forms import expressions, values
from rural.rules.forms.definitions import Field, Form, Section, Type
from rural.rules.forms.distance import metres, place
from rural.rules.forms.expressions import Scope, is_empty
from rural.rules.forms.findings import Context, Finding, Findings, shown

# A phone's clock and a photo's may differ a little within one device.
CLOCK_SLACK = timedelta(minutes=10)


def check(form: Form, answers: Mapping[str, Any], context: Context) -> Findings:
    """
    Return what does not fit, in the order of the page.

    Sections that are not for the role, or not relevant, ask nothing; answers in the former are
    refused, in the latter noted.
    """
    found = Findings()
    checker = _Checker(context, Scope(answers, context.today), found)
    known = set()
    for section in form.sections:
        known |= {field.name for field in section.fields}
        checker.section(section)
    for name in sorted(set(answers) - known):
        found.errors.append(Finding(f"/{name}", "unknown", shown(answers[name])))
    return found


@dataclass(frozen=True, slots=True)
class _Checker:
    context: Context
    scope: Scope
    found: Findings

    def section(self, section: Section) -> None:
        sent = [field for field in section.fields if not is_empty(self._sent(field))]
        if self.context.role not in section.roles:
            self.found.errors += [
                Finding(f"/{field.name}", "role", shown(self._sent(field))) for field in sent
            ]
        elif not self._asks(section.relevant, self.scope):
            self.found.warnings += [Finding(f"/{field.name}", "not_relevant") for field in sent]
        else:
            self._fields(section.fields, self.scope, "")

    def _sent(self, field: Field) -> Any:
        return self.scope.answers.get(field.name)

    def _asks(self, relevant: Any, scope: Scope) -> bool:
        return relevant is None or expressions.is_true(relevant, scope)

    def _fields(self, fields: Iterable[Field], scope: Scope, above: str) -> None:
        answers = scope.row if above else scope.answers
        for field in fields:
            value, pointer = answers.get(field.name), f"{above}/{field.name}"
            if not self._asks(field.relevant, scope):
                if not is_empty(value):
                    self.found.warnings.append(Finding(pointer, "not_relevant"))
            elif not is_empty(value):
                self._answer(field, value, scope, pointer)
            elif field.type is not Type.NOTE and expressions.is_true(field.required, scope):
                self.found.errors.append(Finding(pointer, "required"))

    def _answer(self, field: Field, value: Any, scope: Scope, pointer: str) -> None:
        misfits = list(values.misfits(field, value, self.context, pointer))
        self.found.errors += misfits
        if any(each.rule in ("type", "unknown") for each in misfits):
            return
        if field.type is Type.REPEAT:
            for number, row in enumerate(value):
                self._row(field, row, f"{pointer}/{number}")
        elif field.type is Type.GEOPOINT:
            self.found.warnings += _doubts(field, [value], pointer)
        elif field.type is Type.BOUNDARY:
            self.found.warnings += _doubts(field, value, pointer)
        elif field.type is Type.PHOTOS:
            self._photos(field, value, pointer)
        self._conditions(field, value, scope, pointer)

    def _row(self, field: Field, row: Mapping[str, Any], pointer: str) -> None:
        inside = Scope(self.scope.answers, self.scope.today, _all_names(field, row))
        self._fields(field.fields, inside, pointer)
        names = {inner.name for inner in field.fields}
        self.found.errors += [
            Finding(f"{pointer}/{name}", "unknown", shown(row[name]))
            for name in sorted(set(row) - names)
        ]

    def _conditions(self, field: Field, value: Any, scope: Scope, pointer: str) -> None:
        told = "" if field.type in (Type.PHONE, Type.ID_NUMBER) else shown(value)
        if field.constraint is not None and expressions.is_false(field.constraint, scope):
            self.found.errors.append(Finding(pointer, "constraint", told, words=field.message))
        if field.warn is not None and expressions.is_true(field.warn, scope):
            self.found.warnings.append(Finding(pointer, "warn", told, words=field.warn_message))

    def _photos(self, field: Field, photos: list[dict[str, Any]], pointer: str) -> None:
        for number, photo in enumerate(photos):
            at = f"{pointer}/{number}"
            self.found.errors += self._too_old(field, photo, at)
            if field.near:
                self._from_afar(field, photo, at)

    def _too_old(self, field: Field, photo: Mapping[str, Any], pointer: str) -> Iterator[Finding]:
        taken, finished = values.moment(photo["taken_at"]), self.context.finalized_at
        if field.within_hours is None or taken is None or finished is None:
            return
        oldest = finished - timedelta(hours=float(field.within_hours))
        if not oldest <= taken <= finished + CLOCK_SLACK:
            yield Finding(
                f"{pointer}/taken_at", "old", photo["taken_at"], f"{field.within_hours:f}"
            )

    def _from_afar(self, field: Field, photo: Mapping[str, Any], pointer: str) -> None:
        here, places = place(photo), list(self._places(field.near))
        if here is None:
            self.found.warnings.append(Finding(pointer, "no_place"))
        elif places and field.within_metres is not None:
            # The photo's own radius counts in its favour.
            distance = min(metres(here, there) for there in places)
            slack = float(values.accuracy(photo) or 0)
            if distance - slack > float(field.within_metres):
                self.found.errors.append(
                    Finding(pointer, "far", str(round(distance)), f"{field.within_metres:f}", "m")
                )

    def _places(self, names: Iterable[str]) -> Iterator[tuple[float, float]]:
        for name in names:
            value = self.scope.answers.get(name)
            there = place(value) if isinstance(value, Mapping) else None
            if there is not None:
                yield there


def _all_names(field: Field, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with every name of it, so that an unanswered one is not looked up above."""
    return {inner.name: None for inner in field.fields} | dict(row)


def _doubts(field: Field, points: Iterable[Mapping[str, Any]], pointer: str) -> Iterator[Finding]:
    """A radius of nothing comes from a made-up place, a wide one from a bad reception."""
    radius = values.worst_accuracy(points)
    if any(values.accuracy(point) == 0 for point in points):
        yield Finding(pointer, "mock")
    elif field.warn_accuracy is not None and field.warn_accuracy < radius:
        yield Finding(pointer, "accuracy", f"{radius:f}", f"{field.warn_accuracy:f}", "m")
