"""The simulated Lazada: cancelling, goods and messages."""

from __future__ import annotations

import pytest

from tests.sandbox.clients import Control, contract, hmac_hex
from tests.sandbox.conftest import Receiver
from tests.sandbox.lazada_client import Lazada, known, order
from tests.sandbox.test_contracts import example_shape, shape

# --- cancelling ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("country", ["ID", "MY", "TH", "PH", "VN", "SG"])
def test_the_seller_cancels_for_a_reason_of_the_country_and_the_stock_goes_to_nought(
    control: Control, country: str
) -> None:
    made = control.post("lazada/orders", items=[{"sku": "MUG-350-WHT", "quantity": 2}], country=country)
    lazada, number = Lazada(control).link(made["shop_id"]), made["numbers"][0]
    named = {"order_id": number, "order_item_id_list": lazada.piece_ids(number)[:1]}
    reasons = lazada.get("/order/reverse/cancel/validate", **named)["reason_options"]
    reason = next(one["reason_id"] for one in reasons if one["reason_name"] == "Out of Stock")
    assert lazada.ask("GET", "/order/reverse/cancel/create", **named, reason_id="1")["code"] == "124"
    assert lazada.get("/order/reverse/cancel/create", **named, reason_id=reason)["tip_type"] == "success"
    assert [(row["status"], row["reason"]) for row in lazada.items(number)] == [
        ("canceled", "Out of Stock"),
        ("pending", ""),
    ]
    assert control.get("lazada/items", shop_id=made["shop_id"])["items"][0]["stock"] == 0
    assert lazada.get("/order/reverse/cancel/create", **named, reason_id=reason)["tip_type"] == "error"
    assert lazada.packed(number)[0]["item_err_code"] == "700031"


def test_a_packed_piece_takes_its_package_along_and_a_shipped_one_stays(control: Control, lazada: Lazada) -> None:
    number = order(control)
    lazada.packed(number)
    pieces = lazada.piece_ids(number)
    reason = lazada.get("/order/reverse/cancel/validate", order_id=number, order_item_id_list=pieces)
    named = {
        "order_id": number,
        "order_item_id_list": pieces[:1],
        "reason_id": reason["reason_options"][0]["reason_id"],
    }
    assert lazada.get("/order/reverse/cancel/create", **named)["tip_type"] == "success"
    assert lazada.get("/order/get", order_id=number)["statuses"] == ["canceled"]
    gone = order(control, step="shipped")
    told = lazada.get("/order/reverse/cancel/validate", order_id=gone, order_item_id_list=lazada.piece_ids(gone))
    assert (told["tip_type"], told["reason_options"]) == ("error", [])
    strange = lazada.ask("GET", "/order/reverse/cancel/validate", order_id=gone, order_item_id_list=pieces)
    assert strange["code"] == "123"


@pytest.mark.parametrize(
    ("agree", "status", "word"), [("true", "canceled", "CANCEL_SUCCESS"), ("false", "packed", "REQUEST_REJECT")]
)
def test_the_buyers_wish_to_cancel_is_decided_once(
    control: Control, lazada: Lazada, agree: str, status: str, word: str
) -> None:
    number = order(control)
    lazada.packed(number)
    control.post(f"lazada/orders/{number}/status", step="cancel_asked", reason="Change of mind")
    assert lazada.get("/order/get", order_id=number)["need_cancel_confirm"] is True
    wish = lazada.items(number)[0]["reverse_order_id"]
    listed = lazada.ask("GET", "/reverse/getreverseordersforseller", trade_order_id=number, page_no="1", page_size="50")
    assert set(shape(listed)) == example_shape(
        "lazada", "reverse.getreverseordersforseller", "a request to cancel waits"
    )
    assert str(listed["result"]["items"][0]["reverse_order_id"]) == wish
    decide = "/order/reverse/cancel/seller/decide"
    assert lazada.ask("GET", decide, reverse_order_id=wish, agree_cancel=agree)["code"] == "0"
    assert lazada.get("/order/get", order_id=number)["statuses"] == [status]
    assert lazada.get("/order/get", order_id=number)["need_cancel_confirm"] is False
    assert known(control, number)["requests"] == [{"id": wish, "status": word, "waits": False}]
    assert lazada.ask("GET", decide, reverse_order_id=wish, agree_cancel=agree)["code"] == "131"
    assert lazada.ask("GET", decide, reverse_order_id="0", agree_cancel=agree)["code"] == "105"


