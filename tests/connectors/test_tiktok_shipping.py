"""TikTok Shop: handing over, label, cancellation, stock and garbage, against the examples of contracts/."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salur.connectors.base.errors import AlreadyExists, PartnerError, Rejected, Retryable, TooLate
from salur.connectors.base.listing import StockTarget
from salur.connectors.base.types import RawRequest, ShippingOption
from salur.connectors.profiles.tiktok_shop.products import shares
from salur.connectors.stores.tiktok.connector import TikTokConnector

from .by_operation import json_of
from .garbage import answers, names, unusable
from .test_lazada_products import Anything
from .tiktok import (
    KEYS,
    NOW,
    ORDER,
    PACKAGE,
    WINDOW,
    desk,
    example,
    order,
    order_with,
    request_of,
    shop,
    signed,
    tokopedia,
)

SLOTS, SHIP = "fulfillment.packages.handover_time_slots", "fulfillment.packages.ship"
DOCUMENT = "fulfillment.packages.shipping_documents"
PICKUP = ShippingOption("pickup", {"package_id": PACKAGE, "start_time": "1700038800", "end_time": "1700053200"})
DROP_OFF = ShippingOption("dropoff", {"package_id": PACKAGE}, of_order=frozenset({"package_id"}))


def test_ways_of_handing_over_pickups_first() -> None:
    script = {"order.orders": order("to be shipped"), SLOTS: example(SLOTS, "pickup with slots, or drop-off")}
    pickup, drop_off = shop(script).shipping_options(ORDER)
    assert (pickup.kind, pickup.fields, drop_off) == ("pickup", PICKUP.fields, DROP_OFF)
    assert pickup.begins is not None and pickup.ends is not None and pickup.begins < pickup.ends
    script[SLOTS] = example(SLOTS, "drop-off only")
    assert list(shop(script).shipping_options(ORDER)) == [DROP_OFF]
    script["order.orders"] = order("sent by the seller")
    (own,) = shop(script).shipping_options(ORDER)
    assert own.fields["tracking_number"] == ""


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (order("arranged"), AlreadyExists),
        (order("cancelled"), TooLate),
        (order("on hold, without address"), Rejected),
        (order("two packages"), Rejected),
        (order("unknown orders are left out"), Rejected),
        (order_with(packages=[], line_items=[]), Retryable),
        (order_with(commerce_platform="TOKOPEDIA"), Rejected),
    ],
)
def test_orders_that_cannot_be_arranged_say_why(told: Any, expected: type[PartnerError]) -> None:
    with pytest.raises(PartnerError) as raised:
        shop({"order.orders": told}).shipping_options(ORDER)
    assert type(raised.value) is expected


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("pickup", PICKUP),
        ("drop-off", DROP_OFF),
        (
            "sent by the seller",
            ShippingOption(
                "seller",
                {"package_id": PACKAGE, "tracking_number": "JX12345", "shipping_provider_id": "6617675021119438849"},
            ),
        ),
    ],
)
def test_shipments_are_arranged_as_in_the_examples(name: str, option: ShippingOption) -> None:
    connector, transport = desk({SHIP: example(SHIP, name)})
    connector.arrange(ORDER, option)
    assert json_of(transport.calls[0]) == request_of(SHIP, name)["json"]
    assert transport.calls[0].url.endswith(f"/packages/{PACKAGE}/ship")


@pytest.mark.parametrize(
    ("answer", "seen", "expected"),
    [
        ("shipped before", "to be shipped", AlreadyExists),
        ("outside the slot", "to be shipped", Retryable),
        ("busy", "to be shipped", Retryable),
        ("cancelled meanwhile", "cancelled", TooLate),
        ("the buyer asks to cancel", "the buyer asks to cancel", Rejected),
        ("the buyer asks to cancel", "arranged", AlreadyExists),
        ("tracking number of no carrier", "cancelled", TooLate),
    ],
)
def test_refused_shipments_have_their_class(answer: str, seen: str, expected: type[PartnerError]) -> None:
    with pytest.raises(PartnerError) as raised:
        shop({SHIP: example(SHIP, answer), "order.orders": order(seen)}).arrange(ORDER, PICKUP)
    assert type(raised.value) is expected


def test_the_awb_number_of_order_or_package() -> None:
    got = shop({"order.orders": order("arranged")}).awb(ORDER)
    assert (got.number, got.package, got.courier) == ("JX1234567890", PACKAGE, "J&T Express")
    script = {"order.orders": order("to be shipped")}
    for name, number in (("arranged", "JX1234567890"), ("arranged, number still to come", "")):
        package = example("fulfillment.packages.get", name)
        assert shop({**script, "fulfillment.packages": package}).awb(ORDER).number == number


@pytest.mark.parametrize(
    ("answer", "behind", "pending", "failure"),
    [
        ("made", b"%PDF-1.4 label", False, False),
        ("made", b"", True, False),
        ("made", (403, b"expired"), True, False),
        ("made", b"<html>", False, True),
        ("empty, with success", b"", True, False),
        ("being made", b"", True, False),
        ("not arranged", b"", True, False),
        ("sent by the seller", b"", False, True),
        ("collected already", b"", False, True),
    ],
)
def test_a_label_is_a_pdf_or_it_is_not_there(answer: str, behind: Any, pending: bool, failure: bool) -> None:
    connector, transport = desk({DOCUMENT: example(DOCUMENT, answer), "label.file": behind})
    result = connector.label(ORDER, PACKAGE, "JX1234567890")
    assert (result.pending, bool(result.failure)) == (pending, failure)
    assert (result.document is not None) is not (pending or failure)
    if "label.file" in transport.asked:
        assert not transport.last("label.file").headers


def test_the_store_is_read_back() -> None:
    assert shop({"order.orders": order("arranged")}).confirm(ORDER, "JX1234567890", "").confirmed
    other = shop({"order.orders": order("arranged")}).confirm(ORDER, "JX9", "")
    assert (other.confirmed, other.tracking) == (False, "JX1234567890")
    assert not shop({"order.orders": order("to be shipped")}).confirm(ORDER, "JX9", "").confirmed


def test_a_seller_that_sends_tells_number_and_carrier() -> None:
    connector, transport = desk(
        {
            "order.orders": [order("sent by the seller"), order("arranged")],
            "logistics.delivery_options.shipping_providers": example(
                "logistics.shipping_providers", "of one delivery option"
            ),
            SHIP: example(SHIP, "sent by the seller"),
        }
    )
    assert connector.confirm(ORDER, "JX1234567890", "SiCepat").confirmed
    assert json_of(transport.last(SHIP)) == {
        "self_shipment": {"tracking_number": "JX1234567890", "shipping_provider_id": "6841743441349706242"}
    }
    with pytest.raises(Rejected) as refused:
        desk(
            {
                "order.orders": order("sent by the seller"),
                "logistics.delivery_options.shipping_providers": example(
                    "logistics.shipping_providers", "of one delivery option"
                ),
            }
        )[0].confirm(ORDER, "JX1", "Pigeon Post")
    assert "J&T Express" in refused.value.message


# --- cancelling

CANCEL, SEARCH = "return_refund.cancellations", "return_refund.cancellations.search"
APPROVE, REJECT = "return_refund.cancellations.approve", "return_refund.cancellations.reject"


@pytest.mark.parametrize(
    ("status", "region", "reason", "word"),
    [
        ("AWAITING_SHIPMENT", "ID", "out_of_stock", "seller_cancel_reason_out_of_stock"),
        ("UNPAID", "ID", "out_of_stock", "seller_cancel_unpaid_reason_out_of_stock"),
        ("AWAITING_SHIPMENT", "GB", "wrong_price", "seller_cancel_reason_wrong_price_uk"),
        ("AWAITING_SHIPMENT", "ID", "buyer_has_not_paid", None),
    ],
)
def test_reasons_depend_on_the_status(status: str, region: str, reason: str, word: str | None) -> None:
    script = {"order.orders": order_with(status=status), CANCEL: example(CANCEL, "cancelled")}
    connector, transport = desk(script, region=region)
    if word is None:
        with pytest.raises(Rejected):
            connector.cancel_order(ORDER, reason)
        return
    assert connector.cancel_order(ORDER, reason).state == "accepted"
    assert json_of(transport.last(CANCEL)) == {"order_id": ORDER, "cancel_reason": word}


@pytest.mark.parametrize(
    ("answer", "seen", "outcome"),
    [
        ("being handled", "to be shipped", "pending"),
        ("cancelled before", "cancelled", "accepted"),
        ("cancelled before", "to be shipped", "pending"),
    ],
)
def test_what_became_of_a_cancellation(answer: str, seen: str, outcome: str) -> None:
    script = {"order.orders": [order("to be shipped"), order(seen)], CANCEL: example(CANCEL, answer)}
    assert shop(script).cancel_order(ORDER, "out_of_stock").state == outcome


def test_a_cancelled_order_is_cancelled_and_a_shipped_one_too_late() -> None:
    assert shop({"order.orders": order("cancelled")}).cancel_order(ORDER, "out_of_stock").state == "accepted"
    with pytest.raises(TooLate):
        script = {"order.orders": order("arranged"), CANCEL: example(CANCEL, "shipped")}
        shop(script).cancel_order(ORDER, "out_of_stock")


def test_a_buyers_wish_is_answered() -> None:
    script = {
        SEARCH: example(SEARCH, "a request waits"),
        APPROVE: example(APPROVE, "approved"),
        REJECT: example(REJECT, "rejected"),
    }
    connector, transport = desk(script)
    connector.answer_cancellation(ORDER, True, "")
    connector.answer_cancellation(ORDER, False, "packed already")
    assert json_of(transport.last(SEARCH)) == request_of(SEARCH, "a request waits")["json"]
    assert transport.last(APPROVE).url.endswith("/4035318504086604100/approve")
    assert json_of(transport.last(REJECT)) == request_of(REJECT, "rejected")["json"]


@pytest.mark.parametrize("waits", ["a request waits", "taken back by the buyer", "none"])
@pytest.mark.parametrize(
    ("accept", "seen", "expected"),
    [
        (True, "cancelled", AlreadyExists),
        (True, "to be shipped", TooLate),
        (False, "to be shipped", AlreadyExists),
        (False, "cancelled", TooLate),
    ],
)
def test_a_wish_that_no_longer_waits(waits: str, accept: bool, seen: str, expected: type[PartnerError]) -> None:
    script = {
        SEARCH: example(SEARCH, waits),
        APPROVE: example(APPROVE, "no decision waits"),
        REJECT: example(REJECT, "approved before"),
        "order.orders": order(seen),
    }
    with pytest.raises(expected):
        shop(script).answer_cancellation(ORDER, accept, "")


# --- products

PRODUCTS, STOCK = "product.products.search", "product.products.inventory.update"
PRODUCT, WHITE, BLACK = "1729592969712207008", "1729592969712207012", "1729592969712207013"


def test_products_come_page_by_page_one_entry_per_sku() -> None:
    page = shop({PRODUCTS: example(PRODUCTS, "a page with more to come")}).listings(None)
    assert [(one.item_id, one.model_id, one.sku, one.stock) for one in page.items] == [
        (PRODUCT, WHITE, "MUG-350-WHT", 20),
        (PRODUCT, BLACK, "MUG-350-BLK", 7),
    ]
    assert page.cursor == "b2Zmc2V0PTEK"
    connector, transport = desk({PRODUCTS: example(PRODUCTS, "the last page")})
    assert connector.listings(page.cursor).cursor is None
    assert dict(transport.calls[0].params)["page_token"] == page.cursor


def test_a_product_listed_on_one_platform_is_not_the_others() -> None:
    told = example(PRODUCTS, "the last page")
    told["data"]["products"][0]["listing_platforms"] = ["TOKOPEDIA"]
    assert list(shop({PRODUCTS: told}).listings(None).items) == []
    assert len(tokopedia({PRODUCTS: told}).listings(None).items) == 1


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(st.sampled_from("abcd"), st.integers(0, 50), max_size=4),
    st.sampled_from("abcdx"),
    st.integers(0, 200),
)
def test_stock_over_warehouses_is_never_more_than_is_free(held: dict[str, int], ours: str, free: int) -> None:
    shared = shares(held, ours, free)
    assert sum(shared.values()) == free
    assert all(pieces >= 0 for pieces in shared.values())
    assert set(shared) == (set(held) or {""})
    assert all(shared[warehouse] <= held[warehouse] for warehouse in set(held) - {ours, next(iter(held), "")})


def test_every_warehouse_of_a_sku_is_named() -> None:
    connector, transport = desk({PRODUCTS: example(PRODUCTS, "by SKU id"), STOCK: example(STOCK, "set")})
    results = connector.set_stock(
        [StockTarget("w", PRODUCT, WHITE, "MUG-350-WHT", 17), StockTarget("b", PRODUCT, BLACK, "MUG-350-BLK", 9)]
    )
    assert [(one.key, one.error) for one in results] == [("w", None), ("b", None)]
    assert json_of(transport.calls[0]) == {"sku_ids": [WHITE, BLACK]}
    first, second = "7068517275539719942", "7068517275539719943"
    assert json_of(transport.calls[1]) == {
        "skus": [
            {"id": WHITE, "inventory": [{"warehouse_id": first, "quantity": 17}]},
            {
                "id": BLACK,
                "inventory": [{"warehouse_id": first, "quantity": 7}, {"warehouse_id": second, "quantity": 2}],
            },
        ]
    }


def test_a_refused_figure_and_an_unknown_sku_do_not_spoil_the_others() -> None:
    script = {PRODUCTS: example(PRODUCTS, "by SKU id"), STOCK: example(STOCK, "one SKU refused, with success")}
    batch = [
        StockTarget("w", PRODUCT, WHITE, "W", 1),
        StockTarget("b", PRODUCT, BLACK, "B", 2),
        StockTarget("x", "1", "2", "X", 3),
    ]
    results = shop(script).set_stock(batch)
    assert [(one.key, type(one.error)) for one in results] == [("w", type(None)), ("b", Rejected), ("x", Rejected)]
    assert "The warehouse does not exist" in str(results[1].error)
    locked = example(STOCK, "locked for a promotion")
    refused, fine = shop(
        {PRODUCTS: example(PRODUCTS, "by SKU id"), STOCK: [locked, locked, example(STOCK, "set")]}
    ).set_stock(batch[:2])
    assert isinstance(refused.error, Rejected)
    assert fine.error is None


# --- garbage

WORDS = names(
    "code message data orders id status create_time update_time payment currency total_amount recipient_address name "
    "district_info address_level packages line_items package_id tracking_number seller_sku commerce_platform "
    "fulfillment_type shipping_type is_buyer_request_cancel next_page_token can_pickup can_drop_off pickup_slots "
    "start_time end_time avaliable doc_url cancellations cancel_id order_id cancel_status products skus inventory "
    "warehouse_id quantity listing_platforms errors detail sku_id shops cipher region access_token refresh_token "
    "access_token_expire_in package_list order_id_list shop_id type tts_notification_id timestamp"
)


@settings(max_examples=150, deadline=None)
@given(answers(WORDS, {"code": 0}, "data"))
def test_any_json_from_tiktok(document: Any) -> None:
    told = Anything(document)
    connector = TikTokConnector(KEYS, told, clock=lambda: NOW)
    found = unusable(
        lambda: connector.verify(),
        lambda: connector.orders(WINDOW, None),
        lambda: connector.order_details([ORDER]),
        lambda: connector.shipping_options(ORDER),
        lambda: connector.arrange(ORDER, PICKUP),
        lambda: connector.awb(ORDER),
        lambda: connector.label(ORDER, PACKAGE, "T"),
        lambda: connector.confirm(ORDER, "T", ""),
        lambda: connector.cancel_order(ORDER, "out_of_stock"),
        lambda: connector.answer_cancellation(ORDER, True, ""),
        lambda: connector.listings(None),
        lambda: connector.set_stock([StockTarget("k", "1", "2", "A", 3)]),
        lambda: connector.exchange({"code": "c"}),
        lambda: connector.refresh(),
        lambda: signed(document),
        lambda: signed({"shop_id": KEYS["shop_id"], "type": 1, "data": document}),
        lambda: signed({"shop_id": KEYS["shop_id"], "type": 4, "data": document}),
    )
    assert found == []


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60) | st.sampled_from([b"[" * 50_000, b"9" * 6000, b'{"code":1e999999}']))
def test_any_bytes_from_tiktok(body: bytes) -> None:
    connector = TikTokConnector(KEYS, Anything(body), clock=lambda: NOW)
    found = unusable(
        lambda: connector.orders(WINDOW, None),
        lambda: connector.arrange(ORDER, PICKUP),
        lambda: connector.parse_callback(RawRequest("POST", "u", {"Authorization": "x\ud800"}, {}, body)),
    )
    assert found == []
