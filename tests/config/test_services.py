"""Which sandbox bank runs along: the one that was let in at this very address."""

import json
from pathlib import Path

import pytest

from config.services import is_meant

HERE = "http://127.0.0.1:8123"


@pytest.mark.parametrize(
    ("content", "is_run"),
    [
        (None, False),
        ("", False),
        ('{"url": "http://127', False),
        (json.dumps({"url": "http://127.0.0.1:8000"}), False),
        (json.dumps({"url": HERE}), True),
    ],
    ids=["not there", "just made", "half written", "an earlier address", "this one"],
)
def test_waits_for_the_facts_of_this_address(
    tmp_path: Path, content: str | None, is_run: bool
) -> None:
    path = tmp_path / "jinhe-rcb.json"
    if content is not None:
        path.write_text(content)

    assert is_meant(path, HERE) is is_run
