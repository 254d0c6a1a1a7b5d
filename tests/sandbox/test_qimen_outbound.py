"""Outbound lists at the simulated Qimen warehouse (contracts/qimen)."""

import base64
import hashlib

import pytest

from tests.sandbox.clients import Control, Shop
from tests.sandbox.qimen_client import SKU, QimenWarehouse, first, tree


def test_a_code_is_taken_once(control: Control, house: QimenWarehouse) -> None:
    number = first(house.good("deliveryorder.create", house.delivery("SO-1")), "deliveryOrderId")
    code, words = house.bad("deliveryorder.create", house.delivery("SO-1"))
    assert (code, number in words) == ("order-exists", True)
    house.good("order.cancel", house.named("SO-1"))
    assert house.bad("deliveryorder.create", house.delivery("SO-1"))[0] == "order-exists"
    row = house.orders()[0]
    assert (row["number"], row["times_created"], row["refused_repeats"]) == (number, 1, 2)
    control.post("settings", qimen={"repeat_answer": "same"})
    assert first(house.good("deliveryorder.create", house.delivery("SO-1")), "deliveryOrderId") == number
    control.post("settings", qimen={"allow_duplicate_reference": True})
    house.good("deliveryorder.create", house.delivery("SO-2"))
    house.good("deliveryorder.create", house.delivery("SO-2"))
    assert [one["times_created"] for one in house.orders() if one["reference"] == "SO-2"] == [2, 2]


MANDATORY = {
    "deliveryOrderCode": 50, "orderType": 50, "warehouseCode": 50, "sourcePlatformCode": 50, "createTime": 50,
    "placeOrderTime": 50, "operateTime": 50, "shopNick": 200, "logisticsCode": 50,
}  # fmt: skip


@pytest.mark.parametrize("name", MANDATORY)
def test_a_mandatory_field_is_missed_and_a_long_one_refused(house: QimenWarehouse, name: str) -> None:
    for value in ("", "x" * (MANDATORY[name] + 1)):
        code, words = house.bad("deliveryorder.create", house.delivery("SO-1", **{name: value}))
        assert (code, name in words) == ("invalid-parameter", True)
    assert house.orders() == []


@pytest.mark.parametrize("part", ["senderInfo", "receiverInfo"])
@pytest.mark.parametrize("name", ["name", "mobile", "province", "city", "detailAddress"])
def test_a_part_of_an_address_is_missed_and_a_long_one_refused(house: QimenWarehouse, part: str, name: str) -> None:
    wish = house.delivery("SO-1")
    for value in ("", "x" * 201):
        wish["deliveryOrder"][part][name] = value
        code, words = house.bad("deliveryorder.create", wish)
        assert (code, f"{part}.{name}" in words) == ("invalid-parameter", True)
    wish["deliveryOrder"][part][name] = "x" * (200 if name == "detailAddress" else 50)
    house.good("deliveryorder.create", wish)


def test_only_the_receiver_needs_an_area(house: QimenWarehouse) -> None:
    wish = house.delivery("SO-1")
    assert "area" not in wish["deliveryOrder"]["senderInfo"]
    del wish["deliveryOrder"]["receiverInfo"]["area"]
    assert house.bad("deliveryorder.create", wish)[1] == "receiverInfo.area is required"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"ownerCode": ""}, "invalid-parameter"), ({"ownerCode": "NO"}, "owner-not-found"),
        ({"itemCode": ""}, "invalid-parameter"), ({"itemCode": "NO"}, "item-not-found"),
        ({"itemId": "WI1"}, "item-id"),
        *(({"planQty": bad}, "invalid-parameter") for bad in ("", "0", "-1", "1.5", "one", "²")),
        ({"planQty": "11"}, "stock-short"),
        *(({"actualPrice": bad}, "invalid-parameter") for bad in ("", "-1", "dear")),
    ],
)  # fmt: skip
def test_a_bad_line_is_refused_and_nothing_is_kept(house: QimenWarehouse, line: dict[str, str], code: str) -> None:
    wish = house.delivery("SO-1")
    wish["orderLines"]["orderLine"][0] |= line
    assert house.bad("deliveryorder.create", wish)[0] == code
    assert (house.orders(), house.stock()) == ([], {"ZP": (10, 0)})


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ({"orderType": "CGRK"}, "invalid-parameter"), ({"warehouseCode": "NO"}, "warehouse-not-found"),
        ({"createTime": "2024-01-02"}, "invalid-parameter"), ({"totalAmount": "much"}, "invalid-parameter"),
        ({"expressCode": "x" * 51}, "invalid-parameter"), ({"remark": "x" * 501}, "invalid-parameter"),
    ],
)  # fmt: skip
def test_a_bad_head_is_refused(house: QimenWarehouse, head: dict[str, str], code: str) -> None:
    assert house.bad("deliveryorder.create", house.delivery("SO-1", **head))[0] == code
    assert house.bad("deliveryorder.create", {**house.delivery("SO-1"), "orderLines": {}})[0] == "invalid-parameter"


