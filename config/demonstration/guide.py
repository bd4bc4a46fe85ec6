"""What is printed when the demonstration serves: who can sign in, and what to look at."""

from __future__ import annotations

from collections.abc import Sequence

from config.demonstration import cast
from config.demonstration.cast import Person
from config.demonstration.county import cast as county
from tenancy.roles import HOMES

_RIVERSIDE = "Riverside Microloan 河畔小额贷款 - small firms"
_HILLSIDE = "Hillside Rural Credit 山坡农村信贷 - sees nothing of the others"
_JINHE = "Jinhe County Rural Credit 金禾县农村信贷 - farmers, with two partner banks"
_TOUR = (
    ("officer", "Applications: the queue; one of them: features, score, reasons, offer"),
    ("jinhe-officer", "Applications: one with a harvest plan; Households; Assessments: the chart"),
    ("jinhe-supervisor", "Applications: three wait for a decision of yours"),
    ("jinhe-risk", "Agreements, quotas, routings: why which bank was asked"),
    ("jinhe-finance", "Settlements, bank files, differences: a cent, and a row that is missing"),
    ("jinhe-officer", "/field/: the visits of the day, in the order of the way"),
    ("jinhe-supervisor", "Panel sessions: Liushu, closed with grades, a household vetoed"),
    ("agent", "/field/: choose a PIN; whom he brought; fill a form in without network"),
    ("bank", "the bank's own page: inbox with its clock, quotas, last calls"),
)


def told(address: str) -> str:
    """Return the text: addresses, user names with their roles, the password, a tour."""
    staff = tuple(person for person, _bank in county.BANK_STAFF)
    agents = tuple(person for person, _code, _where in county.AGENTS)
    lines = ["", f"Granary is serving on {address}/"]
    for house, people in (
        (_RIVERSIDE, cast.RIVERSIDE),
        (_HILLSIDE, cast.HILLSIDE),
        (_JINHE, (*county.PEOPLE, *agents, *staff)),
    ):
        lines += ["", house, *_log_ins(address, people)]
    lines += ["", f"The password of everybody is {cast.PASSWORD}", "", "What to look at:"]
    lines += [f"  {name:<18} {what}" for name, what in _TOUR]
    lines += [
        "",
        "The farmers are invented. Both banks are sandboxes that go on working; the API is at",
        f"{address}/api/v1/docs, the banks' at {address}/bank/v1/docs.",
        "",
        "Ctrl-C stops.",
        "",
    ]
    return "\n".join(lines)


def _log_ins(address: str, people: Sequence[Person]) -> list[str]:
    return [
        f"  {person.username:<18} {person.role.value:<14} {address}{_home(person)}"
        for person in people
    ]


def _home(person: Person) -> str:
    return HOMES.get(person.role, "/admin/")
