"""Run in the test what an action handed to the workers."""

from collections import deque
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from celery import current_app
from celery.signals import before_task_publish


@dataclass(frozen=True)
class SentTask:
    """One message as it went to the broker."""

    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    headers: dict[str, Any]


class SentTasks:
    """Records messages; :meth:`run` works them off, and those that they send in turn."""

    def __init__(self) -> None:
        """Begin with nothing sent."""
        self.waiting: deque[SentTask] = deque()

    def __enter__(self) -> Self:
        """Listen to what is sent."""
        before_task_publish.connect(self._record, weak=False)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop listening."""
        before_task_publish.disconnect(self._record)

    def _record(self, sender: str, body: Any, headers: dict[str, Any], **_: Any) -> None:
        args, kwargs, _embedded = body
        self.waiting.append(SentTask(sender, tuple(args), dict(kwargs), dict(headers)))

    @property
    def names(self) -> list[str]:
        """The names of the tasks that wait, oldest first."""
        return [task.name for task in self.waiting]

    def run(self) -> list[str]:
        """Run all that waits, oldest first, until nothing does; return the names. Errors rise."""
        # A worker imports its tasks when it starts; a test has not started one.
        current_app.loader.import_default_modules()
        done = []
        while self.waiting:
            sent = self.waiting.popleft()
            task = current_app.tasks[sent.name]
            own = {name: value for name, value in sent.headers.items() if value is not None}
            task.apply(sent.args, sent.kwargs, headers=own, throw=True)
            done.append(sent.name)
        return done