def test_any_warehouse_will_do_when_the_erp_does_not_choose(house: QimenWarehouse) -> None:
    answer = house.good("deliveryorder.create", house.delivery("SO-1", warehouseCode="OTHER"))
    assert first(answer, "warehouseCode") == house.warehouse


def test_a_label_is_kept_by_its_address_or_its_digest(control: Control, shop: Shop, house: QimenWarehouse) -> None:
    order_sn = control.orders(count=1)[0]
    shop.arrange(order_sn)
    pdf = shop.label(order_sn)
    wish = house.delivery("SO-1")
    wish["extendProps"] = {"labelData": base64.b64encode(pdf).decode()}
    house.good("deliveryorder.create", wish)
    house.good("deliveryorder.create", house.delivery("SO-2"))
    inside = house.delivery("SO-3", extendProps={"labelUrl": "https://hub.example/3.pdf"})
    del inside["extendProps"]
    house.good("deliveryorder.create", inside)
    kept = [(row["label_sha256"], row["label_pages"], row["label_url"]) for row in house.orders()]
    assert kept == [
        (hashlib.sha256(pdf).hexdigest(), 1, ""),
        ("", 0, "https://hub.example/l.pdf"),
        ("", 0, "https://hub.example/3.pdf"),
    ]
    for bad in ({"labelUrl": "ftp://x"}, {"labelData": "?"}, {"labelData": base64.b64encode(b"no PDF").decode()}):
        assert house.bad("deliveryorder.create", {**house.delivery("SO-4"), "extendProps": bad})[0] == "label"


def test_stock_is_held_on_arrival_and_leaves_with_shipment(house: QimenWarehouse) -> None:
    house.good("deliveryorder.create", house.delivery("SO-1", 3))
    assert house.stock() == {"ZP": (7, 3)}
    house.move("SO-1", "DELIVERED")
    assert house.stock() == {"ZP": (7, 0)}
    house.move("SO-1", "DELIVERED")
    house.move("SO-1", "SIGN")
    assert house.stock() == {"ZP": (7, 0)}
    assert house.status("SO-1") == "DELIVERED"


def test_a_part_may_be_shipped_first(house: QimenWarehouse) -> None:
    house.good("deliveryorder.create", house.delivery("SO-1", 3))
    house.move("SO-1", "PARTDELIVERED", quantities={SKU: 2})
    assert house.stock() == {"ZP": (7, 1)}
    answer = house.good("deliveryorder.query", house.named("SO-1"))
    assert (first(answer, "status"), first(answer, "planQty"), first(answer, "actualQty")) == (
        "PARTDELIVERED",
        "3",
        "2",
    )
    assert first(answer, "expressCode") == ""
    house.move("SO-1", "DELIVERED")
    answer = house.good("deliveryorder.query", house.named("SO-1"))
    assert (first(answer, "actualQty"), first(answer, "expressCode")) == ("3", "TH0001")
    assert house.stock() == {"ZP": (7, 0)}


