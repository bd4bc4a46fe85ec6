"""What ``./run test`` checked before the tests, and what a process loads to begin with."""

import os
import subprocess
import sys

import pytest

from config.home import ROOT


class TestChecks:
    def test_all_of_them_passed(self) -> None:
        assert os.environ.get("GRANARY_FAILED_CHECKS", "") == ""


@pytest.mark.slow
def test_a_process_that_does_not_train_does_not_load_what_trains() -> None:
    """It was half of every start: of each worker, command and test process."""
    program = (
        "import django, sys; django.setup(); import config.urls, config.celery, scoring.tasks; "
        "print({'sklearn', 'scipy'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=ROOT, env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.stdout.strip(), done.returncode) == ("set()", 0), done.stderr
