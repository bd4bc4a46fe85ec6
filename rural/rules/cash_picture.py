"""Monthly cash per scenario as an SVG picture that stands alone: for a page and for a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from xml.sax.saxutils import escape

from rural.rules.capacity import Outcome, Tightest
from rural.rules.months import ZERO, shifted

WIDTH, HEIGHT = 420, 326
LEFT, RIGHT, TOP, BOTTOM = 52, 10, 26, 238
LEGEND_TOP, LEGEND_STEP, LEGEND_COLUMNS = 276, 18, 2
# Dark enough on white for everyone, and told apart by their dashes without any colour.
STYLES = (
    ("#111827", "", "2.6"),
    ("#b42318", "7 3", "1.8"),
    ("#1d4f91", "2 3", "1.8"),
    ("#0f766e", "9 3 2 3", "1.8"),
    ("#93590a", "4 4", "1.8"),
    ("#6d28d9", "1 4", "1.8"),
)
TICKS = 6


@dataclass(frozen=True, slots=True)
class Words:
    """What the picture says, in the reader's language; `scenarios` by code."""

    title: str
    description: str
    scenarios: Mapping[str, str]
    tightest: str


@dataclass(frozen=True, slots=True)
class _Scale:
    low: Decimal
    high: Decimal
    months: int

    def x(self, month: int) -> Decimal:
        span = Decimal(WIDTH - LEFT - RIGHT)
        return (LEFT + span * month / max(self.months - 1, 1)).quantize(Decimal("0.1"))

    def y(self, cash: Decimal) -> Decimal:
        part = (self.high - cash) / (self.high - self.low)
        return (TOP + part * (BOTTOM - TOP)).quantize(Decimal("0.1"))


def svg(
    outcomes: Sequence[Outcome], tightest: Tightest, start: date, words: Words, name: str = "cash"
) -> str:
    """
    Draw cash at the end of each month with the loan, the tightest month marked.

    The title and description are for who cannot see it; the figures stand in a table beside it.
    `name` tells apart the pictures of one page.
    """
    step = _step(outcomes)
    scale = _scale(outcomes, step)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc" font-family="sans-serif" font-size="12" '
        'width="100%">',
        f'<title id="{name}-title">{escape(words.title)}</title>',
        f'<desc id="{name}-desc">{escape(words.description)}</desc>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *_grid(scale, step),
        *_months(scale, start),
        *_marked(scale, tightest, start, words),
        *_lines(scale, outcomes),
        *_legend(outcomes, words),
        "</svg>",
    ]
    return "".join(parts)


def _step(outcomes: Sequence[Outcome]) -> Decimal:
    cash = [month.cash for outcome in outcomes for month in outcome.months]
    span = max(max(cash), ZERO) - min(min(cash), ZERO)
    rough = max(span / TICKS, Decimal(1))
    power = Decimal(10) ** rough.adjusted()
    return next(power * each for each in (1, 2, 5, 10) if power * each >= rough)


def _scale(outcomes: Sequence[Outcome], step: Decimal) -> _Scale:
    cash = [month.cash for outcome in outcomes for month in outcome.months]
    low = (min(min(cash), ZERO) / step).quantize(Decimal(1), ROUND_FLOOR) * step
    high = (max(max(cash), ZERO) / step).quantize(Decimal(1), ROUND_CEILING) * step
    return _Scale(low, high if high > low else low + step, len(outcomes[0].months))


def _grid(scale: _Scale, step: Decimal) -> Iterator[str]:
    level = scale.low
    while level <= scale.high:
        y = scale.y(level)
        colour, width = ("#374151", "1.4") if level == 0 else ("#e5e7eb", "1")
        yield (
            f'<line x1="{LEFT}" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}" stroke="{colour}" '
            f'stroke-width="{width}"/>'
        )
        yield _text(Decimal(LEFT - 6), y + 4, f"{level:,.0f}", anchor="end")
        level += step


def _months(scale: _Scale, start: date) -> Iterator[str]:
    for month in range(0, scale.months, 4):
        label = f"{shifted(start, month):%Y-%m}"
        # The last one must not leave the picture.
        anchor = "end" if month > scale.months - 3 else "middle"
        yield _text(scale.x(month), Decimal(BOTTOM + 16), label, anchor=anchor)


def _marked(scale: _Scale, tightest: Tightest, start: date, words: Words) -> Iterator[str]:
    x, y = scale.x(tightest.month), scale.y(tightest.cash)
    yield (
        f'<line x1="{x}" y1="{TOP}" x2="{x}" y2="{BOTTOM}" stroke="#b42318" stroke-width="1" '
        'stroke-dasharray="3 3"/>'
    )
    yield f'<circle cx="{x}" cy="{y}" r="5" fill="#ffffff" stroke="#b42318" stroke-width="2.5"/>'
    label = (
        f"{words.tightest} {shifted(start, tightest.month):%Y-%m} · {tightest.scenario} · "
        f"{tightest.cash:,.0f}"
    )
    beyond = tightest.month > scale.months / 2
    at = x - 4 if beyond else x + 4
    yield _text(at, Decimal(TOP - 10), label, anchor="end" if beyond else "start", bold=True)


def _lines(scale: _Scale, outcomes: Sequence[Outcome]) -> Iterator[str]:
    # The base comes last, on top of the others.
    for at in range(len(outcomes) - 1, -1, -1):
        colour, dashes, width = STYLES[at % len(STYLES)]
        points = " ".join(
            f"{scale.x(month)},{scale.y(each.cash)}"
            for month, each in enumerate(outcomes[at].months)
        )
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        yield (
            f'<polyline points="{points}" fill="none" stroke="{colour}" '
            f'stroke-width="{width}"{dashed}/>'
        )


def _legend(outcomes: Sequence[Outcome], words: Words) -> Iterator[str]:
    column = (WIDTH - 20) // LEGEND_COLUMNS
    for at, outcome in enumerate(outcomes):
        colour, dashes, width = STYLES[at % len(STYLES)]
        x = 12 + column * (at % LEGEND_COLUMNS)
        y = LEGEND_TOP + LEGEND_STEP * (at // LEGEND_COLUMNS)
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        yield (
            f'<line x1="{x}" y1="{y}" x2="{x + 30}" y2="{y}" stroke="{colour}" '
            f'stroke-width="{width}"{dashed}/>'
        )
        name = words.scenarios.get(outcome.code, outcome.code)
        yield _text(Decimal(x + 36), Decimal(y + 4), name, anchor="start")


def _text(x: Decimal, y: Decimal, text: str, *, anchor: str, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="#111827"{weight}>'
        f"{escape(text)}</text>"
    )