def test_the_warehouse_gives_a_tracking_number_when_the_erp_has_none(house: QimenWarehouse) -> None:
    house.good("deliveryorder.create", house.delivery("SO-1", expressCode=""))
    assert house.move("SO-1", "DELIVERED")["tracking"]
    assert first(house.good("deliveryorder.query", house.named("SO-1")), "expressCode") == house.orders()[0]["tracking"]


def test_short_of_stock_may_be_taken_and_wait(control: Control, house: QimenWarehouse) -> None:
    control.post("settings", qimen={"short_stock": "wait", "ship_after": 10})
    house.good("deliveryorder.create", house.delivery("SO-1", 12))
    control.post("clock", advance=11)
    assert (house.status("SO-1"), house.stock()) == ("ACCEPT", {"ZP": (10, 0)})
    control.post("qimen/stock", stock={SKU: 12})
    assert house.stock() == {"ZP": (0, 12)}
    control.post("clock", advance=11)
    assert (house.status("SO-1"), house.stock()) == ("DELIVERED", {"ZP": (0, 0)})


def test_what_the_warehouse_ships_the_courier_picks_up(control: Control, shop: Shop, house: QimenWarehouse) -> None:
    order_sn = control.orders(count=1)[0]
    shop.arrange(order_sn)
    house.good("deliveryorder.create", house.delivery("SO-1", expressCode=control.order(order_sn)["tracking_number"]))
    house.move("SO-1", "DELIVERED")
    control.post("tick")
    assert control.order(order_sn)["status"] == "SHIPPED"


WAY = ("ACCEPT", "PRINT", "PICK", "CHECK", "PACKAGE", "WEIGH", "READY")


@pytest.mark.parametrize("limit", ["PRINT", "PACKAGE", "READY"])
def test_cancellation_is_possible_up_to_the_set_step(control: Control, house: QimenWarehouse, limit: str) -> None:
    control.post("settings", qimen={"cancel_until": limit})
    for step in WAY:
        house.good("deliveryorder.create", house.delivery(step))
        house.move(step, step)
        if WAY.index(step) <= WAY.index(limit):
            house.good("order.cancel", house.named(step, orderType="JYCK", cancelReason="buyer"))
            assert house.status(step) == "CANCELED"
            house.good("order.cancel", house.named(step))
        else:
            assert house.bad("order.cancel", house.named(step))[0] == "order-status"
            assert house.status(step) == "ACCEPT"
    late = len(WAY) - 1 - WAY.index(limit)
    assert house.stock() == {"ZP": (10 - late, late)}


@pytest.mark.parametrize("gone", ["DELIVERED", "PARTDELIVERED", "SIGN", "REJECT", "CLOSED"])
def test_what_has_left_or_ended_cannot_be_cancelled(house: QimenWarehouse, gone: str) -> None:
    house.good("deliveryorder.create", house.delivery("SO-1"))
    if gone == "SIGN":
        house.move("SO-1", "DELIVERED")
    house.move("SO-1", gone)
    assert house.bad("order.cancel", house.named("SO-1")) == (
        "order-status",
        f"SO-1 is {gone} and can not be cancelled",
    )
    assert house.bad("order.cancel", house.named("SO-9"))[0] == "order-not-found"
    assert house.bad("order.cancel", house.named("SO-9", warehouseCode=""))[0] == "invalid-parameter"
    assert house.bad("order.cancel", house.named("SO-9", warehouseCode="OTHER"))[0] == "order-not-found"


@pytest.mark.parametrize(
    ("result", "status", "stock"),
    [("later", "CANCELED", {"ZP": (10, 0)}), ("later_fail", "CANCELEDFAIL", {"ZP": (9, 1)})],
)
def test_cancellation_may_be_decided_later(
    control: Control, house: QimenWarehouse, result: str, status: str, stock: dict[str, tuple[int, int]]
) -> None:
    control.post("settings", qimen={"cancel_result": result, "cancel_seconds": 100, "ship_after": 50})
    house.good("deliveryorder.create", house.delivery("SO-1"))
    house.good("order.cancel", house.named("SO-1"))
    control.post("clock", advance=60)
    assert house.status("SO-1") == "ACCEPT", "nothing ships while it is being decided"
    control.post("clock", advance=41)
    answer = house.good("deliveryorder.query", house.named("SO-1"))
    assert (first(answer, "status"), bool(first(answer, "remark"))) == (status, result == "later_fail")
    assert house.stock() == stock
    control.post("clock", advance=51)
    assert house.status("SO-1") == ("DELIVERED" if result == "later_fail" else "CANCELED"), "the list goes on"


