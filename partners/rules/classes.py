"""
How late a loan is, in the words of the files: the bucket and the class of five.

Buckets of thirty days. Classes: 商业银行金融资产风险分类办法 (2023 No. 1), §§ 10–13: past
due is special mention, more than 90 days substandard, more than 270 doubtful, more than 360 loss.
"""

from __future__ import annotations

from bisect import bisect_left

_BUCKETS = (0, 30, 60, 90, 120, 150, 180)
_CLASSES = (0, 90, 270, 360)
_NAMES = ("NORMAL", "SPECIAL_MENTION", "SUBSTANDARD", "DOUBTFUL", "LOSS")


def classes(dpd: int) -> tuple[str, str]:
    """Return the bucket (M0 … M7) and the class of a loan that is `dpd` days past due."""
    return f"M{bisect_left(_BUCKETS, dpd)}", _NAMES[bisect_left(_CLASSES, dpd)]
