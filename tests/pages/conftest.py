"""A merchant with everything, and an operator's browser. Salur is imported late: Django starts after this file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harness.database import Database

if TYPE_CHECKING:
    from django.test import Client

    from .shop import Shop


@pytest.fixture
def shop(db: Database) -> Shop:
    """A merchant with people of every role and some of everything."""
    from .shop import open_shop

    return open_shop()


@pytest.fixture
def operator(shop: Shop) -> Client:
    """The browser of one of the merchant's operators, signed in."""
    from .addresses import OPERATOR

    return shop.client(OPERATOR)
