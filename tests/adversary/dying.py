"""A process that is killed (SIGKILL) before one of its statements reaches the database."""

import os
import signal
import traceback
from collections.abc import Callable
from itertools import count
from typing import Any

from django.db import connection, connections

# More statements than any act has: an act that never ends is a fault of its own.
MANY = 400


def killed_everywhere(act: Callable[[], object], between: Callable[[], object]) -> int:
    """
    Do an act in other processes, killed before the first statement, the second, and so on.

    :param between: called after each death; what it finds must be as before the act, or done
    :return: how many died before one came to its end
    """
    for deaths in count():
        assert deaths < MANY
        if _comes_to_its_end(act, statements=deaths):
            return deaths
        between()
    raise AssertionError  # count() never ends


def _comes_to_its_end(act: Callable[[], object], *, statements: int) -> bool:
    connections.close_all()  # a forked process must not share one
    child = os.fork()
    if child == 0:
        code = 1
        try:
            with connection.execute_wrapper(_Doom(statements)):
                act()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return False
    assert os.waitstatus_to_exitcode(status) == 0, "the act failed without being killed"
    return True


class _Doom:
    """Lets so many statements through."""

    def __init__(self, statements: int) -> None:
        self._left = statements

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1
        return execute(sql, params, many, context)
