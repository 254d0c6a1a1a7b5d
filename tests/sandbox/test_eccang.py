"""The simulated operator: envelopes, outbound and inbound lists, own stock (eccang.md)."""

import base64
import hashlib
from typing import Any

import pytest

from tests.sandbox.clients import Control, Shop, Warehouse, contract, reply, wanted_order

ENVELOPES = contract("eccang", "signing.json")["envelopes"]


@pytest.fixture
def example_account(control: Control) -> Warehouse:
    control.post("eccang/accounts", customer_code="EX", app_token="EXAMPLETOKEN", app_key="EXAMPLEKEY")
    return Warehouse(control)


@pytest.mark.parametrize("name", [one["name"] for one in ENVELOPES])
@pytest.mark.parametrize("content_type", ["application/xml;charset=UTF-8", "text/xml; charset=utf-8", None])
def test_every_form_of_envelope_is_understood(example_account: Warehouse, name: str, content_type: str | None) -> None:
    xml = next(one["xml"] for one in ENVELOPES if one["name"] == name)
    headers = {"Content-Type": content_type} if content_type else {}
    answer = reply(example_account.send_xml(xml, headers=headers).text)
    assert answer["ask"] == "Success"
    assert answer["data"][0]["warehouse_code"] == "TH01"


@pytest.mark.parametrize("form", ["escaped", "cdata"])
def test_the_reply_is_json_on_one_line_in_both_forms(control: Control, warehouse: Warehouse, form: str) -> None:
    control.post("settings", eccang={"response_form": form})
    warehouse.good("createOrder", **wanted_order("R1"))
    row = warehouse.good("getOrderByRefCode", reference_no="R1")["data"]
    assert row["consignee_name"] == "สมชาย ใจดี & <co>"


def test_wrong_token_or_key_is_50001_with_http_200(warehouse: Warehouse) -> None:
    for name in ("app_token", "app_key"):
        good = getattr(warehouse, name)
        setattr(warehouse, name, "wrong")
        answer = warehouse.ask("getWarehouse")
        assert (answer["ask"], answer["Error"]["errCode"]) == ("Failure", "50001")
        setattr(warehouse, name, good)
    assert warehouse.ask("getWarehouse")["ask"] == "Success"


def test_what_is_no_envelope_is_a_soap_fault(warehouse: Warehouse) -> None:
    entity = '<!DOCTYPE x [<!ENTITY a "b">]>' + warehouse.envelope("getWarehouse", {})
    for xml in ("nonsense", "<a/>", entity, warehouse.envelope("getWarehouse", {}).replace("{}", "{")):
        answer = warehouse.send_xml(xml)
        assert answer.status_code == 500
        assert "<faultstring>" in answer.text


def test_an_unknown_service_is_refused(warehouse: Warehouse) -> None:
    assert "noSuchService" in warehouse.bad("noSuchService")


def test_a_reference_is_taken_once(warehouse: Warehouse) -> None:
    code = warehouse.good("createOrder", **wanted_order("R1"))["order_code"]
    assert "already exists" in warehouse.bad("createOrder", **wanted_order("R1"))
    assert [(row["order_code"], row["times_created"], row["refused_repeats"]) for row in warehouse.created()] == [
        (code, 1, 1)
    ]
    warehouse.good("cancelOrder", order_code=code, reason="")
    assert "already exists" in warehouse.bad("createOrder", **wanted_order("R1"))


def test_a_lenient_operator_shows_a_double_push(control: Control, warehouse: Warehouse) -> None:
    control.post("settings", eccang={"allow_duplicate_reference": True})
    for _ in range(2):
        warehouse.good("createOrder", **wanted_order("R1"))
    assert [row["times_created"] for row in warehouse.created()] == [2, 2]