def test_an_agreed_cancellation_may_wait_for_the_courier(control: Control, lazada: Lazada) -> None:
    control.post("settings", lazada={"cancel_pending_seconds": 600})
    number = order(control)
    lazada.packed(number)
    control.post(f"lazada/orders/{number}/status", step="cancel_asked")
    wish = lazada.items(number)[0]["reverse_order_id"]
    lazada.get("/order/reverse/cancel/seller/decide", reverse_order_id=wish, agree_cancel="true")
    row = lazada.get("/order/get", order_id=number)
    assert (row["statuses"], row["is_cancel_pending"], row["need_cancel_confirm"]) == (["packed"], "true", False)
    control.post("clock", advance=601)
    row = lazada.get("/order/get", order_id=number)
    assert (row["statuses"], row["is_cancel_pending"]) == (["canceled"], "false")


# --- goods and messages ----------------------------------------------------------------------------------------------


def skus_xml(*rows: tuple[str, str, str]) -> str:
    """A payload of (item, sku, quantity)."""
    skus = "".join(
        f"<Sku><ItemId>{item}</ItemId><SkuId>{sku}</SkuId><SellableQuantity>{units}</SellableQuantity></Sku>"
        for item, sku, units in rows
    )
    return f"<Request><Product><Skus>{skus}</Skus></Product></Request>"


def test_products_are_listed_and_their_stock_is_set_sku_by_sku(control: Control, lazada: Lazada) -> None:
    control.post("lazada/items", stock=5)
    page = lazada.get("/products/get", filter="live", limit="50", offset="0")
    assert (page["total_products"], sum(len(one["skus"]) for one in page["products"])) == (28, 40)
    for query, code in (({"limit": "51"}, "19"), ({"offset": "10001"}, "14"), ({"filter": "x"}, "36")):
        assert lazada.ask("GET", "/products/get", **query)["code"] == code
    (one,) = lazada.get("/products/get", filter="all", sku_seller_list=["TSHIRT-BAS-M"])["products"]
    shirt = next(sku for sku in one["skus"] if sku["SellerSku"] == "TSHIRT-BAS-M")
    item, sku = str(one["item_id"]), str(shirt["SkuId"])
    update = "/product/stock/sellable/update"
    assert lazada.ask("POST", update, payload=skus_xml((item, sku, "17")))["code"] == "0"
    partly = lazada.ask("POST", update, payload=skus_xml((item, sku, "0"), (item, "1", "3")))
    assert (partly["code"], [row["field"] for row in partly["detail"]]) == ("501", ["SkuId:1"])
    assert {row["sku"]: row["stock"] for row in control.get("lazada/items")["items"]}["TSHIRT-BAS-M"] == 0
    for payload in ("no xml", "<Request/>", skus_xml(*[(item, sku, "1")] * 51)):
        assert lazada.ask("POST", update, payload=payload)["code"] in ("5", "501")


def test_each_change_of_a_piece_is_a_signed_message_tried_twelve_times_more(
    control: Control, lazada: Lazada, receiver: Receiver
) -> None:
    control.post("lazada/callback", url=receiver.url)
    number = order(control)
    receiver.wait_for_count(2)
    for headers, body in receiver.messages:
        assert headers["Authorization"] == hmac_hex(lazada.secret, lazada.key + body.decode())
    example = contract("lazada", "examples/push.json")["exchanges"][0]["request"]["json"]
    assert set(shape(receiver.json()[0])) == set(shape(example))
    lines = {one["data"]["trade_order_line_id"] for one in receiver.json()}
    assert lines == {str(one) for one in lazada.piece_ids(number)}
    receiver.answer = 500
    control.post(f"lazada/orders/{number}/status", step="cancel_asked")
    receiver.wait_for_count(4)
    assert {one["data"]["reverse_order_id"] for one in receiver.json()[2:]} == {
        lazada.items(number)[0]["reverse_order_id"]
    }
    control.post("tick")  # the sandbox has seen the answer to the first try
    assert {one["tries_left"] for one in control.get("callbacks")["waiting"]} == {12}
    control.post("clock", advance=1801)
    receiver.wait_for_count(6)
