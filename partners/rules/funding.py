"""How a loan can be funded with a partner bank."""

from __future__ import annotations

from enum import StrEnum

WHOLE_BP = 10_000


class FundingModel(StrEnum):
    """Who funds and who bears the loss (co-lending.md §2.1)."""

    CO_LEND = "CO_LEND"
    CO_LEND_G = "CO_LEND_G"
    FACILITATE = "FACILITATE"
    FACILITATE_G = "FACILITATE_G"
    ASSIGN = "ASSIGN"
    OWN = "OWN"


# Both lenders fund each loan.
CO_FUNDED = frozenset({FundingModel.CO_LEND, FundingModel.CO_LEND_G})
# The bank funds the whole loan.
FACILITATED = frozenset({FundingModel.FACILITATE, FundingModel.FACILITATE_G})
# A guarantor stands in.
GUARANTEED = frozenset({FundingModel.CO_LEND_G, FundingModel.FACILITATE_G})


def ratio_fits(model: FundingModel, bank_ratio_bp: int) -> bool:
    """
    Return whether a bank's share of the funding is possible under a model at all.

    What the law adds to that stands in the funding rules. An assigned loan is funded by the
    originator first, so any share may follow.
    """
    if model == FundingModel.OWN:
        return bank_ratio_bp == 0
    if model in FACILITATED:
        return bank_ratio_bp == WHOLE_BP
    if model in CO_FUNDED:
        return 0 < bank_ratio_bp < WHOLE_BP
    return 0 < bank_ratio_bp <= WHOLE_BP
