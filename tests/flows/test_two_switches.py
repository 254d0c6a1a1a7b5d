"""Two switches: the shipment is confirmed, the tracking number is written; each alone, both or neither (R143)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from salur.flows.confirm import confirm_again
from salur.integrations.models import StoreConnection
from tests.flows.print_shop import Shop, open_print_shop
from tests.flows.test_every_store import Path

NUMBER = "TH00000001"


@pytest.fixture
def path(db: Any, sandbox: Any) -> Iterator[tuple[Path, Shop]]:
    """A WooCommerce shop, whose API takes shipment and number apart."""
    one = Path(sandbox, "woocommerce")
    with open_print_shop(one.world, keeps_stock=True, needs_awb=False, needs_label=False) as shop:
        shop.tracking = NUMBER
        yield one, shop


def switch(one: Path, *, confirms: bool, tracks: bool) -> None:
    with one.world.scope():
        StoreConnection.objects.update(auto_confirm=confirms, sync_tracking=tracks)


def at_store(one: Path) -> tuple[str, bool]:
    """The order's status, and whether the number stands at it."""
    (row,) = one.look("orders")
    return row["status"], NUMBER in str(row)


@pytest.mark.parametrize(
    ("confirms", "tracks", "status", "number", "state"),
    [
        (True, True, "completed", True, "confirmed"),
        (True, False, "completed", False, "confirmed"),
        (False, True, "processing", True, "confirmed"),
        (False, False, "processing", False, "none"),
    ],
)
def test_each_switch_does_what_it_says(
    path: tuple[Path, Shop], confirms: bool, tracks: bool, status: str, number: bool, state: str
) -> None:
    one, shop = path
    switch(one, confirms=confirms, tracks=tracks)
    one.sell(1)
    one.sync()
    one.ship(shop)
    assert at_store(one) == (status, number)
    assert [row.confirmation for row in one.lists()] == [state]


def test_what_nobody_tells_by_itself_is_told_by_hand(path: tuple[Path, Shop]) -> None:
    one, shop = path
    switch(one, confirms=False, tracks=False)
    one.sell(1)
    one.sync()
    with one.world.scope():
        assert confirm_again([row.pk for row in one.lists()]) == [], "nothing has left"
    one.ship(shop)
    with one.world.scope():
        (made,) = one.lists()
        assert confirm_again([made.pk]) == [made.pk]
    one.ship(shop)
    assert at_store(one) == ("completed", True)
    with one.world.scope():
        assert confirm_again([made.pk]) == [], "it is confirmed"
