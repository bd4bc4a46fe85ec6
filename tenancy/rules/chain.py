"""
The hash chain over an audit trail.

Link n is `sha256(link n−1 ‖ canonical JSON of event n)`, the first link follows 32 zero bytes.
Whoever holds one link from outside (a printed report, another system) can prove that nothing
before it was altered, removed or put in between.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

GENESIS = bytes(32)


def link(previous: bytes, event: Mapping[str, Any]) -> bytes:
    """Return the 32 bytes that seal an event; `event` holds JSON values only."""
    canonical = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(previous + canonical.encode()).digest()