def test_a_cancellation_fails_when_the_house_was_quicker(control: Control, house: QimenWarehouse) -> None:
    control.post("settings", qimen={"cancel_result": "later", "cancel_seconds": 100})
    house.good("deliveryorder.create", house.delivery("SO-1"))
    house.good("order.cancel", house.named("SO-1"))
    house.move("SO-1", "READY")
    control.post("clock", advance=101)
    assert house.status("SO-1") == "CANCELEDFAIL"


def test_an_exception_says_why_and_unknown_codes_are_shown_as_they_are(house: QimenWarehouse) -> None:
    house.good("deliveryorder.create", house.delivery("SO-1"))
    house.move("SO-1", "EXCEPTION", reason="label torn")
    answer = house.good("deliveryorder.query", house.named("SO-1"))
    assert (first(answer, "status"), first(answer, "remark")) == ("EXCEPTION", "label torn")
    refused = house.control.http.post("/_control/qimen/orders/SO-1/status", json={"status": "MOONWALK"})
    assert refused.status_code == 400
    house.move("SO-1", "MOONWALK", raw=True)
    assert house.status("SO-1") == "MOONWALK"
    assert "<processStatus>MOONWALK</processStatus>" in house.good("orderprocess.query", house.named("SO-1"))


def test_the_steps_of_a_list_can_be_asked_for(house: QimenWarehouse) -> None:
    number = first(house.good("deliveryorder.create", house.delivery("SO-1")), "deliveryOrderId")
    for step in ("PRINT", "PICK", "OTHER"):
        house.move("SO-1", step)
    answer = tree(house.good("orderprocess.query", {"orderId": number}))["response"]["orderProcess"][0]
    steps = [one["processStatus"][0] for one in answer["processes"][0]["process"]]
    assert steps == ["ACCEPT", "PRINT", "PICK", "OTHER"]
    assert house.bad("orderprocess.query", house.named("SO-9"))[0] == "order-not-found"
    assert house.bad("orderprocess.query", {})[0] == "invalid-parameter"


def test_a_look_up_may_miss_a_new_list_for_a_while(control: Control, house: QimenWarehouse) -> None:
    control.post("settings", qimen={"lookup_delay": 60})
    house.good("deliveryorder.create", house.delivery("SO-1"))
    house.good("entryorder.create", house.entry("ASN-1"))
    for method, code in (
        ("deliveryorder.query", "SO-1"),
        ("entryorder.query", "ASN-1"),
        ("orderprocess.query", "SO-1"),
    ):
        assert house.bad(method, house.named(code))[0] == "order-not-found"
    control.post("clock", advance=61)
    assert house.status("SO-1") == "ACCEPT"


def test_lines_of_a_long_list_come_in_pages(house: QimenWarehouse) -> None:
    skus = [f"S{number:02d}" for number in range(5)]
    house.control.post("qimen/products", skus=skus, quantity=1)
    wish = house.delivery("SO-1")
    line = wish["orderLines"]["orderLine"][0]
    wish["orderLines"]["orderLine"] = [{**line, "itemCode": sku} for sku in skus]
    house.good("deliveryorder.create", wish)
    found: list[str] = []
    for page in (1, 2, 3):
        answer = house.good("deliveryorder.query", house.named("SO-1", page=page, pageSize=2))
        assert first(answer, "totalLines") == "5"
        found += [one["itemCode"][0] for one in tree(answer)["response"]["orderLines"][0]["orderLine"]]
    assert found == skus
    assert house.bad("deliveryorder.query", house.named("SO-1", pageSize=101))[0] == "invalid-parameter"
