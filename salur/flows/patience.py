"""Calls for somebody who waits at a page: taken out of the rate budget for a while, not left to the next sweep."""

from __future__ import annotations

import time

from salur.integrations import budgets
from salur.integrations.calling import PartnerLine
from salur.tenancy.scope import merchant_scope

PATIENCE = 20.0  # seconds that a person waits for the store's rate budget
PAUSE = 0.05


def take_patiently(line: PartnerLine, calls: int, actor: str) -> int:
    """Take calls of a store (no scope open) as they become free; answers how many were granted in time."""
    ends, granted = time.monotonic() + PATIENCE, 0
    while granted < calls and time.monotonic() < ends:
        with merchant_scope(line.merchant_id, actor=actor, cause="budget"):
            granted += budgets.take("store", line.id, calls - granted)
        if granted < calls:
            time.sleep(PAUSE)
    return granted
