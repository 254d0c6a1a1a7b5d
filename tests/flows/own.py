"""A merchant whose only warehouse is its own, for tests of picking, packing and shipping by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from salur.flows.verify import verify_stock
from salur.foundation.clock import now
from salur.outbound.models import Outbound
from salur.stock.models import Movement, Warehouse
from tests.world import World, make_world, store_order


def own_world(channel: str = "manual", **products: int) -> World:
    """A world of a store by hand, whose warehouse nobody else keeps; ``products``: pieces by MSKU."""
    world = make_world(channel=channel)
    with world.scope():
        Warehouse.objects.filter(pk=world.warehouse_id).update(account=None, code="HOME", name="Back room")
    for msku, pieces in (products or {"TEA": 10}).items():
        world.add_product(msku, pieces=pieces, in_warehouse=False)
    return world


def second_warehouse(world: World, code: str = "SHED", **pieces: int) -> int:
    """One more own warehouse with pieces of known products; answers its id."""
    with world.scope():
        place = Warehouse(account=None, code=code, name=code.title(), country="TH", created_at=now())
        place.save()
    home, world.warehouse_id = world.warehouse_id, place.pk
    for msku, count in pieces.items():
        world.add_stock(msku, count)
    world.warehouse_id = home
    return place.pk


def take(world: World, external_id: str, *skus: str | tuple[str, int], **fields: Any) -> Outbound:
    """An order that is paid; answers its list."""
    world.ingest(store_order(external_id, *skus, **fields))
    return world.the_list(external_id)


def shipped(world: World, ids: Iterable[int]) -> int:
    """How many movements of shipping these lists have."""
    with world.scope():
        return Movement.objects.filter(cause="ship", cause_id__in=list(ids)).count()


def books_agree(world: World) -> None:
    """Balances equal their movements, and reservations the lists that hold them."""
    with world.scope():
        assert verify_stock() == []