@pytest.mark.parametrize(
    "changed",
    [
        *({name: ""} for name in ("reference_no", "shipping_method", "warehouse_code", "country_code", "address1")),
        {"name": ""}, {"phone": ""}, {"zipcode": ""}, {"items": []},
        {"reference_no": "x" * 65}, {"address1": "x" * 501}, {"name": "x" * 129}, {"phone": "1" * 65},
        {"zipcode": "1" * 33}, {"email": "x" * 65}, {"order_desc": "x" * 513}, {"tracking_no": "x" * 51},
        {"warehouse_code": "NO"}, {"shipping_method": "NO"}, {"country_code": "THA"}, {"platform": "SHOPEE"},
        {"items": [{"product_sku": "NO", "quantity": 1}]},
        {"items": [{"product_sku": "MUG-350-WHT", "quantity": 0}]},
        {"items": [{"product_sku": "MUG-350-WHT", "quantity": 11}]},
        {"shipping_method": "OWN_LABEL"},
        {"label": {"file_type": "pdf", "file_data": "not base64"}},
        {"label": {"file_type": "pdf", "file_data": base64.b64encode(b"no pdf").decode()}},
        {"label": {"file_type": "doc", "file_data": "eA=="}},
        {"label": {"file_type": "url", "file_data": "ftp://x"}},
    ],
)  # fmt: skip
def test_a_bad_order_is_refused_and_nothing_is_kept(warehouse: Warehouse, changed: dict[str, object]) -> None:
    assert warehouse.bad("createOrder", **{**wanted_order("R1"), **changed})
    assert warehouse.created() == []
    assert warehouse.stock("MUG-350-WHT") == (10, 0)


def test_the_philippines_need_no_post_code(warehouse: Warehouse) -> None:
    warehouse.good("createOrder", **{**wanted_order("R1", country_code="PH"), "zipcode": ""})
    assert [order["reference_no"] for order in warehouse.created()] == ["R1"]


def test_a_real_label_is_kept_by_its_digest(control: Control, shop: Shop, warehouse: Warehouse) -> None:
    order_sn = control.orders(count=1)[0]
    shop.arrange(order_sn)
    pdf = shop.label(order_sn)
    label: dict[str, Any] = {"file_type": "pdf", "file_data": base64.b64encode(pdf).decode(), "file_size": "100x150"}
    more: dict[str, Any] = {"shipping_method": "OWN_LABEL", "tracking_no": "TH1", "label": label}
    assert warehouse.good("createOrder", **wanted_order("R1", **more))["f_ask"] == "Success"
    kept = warehouse.created()[0]
    assert (kept["label_sha256"], kept["tracking_no"]) == (hashlib.sha256(pdf).hexdigest(), "TH1")


def test_stock_is_reserved_on_approval_and_leaves_with_shipment(control: Control, warehouse: Warehouse) -> None:
    warehouse.good("createOrder", **wanted_order("R1", quantity=3))
    warehouse.good("createOrder", **wanted_order("DRAFT", quantity=3, verify=0))
    assert warehouse.stock("MUG-350-WHT") == (7, 3)
    control.post("eccang/orders/R1/status", status="D")
    assert warehouse.stock("MUG-350-WHT") == (7, 0)
    control.post("eccang/orders/R1/status", status="D")
    assert warehouse.stock("MUG-350-WHT") == (7, 0)


def test_batches_of_a_sku_add_up_to_its_stock(control: Control, warehouse: Warehouse) -> None:
    control.post("settings", eccang={"inventory_batches": 3})
    assert len(warehouse.good("getProductInventory", product_sku="MUG-350-WHT")["data"]) == 3
    assert warehouse.stock("MUG-350-WHT") == (10, 0)


def test_approved_in_spite_of_missing_stock_waits_for_it(control: Control, warehouse: Warehouse) -> None:
    control.post("settings", eccang={"ship_after": 0})
    warehouse.good("createOrder", **wanted_order("R1", quantity=12, forceVerify=1))
    control.post("tick")
    assert warehouse.good("getOrderByRefCode", reference_no="R1")["data"]["order_status"] == "W"
    control.post("eccang/stock", stock={"MUG-350-WHT": 12})
    control.post("tick")
    assert warehouse.good("getOrderByRefCode", reference_no="R1")["data"]["order_status"] == "D"
    assert warehouse.stock("MUG-350-WHT") == (0, 0)


