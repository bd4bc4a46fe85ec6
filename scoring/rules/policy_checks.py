"""
What a table would do that its author may not want: gaps, rules that can never speak, overlaps.

Each column is cut into regions inside which no cell changes its answer; a rule is then a box of
regions, and set arithmetic on boxes is exact, whatever the number of columns. Boxes are bit masks
per column.
"""

import itertools
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from scoring.rules.cells import Input, Value
from scoring.rules.policy import REQUEST, SCORE_INPUTS, Policy, Rule

Box = tuple[int, ...]

# A table that splits space into more pieces than this could not be understood by its author.
MAX_BOXES = 20_000
OTHER_TEXT = "(any other)"


@dataclass(frozen=True, slots=True)
class Finding:
    """`is_error` forbids publishing; the rest is for the author to know."""

    code: str
    rule: str
    message: str
    is_error: bool


def findings(policy: Policy, features: Collection[str] | None = None) -> list[Finding]:
    """
    Return all that is wrong or remarkable.

    `features` are the names that the feature catalogue knows; None leaves them unchecked.
    """
    found = _unknown_columns(policy, features)
    regions = [_regions(column, policy.rules) for column in policy.inputs.values()]
    boxes = [_box(rule, list(policy.inputs), regions) for rule in policy.rules]
    everything: Box = tuple((1 << len(values)) - 1 for values in regions)
    uncovered: list[Box] = [everything]
    for rule, box in zip(policy.rules, boxes, strict=True):
        if not any(_meet(box, left) for left in uncovered):
            found.append(Finding("unreachable", rule.code, _why_unreachable(box), True))
        uncovered = [piece for left in uncovered for piece in _without(left, box)]
        if len(uncovered) > MAX_BOXES:
            found.append(Finding("too_complex", rule.code, "the table cannot be proved", True))
            return found
    if uncovered:
        example = _example(uncovered[0], list(policy.inputs), regions)
        found.append(Finding("gap", "", f"no rule is met by {example}", True))
    return found + _overlaps(policy, boxes)


def _unknown_columns(policy: Policy, features: Collection[str] | None) -> list[Finding]:
    if features is None:
        return []
    columns = {*policy.inputs, *policy.limits.columns(), *policy.prices.columns()}
    unknown = sorted(
        name
        for name in columns
        if name not in SCORE_INPUTS and not name.startswith(REQUEST) and name not in features
    )
    return [
        Finding("unknown_column", "", f"{name} is neither score, request nor feature", True)
        for name in unknown
    ]


def _overlaps(policy: Policy, boxes: list[Box]) -> list[Finding]:
    """With the hit policy "first" an overlap is allowed; it matters where outcomes differ."""
    found = []
    for later, box in enumerate(boxes):
        # The closing rule that catches the rest overlaps all; that is its purpose.
        if not policy.rules[later].cells:
            continue
        for earlier in range(later):
            first, second = policy.rules[earlier], policy.rules[later]
            if first.outcome != second.outcome and _meet(boxes[earlier], box):
                message = f"{first.code} ({first.outcome}) goes before it where both are met"
                found.append(Finding("overlap", second.code, message, False))
    return found


def _regions(column: Input, rules: Iterable[Rule]) -> list[Value]:
    """Return one value out of each region of a column."""
    literals = {
        literal
        for rule in rules
        for cell in rule.cells
        if cell.input == column.name
        for literal in cell.literals
    }
    missing: list[Value] = [None] if column.is_nullable else []
    if column.type == "boolean":
        return [True, False, *missing]
    if column.type == "text":
        if column.values:
            return [*column.values, *missing]
        return [*sorted(str(literal) for literal in literals), OTHER_TEXT, *missing]
    numbers = {literal for literal in literals if isinstance(literal, Decimal)}
    return [*_number_regions(column, numbers), *missing]


def _number_regions(column: Input, literals: set[Decimal]) -> list[Value]:
    """Return the literals themselves and a value between each two, inside the bounds."""
    ends = {end for end in (column.lowest, column.highest) if end is not None}
    marks = sorted(literals | ends) or [Decimal(0)]
    step = Decimal(1)
    values = [marks[0] - step]
    for low, high in itertools.pairwise(marks):
        values.append(low)
        if column.type == "number":
            values.append((low + high) / 2)
        elif high - low > step:
            values.append(low + step)
    values += [marks[-1], marks[-1] + step]
    return [
        value
        for value in values
        if (column.lowest is None or value >= column.lowest)
        and (column.highest is None or value <= column.highest)
    ]


def _box(rule: Rule, columns: list[str], regions: list[list[Value]]) -> Box:
    masks = []
    for name, values in zip(columns, regions, strict=True):
        cells = [cell for cell in rule.cells if cell.input == name]
        masks.append(
            sum(
                1 << index
                for index, value in enumerate(values)
                if all(cell.met(value) for cell in cells)
            )
        )
    return tuple(masks)


def _meet(left: Box, right: Box) -> bool:
    return all(a & b for a, b in zip(left, right, strict=True))


def _without(box: Box, taken: Box) -> list[Box]:
    """Return what is left of a box, as boxes that do not overlap."""
    if not _meet(box, taken):
        return [box]
    pieces = []
    inside = list(box)
    for axis, mask in enumerate(taken):
        rest = inside[axis] & ~mask
        if rest:
            pieces.append((*inside[:axis], rest, *inside[axis + 1 :]))
        inside[axis] &= mask
    return pieces


def _why_unreachable(box: Box) -> str:
    return "earlier rules take every case" if all(box) else "its cells contradict each other"


def _example(box: Box, columns: list[str], regions: list[list[Value]]) -> str:
    parts = []
    for name, values, mask in zip(columns, regions, box, strict=True):
        value = next(value for index, value in enumerate(values) if mask >> index & 1)
        parts.append(f"{name} {'missing' if value is None else value}")
    return ", ".join(parts)
