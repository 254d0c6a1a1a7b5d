"""Fixtures that several tests of flows begin with. Salur is imported late: Django starts after this file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.harness.database import Database

if TYPE_CHECKING:
    from tests.flows.print_shop import Shop
    from tests.flows.receiving import Room
    from tests.flows.stage import Stage
    from tests.world import World


@pytest.fixture
def stage(db: Database, sandbox: Any) -> Stage:
    """A merchant whose store and warehouse are simulated partners."""
    from tests.flows.stage import Stage

    return Stage(sandbox)


@pytest.fixture
def shop(world: World) -> Iterator[Shop]:
    """The partner at which the world's account is: a print shop that keeps stock of ours."""
    from tests.flows.print_shop import open_print_shop

    with open_print_shop(world, keeps_stock=True) as opened:
        yield opened


@pytest.fixture
def room(db: Database) -> Room:
    """A list of ten TEA that the warehouse has."""
    from tests.flows.receiving import Room

    return Room()


@pytest.fixture
def page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page of a listing is kept at once, so that a test sees where a reading stands."""
    from salur.flows import calibrate_read

    monkeypatch.setattr(calibrate_read, "PAGES_AT_ONCE", 1)
