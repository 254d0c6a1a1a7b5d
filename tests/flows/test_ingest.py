"""Orders into the hub: once each, newest wins, one bad one blocks no other (R73 to R78, R95 to R106, R144)."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from salur.connectors.base.types import Address, OrderStatus
from salur.flows.wakeups import bindings_changed, products_changed, stock_rose
from salur.orders.models import Order, OrderLine
from salur.tenancy.models import Transition
from tests.world import DAY, THAI, World, make_world, store_order

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def world(db: Any) -> World:
    made = make_world()
    made.add_product("TEA", pieces=10)
    made.add_product("CUP", pieces=10)
    return made


def test_a_ready_order_is_bound_routed_reserved_and_gets_its_outbound_list(world: World) -> None:
    counts = world.ingest(store_order("A1", ("TEA", 2), "CUP"))
    made = world.the_list("A1")
    assert (counts.created, counts.updated, counts.unchanged, counts.failed) == (1, 0, 0, 0)
    assert (made.warehouse_id, made.push, made.reserved) == (world.warehouse_id, "waiting", True)
    assert (made.blocked_by, made.shipment) == ("awb_being_arranged", "due")
    assert world.balance("TEA") == (10, 2)
    assert world.balance("CUP") == (10, 1)
    assert world.problems("A1") == {}
    assert world.order("A1").first_status == "ready"


def test_r144_an_order_seen_twice_is_one_order_and_changes_nothing(world: World) -> None:
    world.ingest(store_order("A1", "TEA"))
    before = world.the_list("A1").reference
    counts = world.ingest(store_order("A1", "TEA"), store_order("A1", "TEA"))
    assert (counts.created, counts.updated, counts.unchanged) == (0, 0, 1)
    assert world.the_list("A1").reference == before
    assert world.balance("TEA") == (10, 1)


def test_an_older_sight_never_replaces_a_newer_one(world: World) -> None:
    world.ingest(store_order("A1", "TEA", status=OrderStatus.SHIPPED, version=10))
    counts = world.ingest(store_order("A1", "TEA", status=OrderStatus.READY, version=5))
    assert counts.unchanged == 1
    assert world.order("A1").status == "shipped"


def test_a_status_that_would_go_back_is_not_taken_over_but_the_stores_word_is_kept(world: World) -> None:
    world.ingest(store_order("A1", "TEA", status=OrderStatus.COMPLETED, version=1))
    world.ingest(store_order("A1", "TEA", status=OrderStatus.PAID, raw_status="PENDING", version=2))
    order = world.order("A1")
    assert (order.status, order.raw_status) == ("completed", "PENDING")


def test_a_masked_recipient_does_not_overwrite_a_readable_one(world: World) -> None:
    world.ingest(store_order("A1", "TEA"))
    masked = replace(THAI, name="ส****", phone="****78", lines=("****",))
    world.ingest(store_order("A1", "TEA", status=OrderStatus.SHIPPED, version=3, address=masked))
    order = world.order("A1")
    assert (order.recipient_name, order.recipient_phone, order.address_lines) == (
        THAI.name,
        THAI.phone,
        list(THAI.lines),
    )
    assert order.status == "shipped"


def test_the_same_goods_under_other_line_numbers_are_not_doubled(world: World) -> None:
    """A file numbers lines otherwise than the store's API; the order is the same."""
    world.ingest(store_order("A1", ("TEA", 2)))
    before = world.the_list("A1").reference
    seen = store_order("A1", ("TEA", 2), version=1)
    world.ingest(replace(seen, lines=tuple(replace(line, key="other") for line in seen.lines)))
    with world.scope():
        assert OrderLine.objects.count() == 1
    assert world.the_list("A1").reference == before


def test_other_goods_before_the_push_make_a_new_list_and_reserve_anew(world: World) -> None:
    world.ingest(store_order("A1", ("TEA", 2)))
    world.ingest(store_order("A1", ("TEA", 1), "CUP", version=1))
    assert [o.push for o in world.lists("A1")] == ["void", "waiting"]
    assert (world.balance("TEA"), world.balance("CUP")) == ((10, 1), (10, 1))


