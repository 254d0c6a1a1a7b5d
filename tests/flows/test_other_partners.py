"""Partners that are not like a warehouse with our goods in it: print on demand, own couriers, labels fetched (A27)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from salur.catalog.messages import push_reason
from salur.catalog.models import MasterProduct, WarehouseProduct
from salur.connectors.base.types import Address, OrderStatus, OutboundTask
from salur.flows.arrange import attach_label
from salur.flows.follow_up import follow_account
from salur.flows.products import push_due
from salur.flows.push import push_ready
from salur.flows.verify import verify_stock
from salur.flows.wakeups import products_changed, stock_rose
from salur.foundation.clock import now
from salur.integrations.models import WarehouseAccount
from salur.outbound import label_links
from salur.outbound.models import Outbound
from salur.outbound.requests import push_contents
from salur.stock.models import Balance, Movement, Warehouse
from salur.tenancy.scope import merchant_scope
from tests.flows.pdf import pdf
from tests.flows.print_shop import FIELDS, Shop, open_print_shop
from tests.world import World, make_world, store_order

ABROAD = Address(name="A. Buyer", lines=("1 Street",), city="Berlin", postal_code="10115", country="DE")


@pytest.fixture
def world(db: Any) -> World:
    made = make_world(channel="etsy")
    made.add_product("SHIRT")
    return made


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def push(world: World) -> None:
    with world.scope():
        Outbound.objects.filter(push="ready").update(push_next_at=None)
    push_ready(world.merchant_id, world.account_id)


def report(world: World) -> None:
    with world.scope():
        WarehouseAccount.objects.update(next_follow_up_at=now())
    follow_account(world.merchant_id, world.account_id)


def touched(world: World) -> int:
    with world.scope():
        assert verify_stock() == []
        return Movement.objects.count() + Balance.objects.exclude(on_hand=0, reserved=0, incoming=0).count()


def test_r104_a_partner_with_goods_and_courier_of_its_own_takes_a_file_channels_order(
    world: World, opened: ExitStack
) -> None:
    shop = opened.enter_context(open_print_shop(world))
    world.ingest(store_order("E1", ("SHIRT", 40), status=OrderStatus.PAID))
    made = world.the_list("E1")
    assert (made.push, made.shipment, made.reserved, made.closed_gates) == ("ready", "none", False, {})
    assert world.problems("E1") == {}
    push(world)
    assert world.the_list("E1").push == "pushed"
    sent = shop.orders[made.reference]
    assert (sent.awb, sent.channel, shop.labels[made.reference]) == ("", "etsy", None)
    assert touched(world) == 0


def test_completion_deducts_nothing_where_the_goods_are_the_partners(world: World, opened: ExitStack) -> None:
    shop = opened.enter_context(open_print_shop(world))
    world.ingest(store_order("E1", "SHIRT", status=OrderStatus.PAID))
    push(world)
    shop.states[world.the_list("E1").reference] = OutboundTask.COMPLETED
    shop.tracking = "1z 999 aa1"
    report(world)
    made = world.the_list("E1")
    assert (made.task, made.awb, made.awb_given) == ("completed", "1Z999AA1", "1z 999 aa1")
    assert touched(world) == 0


def test_r92_a_partner_that_ships_abroad_serves_every_country_and_one_with_a_list_those_on_it(
    world: World, opened: ExitStack
) -> None:
    opened.enter_context(open_print_shop(world))
    world.ingest(store_order("E1", "SHIRT", status=OrderStatus.PAID, address=ABROAD))
    assert world.the_list("E1").push == "ready"
    opened.enter_context(open_print_shop(world, countries=("US", "TH")))
    world.ingest(
        store_order("E2", "SHIRT", status=OrderStatus.PAID, address=ABROAD),
        store_order("E3", "SHIRT", status=OrderStatus.PAID),
    )
    assert world.problems("E2") == {
        "country_not_served": {"country": "DE", "warehouse": "TH01 + C1", "warehouse_country": "US, TH"}
    }
    assert world.the_list("E3").push == "ready"
    opened.enter_context(open_print_shop(world, ships_abroad=False))
    world.ingest(store_order("E4", "SHIRT", status=OrderStatus.PAID, address=ABROAD))
    assert "country_not_served" in world.problems("E4")


def test_an_order_of_both_kinds_of_goods_waits_for_stock_only_where_there_is_stock(db: Any, opened: ExitStack) -> None:
    world = make_world(channel="etsy", rule=False)
    world.add_product("SHIRT")
    opened.enter_context(open_print_shop(world))
    with world.scope():
        own = Warehouse(code="OWN", name="Own", country="TH", created_at=now())
        own.save()
        world.products["MUG"] = MasterProduct.objects.create(msku="MUG", name="Mug", created_at=now()).pk
    world.add_rule(mskus=["MUG"], warehouse_id=own.pk)
    world.add_rule()
    world.ingest(store_order("E1", "SHIRT", ("MUG", 2), status=OrderStatus.PAID))
    printed, kept = sorted(world.lists("E1"), key=lambda o: o.account_id is None)
    assert (printed.push, kept.blocked_by) == ("ready", "not_enough_stock")
    here = world.warehouse_id
    world.warehouse_id = own.pk
    world.add_stock("MUG", 2)
    world.warehouse_id = here
    with world.scope():
        Outbound.objects.filter(pk=printed.pk).update(push="waiting")  # as if something of its own held it
        stock_rose([own.pk])
    printed, kept = sorted(world.lists("E1"), key=lambda o: o.account_id is None)
    assert (printed.reserved, kept.reserved) == (False, True)


def test_an_awb_is_never_waited_for_where_the_partner_needs_none(db: Any, opened: ExitStack) -> None:
    world = make_world(channel="shopee")
    world.add_product("SHIRT")
    opened.enter_context(open_print_shop(world))
    world.ingest(store_order("S1", "SHIRT", status=OrderStatus.READY))
    made = world.the_list("S1")
    assert (made.push, made.shipment) == ("ready", "none")


# -- what is sent of a product --------------------------------------------------------------------------------------


def product_row(world: World) -> WarehouseProduct:
    with world.scope():
        return WarehouseProduct.objects.get(product__msku="SHIRT")


def wait_again(world: World, **changes: Any) -> None:
    with world.scope():
        WarehouseProduct.objects.update(push="not_pushed", next_at=None)
        WarehouseProduct.objects.update(**changes)


def test_a_product_that_lacks_a_field_is_not_sent_and_says_which(world: World, opened: ExitStack) -> None:
    shop = opened.enter_context(open_print_shop(world, product_fields=FIELDS))
    wait_again(world)
    world.ingest(store_order("E1", "SHIRT", status=OrderStatus.PAID))
    push_due(world.merchant_id, world.account_id)
    row = product_row(world)
    assert (row.push, row.error_code, row.error_message) == ("failed", "product_incomplete", FIELDS[0].label)
    assert shop.products == {}
    assert FIELDS[0].label in push_reason(row)
    assert "product's page" in push_reason(row)
    made = world.the_list("E1")
    assert made.blocked_by == "product_incomplete"
    assert made.closed_gates["products_pushed"]["evidence"]["reason"] == FIELDS[0].label


def test_a_product_goes_out_with_its_own_fields_code_and_shelf_life(world: World, opened: ExitStack) -> None:
    shop = opened.enter_context(open_print_shop(world, product_fields=FIELDS))
    wait_again(world, details={"design": "https://a.example/1.png"})
    with world.scope():
        MasterProduct.objects.update(shelf_life_days=30)
    world.ingest(store_order("E1", ("SHIRT", 2), status=OrderStatus.PAID))
    push_due(world.merchant_id, world.account_id)
    sent = shop.products["SHIRT"]
    assert sent.details == {"design": "https://a.example/1.png", "place": "front"}
    assert (sent.warehouse_code, sent.partner_number, sent.shelf_life_days) == ("TH01", "", 30)
    assert (product_row(world).push, product_row(world).partner_number) == ("pushed", "V-SHIRT")
    push(world)
    (line,) = shop.orders[world.the_list("E1").reference].lines
    assert (line.partner_number, line.quantity) == ("V-SHIRT", 2)
    assert line.details == {"design": "https://a.example/1.png", "place": "front"}
    wait_again(world)
    push_due(world.merchant_id, world.account_id)
    assert shop.products["SHIRT"].partner_number == "V-SHIRT"


# -- labels by address ----------------------------------------------------------------------------------------------


@pytest.fixture
def fetched(world: World, opened: ExitStack) -> tuple[World, Shop]:
    """A list with a label at a partner that fetches labels."""
    shop = opened.enter_context(open_print_shop(world, label_by_url=True))
    world.ingest(store_order("E1", "SHIRT", status=OrderStatus.UNPAID))
    with world.scope():
        attach_label(world.the_list("E1").pk, "awb 1", pdf())
    return world, shop


def path_of(world: World) -> str:
    made = world.the_list("E1")
    with world.scope():
        url = push_contents([made.pk])[made.pk].request.label_url
    return url[url.index("/labels/") :]


def test_the_label_is_fetched_without_login_by_its_signed_address(fetched: tuple[World, Shop]) -> None:
    world, shop = fetched
    world.ingest(store_order("E1", "SHIRT", status=OrderStatus.PAID, version=5))
    push(world)
    made = world.the_list("E1")
    assert made.push == "pushed"
    answer = Client().get(shop.orders[made.reference].label_url.split("/", 3)[3].join(["/", ""]))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content == pdf()
    assert "no-store" in answer["Cache-Control"]


def test_a_wrong_or_old_label_address_opens_nothing(
    fetched: tuple[World, Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, _ = fetched
    path = path_of(world)
    made = world.the_list("E1")
    assert Client().get(path).status_code == 200
    assert Client().post(path).status_code == 405
    for wrong in (path.replace("/labels/1", "/labels/2"), path[:-6] + "xx.pdf", "/labels/x.pdf", "/labels/1-2-3.pdf"):
        assert wrong != path
        assert Client().get(wrong).status_code == 404, wrong
    elsewhere = label_links.label_address(world.merchant_id + 1, made.pk, made.label_id or 0)
    assert Client().get(elsewhere[elsewhere.index("/labels/") :]).status_code == 404
    late = now() + label_links.GOOD_FOR + timedelta(seconds=1)
    monkeypatch.setattr(time, "time", lambda: late.timestamp())
    assert Client().get(path).status_code == 404


def test_the_digest_of_a_list_stays_the_same_whenever_its_address_is_made(
    fetched: tuple[World, Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, _ = fetched
    made = world.the_list("E1")
    with world.scope():
        first = push_contents([made.pk])[made.pk]
        monkeypatch.setattr(time, "time", lambda: (now() + timedelta(days=1)).timestamp())
        second = push_contents([made.pk])[made.pk]
    assert first.request.label_url != second.request.label_url
    assert first.digest == second.digest


def test_a_partner_that_takes_the_file_gets_no_address(world: World, opened: ExitStack) -> None:
    opened.enter_context(open_print_shop(world))
    world.ingest(store_order("E1", "SHIRT", status=OrderStatus.UNPAID))
    made = world.the_list("E1")
    with merchant_scope(world.merchant_id, actor="test", cause="test"):
        attach_label(made.pk, "AWB1", pdf())
        products_changed([world.warehouse_id])
        assert push_contents([made.pk])[made.pk].request.label_url == ""
