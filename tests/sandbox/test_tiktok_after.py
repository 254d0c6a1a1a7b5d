"""The simulated TikTok Shop: cancelling, goods and messages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.clients import Control, contract, hmac_hex
from tests.sandbox.conftest import Receiver
from tests.sandbox.test_contracts import example_shape, shape
from tests.sandbox.tiktok_client import Tiktok, known, order

SEARCH = "/order/202309/orders/search"
PACKAGES = "/fulfillment/202309/packages"
CANCELLATIONS = "/return_refund/202309/cancellations"
STOCK_REASON = "seller_cancel_reason_out_of_stock"


# --- cancelling ------------------------------------------------------------------------------------------------------


def test_the_seller_cancels_for_a_reason_that_fits(control: Control, tiktok: Tiktok) -> None:
    number, unpaid = order(control), order(control, step="unpaid")
    late = "seller_cancel_unpaid_reason_buyer_hasnt_paid_within_time_allowed"
    for one, reason in ((number, late), (unpaid, STOCK_REASON), (number, "no reason")):
        assert tiktok.code("POST", CANCELLATIONS, {"order_id": one, "cancel_reason": reason}) == 25001021
    made = tiktok.ask("POST", CANCELLATIONS, {"order_id": number, "cancel_reason": STOCK_REASON})
    assert set(shape(made)) == example_shape("tiktok", "return_refund.cancellations", "cancelled")
    row = tiktok.order(number)
    assert (row["status"], {line["cancel_user"] for line in row["line_items"]}) == ("CANCELLED", {"SELLER"})
    assert tiktok.code("POST", CANCELLATIONS, {"order_id": number, "cancel_reason": STOCK_REASON}) == 25001011
    tiktok.post(CANCELLATIONS, {"order_id": unpaid, "cancel_reason": late})
    gone = order(control, step="shipped")
    assert tiktok.code("POST", CANCELLATIONS, {"order_id": gone, "cancel_reason": STOCK_REASON}) == 25001045
    assert tiktok.code("POST", CANCELLATIONS, {"order_id": gone}) == 36009004


def test_one_piece_is_cancelled_by_line_or_by_sku(control: Control, tiktok: Tiktok) -> None:
    for by_line in (True, False):
        number = order(control)
        line = tiktok.order(number)["line_items"][0]
        skus = [{"sku_id": line["sku_id"], "quantity": 1}]
        part = {"order_line_item_ids": [line["id"]]} if by_line else {"skus": skus}
        tiktok.post(CANCELLATIONS, {"order_id": number, "cancel_reason": STOCK_REASON, **part})
        row = tiktok.order(number)
        states = [one["display_status"] for one in row["line_items"]]
        assert (row["status"], states) == ("AWAITING_SHIPMENT", ["CANCELLED", "AWAITING_SHIPMENT"])


def test_the_sellers_cancellation_may_be_handled_for_a_while(control: Control, tiktok: Tiktok) -> None:
    control.post("settings", tiktok={"cancel_pending_seconds": 600})
    number = order(control)
    made = tiktok.post(CANCELLATIONS, {"order_id": number, "cancel_reason": STOCK_REASON})
    assert (made["cancel_status"], tiktok.order(number)["status"]) == (
        "CANCELLATION_REQUEST_PENDING",
        "AWAITING_SHIPMENT",
    )
    (package,) = tiktok.packages(number)
    assert tiktok.code("POST", f"{PACKAGES}/{package}/ship", {}) == 21008044
    control.post("clock", advance=601)
    tiktok.link()
    assert tiktok.order(number)["status"] == "CANCELLED"
    assert tiktok.code("POST", f"{PACKAGES}/{package}/ship", {}) == 21011041


@pytest.mark.parametrize("approve", [True, False])
def test_the_buyers_wish_to_cancel_is_decided_once(control: Control, tiktok: Tiktok, approve: bool) -> None:
    number = order(control)
    control.post(f"tiktok/orders/{number}/status", step="cancel_asked", reason="Order created by mistake")
    assert tiktok.order(number)["is_buyer_request_cancel"] is True
    assert tiktok.listed(is_buyer_request_cancel=True) == [number]
    found = tiktok.ask("POST", f"{CANCELLATIONS}/search", {"order_ids": [number]}, page_size=50)
    name = "return_refund.cancellations.search"
    assert set(shape(found)) == example_shape("tiktok", name, "a request waits")
    path = f"{CANCELLATIONS}/{found['data']['cancellations'][0]['cancel_id']}"
    (package,) = tiktok.packages(number)
    assert tiktok.code("POST", f"{PACKAGES}/{package}/ship", {}) == 21008044
    why = {"reject_reason": "seller_reject_apply_product_has_been_packed"}
    assert tiktok.code("POST", f"{path}/reject", {"reject_reason": "?"}) == 25001014
    tiktok.post(f"{path}/approve" if approve else f"{path}/reject", {} if approve else why)
    row = tiktok.order(number)
    assert (row["status"], row["is_buyer_request_cancel"]) == ("CANCELLED" if approve else "AWAITING_SHIPMENT", False)
    assert tiktok.code("POST", f"{path}/approve", {}) == 25020003
    assert tiktok.code("POST", f"{path}/reject", why) == (25020010 if approve else 25011011)


def test_an_order_on_hold_is_cancelled_without_asking_and_a_shipped_one_ends_the_wish(
    control: Control, tiktok: Tiktok
) -> None:
    held = order(control, status="ON_HOLD")
    control.post(f"tiktok/orders/{held}/status", step="cancel_asked")
    assert tiktok.order(held)["status"] == "CANCELLED"
    number = order(control, step="ready")
    control.post(f"tiktok/orders/{number}/status", step="cancel_asked")
    control.post(f"tiktok/orders/{number}/status", step="shipped")
    assert known(control, number)["cancellations"][0]["status"] == "CANCELLATION_REQUEST_CANCEL"


# --- goods and messages ----------------------------------------------------------------------------------------------


def test_stock_is_set_for_each_warehouse_of_a_sku(control: Control, tiktok: Tiktok) -> None:
    control.post("tiktok/items", skus=["MUG-350-WHT"])
    (product,) = tiktok.post("/product/202502/products/search", {"status": "ACTIVATE"}, page_size=100)["products"]
    sku, first = product["skus"][0]["id"], product["skus"][0]["inventory"][0]["warehouse_id"]
    path = f"/product/202309/products/{product['id']}/inventory/update"

    def setting(*rows: tuple[str, int], sku_id: str = sku) -> dict[str, Any]:
        places = [{"warehouse_id": place, "quantity": units} for place, units in rows]
        return {"skus": [{"id": sku_id, "inventory": places}]}

    assert tiktok.post(path, setting((first, 0)))["errors"] == []
    assert control.get("tiktok/items")["items"][0]["stock"] == 0
    refused = tiktok.ask("POST", path, setting(("1", 3)))
    name = "product.products.inventory.update"
    assert set(shape(refused)) == example_shape("tiktok", name, "one SKU refused, with success")
    assert tiktok.post(path, setting((first, 3), sku_id="1"))["errors"][0]["detail"]["sku_id"] == "1"
    assert tiktok.code("POST", path, setting((first, 100_000))) == 36009004
    control.post("settings", tiktok={"two_warehouses": True, "locked_at_least": 5})
    assert tiktok.code("POST", path, setting((first, 9))) == 12019028
    places = [
        one["warehouse_id"]
        for one in tiktok.post("/product/202309/inventory/search", {"sku_ids": [sku]})["inventory"][0]["skus"][0][
            "warehouse_inventory"
        ]
    ]
    assert tiktok.code("POST", path, setting((places[0], 1), (places[1], 2))) == 12052393
    assert tiktok.post(path, setting((places[0], 4), (places[1], 2)))["errors"] == []
    assert tiktok.code("POST", "/product/202309/products/1/inventory/update", setting((first, 1))) == 12052048
    body = {"sku_ids": [str(one) for one in range(11)]}
    assert tiktok.code("POST", "/product/202502/products/search", body, page_size=100) == 36009004


def test_messages_are_signed_and_go_where_their_event_is_registered(
    control: Control, tiktok: Tiktok, receiver: Receiver
) -> None:
    hooks = "/event/202309/webhooks"
    control.post("settings", tiktok={"https_only": True})
    address = {"address": receiver.url, "event_type": "ORDER_STATUS_CHANGE"}
    assert tiktok.code("PUT", hooks, address) == 36009004
    control.post("settings", tiktok={"https_only": False})
    for event in ("ORDER_STATUS_CHANGE", "CANCELLATION_STATUS_CHANGE", "SELLER_DEAUTHORIZATION"):
        assert tiktok.ask("PUT", hooks, {**address, "event_type": event})["code"] == 0
    number = order(control)
    control.post(f"tiktok/orders/{number}/status", step="cancel_asked")
    path = f"{CANCELLATIONS}/{known(control, number)['cancellations'][0]['id']}/approve"
    tiktok.post(path, {})
    control.post("tiktok/tokens", shop_id=tiktok.shop_id, expire="link")
    receiver.wait_for_count(5)
    for headers, body in receiver.messages:
        assert headers["Authorization"] == hmac_hex(tiktok.secret, tiktok.key + body.decode())
    said = [
        (one["type"], one["data"].get("order_status") or one["data"].get("cancel_status")) for one in receiver.json()
    ]
    assert said == [
        (1, "AWAITING_SHIPMENT"),
        (11, "CANCELLATION_REQUEST_PENDING"),
        (1, "CANCEL"),
        (11, "CANCELLATION_REQUEST_SUCCESS"),
        (6, None),
    ]
    examples = {one["name"]: one["request"]["json"] for one in contract("tiktok", "examples/push.json")["exchanges"]}
    for message, name in zip(receiver.json(), ("order status", "cancellation"), strict=False):
        assert set(shape(message)) == set(shape(examples[name]))


def test_a_message_not_taken_is_repeated_after_two_and_thirty_minutes_with_the_same_id(
    control: Control, tiktok: Tiktok, receiver: Receiver
) -> None:
    receiver.answer = 500
    control.post("tiktok/callback", url=receiver.url)
    order(control)
    receiver.wait_for_count(1)
    for waited, count in ((121, 2), (1801, 3), (3 * 3600 + 1, 4), (12 * 3600 + 1, 5), (13 * 3600, 5)):
        control.post("tick")  # the sandbox has seen the answer to the last try
        control.post("clock", advance=waited)
        control.post("tick")
        receiver.wait_for_count(count)
        assert len(receiver.messages) == count
    assert len({one["tts_notification_id"] for one in receiver.json()}) == 1
    assert control.get("counts")["callbacks"]["tiktok"]["lost"] == 1


# --- Tokopedia -------------------------------------------------------------------------------------------------------


def test_tokopedia_is_a_store_of_its_own_in_the_same_api(control: Control, tiktok: Tiktok) -> None:
    tokopedia = Tiktok(control, "tokopedia").link()
    assert tokopedia.key != tiktok.key
    theirs, ours = order(control, "tokopedia"), order(control)
    mixed = order(control, "tokopedia", extra={"commerce_platform": "TIKTOK_SHOP"})
    assert tokopedia.order(theirs)["commerce_platform"] == "TOKOPEDIA"
    assert tokopedia.order(mixed)["commerce_platform"] == "TIKTOK_SHOP"
    assert set(tokopedia.listed()) == {theirs, mixed}
    assert (tiktok.listed(), tiktok.order(ours)["commerce_platform"]) == ([ours], "TIKTOK_SHOP")
    abroad = control.http.post("/_control/tokopedia/shops", json={"shop_id": "1", "region": "MY"})
    assert abroad.status_code == 400
    tokopedia.token = tiktok.token
    assert tokopedia.code("GET", "/authorization/202309/shops") == 36009004