def test_other_goods_after_the_push_are_a_problem_and_change_nothing_at_the_warehouse(world: World) -> None:
    from salur.outbound.models import Outbound

    world.ingest(store_order("A1", ("TEA", 2), status=OrderStatus.PAID, courier="GrabExpress Instant"))
    with world.scope():
        Outbound.objects.update(push="pushing", push_lease_until=DAY)
        Outbound.objects.update(push="pushed")
    world.ingest(store_order("A1", ("TEA", 1), status=OrderStatus.READY, version=1))
    assert set(world.problems("A1")) == {"lines_changed"}
    assert world.balance("TEA") == (10, 2)
    with world.scope():
        assert OrderLine.objects.get().quantity == 2


def test_each_change_of_status_is_recorded_with_time_cause_and_actor(world: World) -> None:
    world.ingest(store_order("A1", "TEA", status=OrderStatus.UNPAID))
    world.ingest(store_order("A1", "TEA", status=OrderStatus.READY, version=1))
    with world.scope():
        moves = list(
            Transition.objects.filter(machine="orders_order").values_list("origin", "target", "actor", "cause")
        )
    assert moves == [("unpaid", "ready", "test", f"run:{world.run_id}")]
    assert world.order("A1").first_status == "unpaid"


def test_an_order_that_cannot_be_stored_is_set_aside_and_blocks_no_other(world: World) -> None:
    bad = store_order("BAD\x00", "TEA")
    counts = world.ingest(store_order("A1", "TEA"), bad, store_order("A2", "TEA"))
    assert (counts.created, counts.failed) == (2, 1)
    assert len(world.lists("A1")) == len(world.lists("A2")) == 1


def test_r99_an_unpaid_order_has_its_list_which_waits_until_it_is_paid(world: World) -> None:
    world.ingest(store_order("A1", "TEA", status=OrderStatus.UNPAID))
    assert (world.the_list("A1").push, world.the_list("A1").blocked_by) == ("waiting", "order_unpaid")
    world.ingest(store_order("A1", "TEA", status=OrderStatus.READY, version=1))
    assert world.the_list("A1").shipment == "due"


def test_r97_a_paid_order_with_an_instant_courier_is_ready_at_once_and_goes_first(world: World) -> None:
    world.ingest(store_order("A1", "TEA", status=OrderStatus.PAID, courier="GrabExpress Instant"))
    made = world.the_list("A1")
    assert (made.push, made.closed_gates) == ("ready", {})
    world.ingest(store_order("A2", "TEA", status=OrderStatus.PAID, courier="SPX Standard"))
    assert world.the_list("A2").push == "waiting"
    assert made.priority < world.the_list("A2").priority


def test_r90_an_order_that_came_shipped_has_a_list_that_is_never_pushed_and_holds_no_stock(world: World) -> None:
    world.ingest(store_order("A1", "TEA", status=OrderStatus.SHIPPED))
    made = world.the_list("A1")
    assert (made.push, made.blocked_by, made.reserved) == ("waiting", "already_shipped", False)
    assert world.balance("TEA") == (10, 0)


def test_r115_cancelled_before_the_push_voids_the_list_and_frees_the_stock_once(world: World) -> None:
    world.ingest(store_order("A1", ("TEA", 3)))
    for version in (1, 2):
        world.ingest(store_order("A1", ("TEA", 3), status=OrderStatus.CANCELLED, version=version))
    assert world.the_list("A1").push == "void"
    assert world.balance("TEA") == (10, 0)


def test_r121_a_request_to_cancel_holds_the_list_and_its_rejection_lets_it_go_on(world: World) -> None:
    world.ingest(store_order("A1", "TEA", status=OrderStatus.PAID, courier="GrabExpress Instant"))
    world.ingest(
        store_order("A1", "TEA", status=OrderStatus.CANCEL_REQUESTED, version=1, courier="GrabExpress Instant")
    )
    assert (world.the_list("A1").push, world.the_list("A1").blocked_by) == ("waiting", "cancel_requested")
    world.ingest(store_order("A1", "TEA", status=OrderStatus.PAID, version=2, courier="GrabExpress Instant"))
    assert world.the_list("A1").push == "ready"


def test_r94_an_awb_that_the_store_issued_by_itself_is_taken_with_the_next_sight(world: World) -> None:
    """Somebody arranged the shipment in the store's own back office: nothing is arranged twice."""
    world.ingest(store_order("A1", "TEA", status=OrderStatus.PAID))
    world.ingest(store_order("A1", "TEA", status=OrderStatus.READY, version=1, awb="TH123", package="P1"))
    made = world.the_list("A1")
    assert (made.shipment, made.awb, made.package) == ("numbered", "TH123", "P1")
    assert made.blocked_by == "label_missing"


