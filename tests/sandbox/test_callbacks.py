"""Callbacks of both partners: signed, repeated, reordered, lost (shopee.md, Push; eccang.md, A.5)."""

import hashlib
import json
from collections import Counter
from typing import Any

from salur.sandbox.eccang.callbacks import callback_sign
from tests.sandbox.clients import Control, Shop, Warehouse, contract, hmac_hex, wanted_order
from tests.sandbox.conftest import Receiver


def subscribe(warehouse: Warehouse, receiver: Receiver, **changed: Any) -> dict[str, Any]:
    wish = {
        "subscript_type": "order",
        "callback": receiver.url,
        "erp_platform": "erp",
        "expire_date": "2999-01-01",
        **changed,
    }
    return warehouse.ask("messageSubscript", **wish)


def bodies(receiver: Receiver) -> list[dict[str, Any]]:
    return [json.loads(message["body"]) for message in receiver.json()]


def test_pushes_of_all_three_codes_are_signed_with_the_push_key(
    control: Control, shop: Shop, receiver: Receiver
) -> None:
    control.post("settings", shopee={"callback_url": receiver.url})
    order_sn = control.orders(count=1)[0]
    shop.arrange(order_sn)
    shop.label(order_sn)
    receiver.wait_for(lambda: len(receiver.messages) >= 3)
    assert {message["code"] for message in receiver.json()} == {3, 4, 15}
    for headers, body in receiver.messages:
        assert headers["Authorization"] == hmac_hex(shop.push_key, f"{receiver.url}|{body.decode()}")
        message = json.loads(body)
        assert (message["shop_id"], message["data"]["ordersn"]) == (shop.shop_id, order_sn)


def test_a_push_nobody_takes_is_kept_as_lost_until_confirmed(control: Control, shop: Shop, receiver: Receiver) -> None:
    receiver.answer = 500
    control.post("settings", shopee={"callback_url": receiver.url, "push_tries": 1})
    order_sn = control.orders(count=1)[0]
    control.post(f"shopee/orders/{order_sn}/status", status="CANCELLED")
    receiver.wait_for(lambda: len(receiver.messages) >= 1)
    control.post("tick")
    answer = shop.send("GET", "push/get_lost_push_message", public=True).json()["response"]
    assert [json.loads(row["data"])["data"]["status"] for row in answer["push_message_list"]] == ["CANCELLED"]
    confirm = {"last_message_id": answer["last_message_id"]}
    shop.send("POST", "push/confirm_consumed_lost_push_message", public=True, body=confirm)
    assert shop.send("GET", "push/get_lost_push_message", public=True).json()["response"]["push_message_list"] == []


def test_the_operator_shakes_hands_before_it_subscribes(warehouse: Warehouse, receiver: Receiver) -> None:
    refused = subscribe(warehouse, receiver, callback="http://127.0.0.1:9/hook")
    assert refused["ask"] == "Failure"
    assert warehouse.control.get("eccang/subscriptions")["subscriptions"] == []
    for changed in ({"subscript_type": "gossip"}, {"erp_platform": "x"}, {"expire_date": "soon"}):
        assert subscribe(warehouse, receiver, **changed)["ask"] == "Failure"
    assert subscribe(warehouse, receiver)["ask"] == "Success"


def test_order_news_is_delivered_with_its_signature(control: Control, warehouse: Warehouse, receiver: Receiver) -> None:
    subscribe(warehouse, receiver)
    warehouse.good("createOrder", **wanted_order("R1"))
    control.post("eccang/orders/R1/status", status="D")
    receiver.wait_for(lambda: any(body["order_status"] == "D" and body["type"] == 4 for body in bodies(receiver)))
    for message in receiver.json():
        joined = message["body"] + warehouse.app_token + message["timestamp"] + message["msg_id"]
        assert message["sign"] == hashlib.md5(joined.encode(), usedforsecurity=False).hexdigest()
        assert message["app_key"] == warehouse.app_key
        assert json.loads(message["body"])["customer_code"] == warehouse.customer_code


def test_the_callback_vector_comes_out() -> None:
    vector = contract("eccang", "signing.json")["callbacks"][0]
    assert callback_sign(vector["body"], vector["app_token"], vector["timestamp"], vector["msg_id"]) == vector["sign"]


def test_duplicate_delivers_the_same_message_twice(control: Control, warehouse: Warehouse, receiver: Receiver) -> None:
    subscribe(warehouse, receiver)
    control.fault("eccang", "callback", "duplicate")
    warehouse.good("createOrder", **wanted_order("R1", verify=0))
    receiver.wait_for(lambda: len(receiver.messages) >= 2)
    assert set(Counter(message["msg_id"] for message in receiver.json()).values()) == {2}


def test_reorder_delivers_the_newest_first(control: Control, warehouse: Warehouse, receiver: Receiver) -> None:
    subscribe(warehouse, receiver)
    receiver.answer = 500
    control.post("settings", eccang={"callback_retry_seconds": 100})
    warehouse.good("createOrder", **wanted_order("R1"))
    control.post("eccang/orders/R1/status", status="D")
    receiver.wait_for(lambda: any(body["type"] == 4 for body in bodies(receiver)))
    control.post("tick")
    first = [message["msg_id"] for message in receiver.json()]
    assert first == sorted(first)
    receiver.messages.clear()
    receiver.answer = 200
    control.fault("eccang", "callback", "reorder")
    control.post("clock", advance=101)
    receiver.wait_for(lambda: len(receiver.messages) >= len(first))
    assert [message["msg_id"] for message in receiver.json()] == first[::-1]


def test_a_callback_is_tried_five_times_a_minute_apart(
    control: Control, warehouse: Warehouse, receiver: Receiver
) -> None:
    subscribe(warehouse, receiver)
    receiver.answer = 503
    warehouse.good("createOrder", **wanted_order("R1", verify=0))
    for tries in range(1, 6):
        receiver.wait_for_count(tries)
        control.post("tick")
        assert len(receiver.messages) == tries
        control.post("clock", advance=61)
    control.post("tick")
    assert len(receiver.messages) == 5
    counted = control.get("counts")["callbacks"]["eccang"]
    assert (counted["failed_tries"], counted["lost"], counted["waiting"]) == (5, 1, 0)


def test_an_expired_subscription_is_silent(control: Control, warehouse: Warehouse, receiver: Receiver) -> None:
    subscribe(warehouse, receiver, expire_date="2001-01-01")
    warehouse.good("createOrder", **wanted_order("R1"))
    control.post("tick")
    assert control.get("callbacks")["waiting"] == []
    assert receiver.messages == []
