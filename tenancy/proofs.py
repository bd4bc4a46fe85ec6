"""What a proof of the books returns when it does not hold."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Failure:
    """One row that fails a proof: which proof, which row, what was expected, what stands there."""

    proof: str
    row: str
    expected: str
    got: str
