"""How long a row waits before the next try: exponential with jitter, on the row itself (design 9)."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from salur.foundation.clock import now

FIRST, LONGEST = 2.0, 900.0


def next_try(attempts: int) -> datetime:
    """When to try again after ``attempts`` failures: 4 s, 8 s ... up to 15 minutes, each plus or minus 25 %."""
    delay = min(LONGEST, FIRST * 2 ** min(attempts, 12))
    return now() + timedelta(seconds=delay * random.uniform(0.75, 1.25))  # noqa: S311 - jitter is no secret
