"""What the simulators say is within the contracts: listed statuses, the shapes of the examples (design.md, 6)."""

import base64
import csv
from collections.abc import Iterator
from typing import Any

import pytest

from salur.sandbox.eccang.model import ORDER_STATUSES, RECEIVING_STATUSES
from salur.sandbox.qimen import model as qimen
from salur.sandbox.shopee.model import LOGISTICS, STATUSES
from tests.sandbox.clients import CONTRACTS, Control, Shop, Warehouse, contract, wanted_order


def listed(partner: str, machine: str) -> set[str]:
    with (CONTRACTS / partner / "statuses.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"] for row in csv.DictReader(file) if row["machine"] == machine}


def test_every_status_a_simulator_can_show_is_listed() -> None:
    assert set(STATUSES) == listed("shopee", "order")
    assert set(LOGISTICS) == listed("shopee", "package")
    assert set(ORDER_STATUSES) == listed("eccang", "order")
    assert set(RECEIVING_STATUSES) == listed("eccang", "receiving")
    for name in ("qimen", "fastock"):
        assert set(qimen.ORDER_STATUSES) == listed(name, "order")
        assert set(qimen.RECEIVING_STATUSES) == listed(name, "receiving")
        assert set(qimen.PROCESSES) == listed(name, "process")


