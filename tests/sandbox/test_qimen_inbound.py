"""Inbound lists at the simulated Qimen warehouse (contracts/qimen)."""

from typing import Any

import pytest

from tests.sandbox.clients import Control
from tests.sandbox.qimen_client import SKU, QimenWarehouse, first, tree


def test_an_inbound_list_raises_stock_as_it_is_received(house: QimenWarehouse) -> None:
    number = first(house.good("entryorder.create", house.entry("ASN-1")), "entryOrderId")
    assert house.stock() == {"ZP": (10, 0), "ZT": (20, 0)}
    house.move_in("ASN-1", "PARTFULFILLED", quantities={SKU: 12})
    assert house.stock() == {"ZP": (22, 0), "ZT": (8, 0)}
    batches = [{"sku": SKU, "batch": "B7", "expires_on": "2030-01-31", "quantity": 9}]
    house.move_in(number, "FULFILLED", quantities={SKU: 21}, damaged={SKU: 2}, batches=batches)
    assert house.stock() == {"ZP": (31, 0), "CC": (2, 0)}
    answer = tree(house.good("entryorder.query", house.named("ASN-1")))["response"]
    lines = [
        tuple(line[name][0] for name in ("inventoryType", "planQty", "actualQty"))
        for line in answer["orderLines"][0]["orderLine"]
    ]
    assert lines == [("ZP", "20", "21"), ("CC", "20", "2")]
    batch = answer["orderLines"][0]["orderLine"][0]["batchs"][0]["batch"][0]
    assert (batch["batchCode"], batch["expireDate"], batch["actualQty"]) == (["B7"], ["2030-01-31"], ["9"])
    assert answer["entryOrder"][0]["status"] == ["FULFILLED"]
    fewer = {"status": "FULFILLED", "quantities": {SKU: 3}}
    assert house.control.http.post("/_control/qimen/inbounds/ASN-1/status", json=fewer).status_code == 400


def test_an_inbound_list_is_taken_once_until_it_is_cancelled(control: Control, house: QimenWarehouse) -> None:
    number = first(house.good("entryorder.create", house.entry("ASN-1")), "entryOrderId")
    assert house.bad("entryorder.create", house.entry("ASN-1")) == (
        "order-exists",
        f"entryOrderCode ASN-1 exists already as {number}",
    )
    house.good("order.cancel", house.named("ASN-1", orderType="CGRK"))
    assert house.stock() == {"ZP": (10, 0)}
    house.good("entryorder.create", house.entry("ASN-1"))
    rows = control.get("qimen/inbounds")["inbounds"]
    assert [(row["status"], row["times_created"]) for row in rows] == [("CANCELED", 1), ("ACCEPT", 1)]
    assert rows[0]["planned"] == {SKU: 20}


@pytest.mark.parametrize(
    ("head", "quantity", "sku", "code"),
    [
        ({"entryOrderCode": ""}, 20, SKU, "invalid-parameter"), ({"ownerCode": ""}, 20, SKU, "invalid-parameter"),
        ({"entryOrderCode": "x" * 51}, 20, SKU, "invalid-parameter"),
        ({"ownerCode": "NO"}, 20, SKU, "owner-not-found"),
        ({"warehouseCode": "NO"}, 20, SKU, "warehouse-not-found"),
        ({"orderType": "JYCK"}, 20, SKU, "invalid-parameter"),
        ({"expectStartTime": "soon"}, 20, SKU, "invalid-parameter"), ({}, 0, SKU, "invalid-parameter"),
        ({}, "1.5", SKU, "invalid-parameter"), ({}, 20, "NO", "item-not-found"),
    ],
)  # fmt: skip
def test_a_bad_inbound_list_is_refused(
    house: QimenWarehouse, head: dict[str, str], quantity: Any, sku: str, code: str
) -> None:
    assert house.bad("entryorder.create", house.entry("ASN-1", quantity, sku, **head))[0] == code
    assert house.control.get("qimen/inbounds")["inbounds"] == []


def test_an_inbound_list_that_is_being_received_is_closed_but_not_cancelled(house: QimenWarehouse) -> None:
    house.good("entryorder.create", house.entry("ASN-1"))
    house.move_in("ASN-1", "PARTFULFILLED", quantities={SKU: 12})
    assert house.bad("order.cancel", house.named("ASN-1"))[0] == "order-status"
    assert house.bad("order.pending", house.named("ASN-1", actionType="hold"))[0] == "invalid-parameter"
    house.good("order.pending", house.named("ASN-1", actionType="close", orderType="CGRK"))
    assert first(house.good("entryorder.query", house.named("ASN-1")), "status") == "CLOSED"
    assert house.stock() == {"ZP": (22, 0)}
    assert house.bad("order.pending", house.named("ASN-1", actionType="close"))[0] == "order-status"
    house.good("deliveryorder.create", house.delivery("SO-1"))
    assert house.bad("order.pending", house.named("SO-1", actionType="close"))[0] == "invalid-parameter"


def test_one_code_for_both_kinds_of_list_is_told_apart_by_order_type(house: QimenWarehouse) -> None:
    house.good("deliveryorder.create", house.delivery("X-1"))
    house.good("entryorder.create", house.entry("X-1"))
    house.good("order.cancel", house.named("X-1", orderType="CGRK"))
    assert house.status("X-1") == "ACCEPT"
    assert first(house.good("entryorder.query", house.named("X-1")), "status") == "CANCELED"


def test_inbound_lists_are_received_by_themselves_after_the_set_time(control: Control, house: QimenWarehouse) -> None:
    house.good("entryorder.create", house.entry("ASN-1"))
    control.post("settings", qimen={"receive_after": 3600})
    control.post("clock", advance=3601)
    assert house.stock() == {"ZP": (30, 0)}
