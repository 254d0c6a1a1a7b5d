"""Reports of the simulated Qimen warehouse: signed, numbered, in order, tried again (contracts/qimen)."""

from typing import Any

import pytest

from tests.sandbox.clients import Control, contract
from tests.sandbox.conftest import Receiver
from tests.sandbox.qimen_client import SKU, QimenWarehouse, first, shape, sign, tree

TAKEN = b"<response><flag>success</flag><code>0</code><message></message></response>"


@pytest.fixture
def told(control: Control, house: QimenWarehouse, receiver: Receiver) -> QimenWarehouse:
    """The account, with an address for its reports."""
    receiver.reply = TAKEN
    control.post("qimen/subscriptions", callback_url=receiver.url)
    return house


def bodies(receiver: Receiver, method: str = "") -> list[str]:
    """The reports so far, of one method or of all."""
    pairs = zip(receiver.queries, receiver.messages, strict=False)
    return [body.decode() for query, (_, body) in pairs if method in ("", query["method"])]


def actual(report: str) -> list[tuple[str, str]]:
    """Inventory type and pieces of each line."""
    lines = tree(report)["request"]["orderLines"][0]["orderLine"]
    return [(line.get("inventoryType", [""])[0], line["actualQty"][0]) for line in lines]


def test_every_report_is_signed_with_the_accounts_secret(told: QimenWarehouse, receiver: Receiver) -> None:
    told.good("deliveryorder.create", told.delivery("SO-1"))
    told.move("SO-1", "DELIVERED")
    receiver.wait_for_count(3)
    assert [query["method"] for query in receiver.queries] == [
        "orderprocess.report",
        "orderprocess.report",
        "deliveryorder.confirm",
    ]
    for query, (headers, body) in zip(receiver.queries, receiver.messages, strict=True):
        assert query["sign"] == sign(told.secret, query, body.decode())
        assert (query["customerId"], query["app_key"]) == (told.customer, told.key)
        assert headers["Content-Type"] == "text/xml;charset=UTF-8"


def test_an_inbound_list_is_reported_in_increments(told: QimenWarehouse, receiver: Receiver) -> None:
    told.good("entryorder.create", told.entry("ASN-1", 100))
    told.move_in("ASN-1", "PARTFULFILLED", quantities={SKU: 60})
    told.move_in("ASN-1", "FULFILLED", quantities={SKU: 98}, damaged={SKU: 2})
    receiver.wait_for(lambda: len(bodies(receiver, "entryorder.confirm")) == 2)
    part, rest = bodies(receiver, "entryorder.confirm")
    assert (first(part, "confirmType"), first(part, "status"), actual(part)) == ("1", "PARTFULFILLED", [("ZP", "60")])
    assert (first(rest, "confirmType"), first(rest, "status")) == ("0", "FULFILLED")
    assert actual(rest) == [("ZP", "38"), ("CC", "2")]
    assert first(part, "outBizCode") != first(rest, "outBizCode")


def test_an_outbound_list_sent_in_parts_is_reported_in_increments(told: QimenWarehouse, receiver: Receiver) -> None:
    told.good("deliveryorder.create", told.delivery("SO-1", 5))
    told.move("SO-1", "PARTDELIVERED", quantities={SKU: 2})
    told.move("SO-1", "DELIVERED")
    receiver.wait_for(lambda: len(bodies(receiver, "deliveryorder.confirm")) == 2)
    part, rest = bodies(receiver, "deliveryorder.confirm")
    assert [(first(one, "confirmType"), actual(one)) for one in (part, rest)] == [
        ("1", [("", "2")]),
        ("0", [("", "3")]),
    ]
    assert (first(part, "expressCode"), first(rest, "expressCode")) == ("", "TH0001")


def test_a_corrected_figure_is_reported_by_its_difference(
    control: Control, told: QimenWarehouse, receiver: Receiver
) -> None:
    control.post("qimen/stock", stock={SKU: 8})
    control.post("qimen/stock", stock={SKU: 8})
    control.post("qimen/stock", stock={SKU: 11})
    receiver.wait_for_count(2)
    assert [first(one, "quantity") for one in bodies(receiver, "stockchange.report")] == ["-2", "3"]


