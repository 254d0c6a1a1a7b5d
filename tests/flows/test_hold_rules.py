"""Rules that hold new orders: with a reason, for some days, once; told as the rule's deed (issue 6, 10)."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from salur.connectors.base.types import OrderStatus, StoreOrder
from salur.flows.holds import release_orders
from salur.flows.rule_runs import carry_on_rule_run, start_run
from salur.flows.timeline import timeline
from salur.foundation.clock import now
from salur.orders.models import Order
from salur.outbound.models import Outbound
from salur.routing.checking import RuleRefused
from salur.routing.editing import RuleNameTaken
from salur.routing.holding import delete_hold_rule, save_hold_rule
from salur.routing.models import HoldRule, RuleRun, RunChoice, RunKind
from salur.tenancy.models import AuditEntry
from tests.harness.database import Database
from tests.world import THAI, World, make_world, store_order

MALAYSIA = dataclasses.replace(THAI, country="MY")


@pytest.fixture
def world(db: Database) -> World:
    made = make_world()
    made.add_product("TEA", pieces=50)
    return made


def rule(world: World, **said: Any) -> HoldRule:
    with world.scope():
        return save_hold_rule(HoldRule(**{"reason": "payment", **said}))


def cod(number: str, total: str, **more: Any) -> StoreOrder:
    made = store_order(number, "TEA", **more)
    return dataclasses.replace(made, cash_on_delivery=True, total=Decimal(total), currency="THB")


def holds(world: World) -> dict[str, str]:
    """Reasons by order, of those that are held."""
    with world.scope():
        return dict(Order.objects.exclude(hold_reason="").values_list("external_id", "hold_reason"))


def test_an_order_that_fits_is_held_with_the_rules_reason_for_its_days_and_only_once(world: World) -> None:
    made = rule(world, name="Dear", cash_on_delivery="yes", value_from=Decimal(500), value_currency="THB", days=3)
    rule(world, name="Off", active=False)
    world.ingest(cod("CHEAP", "499.99"), cod("DEAR", "500"), store_order("PAID", "TEA"))
    assert holds(world) == {"DEAR": "payment"}
    dear, listed = world.order("DEAR"), world.the_list("DEAR")
    assert (dear.hold_note, dear.held_by) == ("Dear", f"hold_rule:{made.pk}")
    assert dear.hold_until is not None and timedelta(days=2) < dear.hold_until - now() <= timedelta(days=3)
    assert (listed.push, listed.blocked_by, listed.reserved) == ("waiting", "order_held_until", True)
    assert world.the_list("CHEAP").blocked_by != "order_held_until"
    with world.scope():
        order = Order.objects.select_related("store").get(external_id="DEAR")
        lists = list(Outbound.objects.filter(order=order).select_related("warehouse"))
        (told,) = [event for event in timeline(order, lists) if event.kind == "note"]
        assert (told.side, told.by, told.target) == ("hub", "Rule Dear", "held")
        entry = AuditEntry.objects.get(action="order.held")
        assert (entry.actor, entry.subject) == (f"hold_rule:{made.pk}", f"order:{order.pk}")
        release_orders([order.pk])
    world.ingest(cod("DEAR", "900", status=OrderStatus.PAID, version=1))
    assert holds(world) == {}, "who released it has decided"
    with world.scope():
        delete_hold_rule(made.pk)
    world.ingest(cod("LATER", "900"))
    assert holds(world) == {}


def test_the_first_order_to_a_country_is_held_and_a_dry_run_counts_who_would_be(world: World) -> None:
    world.ingest(store_order("OLD", "TEA"))
    rule(world, name="New country", reason="address", first_to_country=True)
    world.ingest(store_order("TH2", "TEA"), store_order("MY1", "TEA", address=MALAYSIA))
    world.ingest(store_order("MY2", "TEA", address=MALAYSIA))
    assert holds(world) == {"MY1": "address"}
    world.ingest(
        store_order("GONE", "TEA", status=OrderStatus.SHIPPED, address=dataclasses.replace(THAI, country="SG"))
    )
    assert "GONE" not in holds(world), "what has left is not held"
    rule(world, name="Tea", mskus=["TEA"], countries=["TH"])
    with world.scope():
        run = start_run(RunKind.TRIAL, RunChoice.OPEN)
    carry_on_rule_run(world.merchant_id, run.pk)
    with world.scope():
        assert RuleRun.objects.get(pk=run.pk).summary["held"] == {"New country": 2, "Tea": 1}


def test_what_cannot_be_kept_is_told(world: World) -> None:
    rule(world, name="One")
    with pytest.raises(RuleNameTaken):
        rule(world, name="One")
    with pytest.raises(RuleRefused) as refused:
        rule(world, name="Two", days=366, value_from=Decimal(1), countries=["XX"])
    assert {fault.field for fault in refused.value.faults} == {"days", "value_currency", "countries"}
