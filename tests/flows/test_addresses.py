"""Addresses that lack what a warehouse needs hold an order until the store or a person mends them (R113, R114)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from salur.connectors.base.types import OrderStatus
from salur.flows.addresses import correct_address, differing, leave_address_to_store
from salur.flows.cure_groups import cure_groups
from salur.foundation.problems import Refusal
from salur.orders.queries import problem_groups
from salur.outbound.address import gaps
from salur.outbound.models import Outbound
from salur.tenancy.models import AuditEntry
from tests.world import INSTANT, THAI, World, make_world, store_order

NO_PHONE = replace(THAI, phone="")


@pytest.fixture
def world(db: Any) -> World:
    made = make_world()
    made.add_product("TEA", pieces=100)
    return made


def seen(world: World, address: Any, version: int = 0) -> None:
    """A sight of the order at its store; its courier goes without AWB number and label (R97)."""
    order = store_order("A1", "TEA", status=OrderStatus.PAID, courier=INSTANT, address=address, version=version)
    world.ingest(order)


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({}, ()),
        ({"name": " "}, ("name",)),
        ({"phone": "", "lines": ("", " ")}, ("phone", "street")),
        ({"city": ""}, ("city",)),
        ({"postal_code": "1011"}, ("postal_code",)),
        ({"postal_code": ""}, ("postal_code",)),
        ({"postal_code": "10***", "name": "ส***"}, ()),
        ({"country": "VN", "postal_code": ""}, ()),
        ({"country": "FR", "postal_code": "2A004"}, ()),
        ({"country": "FR", "postal_code": ""}, ("postal_code",)),
    ],
)
def test_the_table_says_what_an_address_lacks(changes: dict[str, Any], lacks: tuple[str, ...]) -> None:
    a = replace(THAI, **changes)
    assert gaps(a.name, a.phone, a.lines, a.city, a.postal_code, a.country) == lacks


def test_what_the_partner_needs_holds_the_order_and_goes_with_the_stores_next_sight(world: World) -> None:
    seen(world, replace(NO_PHONE, city=""))
    assert world.the_list("A1").blocked_by == "address_incomplete"
    assert world.problems("A1") == {"address_incomplete": {"lacks": "phone", "warehouse": "TH01 + C1"}}
    with world.scope():
        (group,) = cure_groups(problem_groups("address_incomplete"))
    assert (group.orders, group.remedy, group.key["lacks"]) == (1, "address", "phone")
    seen(world, THAI, version=1)
    assert (world.the_list("A1").push, world.problems("A1")) == ("ready", {})
    seen(world, replace(THAI, postal_code="7"), version=2)
    assert (world.the_list("A1").push, set(world.problems("A1"))) == ("waiting", {"address_incomplete"})


def test_a_correction_counts_until_it_is_left_to_the_store_which_is_shown_beside_it(world: World) -> None:
    seen(world, NO_PHONE)
    order = world.order("A1").pk
    with world.scope():
        correct_address(order, replace(THAI, phone="+66 2 000 0000"))
        assert AuditEntry.objects.get(action="order.address_corrected").detail["parts"] == ["recipient_phone"]
    assert (world.the_list("A1").push, world.problems("A1")) == ("ready", {})
    seen(world, replace(NO_PHONE, city="Chiang Mai"), version=1)
    kept = world.order("A1")
    assert (kept.recipient_phone, kept.city) == ("+66 2 000 0000", THAI.city)
    assert (differing(kept)["city"], world.the_list("A1").push) == ("Chiang Mai", "ready")
    with world.scope():
        leave_address_to_store(order)
    after = world.order("A1")
    assert (after.city, after.recipient_phone, after.address_at_store) == ("Chiang Mai", "", None)
    assert set(world.problems("A1")) == {"address_incomplete"}
    with pytest.raises(Refusal) as refused, world.scope():
        leave_address_to_store(order)
    assert refused.value.code == "address_not_corrected"


def test_what_a_warehouse_has_keeps_its_address_and_nonsense_is_refused(world: World) -> None:
    seen(world, THAI)
    order = world.order("A1")
    with pytest.raises(Refusal) as refused, world.scope():
        correct_address(order.pk, replace(THAI, country="XX"))
    assert refused.value.code == "address_refused"
    with world.scope():
        Outbound.objects.update(push="pushing", push_lease_until=order.changed_at)
        Outbound.objects.update(push="pushed")
    with pytest.raises(Refusal) as late, world.scope():
        correct_address(order.pk, THAI)
    assert late.value.code == "address_too_late"
