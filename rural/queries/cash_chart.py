"""The cash chart of an assessment: for the page in the reader's language, for files in both."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from rural.models import Assessment
from rural.rules import capacity, cash_picture
from rural.rules.capacity import Outcome, Tightest
from rural.rules.cash_picture import Words
from rural.rules.months import shifted

FILE_LANGUAGES = ("zh-hans", "en")


def scenario_names() -> dict[str, str]:
    """Return what each scenario is called."""
    return {
        "base": _("As expected"),
        "S1": _("Output down"),
        "S2": _("Price down"),
        "S3": _("Wages down"),
        "S4": _("Sales late"),
        "S5": _("Disease"),
    }


def words(tightest: Tightest, start_month: str) -> Words:
    """Return the chart's words in the reader's language."""
    return Words(
        title=_("Cash at the end of each month, by scenario"),
        description=_(
            "One line a scenario, with the loan paid out and repaid. Least cash: "
            "%(cash)s yuan in %(month)s, scenario %(scenario)s."
        )
        % {
            "cash": f"{tightest.cash:,.0f}",
            "month": start_month,
            "scenario": f"{tightest.scenario} {scenario_names().get(tightest.scenario, '')}",
        },
        scenarios={
            code: name if code == "base" else f"{code} {name}"
            for code, name in scenario_names().items()
        },
        tightest=_("least"),
    )


def drawn(assessment: Assessment) -> str:
    """Return the chart of a loan of the limit as SVG, in the reader's language."""
    case = capacity.read(assessment.case)
    found = capacity.read_result(assessment.result)
    month = f"{shifted(case.start, found.tightest.month):%Y-%m}"
    return cash_picture.svg(
        found.scenarios, found.tightest, case.start, words(found.tightest, month)
    )


def drawn_again(assessment: Assessment, outcomes: tuple[Outcome, ...], tightest: Tightest) -> str:
    """Return the chart of other months of the same case, as a trial gives them."""
    start = capacity.read(assessment.case).start
    month = f"{shifted(start, tightest.month):%Y-%m}"
    return cash_picture.svg(outcomes, tightest, start, words(tightest, month), "trial")


def for_file(assessment: Assessment) -> str:
    """Return the chart with its words in both languages, for a reader whom we don't know."""
    case = capacity.read(assessment.case)
    found = capacity.read_result(assessment.result)
    month = f"{shifted(case.start, found.tightest.month):%Y-%m}"
    spoken = []
    for language in FILE_LANGUAGES:
        with translation.override(language):
            spoken.append(words(found.tightest, month))
    chinese, english = spoken
    both = Words(
        title=f"{chinese.title} / {english.title}",
        description=f"{chinese.description} {english.description}",
        scenarios={
            code: f"{name} / {english.scenarios[code].removeprefix(code).strip()}"
            for code, name in chinese.scenarios.items()
        },
        tightest=f"{chinese.tightest} / {english.tightest}",
    )
    return cash_picture.svg(found.scenarios, found.tightest, case.start, both)