def test_orders_ship_by_themselves_after_the_set_time(control: Control, warehouse: Warehouse) -> None:
    control.post("settings", eccang={"ship_after": 3600})
    code = warehouse.good("createOrder", **wanted_order("R1"))["order_code"]
    assert warehouse.good("getOrderStatusByCode", order_code=code)["data"]["order_status"] == "W"
    control.post("clock", advance=3601)
    row = warehouse.good("getOrderByCode", order_code=code)["data"]
    assert (row["order_status"], bool(row["date_shipping"]), bool(row["tracking_no"])) == ("D", True, True)


@pytest.mark.parametrize(
    ("result", "cancel_status", "status", "stock"),
    [("success", 2, "X", (10, 0)), ("fee", 4, "X", (10, 0)), ("fail", 3, "W", (9, 1))],
)
def test_interception_is_decided_later(
    control: Control, warehouse: Warehouse, result: str, cancel_status: int, status: str, stock: tuple[int, int]
) -> None:
    control.post("settings", eccang={"intercept_seconds": 100, "intercept_result": result})
    code = warehouse.good("createOrder", **wanted_order("R1"))["order_code"]
    assert warehouse.good("cancelOrder", order_code=code, reason="buyer")["cancel_status"] == 1
    assert warehouse.good("getOrderByCode", order_code=code)["data"]["order_status"] == "W"
    control.post("clock", advance=101)
    row = warehouse.good("getOrderByCode", order_code=code)["data"]
    assert (row["cancel_status"], row["order_status"]) == (cancel_status, status)
    assert warehouse.stock("MUG-350-WHT") == stock


def test_a_picked_order_cannot_be_intercepted_a_draft_at_once_a_shipped_one_never(
    control: Control, warehouse: Warehouse
) -> None:
    picked = warehouse.good("createOrder", **wanted_order("R1"))["order_code"]
    control.post("eccang/orders/R1/status", picked=True)
    warehouse.good("cancelOrder", order_code=picked)
    control.post("clock", advance=10)
    assert warehouse.good("getOrderByCode", order_code=picked)["data"]["cancel_status"] == 3
    draft = warehouse.good("createOrder", **wanted_order("R2", verify=0))["order_code"]
    assert warehouse.good("cancelOrder", order_code=draft)["cancel_status"] == 2
    assert warehouse.good("getOrderByCode", order_code=draft)["data"]["order_status"] == "X"
    control.post("eccang/orders/R1/status", status="D")
    assert "shipped" in warehouse.bad("cancelOrder", order_code=picked)


def test_a_draft_can_be_modified_until_it_is_approved(warehouse: Warehouse) -> None:
    code = warehouse.good("createOrder", **wanted_order("R1", verify=0))["order_code"]
    warehouse.good("modifyOrder", order_code=code, **wanted_order("R1", quantity=4, verify=1))
    assert warehouse.stock("MUG-350-WHT") == (6, 4)
    assert "approved" in warehouse.bad("modifyOrder", order_code=code, **wanted_order("R1", quantity=5))


def test_an_abnormal_order_says_why(control: Control, warehouse: Warehouse) -> None:
    warehouse.good("createOrder", **wanted_order("R1"))
    control.post("eccang/orders/R1/status", status="N", abnormal_reason="label can not be read")
    row = warehouse.good("getOrderByRefCode", reference_no="R1")["data"]
    assert (row["order_status"], row["abnormal_reason"]) == ("N", "label can not be read")


def test_a_look_up_may_miss_a_new_order_for_a_while(control: Control, warehouse: Warehouse) -> None:
    control.post("settings", eccang={"lookup_delay": 60})
    warehouse.good("createOrder", **wanted_order("R1"))
    assert "does not exist" in warehouse.bad("getOrderByRefCode", reference_no="R1")
    control.post("clock", advance=61)
    assert warehouse.good("getOrderByRefCode", reference_no="R1")["data"]["reference_no"] == "R1"


