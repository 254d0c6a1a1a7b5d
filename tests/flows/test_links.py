"""What many SKUs of a store mean, set at once: all or nothing, and waiting orders go on by themselves (R44, R94)."""

from __future__ import annotations

from typing import Any

import pytest

from salur.catalog.links import LinkRow, LinksRefused, LinksSet
from salur.catalog.models import Binding, Listing
from salur.flows.links import link_table, set_store_links
from salur.foundation.clock import now
from tests.world import World, make_world, store_order


@pytest.fixture
def world(db: Any) -> World:
    made = make_world()
    for msku in ("TEA", "CUP"):
        made.add_product(msku, pieces=100)
    return made


def put(world: World, *rows: tuple[str, str, str]) -> LinksSet:
    with world.scope():
        return set_store_links(world.store_id, [LinkRow(line, *row) for line, row in enumerate(rows, start=2)])


def links(world: World) -> set[tuple[str, str, int]]:
    with world.scope():
        return set(Binding.objects.values_list("sku", "product__msku", "quantity"))


def test_an_order_that_waited_goes_on_and_a_bundle_reserves_all_its_parts(world: World) -> None:
    world.ingest(store_order("A1", ("GIFT", 2)), store_order("A2", "MUG"))
    assert set(world.problems("A1")) == {"unmapped_sku"}
    done = put(world, ("GIFT", "TEA", "3"), ("GIFT", "CUP", "1"))
    assert (done.skus, done.links, done.unlisted) == (1, 2, ["GIFT"])
    assert world.problems("A1") == {}
    assert world.the_list("A1").reserved
    assert (world.balance("TEA"), world.balance("CUP")) == ((100, 6), (100, 2))
    assert set(world.problems("A2")) == {"unmapped_sku"}


def test_a_sku_gets_exactly_what_is_named_and_others_stay(world: World) -> None:
    put(world, ("GIFT", "TEA", "3"), ("GIFT", "CUP", "1"), ("BOX", "TEA", "6"), ("OLD", "CUP", "1"))
    put(world, ("GIFT", "CUP", "2"), ("OLD", "", ""))
    assert links(world) == {("GIFT", "CUP", 2), ("BOX", "TEA", 6)}


def test_everything_wrong_is_told_by_line_and_column_and_nothing_is_written(world: World) -> None:
    put(world, ("GIFT", "TEA", "3"))
    with pytest.raises(LinksRefused) as refused:
        put(
            world,
            ("GIFT", "CUP", "1"),
            ("GIFT", "NONE", "1"),
            ("GIFT", "CUP", "2"),
            ("", "TEA", "1"),
            ("A", "TEA", "1.5"),
            ("B", "TEA", "0"),
            ("C", "TEA", ""),
            ("D", "", "4"),
            ("GIFT", "", ""),
            ("E\0", "TEA", "\u0661"),
            ("F", "T" * 101, "100001"),
        )
    assert [(f.line, f.column, f.code) for f in refused.value.faults] == [
        (3, "msku", "unknown_msku"),
        (4, "msku", "link_twice"),
        (5, "sku", "missing_value"),
        (6, "quantity", "bad_quantity"),
        (7, "quantity", "bad_quantity"),
        (8, "quantity", "missing_value"),
        (9, "msku", "missing_value"),
        (10, "msku", "msku_missing"),
        (11, "sku", "bad_character"),
        (11, "quantity", "bad_quantity"),
        (12, "msku", "too_long"),
        (12, "quantity", "bad_quantity"),
    ]
    assert all(fault.text() for fault in refused.value.faults)
    assert links(world) == {("GIFT", "TEA", 3)}


def test_another_merchants_products_cannot_be_meant(world: World) -> None:
    other = make_world()
    with pytest.raises(LinksRefused) as refused:
        put(other, ("GIFT", "TEA", "1"))
    assert [fault.code for fault in refused.value.faults] == ["unknown_msku"]


def test_the_table_shows_what_is_listed_linked_or_wanted_once_each(world: World) -> None:
    with world.scope():
        for item, sku in enumerate(("GIFT", "GIFT", "TEA", "NEW", "")):
            Listing(
                store_id=world.store_id, item_id=str(item), sku=sku, name=f"Item {item}", variation="red", seen_at=now()
            ).save()
    put(world, ("GIFT", "TEA", "3"), ("GIFT", "CUP", "1"), ("OLD", "CUP", "4"))
    world.ingest(store_order("A1", "WANTED"))
    with world.scope():
        shown = [(m.sku, m.name, m.variation, m.msku, m.quantity) for m in link_table(world.store_id)]
    assert shown == [
        ("GIFT", "Item 0", "red", "CUP", 1),
        ("GIFT", "Item 0", "red", "TEA", 3),
        ("NEW", "Item 3", "red", "", None),
        ("OLD", "", "", "CUP", 4),
        ("TEA", "Item 2", "red", "TEA", 1),
        ("WANTED", "", "", "", None),
    ]
