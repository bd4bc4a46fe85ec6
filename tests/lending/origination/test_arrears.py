from datetime import date

import pytest

from lending.actions.lines import BorrowerInArrears
from tenancy.models import Tenant
from tests.lending import build
from tests.lending.servicing import build as servicing

AFTER_DUE = date(2026, 4, 9)


class TestABorrowerInArrears:
    def test_is_paid_nothing_more(self, room: Tenant) -> None:
        servicing.books()
        build.product(min_term=90, max_term=90)
        line = build.line(term=90)
        servicing.callback(servicing.order_of(build.draw(line, "10000")))
        servicing.close_to(AFTER_DUE)

        with pytest.raises(BorrowerInArrears):
            build.draw(line, "5000", on=AFTER_DUE)
