"""Every law of `test_laws` once more, with many examples."""

import pytest
from hypothesis import given

from tests.lending.rules import test_laws
from tests.lending.rules.law import LAWS, MANY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("name", sorted(LAWS))
def test_holds_for_many_loans(name):
    body, drawn = LAWS[name]

    MANY(given(**drawn)(body))(self=None)


def test_every_law_is_told():
    told = [n for kind in vars(test_laws).values() for n in dir(kind) if n.startswith("test_")]

    assert len(LAWS) == len(told)
