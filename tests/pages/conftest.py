"""Fixture ``shop``: one merchant with everything. Salur is imported late: Django starts after this file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harness.database import Database

if TYPE_CHECKING:
    from .shop import Shop


@pytest.fixture
def shop(db: Database) -> Shop:
    """A merchant with people of every role and some of everything."""
    from .shop import open_shop

    return open_shop()
