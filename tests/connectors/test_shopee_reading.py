"""Shopee: signatures, errors and orders, without a partner."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from salur.connectors.base.errors import (
    AlreadyExists,
    AuthExpired,
    AuthRejected,
    ContractBroken,
    PartnerError,
    RateLimited,
    Rejected,
    Retryable,
    TooLate,
    UnknownOutcome,
)
from salur.connectors.base.reading import as_object, parse_json
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import OrderStatus, RawRequest, TimeWindow
from salur.connectors.stores.shopee.errors import TABLE, error_for
from salur.connectors.stores.shopee.mapping import store_order
from salur.connectors.stores.shopee.rules import INSTANT_COURIERS, RULES
from salur.connectors.stores.shopee.statuses import ORDER
from salur.connectors.stores.shopee.wire import push_signature, sign

from .answers import NOW, calls_of, shop

ORDER_JSON: dict[str, Any] = {
    "order_sn": "231115ABCDEF12",
    "region": "TH",
    "currency": "THB",
    "cod": False,
    "total_amount": "199.90",
    "order_status": "READY_TO_SHIP",
    "create_time": 1_700_000_000,
    "update_time": 1_700_000_100,
    "item_list": [],
}


def line(**changes: Any) -> dict[str, Any]:
    plain = {
        "item_id": 11,
        "item_name": "Shirt",
        "item_sku": "PARENT",
        "model_id": 0,
        "model_name": "",
        "model_sku": "",
        "model_quantity_purchased": 1,
        "model_original_price": 10.0,
        "model_discounted_price": 9.5,
        "order_item_id": 11,
        "promotion_group_id": 0,
    }
    return plain | changes


def read(**changes: Any) -> Any:
    return store_order(as_object(parse_json(json.dumps(ORDER_JSON | changes), "order"), "order"))


def test_calls_are_signed_as_the_contract_sheet_works_out_by_hand() -> None:
    assert sign("shopeekey0123456789", "2000001", "/api/v2/auth/token/get", "1700000000") == (
        "b7a4cdcac1538f5da9079e6aba6297f68735d0db9d15102f64b29b3c547d4aeb"
    )
    connector = shop({"error": "", "response": {"more": False, "order_list": []}})
    window = TimeWindow(datetime.fromtimestamp(NOW, UTC), datetime.fromtimestamp(NOW, UTC) + timedelta(hours=1))
    connector.orders(window, None)
    (call,) = calls_of(connector)
    sent = dict(call.params)
    assert sent["sign"] == "791970ea74a85d932e09146433f1930e8f7a2796db6a86c7e0f33568b13952aa"
    assert (sent["timestamp"], sent["time_to"]) == ("1700000000", "1700003600")


BODY = (
    b'{"code":3,"shop_id":600000,"timestamp":1700000000,"data":{"ordersn":"231115ABCDEF12",'
    b'"status":"READY_TO_SHIP","update_time":1700000000}}'
)
URL = "https://hub.example.com/push/shopee"
SIGNED = "dca4fec936240e4073a84cf5c0b21d3269f60e215c19f2e7e2071aca0c40711b"


def pushed(body: bytes = BODY, signature: str = SIGNED, url: str = URL) -> RawRequest:
    return RawRequest("POST", url, {"authorization": signature}, {}, body)


def test_a_signed_push_message_is_an_event() -> None:
    (event,) = shop({}).parse_callback(pushed())
    assert (event.kind, event.subject, event.raw_status) == ("order", "231115ABCDEF12", "READY_TO_SHIP")
    assert event.at == datetime.fromtimestamp(1_700_000_000, UTC)
    assert shop({}).parse_callback(pushed())[0].delivery_id == event.delivery_id


@pytest.mark.parametrize(
    "forged",
    [
        pushed(signature="0" * 64),
        pushed(signature=""),
        pushed(body=BODY.replace(b"600000", b"600001")),
        pushed(url=URL + "x"),
        RawRequest("POST", URL, {}, {}, BODY),
    ],
)
def test_a_push_message_not_signed_by_shopee_is_refused(forged: RawRequest) -> None:
    with pytest.raises(AuthRejected):
        shop({}).parse_callback(forged)


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        (b'{"code":4,"shop_id":600000,"data":{"ordersn":"A1","tracking_no":"T","package_number":"P"}}', ["tracking"]),
        (b'{"code":15,"shop_id":600000,"data":{"ordersn":"A1","status":"READY"}}', ["label"]),
        (b'{"code":2,"shop_id":600000,"timestamp":1700000000}', ["authorisation"]),
        (b'{"code":12,"shop_id":600000,"timestamp":1700000000,"data":{}}', ["authorisation"]),
        (b'{"code":10,"shop_id":600000,"data":{}}', []),
        (b'{"code":3,"shop_id":999,"data":{"ordersn":"A1"}}', []),
    ],
)
def test_push_messages_by_their_kind(body: bytes, kinds: list[str]) -> None:
    events = shop({}).parse_callback(pushed(body, push_signature("pushkey01", URL, body)))
    assert [event.kind for event in events] == kinds


CASES: list[tuple[str, str, Effect, type[PartnerError]]] = [
    ("invalid_acceess_token", "Invalid access_token, please have a check.", Effect.CREATE, AuthExpired),
    ("error_auth", "Invalid access_token.", Effect.READ, AuthExpired),
    ("error_auth", "Invalid partner_id or shopid.", Effect.READ, AuthRejected),
    ("error_auth", "Stock should be larger than reserved stock.", Effect.REPEATABLE, Rejected),
    ("error_auth", "System error, please try again later.", Effect.READ, Retryable),
    ("error_sign", "Wrong sign.", Effect.READ, AuthRejected),
    ("error_partner_key_expired", "", Effect.READ, AuthRejected),
    ("source_ip_undeclared", "", Effect.READ, AuthRejected),
    ("shop_banned", "", Effect.READ, AuthRejected),
    ("partner_shop_no_link", "", Effect.READ, AuthRejected),
    ("error_rate_limit", "", Effect.READ, RateLimited),
    ("error_limit", "", Effect.CREATE, RateLimited),
    ("logistics.error_limit", "Can not update order logistics in current status.", Effect.READ, Rejected),
    ("error_server", "", Effect.READ, Retryable),
    ("error_server", "", Effect.REPEATABLE, Retryable),
    ("error_server", "", Effect.CREATE, UnknownOutcome),
    ("error_network", "Inner http call failed", Effect.CREATE, UnknownOutcome),
    ("common.error_server", "", Effect.READ, Retryable),
    ("error_param", "parameter invalid", Effect.READ, Rejected),
    ("error_param", "Timestamp is expired.", Effect.CREATE, Retryable),
    ("logistics.error_param", "The order is being allocated, please wait ...", Effect.READ, Retryable),
    ("logistics.error_param", "Order has been shipped.", Effect.REPEATABLE, AlreadyExists),
    ("logistics.error_param", "This order is not allowed to cancel.", Effect.REPEATABLE, TooLate),
    ("error_permission", "", Effect.READ, Rejected),
    ("a_word_of_tomorrow", "", Effect.READ, Rejected),
]


@pytest.mark.parametrize(("code", "message", "effect", "expected"), CASES)
def test_error_words_become_the_class_that_says_what_to_do(
    code: str, message: str, effect: Effect, expected: type[PartnerError]
) -> None:
    error = error_for(code, message, effect, NOW, "x1")
    assert type(error) is expected
    assert (error.code, error.message, error.exchange_id) == (code, message, "x1")


def test_every_row_of_the_error_table_can_be_reached() -> None:
    """A row behind a broader one would never count."""
    for place, row in enumerate(TABLE):
        code, message = row.code, row.words[0] if row.words else "-"
        first = next(
            index
            for index, other in enumerate(TABLE)
            if other.code in (code, code.rpartition(".")[2])
            and (not other.words or any(word in message for word in other.words))
        )
        assert first == place, row


def test_the_daily_quota_begins_anew_at_midnight_of_utc_plus_8() -> None:
    half_past_eleven = datetime(2023, 11, 14, 15, 30, tzinfo=UTC).timestamp()
    error = error_for("error_limit", "", Effect.READ, half_past_eleven)
    assert isinstance(error, RateLimited)
    assert error.retry_after == 1800


def test_an_error_is_read_by_its_word_whatever_the_http_status() -> None:
    with pytest.raises(AuthExpired):
        shop({"error": "invalid_acceess_token", "message": "Invalid access_token"}, status=403).verify()
    with pytest.raises(ContractBroken, match="HTTP 403"):
        shop(b"<html>Forbidden</html>", status=403).verify()


def test_the_reason_of_a_batch_of_one_is_its_only_entrys() -> None:
    entry = {"order_sn": "A1", "fail_error": "logistics.order_not_exist", "fail_message": "The order A1 ..."}
    answer = {"error": "common.batch_api_all_failed", "message": "Failed", "response": {"result_list": [entry]}}
    assert shop(answer).label("A1", "", "T").failure == "The order A1 ..."


def test_whatever_refuses_the_tokens_needs_a_new_login() -> None:
    for word in ("error_param", "error_auth", "invalid_acceess_token", "a_word_of_tomorrow"):
        with pytest.raises(AuthRejected):
            shop({"error": word, "message": "Invalid refresh_token."}).refresh()
        with pytest.raises(AuthRejected):
            shop({"error": word, "message": "Invalid code"}).exchange({"code": "c", "shop_id": "600000"})


def test_a_login_with_several_shops_is_refused_with_its_cure() -> None:
    tokens = {"error": "", "access_token": "a", "refresh_token": "r", "expire_in": 14400}
    back = {"code": "c", "main_account_id": "7"}
    assert shop(tokens | {"shop_id_list": [600001]}).exchange(back).identity == "600001"
    with pytest.raises(Rejected) as refused:
        shop(tokens | {"shop_id_list": [1, 2]}).exchange(back)
    assert refused.value.code == "several_shops"


def test_options_that_a_person_must_complete_come_last() -> None:
    info = {"dropoff": ["tracking_no"], "pickup": ["address_id", "pickup_time_id"]}
    slots = [{"pickup_time_id": "late"}, {"pickup_time_id": "best", "flags": ["recommended"]}]
    homes = [{"address_id": 1}, {"address_id": 2, "address_flag": ["pickup_address"], "time_slot_list": slots}]
    answer = {"error": "", "response": {"info_needed": info, "pickup": {"address_list": homes}, "dropoff": {}}}
    assert [(one.kind, dict(one.fields)) for one in shop(answer).shipping_options("A1")] == [
        ("pickup", {"address_id": "2", "pickup_time_id": "best"}),
        ("pickup", {"address_id": "2", "pickup_time_id": "late"}),
        ("pickup", {"address_id": "1"}),
        ("dropoff", {"tracking_number": ""}),
    ]


def test_money_is_exact() -> None:
    body = (
        b'{"error":"","response":{"order_list":[{"order_sn":"A","currency":"MYR","order_status":"COMPLETED",'
        b'"create_time":1,"update_time":2,"total_amount":0.1,"item_list":[]}]}}'
    )
    (order,) = shop(body).order_details(["A"])
    assert order.total == Decimal("0.1")


def test_the_sku_is_the_variations_and_else_the_items() -> None:
    lines = read(item_list=[line(model_sku="RED-XL", model_id=5, model_name="Red,XL"), line(item_sku="PLAIN")]).lines
    assert [(one.sku, one.name, one.unit_price) for one in lines] == [
        ("RED-XL", "Shirt - Red,XL", Decimal("9.5")),
        ("PLAIN", "Shirt", Decimal("9.5")),
    ]


def test_line_keys_are_unique_and_stay_the_same() -> None:
    rows = [
        line(order_item_id=1),
        line(order_item_id=2, model_id=7),
        line(order_item_id=2, model_id=8),
        line(order_item_id=3, promotion_group_id=1),
        line(order_item_id=3, promotion_group_id=2),
        line(order_item_id=4),
        line(order_item_id=4),
    ]
    keys = [one.key for one in read(item_list=rows).lines]
    assert keys == ["1", "2:7", "2:8", "3:g1", "3:g2", "4:g0", "4:g0#2"]
    assert [one.key for one in read(item_list=rows, order_status="SHIPPED").lines] == keys


def test_cancelled_pieces_are_not_picked_but_a_cancelled_order_keeps_its_lines() -> None:
    rows = [line(model_quantity_purchased=3, cancelled_qty=1), line(order_item_id=12, cancelled_qty=1)]
    assert [one.quantity for one in read(item_list=rows).lines] == [2]
    gone = read(item_list=rows, order_status="CANCELLED", cancel_reason="Out of stock")
    assert [one.quantity for one in gone.lines] == [3, 1]
    assert (gone.status, gone.cancel_reason) == (OrderStatus.CANCELLED, "Out of stock")


def test_masked_address_fields_stay_as_they_are() -> None:
    where = {"name": "S****i", "phone": "****12", "full_address": "****", "city": "Bangkok", "region": "th"}
    address = read(recipient_address=where).address
    assert (address.name, address.phone, address.lines) == ("S****i", "****12", ("****",))
    assert (address.city, address.country) == ("Bangkok", "TH")


def test_a_single_package_is_the_orders_and_several_are_nobodys() -> None:
    one = {"package_number": "P1", "shipping_carrier": "SPX Express", "logistics_status": "LOGISTICS_READY"}
    assert (read(package_list=[one]).package, read(package_list=[one]).courier) == ("P1", "SPX Express")
    assert read(package_list=[one, one | {"package_number": "P2"}]).package == ""


def test_an_unknown_status_is_kept_and_moves_nothing() -> None:
    order = read(order_status="TELEPORTED")
    assert (order.status, order.raw_status) == (OrderStatus.UNKNOWN, "TELEPORTED")


@pytest.mark.parametrize("missing", ["order_sn", "order_status", "update_time", "create_time", "currency"])
def test_an_order_without_what_it_must_have_names_the_field(missing: str) -> None:
    with pytest.raises(ContractBroken) as broken:
        store_order({key: value for key, value in ORDER_JSON.items() if key != missing})
    assert broken.value.field == missing


def test_a_split_order_is_refused_with_a_code_of_its_own() -> None:
    asked = {"error": "logistics.package_number_not_exist", "message": "Please request with package_number"}
    packages = [{"package_number": "P1"}, {"package_number": "P2"}]
    detail = {"error": "", "response": {"order_list": [ORDER_JSON | {"package_list": packages}]}}
    with pytest.raises(Rejected) as refused:
        shop(asked, detail).awb("A1")
    assert refused.value.code == "split_order"

    single = {"error": "", "response": {"order_list": [ORDER_JSON | {"package_list": packages[:1]}]}}
    tracked = {"error": "", "response": {"tracking_number": "T1"}}
    answer = shop(asked, single, tracked).awb("A1")
    assert (answer.number, answer.package) == ("T1", "P1")


def test_a_carrier_still_being_chosen_is_a_hint_and_no_error() -> None:
    answer = shop({"error": "logistics.error_param", "message": "The order is being allocated, please wait"}).awb("A1")
    assert answer.number == ""
    assert "allocated" in answer.hint


def test_a_label_that_is_no_pdf_is_a_failure() -> None:
    ready = {"error": "", "response": {"result_list": [{"order_sn": "A1", "status": "READY"}]}}
    result = shop(ready, b"\x89PNG....").label("A1", "", "T1")
    assert result.document is None
    assert result.failure


def test_rules_cover_every_status_and_name_their_requirement() -> None:
    assert {rule.status for rule in RULES} == set(OrderStatus)
    assert all(rule.reason and rule.requirement for rule in RULES)
    assert set(ORDER.values()) <= set(OrderStatus)


def test_only_the_instant_couriers_go_without_awb_and_only_when_paid() -> None:
    waived = [rule for rule in RULES if not rule.needs_awb]
    assert [rule.status for rule in waived] == [OrderStatus.PAID]
    assert waived[0].couriers[:5] == INSTANT_COURIERS
    assert RULES.index(waived[0]) < RULES.index(
        next(rule for rule in RULES if rule.status == OrderStatus.PAID and not rule.couriers)
    )


def test_nothing_shipped_or_cancelled_is_ever_pushed() -> None:
    for rule in RULES:
        if rule.status in (OrderStatus.SHIPPED, OrderStatus.COMPLETED, OrderStatus.CANCELLED, OrderStatus.UNPAID):
            assert not rule.push
    cancelled = next(rule for rule in RULES if rule.status == OrderStatus.CANCELLED)
    assert cancelled == replace(cancelled, create=False)
