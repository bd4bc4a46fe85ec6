"""What ``./run test`` checked before the tests."""

import os


class TestChecks:
    def test_all_of_them_passed(self) -> None:
        assert os.environ.get("GRANARY_FAILED_CHECKS", "") == ""
