"""The simulated Qimen warehouse: signatures, items, stock, faults (contracts/qimen)."""

import hashlib
from datetime import datetime
from typing import Any

import pytest

from tests.sandbox.clients import Control, contract
from tests.sandbox.qimen_client import BEIJING, SKU, QimenWarehouse, first, item, shape, sign, tree, xml

SIGNING = contract("qimen", "signing.json")


@pytest.fixture
def example_account(control: Control) -> QimenWarehouse:
    """The account of the vectors, at the time of the vectors."""
    row = {"customer_id": "CUST001", "app_key": "EXAMPLEAPPKEY", "secret_key": "EXAMPLESECRET", "owner_code": "CUST001"}
    control.post("qimen/accounts", **row, warehouses=[{"code": "W1", "country": "TH"}])
    control.post("clock", now=datetime(2024, 1, 2, 3, 4, 5, tzinfo=BEIJING).timestamp())
    return QimenWarehouse(control)


def test_the_client_of_these_tests_signs_as_the_worked_example() -> None:
    vector = SIGNING["vectors"][0]
    assert sign(vector["secret"], vector["query"], vector["body"]) == "AC248EC207A6DFBCC5D599D61205AF02"


@pytest.mark.parametrize("vector", SIGNING["vectors"], ids=lambda one: one["name"])
def test_every_signature_of_the_contract_is_accepted(example_account: QimenWarehouse, vector: dict[str, Any]) -> None:
    query = {**vector["query"], "sign": vector["sign"]}
    answer = example_account.post(query, vector["body"]).text
    assert first(answer, "code") not in (
        "sign-check-failure",
        "invalid-timestamp",
        "invalid-app-key",
        "invalid-customer",
    )
    spoilt = {**query, "sign": hashlib.md5(b"", usedforsecurity=False).hexdigest().upper()}
    assert first(example_account.post(spoilt, vector["body"]).text, "code") == "sign-check-failure"


@pytest.mark.parametrize("altered", SIGNING["refused"], ids=lambda one: one["name"])
def test_an_altered_call_is_refused(example_account: QimenWarehouse, altered: dict[str, Any]) -> None:
    base, change = SIGNING["vectors"][altered["base"]], altered["change"]
    query = {**base["query"], **change.get("query", {}), "sign": change.get("sign", base["sign"])}
    answer = example_account.post(query, change.get("body", base["body"]))
    assert (answer.status_code, first(answer.text, "flag")) == (200, "failure")
    assert first(answer.text, "code") == "sign-check-failure"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        *(({name: ""}, "invalid-parameter") for name in ("timestamp", "format", "v", "sign_method", "customerId")),
        ({"format": "json"}, "invalid-parameter"),
        ({"sign_method": "hmac"}, "invalid-parameter"),
        ({"v": "3.0"}, "invalid-parameter"),
        ({"app_key": "nobody"}, "invalid-app-key"),
        ({"customerId": "SOMEBODY"}, "invalid-customer"),
        ({"timestamp": "2001-01-01 00:00:00"}, "invalid-timestamp"),
        ({"timestamp": "now"}, "invalid-timestamp"),
        ({"method": "order.forget"}, "invalid-method"),
    ],
)
def test_a_wrong_parameter_is_refused(house: QimenWarehouse, changed: dict[str, str], code: str) -> None:
    body = xml(house.criteria())
    assert first(house.send("inventory.query", body).text, "flag") == "success"
    assert first(house.send("inventory.query", body, **changed).text, "code") == code


def test_the_clock_may_be_apart_by_the_set_tolerance(control: Control, house: QimenWarehouse) -> None:
    query, body = house.query("inventory.query"), xml(house.criteria())
    query["sign"] = sign(house.secret, query, body)
    control.post("clock", advance=500)
    assert first(house.post(query, body).text, "flag") == "success"
    control.post("settings", qimen={"clock_skew_seconds": 300})
    assert first(house.post(query, body).text, "code") == "invalid-timestamp"


def test_another_merchants_keys_do_not_open_an_account(control: Control, house: QimenWarehouse) -> None:
    other = control.post("qimen/accounts")
    assert other["customer_id"] != house.customer
    house.key, house.secret = other["app_key"], other["secret_key"]
    assert house.bad("inventory.query", house.criteria())[0] == "invalid-customer"
    house.customer = other["customer_id"]
    assert house.bad("inventory.query", house.criteria())[0] == "owner-not-found"


