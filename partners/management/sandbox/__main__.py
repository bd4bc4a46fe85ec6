"""Run a sandbox bank: `python -m partners.management.sandbox FILE`, a JSON file of its facts."""

from __future__ import annotations

import json
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import httpx
from joserfc.jwk import ECKey

from partners.management.sandbox.bank import SandboxBank
from partners.management.sandbox.behaviour import Behaviour, Script
from partners.management.sandbox.book import Book
from partners.management.sandbox.client import BankClient
from partners.management.sandbox.files import FileBehaviour


def bank_of(facts: dict[str, object]) -> SandboxBank:
    """
    Return the bank that a file of facts describes.

    :param facts: url, client_id, key, kid, behaviour, book; exceptions and files if there are any
    """
    key = ECKey.import_key(facts["key"])  # type: ignore[arg-type]
    client = BankClient(str(facts["url"]), str(facts["client_id"]), key, str(facts["kid"]))
    exceptions = facts.get("exceptions", [])
    assert isinstance(exceptions, list)
    files = FileBehaviour(str(facts.get("files", FileBehaviour.EXACT)))
    script = Script(Behaviour(str(facts["behaviour"])), exceptions, files)
    return SandboxBank(client, script, Book(Path(str(facts["book"]))))


IDLE_PAUSES = 4


def main(path: str) -> None:
    """Work round by round until told to stop."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    facts = json.loads(Path(path).read_text())
    bank = bank_of(facts)
    shortest = pause = float(facts.get("seconds", 2))
    while True:
        time.sleep(pause)
        answers = len(bank.book.answers)
        try:
            bank.work(datetime.fromtimestamp(time.time(), UTC))
            # Whoever has nothing to do looks again less often, and no more than four times later.
            is_idle = len(bank.book.answers) == answers
            pause = min(2 * pause, IDLE_PAUSES * shortest) if is_idle else shortest
        except httpx.HTTPError as error:
            # The lender is down, or not up yet: a bank would call again too.
            sys.stderr.write(f"{type(error).__name__}: {error}\n")


def _leave(number: int, frame: FrameType | None) -> None:
    """
    End in the midst of whatever it is.

    Where lender and bank are stopped together, a call may wait for an answer that never comes.
    The book on the disk is whole at any moment, and a call that is repeated changes nothing.
    """
    raise SystemExit(0)


if __name__ == "__main__":
    main(sys.argv[1])