def test_r94_an_awb_is_taken_where_the_store_is_not_arranged_automatically_too(world: World) -> None:
    from salur.integrations.models import StoreConnection

    with world.scope():
        StoreConnection.objects.update(auto_arrange=False)
    world.ingest(store_order("A1", "TEA", status=OrderStatus.PAID))
    assert world.the_list("A1").blocked_by == "shipment_not_arranged"
    world.ingest(store_order("A1", "TEA", status=OrderStatus.READY, version=1, awb="TH123"))
    assert (world.the_list("A1").shipment, world.the_list("A1").awb) == ("numbered", "TH123")


def test_an_awb_known_already_is_not_overwritten_by_a_later_sight(world: World) -> None:
    world.ingest(store_order("A1", "TEA", status=OrderStatus.READY, awb="FIRST"))
    world.ingest(store_order("A1", "TEA", status=OrderStatus.READY, version=1, awb="SECOND"))
    assert world.the_list("A1").awb == "FIRST"


# -- problem orders and their cure -----------------------------------------------------------------------------------


def test_r113_an_unlinked_sku_is_a_problem_that_ends_by_itself_when_the_msku_exists(world: World) -> None:
    world.ingest(store_order("A1", "TEA", "SPOON"))
    assert world.problems("A1") == {"unmapped_sku": {"skus": "SPOON"}}
    assert world.lists("A1") == []
    world.add_product("SPOON", pieces=5)
    with world.scope():
        bindings_changed([world.store_id])
    assert world.problems("A1") == {}
    assert world.the_list("A1").shipment == "due"
    with world.scope():
        assert set(OrderLine.objects.values_list("bound", flat=True)) == {True}


def test_r113_without_a_matching_rule_the_order_says_so_and_goes_on_when_one_is_made(db: Any) -> None:
    world = make_world(rule=False)
    world.add_product("TEA", pieces=5)
    world.ingest(store_order("A1", "TEA"))
    assert world.problems("A1") == {"no_rule": {"msku": "TEA", "country": "TH"}}
    world.add_rule(countries=["TH"])
    with world.scope():
        bindings_changed()
    assert world.problems("A1") == {}
    assert len(world.lists("A1")) == 1


def test_r75_another_country_than_the_warehouses_is_a_problem_order(world: World) -> None:
    world.ingest(store_order("A1", "TEA", address=Address(name="Budi", lines=("Jl. Sudirman 1",), country="ID")))
    assert world.problems("A1") == {
        "country_not_served": {"country": "ID", "warehouse": "TH01 + C1", "warehouse_country": "TH"}
    }
    assert world.lists("A1") == []


def test_too_little_stock_names_the_figures_and_the_order_goes_on_when_stock_comes(world: World) -> None:
    world.ingest(store_order("A1", ("TEA", 11)))
    made = world.the_list("A1")
    assert (made.blocked_by, made.reserved) == ("not_enough_stock", False)
    assert made.closed_gates["stock_reserved"]["evidence"] == {
        "msku": "TEA",
        "free": 10,
        "needed": 11,
        "warehouse": "TH01 + C1",
        "count": 1,
    }
    assert set(world.problems("A1")) == {"no_stock"}
    world.add_stock("TEA", 1)
    with world.scope():
        stock_rose([world.warehouse_id])
    assert (world.the_list("A1").reserved, world.the_list("A1").shipment) == (True, "due")
    assert world.problems("A1") == {}
    assert world.balance("TEA") == (11, 11)


def test_two_lines_of_one_product_are_summed_before_the_stock_is_judged(world: World) -> None:
    world.ingest(store_order("A1", ("TEA", 6), ("TEA", 6)))
    assert world.the_list("A1").reserved is False
    assert world.balance("TEA") == (10, 0)


def test_all_lines_of_an_order_are_reserved_or_none(world: World) -> None:
    world.ingest(store_order("A1", ("TEA", 5), ("CUP", 11)))
    assert world.balance("TEA") == (10, 0)


def test_r91_a_channel_without_label_is_held_with_its_reason_and_listed_as_a_problem(db: Any) -> None:
    world = make_world(channel="shopify")
    world.add_product("TEA", pieces=5)
    world.ingest(store_order("A1", "TEA", status=OrderStatus.PAID))
    made = world.the_list("A1")
    assert (made.push, made.blocked_by) == ("waiting", "channel_gives_no_label")
    assert world.problems("A1") == {"channel_unsupported": {"channel": "Shopify", "partner": "ECCANG WMS"}}