def test_the_order_list_pages_and_filters(control: Control, warehouse: Warehouse) -> None:
    for number in range(5):
        warehouse.good("createOrder", **wanted_order(f"R{number}"))
    control.post("eccang/orders/R1/status", status="D")
    found: list[str] = []
    page = 1
    while True:
        answer = warehouse.good("getOrderList", page=page, pageSize=2)
        found += [row["reference_no"] for row in answer["data"]]
        assert answer["count"] == 5
        if answer["nextPage"] != "true":
            break
        page += 1
    assert sorted(found) == ["R0", "R1", "R2", "R3", "R4"]
    shipped = warehouse.good("getOrderList", page=1, pageSize=100, order_status="D")["data"]
    assert [row["reference_no"] for row in shipped] == ["R1"]
    assert "pageSize" in warehouse.bad("getOrderList", page=1, pageSize=101)
    codes = ",".join(row["order_code"] for row in warehouse.created())
    assert len(warehouse.good("getOrderTracking", order_numbers=codes)["data"]) == 5
    assert warehouse.bad("getOrderTracking", order_numbers=",".join(["x"] * 21))


def test_products_are_registered_once_and_then_modified(warehouse: Warehouse) -> None:
    wish = {
        "product_sku": "NEW-1", "product_title": "New", "product_weight": 0.2,
        "product_length": 1, "product_width": 2, "product_height": 3,
    }  # fmt: skip
    warehouse.good("createProduct", **wish)
    assert "exists" in warehouse.bad("createProduct", **wish)
    warehouse.good("modifyProduct", **{**wish, "product_title": "Newer"})
    rows = warehouse.good("getProductList", page=1, pageSize=20, product_sku_arr=["NEW-1"])["data"]
    assert [row["product_title"] for row in rows] == ["Newer"]
    for name in wish:
        assert warehouse.bad("createProduct", **{**wish, "product_sku": "NEW-2", name: ""})
    assert warehouse.bad("createProduct", **{**wish, "product_sku": "NEW-2", "product_declared_name": "x" * 51})


def test_an_inbound_list_adds_stock_when_it_is_put_away(control: Control, warehouse: Warehouse) -> None:
    wish = {
        "reference_no": "ASN-1", "warehouse_code": "TH01", "verify": 1,
        "items": [{"product_sku": "MUG-350-WHT", "quantity": 20, "box_no": 1}],
    }  # fmt: skip
    code = warehouse.good("createAsn", **wish)["receiving_code"]
    assert "already exists" in warehouse.bad("createAsn", **wish)
    assert "approved" in warehouse.bad("modifyAsn", receiving_code=code, **wish)

    def figures() -> tuple[int, ...]:
        row = warehouse.good("getProductInventory", product_sku="MUG-350-WHT")["data"][0]
        return tuple(int(row[name]) for name in ("sellable", "onway", "pending"))

    assert figures() == (10, 20, 0)
    control.post(f"eccang/asns/{code}/status", status="F", quantities={"MUG-350-WHT": 19})
    assert figures() == (10, 0, 19)
    control.post("eccang/asns/ASN-1/status", status="E", quantities={"MUG-350-WHT": 18})
    assert figures() == (28, 0, 0)
    row = warehouse.good("getAsnList", page=1, pageSize=20, receiving_code=code)["data"][0]
    assert row["receiving_status"] == "E"
    item = row["items"][0]
    assert (item["quantity"], item["received_quantity"], item["putaway_qty"]) == ("20", "19", "18")
    assert "can not be cancelled" in warehouse.bad("cancelAsn", receiving_code=code)


