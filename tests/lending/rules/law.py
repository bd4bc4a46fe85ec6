"""Laws: tests over any loan, a few examples of each in the fast suite, many at leisure."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

# No deadline: a busy machine is not a counterexample.
FEW = settings(max_examples=25, deadline=None)
MANY = settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))

Body = Callable[..., None]
LAWS: dict[str, tuple[Body, dict[str, SearchStrategy[Any]]]] = {}


def law(**drawn: SearchStrategy[Any]) -> Callable[[Body], Body]:
    """Test with a few examples, and remember the law for `test_laws_at_length`."""

    def decorate(body: Body) -> Body:
        LAWS[body.__qualname__.replace(".test", "")] = body, drawn
        return FEW(given(**drawn)(body))

    return decorate
