"""One sandbox for all of this folder, and a bench for any connector at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from salur.connectors.base.capabilities import Plugin
from salur.connectors.conformance.bench import Bench
from salur.connectors.conformance.finding import sandbox_rig
from salur.connectors.conformance.sandbox_rig import own_sandbox
from salur.integrations.redaction import redactor

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"
Benches = Callable[[Plugin], Bench]


@pytest.fixture(scope="session")
def conformance_sandbox() -> Iterator[str]:
    """The address of a sandbox that only the kit uses."""
    with own_sandbox() as url:
        yield url


@pytest.fixture
def bench_of(conformance_sandbox: str) -> Iterator[Benches]:
    """Benches, closed afterwards."""
    made: list[Bench] = []

    def make(plugin: Plugin) -> Bench:
        bench = Bench(plugin, sandbox_rig(plugin, conformance_sandbox), redactor, CONTRACTS)
        made.append(bench)
        return bench

    yield make
    for bench in made:
        bench.close()
        bench.rig.close()
