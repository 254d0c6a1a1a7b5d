"""Every connector of this repository passes the kit against its simulator."""

from __future__ import annotations

import pytest

from salur.connectors.conformance import finding
from salur.connectors.conformance.catalogue import CHECKS
from salur.connectors.conformance.checks import Mark
from salur.connectors.conformance.runner import run_all

from .conftest import Benches

ALWAYS_MADE = {"auth.good", "auth.bad_secret", "status.total", "secrets.record"}


@pytest.mark.parametrize("name", finding.names())
def test_a_connector_of_this_repository_holds_what_the_hub_relies_on(name: str, bench_of: Benches) -> None:
    results = run_all(CHECKS, bench_of(finding.plugin(name)))
    failing = {result.check.id: f"{result.seen}; expected: {result.expected}" for result in results
               if result.mark is Mark.FAILS}  # fmt: skip
    assert failing == {}
    assert {result.check.id for result in results if result.mark is Mark.HOLDS} >= ALWAYS_MADE
    assert all(result.reason for result in results if result.mark is Mark.BYPASSED)


def test_every_check_has_a_name_of_its_own_and_says_what_it_proves() -> None:
    ids = [check.id for check in CHECKS]
    assert len(set(ids)) == len(ids)
    assert all(check.title and check.proves and check.look and check.area for check in CHECKS)