@pytest.mark.parametrize(
    ("told", "counted"),
    [
        ({"quantities": {"MUG-350-WHT": 17}, "damaged": {"MUG-350-WHT": 2}}, ("19", "17")),
        ({"damaged": {"MUG-350-WHT": 3}}, ("20", "17")),
    ],
    ids=["besides the good ones", "of all that was planned"],
)
def test_damaged_units_are_received_and_not_put_away(
    control: Control, warehouse: Warehouse, told: dict[str, Any], counted: tuple[str, str]
) -> None:
    wish = {
        "reference_no": "ASN-1", "warehouse_code": "TH01", "verify": 1,
        "items": [{"product_sku": "MUG-350-WHT", "quantity": 20, "box_no": 1}],
    }  # fmt: skip
    code = warehouse.good("createAsn", **wish)["receiving_code"]
    control.post("eccang/inbounds/ASN-1/status", status="E", **told)
    item = warehouse.good("getAsnList", page=1, pageSize=20, receiving_code=code)["data"][0]["items"][0]
    assert (item["received_quantity"], item["putaway_qty"]) == counted
    row = warehouse.good("getProductInventory", product_sku="MUG-350-WHT")["data"][0]
    broken = told["damaged"]["MUG-350-WHT"]
    figures = [int(row[name]) for name in ("sellable", "unsellable", "pending", "onway")]
    assert figures == [27, broken, 0, 0]


def test_an_inbound_list_can_be_withdrawn_early(warehouse: Warehouse) -> None:
    wish = {
        "reference_no": "ASN-1", "warehouse_code": "TH01", "verify": 0,
        "items": [{"product_sku": "MUG-350-WHT", "quantity": 20, "box_no": 1}],
    }  # fmt: skip
    code = warehouse.good("createAsn", **wish)["receiving_code"]
    warehouse.good("modifyAsn", receiving_code=code, **{**wish, "verify": 1})
    warehouse.good("cancelAsn", receiving_code=code)
    row = warehouse.good("getProductInventory", product_sku="MUG-350-WHT")["data"][0]
    assert (row["sellable"], row["onway"]) == ("10", "0")
    assert warehouse.bad("getAsnList", page=1, pageSize=21)


def test_control_speaks_of_lists_as_for_every_warehouse(control: Control, warehouse: Warehouse) -> None:
    given = control.get("credentials")["eccang"]
    assert set(given["form"]) == {"base_url", "app_token", "app_key", "customer_code"}
    assert given["settings"] == {"shipping_method": "OWN_LABEL"}
    other = control.post("eccang/accounts", customer_code="TH2")
    assert other["form"]["base_url"] == given["form"]["base_url"]
    assert other["form"]["app_token"] != given["form"]["app_token"]
    code = warehouse.good("createOrder", **wanted_order("R1", tracking_no="T1"))["order_code"]
    row = control.post("eccang/orders/R1/status", status="N", reason="torn")
    assert (row["reference"], row["number"], row["tracking"], row["warehouse"]) == ("R1", code, "T1", "TH01")
    assert warehouse.good("getOrderByCode", order_code=code)["data"]["abnormal_reason"] == "torn"
    wish = {
        "reference_no": "ASN-1", "warehouse_code": "TH01", "verify": 1,
        "items": [{"product_sku": "MUG-350-WHT", "quantity": 20, "box_no": 1}],
    }  # fmt: skip
    number = warehouse.good("createAsn", **wish)["receiving_code"]
    control.post("eccang/inbounds/ASN-1/status", status="E", quantities={"MUG-350-WHT": 19})
    rows = control.get("eccang/inbounds")["inbounds"]
    assert [(one["reference"], one["number"], one["status"], one["times_created"]) for one in rows] == [
        ("ASN-1", number, "E", 1)
    ]
    control.post("eccang/stock", stock={"MUG-350-WHT": 5}, allocated={"MUG-350-WHT": 2})
    assert warehouse.stock("MUG-350-WHT") == (5, 2)


def test_inbound_lists_are_put_away_by_themselves_after_the_set_time(control: Control, warehouse: Warehouse) -> None:
    control.post("settings", eccang={"receive_after": 3600})
    wish = {
        "reference_no": "ASN-1", "warehouse_code": "TH01", "verify": 1,
        "items": [{"product_sku": "MUG-350-WHT", "quantity": 20, "box_no": 1}],
    }  # fmt: skip
    warehouse.good("createAsn", **wish)
    assert warehouse.stock("MUG-350-WHT") == (10, 0)
    control.post("clock", advance=3601)
    assert warehouse.stock("MUG-350-WHT") == (30, 0)