@pytest.mark.parametrize("body", ["nonsense", "<a/>", "<request>", '<!DOCTYPE x [<!ENTITY a "b">]><request/>'])
def test_a_body_that_is_no_request_is_refused(house: QimenWarehouse, body: str) -> None:
    assert first(house.send("inventory.query", body).text, "code") == "invalid-body"


def test_a_content_type_other_than_xml_is_refused(house: QimenWarehouse) -> None:
    query, body = house.query("inventory.query"), xml(house.criteria())
    query["sign"] = sign(house.secret, query, body)
    assert first(house.post(query, body, media="application/json").text, "code") == "invalid-body"


def test_methods_are_known_with_and_without_the_routers_prefix(house: QimenWarehouse) -> None:
    assert house.good("taobao.qimen.inventory.query", house.criteria()) == house.good(
        "inventory.query", house.criteria()
    )


def test_an_item_is_added_once_and_then_updated(house: QimenWarehouse) -> None:
    assert house.bad("singleitem.synchronize", item(house, "update"))[0] == "item-not-found"
    assert first(house.good("singleitem.synchronize", item(house)), "itemId") == "NEW-1"
    assert house.bad("singleitem.synchronize", item(house))[0] == "item-exists"
    house.good("singleitem.synchronize", item(house, "update", itemName="newer"))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"itemCode": ""}, "invalid-parameter"), ({"itemName": ""}, "invalid-parameter"),
        ({"itemCode": "x" * 51}, "invalid-parameter"), ({"itemName": "x" * 201}, "invalid-parameter"),
        ({"isShelfLifeMgmt": "yes"}, "invalid-parameter"), ({"length": "-1"}, "invalid-parameter"),
        ({"grossWeight": "heavy"}, "invalid-parameter"),
    ],
)  # fmt: skip
def test_a_bad_item_is_refused(house: QimenWarehouse, changed: dict[str, str], code: str) -> None:
    assert house.bad("singleitem.synchronize", item(house, **changed))[0] == code
    for name, wrong, words in (
        ("actionType", "", "invalid-parameter"), ("actionType", "delete", "invalid-parameter"),
        ("warehouseCode", "NO", "warehouse-not-found"), ("ownerCode", "NO", "owner-not-found"),
    ):  # fmt: skip
        assert house.bad("singleitem.synchronize", {**item(house), name: wrong})[0] == words


def test_a_warehouse_that_numbers_items_demands_its_number(control: Control, house: QimenWarehouse) -> None:
    control.post("settings", qimen={"item_ids": "assigned"})
    number = first(house.good("singleitem.synchronize", item(house)), "itemId")
    assert number not in ("", "NEW-1")
    control.post("qimen/stock", stock={"NEW-1": 5})
    wish = house.delivery("SO-1", sku="NEW-1")
    assert house.bad("deliveryorder.create", wish) == ("item-id", f"itemId of NEW-1 is {number}")
    wish["orderLines"]["orderLine"][0]["itemId"] = number
    house.good("deliveryorder.create", wish)
    assert house.rows(**house.criteria(itemId=number))[0]["itemCode"] == "NEW-1"
    assert house.bad("inventory.query", house.criteria(itemId="WI999"))[0] == "item-not-found"


def test_stock_is_told_by_type_and_nothing_for_what_is_not_there(control: Control, house: QimenWarehouse) -> None:
    control.post("qimen/stock", stock={SKU: 8}, allocated={SKU: 3}, damaged={SKU: 2})
    assert house.stock() == {"ZP": (8, 3), "CC": (2, 0)}
    assert [row["inventoryType"] for row in house.rows(**house.criteria(itemCode=SKU, inventoryType="CC"))] == ["CC"]
    assert house.rows(**house.criteria(itemCode="NOTHING")) == []
    assert house.bad("inventory.query", {})[0] == "invalid-parameter"
    for name, code in (("warehouseCode", "warehouse-not-found"), ("ownerCode", "owner-not-found")):
        assert house.bad("inventory.query", house.criteria(**{name: "NO"}))[0] == code


