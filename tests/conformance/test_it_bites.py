"""The kit's own proof: a connector that is broken on purpose fails at the line that is meant, and at no other."""

from __future__ import annotations

import pytest

from salur.connectors.conformance.catalogue import CHECKS
from salur.connectors.conformance.checks import Mark
from salur.connectors.conformance.runner import run_all

from .broken import BREAKS, Break
from .broken_stores import STORE_BREAKS
from .conftest import Benches

# Besides the areas where a break is meant to show, it is looked for in these.
CORE = {"Description", "Authorisation", "Warehouses", "Outbound lists", "Statuses", "Secrecy"}
# Made only where they are meant to fail: they take most of the time, and test_all.py makes them all.
LONG = {
    "lost.timeout_after",
    "lost.inbound.timeout_after",
    "reading.timeout_after",
    "stock.pages",
    "stock.changing",
    "stock.large_selection",
    "state.threads",
    "errors.partner",
}


@pytest.mark.parametrize("broken", (*BREAKS, *STORE_BREAKS), ids=lambda broken: broken.name)
def test_a_broken_connector_fails_at_the_line_that_is_meant(broken: Break, bench_of: Benches) -> None:
    areas = CORE | {check.area for check in CHECKS if check.id in broken.fails}
    checks = [check for check in CHECKS if check.area in areas and check.id not in LONG - broken.fails]
    results = run_all(checks, bench_of(broken.plugin))
    failing = {result.check.id: result.seen for result in results if result.mark is Mark.FAILS}
    assert set(failing) == broken.fails, failing
    assert all(result.seen and result.expected for result in results if result.mark is Mark.FAILS)