def test_every_row_and_example_says_how_sure_it_is() -> None:
    known = {"documented", "assumed", "documented by a secondary summary"}
    for partner in sorted(path.name for path in CONTRACTS.iterdir()):
        with (CONTRACTS / partner / "statuses.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert {row["marking"] for row in rows} <= known
        assert all(row["meaning"] and row["source"] for row in rows)
        for path in (CONTRACTS / partner / "examples").glob("*.json"):
            example = contract(partner, f"examples/{path.name}")
            assert example["source"]
            assert {one["marking"] for one in example["exchanges"]} <= known


def test_statuses_on_the_wire_through_a_whole_life_are_listed(
    control: Control, shop: Shop, warehouse: Warehouse
) -> None:
    orders, packages, letters, cancels = set(), set(), set(), set()

    def look(order_sn: str) -> None:
        asked = {"order_sn_list": order_sn, "response_optional_fields": "package_list"}
        row = shop.get("order/get_order_detail", **asked, request_order_status_pending="true")["order_list"][0]
        orders.add(row["order_status"])
        packages.add(row["package_list"][0]["logistics_status"])

    def look_out(reference: str) -> None:
        row = warehouse.good("getOrderByRefCode", reference_no=reference)["data"]
        letters.add(row["order_status"])
        cancels.add(str(row["cancel_status"]))

    for status in sorted(listed("shopee", "order")):
        order_sn = control.orders(count=1)[0]
        control.post(f"shopee/orders/{order_sn}/status", status=status)
        look(order_sn)
    for number, status in enumerate(sorted(listed("eccang", "order"))):
        warehouse.good("createOrder", **wanted_order(f"R{number}"))
        control.post(f"eccang/orders/R{number}/status", status=status)
        if status != "D":
            code = warehouse.good("getOrderByRefCode", reference_no=f"R{number}")["data"]["order_code"]
            warehouse.good("cancelOrder", order_code=code)
        look_out(f"R{number}")
    assert orders == listed("shopee", "order")
    assert packages <= listed("shopee", "package")
    assert letters <= listed("eccang", "order")
    assert cancels <= listed("eccang", "cancel")


def shape(value: Any, path: str = "") -> Iterator[str]:
    """The paths of all keys; elements of a list count together."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{path}.{key}"
            yield from shape(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from shape(inner, f"{path}[]")


def example_shape(partner: str, name: str, exchange: str) -> set[str]:
    exchanges = contract(partner, f"examples/{name}.json")["exchanges"]
    return set(shape(next(one["answer"]["json"] for one in exchanges if one["name"] == exchange)))


SHOPEE_READS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "shop/get_shop_info": ("shop.get_shop_info", "the shop", {}),
    "order/get_order_list": (
        "order.get_order_list",
        "a page with more to come",
        {"time_range_field": "update_time", "page_size": "1", "response_optional_fields": "order_status"},
    ),
    "order/get_order_detail": (
        "order.get_order_detail",
        "with the optional fields asked for",
        {
            "response_optional_fields": "total_amount,buyer_username,pay_time,shipping_carrier,"
            "checkout_shipping_carrier,cancel_by,cancel_reason,buyer_cancel_reason,fulfillment_flag,"
            "recipient_address,item_list,package_list"
        },
    ),
    "logistics/get_tracking_number": ("logistics.get_tracking_number", "issued", {}),
    "order/get_package_detail": ("order.get_package_detail", "a package", {}),
    "product/get_item_list": (
        "product.get_item_list",
        "a page",
        {"offset": "0", "page_size": "10", "item_status": "NORMAL"},
    ),
}


@pytest.mark.parametrize("path", sorted(SHOPEE_READS))
def test_the_stores_answers_have_the_examples_shape(control: Control, shop: Shop, path: str) -> None:
    name, exchange, query = SHOPEE_READS[path]
    wish = {"items": [{"sku": "MUG-350-WHT"}, {"sku": "TSHIRT-BAS-M"}], "carrier": "Flash Express"}
    order_sn = control.orders(count=2, **wish)[0]
    now = int(control.get("clock")["now"])
    if path == "logistics/get_tracking_number":
        shop.arrange(order_sn)
    more: dict[str, dict[str, Any]] = {
        "order/get_order_list": {"time_from": now - 1000, "time_to": now + 1000},
        "order/get_order_detail": {"order_sn_list": order_sn},
        "logistics/get_tracking_number": {"order_sn": order_sn},
        "order/get_package_detail": {"package_number_list": control.order(order_sn)["package_number"]},
    }
    answer = shop.send("GET", path, **query, **more.get(path, {})).json()
    assert set(shape(answer)) == example_shape("shopee", name, exchange)


def test_shipping_answers_have_the_examples_shape(control: Control, shop: Shop) -> None:
    order_sn = control.orders(count=1, carrier="SPX Express")[0]
    got = shop.send("GET", "logistics/get_shipping_parameter", order_sn=order_sn).json()
    assert set(shape(got)) == example_shape(
        "shopee", "logistics.get_shipping_parameter", "pickup with slots, or drop-off"
    )
    shop.arrange(order_sn)
    known = control.order(order_sn)
    entry = {"order_sn": order_sn, "package_number": known["package_number"]}
    label = {**entry, "tracking_number": known["tracking_number"]}
    for call, exchange in (("create_shipping_document", "task made"), ("get_shipping_document_result", "ready")):
        got = shop.send("POST", f"logistics/{call}", body={"order_list": [label]}).json()
        assert set(shape(got)) == example_shape("shopee", f"logistics.{call}", exchange)


def test_the_operators_answers_have_the_examples_shape(control: Control, warehouse: Warehouse) -> None:
    pdf = base64.b64encode(b"%PDF-1.4\n%%EOF\n").decode()
    label = {"file_type": "pdf", "file_data": pdf}
    more: dict[str, Any] = {"shipping_method": "OWN_LABEL", "tracking_no": "T1", "label": label}
    taken = warehouse.good("createOrder", **wanted_order("R1", **more))
    assert set(shape(taken)) == example_shape("eccang", "createOrder", "taken and approved, with label and AWB")
    refused = warehouse.ask("createOrder", **wanted_order("R1", **more))
    assert set(shape(refused)) == example_shape("eccang", "createOrder", "reference known")
    control.post("eccang/orders/R1/status", status="D")
    code = taken["order_code"]
    for service, params, exchange in (
        ("getOrderByCode", {"order_code": code}, "shipped"),
        ("getOrderList", {"page": 1, "pageSize": 100, "order_code_arr": [code]}, "by codes"),
        ("getOrderTracking", {"order_numbers": code}, "two numbers"),
        ("getOrderStatusByCode", {"order_code": code}, "status"),
        ("getProductInventory", {"page": 1, "pageSize": 100}, "a SKU in two batches, which add up"),
        ("getWarehouse", {}, "the account's warehouses"),
        ("getShippingMethod", {"warehouseCode": "TH01"}, "of one warehouse"),
    ):
        assert set(shape(warehouse.good(service, **params))) == example_shape("eccang", service, exchange), service