def test_a_whole_warehouse_is_told_in_pages_without_gap_or_repeat(control: Control, house: QimenWarehouse) -> None:
    control.post("settings", qimen={"inventory_batches": 2})
    control.post("qimen/products", skus=[f"S{number:03d}" for number in range(120)], quantity=3)
    control.post("qimen/products", skus=["ELSEWHERE"], quantity=3, warehouse="QM02")
    units: dict[str, int] = {}
    seen = []
    for page in (1, 2, 3):
        rows = house.rows(page=page, pageSize=100, **house.criteria())
        seen += [(row["itemCode"], row["batchCode"]) for row in rows]
        for row in rows:
            units[row["itemCode"]] = units.get(row["itemCode"], 0) + int(row["quantity"])
    assert len(seen) == len(set(seen)) == 242
    assert units == {SKU: 10, **{f"S{number:03d}": 3 for number in range(120)}}
    assert house.rows(page=4, pageSize=100, **house.criteria()) == []
    assert len(house.rows(**house.criteria())) == 100, "without page and pageSize the first hundred"
    named = {"criteriaList": {"criteria": house.criteria(itemCode=SKU)["criteriaList"]["criteria"] * 60}}
    assert len(house.rows(**named)) == 120, "named items come at one go"
    assert house.bad("inventory.query", {"pageSize": 101, **house.criteria()})[0] == "invalid-parameter"
    control.post("qimen/stock", stock={"S000": 9})
    assert house.rows(page=1, pageSize=4, **house.criteria())[2]["quantity"] == "5"


def example(name: str, exchange: str) -> set[str]:
    exchanges = contract("qimen", f"examples/{name}.json")["exchanges"]
    return shape(tree(next(one["answer"]["xml"] for one in exchanges if one["name"] == exchange)))


def test_answers_have_the_examples_shape(house: QimenWarehouse) -> None:
    got = {
        ("singleitem.synchronize", "added"): house.good("singleitem.synchronize", item(house)),
        ("entryorder.create", "taken"): house.good("entryorder.create", house.entry("ASN-1")),
        ("deliveryorder.create", "taken, with AWB and the label's address"): house.good(
            "deliveryorder.create", house.delivery("SO-1")
        ),
        ("inventory.query", "one item"): house.good("inventory.query", house.criteria(itemCode=SKU)),
        ("orderprocess.query", "picked"): house.good("orderprocess.query", house.named("SO-1")),
    }
    batches = [{"sku": SKU, "batch": "B1", "expires_on": "2025-01-31", "quantity": 6}]
    house.move_in("ASN-1", "PARTFULFILLED", quantities={SKU: 6}, batches=batches)
    house.move("SO-1", "DELIVERED")
    got["entryorder.query", "partly received"] = house.good("entryorder.query", house.named("ASN-1"))
    got["deliveryorder.query", "shipped"] = house.good("deliveryorder.query", house.named("SO-1"))
    got["order.cancel", "too late"] = house.ask("order.cancel", house.named("SO-1"))
    for (name, exchange), answer in got.items():
        assert shape(tree(answer)) == example(name, exchange), name


@pytest.mark.parametrize("name", ["singleitem.synchronize", "entryorder.create", "deliveryorder.create"])
def test_the_examples_requests_are_taken(control: Control, house: QimenWarehouse, name: str) -> None:
    asked = contract("qimen", f"examples/{name}.json")["exchanges"][0]
    body = asked["request"]["xml"]
    if name == "singleitem.synchronize":
        body = body.replace(SKU, "NEW-1")
    assert first(house.send(name, body).text, "flag") == "success"


def test_faults_bend_what_the_warehouse_answers(control: Control, house: QimenWarehouse) -> None:
    body = xml(house.delivery("SO-1"))
    control.fault("qimen", "deliveryorder.create", "error_before", times=1)
    assert house.send("deliveryorder.create", body).status_code == 500
    assert house.orders() == []
    control.fault("qimen", "deliveryorder.create", "html", times=1)
    assert house.send("taobao.qimen.deliveryorder.create", body).headers["content-type"].startswith("text/html")
    assert [row["reference"] for row in house.orders()] == ["SO-1"]
    control.fault("qimen", "inventory.query", "duplicate", times=1)
    assert len(house.rows(**house.criteria())) == 2
    control.fault("qimen", "inventory.query", "garbage", times=1)
    assert "</response>" not in house.send("inventory.query", xml(house.criteria())).text
    control.fault("qimen", "inventory.query", "rate_limit", times=1, retry_after=7)
    limited = house.send("inventory.query", xml(house.criteria()))
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "7")
    assert first(limited.text, "code") == "too-many-requests"
    count = control.count("qimen", "deliveryorder.create")
    assert (count["calls"], count["ok"]) == (2, 1)


def test_more_calls_than_the_set_rate_are_refused(control: Control, house: QimenWarehouse) -> None:
    control.post("settings", qimen={"rate_limit_per_second": 0.01})
    statuses = [house.send("inventory.query", xml(house.criteria())).status_code for _ in range(3)]
    assert statuses == [200, 429, 429]