def test_r76_a_product_that_the_warehouse_does_not_know_holds_the_list_until_it_is_pushed(world: World) -> None:
    world.add_product("NEW", pieces=5, pushed=False)
    world.ingest(store_order("A1", "NEW", status=OrderStatus.PAID, courier="GrabExpress Instant"))
    assert world.the_list("A1").blocked_by == "product_push_waits"
    with world.scope():
        from salur.catalog.models import WarehouseProduct

        for state in ("pushing", "pushed"):
            WarehouseProduct.objects.filter(product_id=world.products["NEW"]).update(push=state)
        products_changed([world.warehouse_id])
    assert world.the_list("A1").push == "ready"


def test_the_time_since_when_a_gate_is_closed_survives_judging_again(world: World) -> None:
    world.ingest(store_order("A1", ("TEA", 11)))
    before = world.the_list("A1")
    with world.scope():
        stock_rose([world.warehouse_id])
    after = world.the_list("A1")
    assert after.closed_gates["stock_reserved"]["since"] == before.closed_gates["stock_reserved"]["since"]
    assert after.blocked_since == before.blocked_since


def test_r105_items_of_different_warehouses_become_one_list_per_warehouse(world: World) -> None:
    from salur.foundation.clock import now
    from salur.stock.models import Warehouse

    with world.scope():
        other = Warehouse(account_id=world.account_id, code="TH02", name="TH02 + C1", country="TH", created_at=now())
        other.save()
        from salur.routing.models import RoutingRule

        RoutingRule(name="cups", position=-1, warehouse=other, mskus=["CUP"]).save()
    world.ingest(store_order("A1", "TEA", "CUP"))
    assert {o.warehouse_id for o in world.lists("A1")} == {world.warehouse_id, other.pk}


APART = ("SAVEPOINT", "procrastinate")
"""Of wake-ups: one that folds into another that waits needs fewer statements, whatever the batch."""


def test_the_number_of_statements_does_not_grow_with_the_batch(world: World) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    world.add_stock("TEA", 1000)
    world.add_stock("CUP", 1000)
    counted = []
    for size in (2, 200):
        orders = [store_order(f"{size}-{i}", "TEA", "CUP") for i in range(size)]
        with CaptureQueriesContext(connection) as queries:
            world.ingest(*orders)
        counted.append(sum(not any(word in q["sql"] for word in APART) for q in queries))
    assert counted[0] == counted[1]


def test_32_threads_reserving_the_last_units_never_oversell(db: Any) -> None:
    world = make_world()
    world.add_product("LAST", pieces=10)
    start = threading.Barrier(32)
    errors: list[BaseException] = []

    def buy(number: int) -> None:
        try:
            start.wait(30)
            world.ingest(store_order(f"T{number}", "LAST"))
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=buy, args=(n,)) for n in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with world.scope():
        assert Order.objects.count() == 32
    assert world.balance("LAST") == (10, 10)
    reserved = sum(world.the_list(f"T{n}").reserved for n in range(32))
    assert reserved == 10


def test_two_workers_bringing_the_same_orders_make_each_once(world: World) -> None:
    world.add_stock("TEA", 1000)
    orders = [store_order(f"W{n}", "TEA") for n in range(50)]
    start = threading.Barrier(2)
    errors: list[BaseException] = []

    def bring(batch: list[Any]) -> None:
        try:
            start.wait(30)
            world.ingest(*batch)
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=bring, args=(b,)) for b in (orders, orders[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with world.scope():
        assert Order.objects.count() == 50
    assert world.balance("TEA")[1] == 50


def test_orders_of_one_batch_are_served_in_the_order_they_came_when_stock_is_short(world: World) -> None:
    world.ingest(store_order("A1", ("CUP", 6)), store_order("A2", ("CUP", 6)))
    assert world.the_list("A1").reserved is True
    assert world.the_list("A2").reserved is False


def test_versions_are_compared_as_times_not_by_arrival(world: World) -> None:
    late = replace(store_order("A1", "TEA", status=OrderStatus.SHIPPED), version=DAY + timedelta(seconds=1))
    world.ingest(late)
    world.ingest(replace(store_order("A1", "TEA"), version=DAY))
    assert world.order("A1").version == DAY + timedelta(seconds=1)
