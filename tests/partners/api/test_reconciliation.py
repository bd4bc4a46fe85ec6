"""A bank's files over HTTP: what can be handed in, and what is refused."""

from typing import Any

import httpx
import pytest

from tests.partners.api.program import Program

PATH = "/bank/v1/recon-files"
NOBODY = "00000000-0000-7000-8000-000000000000"


def hand_in(program: Program, files: Any, key: str = "once") -> httpx.Response:
    headers = program.headers("POST", PATH, **{"Idempotency-Key": key})
    return program.http.post(PATH, files=files, headers=headers)


def test_nothing_was_settled_yet(program: Program) -> None:
    assert program.get("settlements").json() == {"results": [], "next": None}
    assert program.get("settlements?date=2026-01-05").json()["results"] == []
    assert program.get(f"settlements/{NOBODY}/files/DISBURSE").status_code == 404
    assert program.get(f"recon-runs/{NOBODY}/breaks").status_code == 404
    answer = program.post(f"breaks/{NOBODY}/responses", {"text": "Ours is right"})
    assert answer.status_code == 404


def test_who_asks_for_csv_reads_a_refusal_all_the_same(program: Program) -> None:
    answer = program.get(f"settlements/{NOBODY}/files/DISBURSE", Accept="text/csv")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_file_of_a_day_that_is_not_settled_is_refused(program: Program) -> None:
    answer = hand_in(program, {"file": ("harbour_DISBURSE_20260105_001.csv", b"H|x\r\n")})
    assert answer.status_code == 409, answer.text


@pytest.mark.parametrize(
    "files",
    [
        {"file": ("nonsense.csv", b"x")},
        {"file": ("harbour_DISBURSE_20260105_001.csv", b"")},
        {"other": ("harbour_DISBURSE_20260105_001.csv", b"x")},
        [("file", ("a.csv", b"x")), ("file", ("b.csv", b"x"))],
    ],
    ids=["name", "empty", "field", "two"],
)
def test_a_form_that_does_not_fit_is_refused(program: Program, files: Any) -> None:
    answer = hand_in(program, files)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input"), answer.text


def test_a_body_that_is_no_form_is_refused(program: Program) -> None:
    answer = program.post("recon-files", {"file": "x"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
