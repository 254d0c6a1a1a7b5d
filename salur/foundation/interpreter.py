"""How Python looks for reference cycles in a process that lives long."""

from __future__ import annotations

import gc

COLLECT_AFTER = 50_000  # new objects; Python's own is 700


def look_for_cycles_seldom() -> None:
    """Look less often, and never among the modules: batches and pages make many objects and hardly a cycle.

    A fifth of an import's time went into looking, and now and then a page waited for a look at all there is.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)
