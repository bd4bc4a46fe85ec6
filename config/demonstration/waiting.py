"""Waiting for what other processes do."""

from __future__ import annotations

import time
from collections.abc import Callable


class NotInTime(RuntimeError):
    """Somebody did not do in time what the story waits for."""


def wait_for(is_so: Callable[[], bool], what: str, *, seconds: float = 120) -> None:
    """
    Look again and again until something is so.

    :raises NotInTime: naming what never came
    """
    deadline = time.monotonic() + seconds
    pause = 0.05
    while not is_so():
        if time.monotonic() > deadline:
            raise NotInTime(f"waited {seconds:g} s for {what}")
        time.sleep(pause)
        pause = min(1.5 * pause, 0.5)
