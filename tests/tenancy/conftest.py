"""Users and merchants for the tests of tenancy. Models are imported late: Django starts after this file is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.harness.database import Database

if TYPE_CHECKING:
    from salur.tenancy.models import User


@pytest.fixture
def new_user(db: Database) -> Callable[[str], User]:
    """Makes a user of that name."""
    from salur.tenancy.models import User

    def make(name: str) -> User:
        return User.objects.create_user(username=name, email=f"{name}@shop.example", password="correct horse")

    return make


@pytest.fixture
def new_merchant(new_user: Callable[[str], User]) -> Callable[[str], int]:
    """Makes a Thai merchant of that name, owned by a user ``owner-of-NAME``."""
    from salur.tenancy.accounts import create_merchant

    def make(name: str) -> int:
        return create_merchant(new_user(f"owner-of-{name}"), name, "TH", "Asia/Bangkok", "THB")

    return make


@pytest.fixture
def merchant_id(new_merchant: Callable[[str], int]) -> int:
    """One merchant."""
    return new_merchant("baan")