def test_reports_have_the_examples_shape(control: Control, told: QimenWarehouse, receiver: Receiver) -> None:
    told.good("deliveryorder.create", told.delivery("SO-1"))
    told.move("SO-1", "DELIVERED")
    told.good("entryorder.create", told.entry("ASN-1"))
    batches = [{"sku": SKU, "batch": "B1", "expires_on": "2025-01-31", "quantity": 6}]
    told.move_in("ASN-1", "PARTFULFILLED", quantities={SKU: 6}, batches=batches)
    control.post("qimen/stock", stock={SKU: 1})
    receiver.wait_for(lambda: bool(bodies(receiver, "stockchange.report")))
    for method, name in (
        ("orderprocess.report", "report.orderprocess"),
        ("deliveryorder.confirm", "report.deliveryorder"),
        ("entryorder.confirm", "report.entryorder"),
        ("stockchange.report", "report.stockchange"),
    ):
        wanted = contract("qimen", f"examples/{name}.json")["exchanges"][0]["request"]["xml"]
        assert shape(tree(bodies(receiver, method)[0])) == shape(tree(wanted)), method


@pytest.mark.parametrize("reply", [b"", b"ok", TAKEN.replace(b"success", b"failure")])
def test_a_report_that_is_not_taken_comes_again_with_the_same_number(
    control: Control, told: QimenWarehouse, receiver: Receiver, reply: bytes
) -> None:
    receiver.reply = reply
    control.post("qimen/stock", stock={SKU: 8})
    receiver.wait_for_count(1)
    control.post("tick")  # which waits until the answer has been read
    assert [one["attempts"] for one in control.get("callbacks")["waiting"]] == [["200 not taken"]]
    receiver.reply = TAKEN
    control.post("clock", advance=61)
    receiver.wait_for_count(2)
    control.post("tick")
    assert control.get("callbacks")["waiting"] == []
    numbers = [first(one, "outBizCode") for one in bodies(receiver)]
    assert len(set(numbers)) == 1
    assert receiver.queries[0] == receiver.queries[1]


def test_reports_to_one_address_keep_their_order(told: QimenWarehouse, receiver: Receiver) -> None:
    told.good("deliveryorder.create", told.delivery("SO-1"))
    steps = ["PRINT", "PICK", "CHECK", "PACKAGE", "WEIGH", "READY"]
    for step in steps:
        told.move("SO-1", step)
    receiver.wait_for_count(7)
    assert [first(one, "processStatus") for one in bodies(receiver)] == ["ACCEPT", *steps]


def test_reports_are_doubled_and_turned_round_by_faults(
    control: Control, told: QimenWarehouse, receiver: Receiver
) -> None:
    control.fault("qimen", "callback", "duplicate", times=1)
    control.post("qimen/stock", stock={SKU: 8})
    receiver.wait_for_count(2)
    assert len({first(one, "outBizCode") for one in bodies(receiver)}) == 1
    receiver.reply = b""
    control.post("qimen/stock", stock={SKU: 7})
    receiver.wait_for_count(3)
    control.post("qimen/stock", stock={SKU: 6})
    receiver.wait_for_count(4)
    control.post("tick")
    control.fault("qimen", "callback", "reorder")
    receiver.reply = TAKEN
    control.post("clock", advance=61)
    receiver.wait_for_count(6)
    numbers = [first(one, "outBizCode") for one in bodies(receiver)]
    assert numbers[4:] == [numbers[3], numbers[2]]


def test_reports_go_to_the_accounts_own_address_only(
    control: Control, house: QimenWarehouse, receiver: Receiver
) -> None:
    receiver.reply = TAKEN
    other: dict[str, Any] = control.post("qimen/accounts")
    control.post("qimen/subscriptions", customer_id=other["customer_id"], callback_url=receiver.url)
    assert control.get("qimen/subscriptions")["subscriptions"] == [
        {"customer_id": other["customer_id"], "callback_url": receiver.url}
    ]
    control.post("qimen/stock", stock={SKU: 8})
    control.post("qimen/products", customer_id=other["customer_id"], skus=[SKU], quantity=4)
    receiver.wait_for_count(1)
    control.post("tick")
    assert [query["customerId"] for query in receiver.queries] == [other["customer_id"]]
    bad = {"callback_url": f"{receiver.url}?a=1"}
    assert control.http.post("/_control/qimen/subscriptions", json=bad).status_code == 400


def test_the_address_may_be_set_for_all_accounts(control: Control, house: QimenWarehouse, receiver: Receiver) -> None:
    receiver.reply = TAKEN
    control.post("settings", qimen={"callback_url": receiver.url})
    control.post("qimen/stock", stock={SKU: 8})
    receiver.wait_for_count(1)
    assert [query["customerId"] for query in receiver.queries] == [house.customer]
