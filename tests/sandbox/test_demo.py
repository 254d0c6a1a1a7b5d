"""The demo's data and the way of an order through both partners."""

import csv
import io
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.clients import Control, Shop, Warehouse, wanted_order

TEMPLATE = (
    "order_id,status,ordered_at,paid_at,currency,total,cash_on_delivery,courier,buyer,recipient_name,recipient_phone,"
    "recipient_email,address1,address2,district,city,province,postal_code,country,note,line_id,sku,item_name,"
    "quantity,unit_price"
)


@pytest.fixture
def demo(control: Control) -> dict[str, Any]:
    seeded: dict[str, Any] = control.post("demo", orders=30, csv_orders=60, shopify_orders=20)
    return seeded


def rows_of(control: Control, name: str) -> tuple[str, list[dict[str, str]]]:
    text = control.http.get(f"/_control/demo/{name}").content.decode("utf-8")
    return text.splitlines()[0], list(csv.DictReader(io.StringIO(text)))


def test_the_template_file_holds_the_orders_of_ten_days_ago(control: Control, shop: Shop, demo: dict[str, Any]) -> None:
    header, rows = rows_of(control, "orders.csv")
    assert header == TEMPLATE
    lines = defaultdict(list)
    for row in rows:
        lines[row["order_id"]].append(row)
    assert len(lines) == 60
    assert not set(lines) & set(demo["orders"])
    assert set(shop.listed()) == set(demo["orders"])
    skus = {row["sku"] for row in control.get("eccang/stock")["stock"]}
    for order_id, found in lines.items():
        detail = shop.get(
            "order/get_order_detail", order_sn_list=order_id, response_optional_fields="item_list,total_amount"
        )["order_list"][0]
        assert (detail["order_status"], found[0]["status"]) == ("READY_TO_SHIP", "ready")
        assert [row["line_id"] for row in found] == [str(item["order_item_id"]) for item in detail["item_list"]]
        assert len({row["line_id"] for row in found}) == len(found)
        total = sum(int(row["quantity"]) * float(row["unit_price"]) for row in found)
        assert float(found[0]["total"]) == pytest.approx(total) == pytest.approx(detail["total_amount"])
        ordered = datetime.fromisoformat(found[0]["ordered_at"])
        assert ordered.utcoffset() == timedelta(hours=7)
        assert int(ordered.timestamp()) == detail["create_time"]
        assert {row["sku"] for row in found} <= skus
        assert found[0]["country"] == "TH"
        assert found[0]["cash_on_delivery"] in ("yes", "no")
    assert any(ord(letter) > 0xE00 for row in rows for letter in row["recipient_name"])


def test_the_shopify_file_has_orders_of_several_rows(control: Control, demo: dict[str, Any]) -> None:
    header, rows = rows_of(control, "shopify.csv")
    assert header.startswith("Name,Email,Financial Status,Paid at,Fulfillment Status,")
    assert header.endswith(",Payment ID,Payment Terms Name")
    orders = defaultdict(list)
    for row in rows:
        orders[row["Name"]].append(row)
    assert len(orders) == demo["shopify_orders"] == 20
    sizes = [len(found) for found in orders.values()]
    assert {2, 3} <= set(sizes)
    for found in orders.values():
        assert found[0]["Shipping Country"] == "TH"
        assert found[0]["Id"]
        datetime.strptime(found[0]["Paid at"], "%Y-%m-%d %H:%M:%S %z")
        for row in found[1:]:
            filled = {name for name, value in row.items() if value}
            assert {name for name in filled if not name.startswith("Lineitem")} == {"Name", "Email"}
        total = sum(int(row["Lineitem quantity"]) * float(row["Lineitem price"]) for row in found)
        assert float(found[0]["Subtotal"]) == pytest.approx(total)


def test_the_same_seed_makes_the_same_files(control: Control, demo: dict[str, Any]) -> None:
    control.post("clock", now=1_790_000_000)
    texts = []
    for _ in range(2):
        control.post("reset")
        control.post("clock", now=1_790_000_000)
        control.post("demo", orders=5, csv_orders=5, shopify_orders=5)
        texts.append([rows_of(control, name) for name in ("orders.csv", "shopify.csv")])
    assert [row["sku"] for row in texts[0][0][1]] == [row["sku"] for row in texts[1][0][1]]
    assert [row["recipient_name"] for row in texts[0][0][1]] == [row["recipient_name"] for row in texts[1][0][1]]
    assert [row["Shipping Name"] for row in texts[0][1][1]] == [row["Shipping Name"] for row in texts[1][1][1]]


def test_there_is_stock_enough_for_all_orders(control: Control, demo: dict[str, Any]) -> None:
    needed: dict[str, int] = defaultdict(int)
    for order in control.get("shopee/orders")["orders"]:
        for line in order["lines"]:
            needed[line["sku"]] += line["quantity"]
    stock = {row["sku"]: row["sellable"] for row in control.get("eccang/stock")["stock"]}
    assert len(stock) == demo["skus"] == 40
    assert all(stock[sku] > units for sku, units in needed.items())


def test_what_the_warehouse_ships_the_courier_picks_up(control: Control, shop: Shop, warehouse: Warehouse) -> None:
    order_sn = control.orders(count=1)[0]
    shop.arrange(order_sn)
    number = control.order(order_sn)["tracking_number"]
    before = control.order(order_sn)["update_time"]
    control.post("clock", advance=5)
    warehouse.good("createOrder", **wanted_order("R1", tracking_no=number))
    control.post("eccang/orders/R1/status", status="D")
    control.post("tick")
    after = control.order(order_sn)
    assert (after["status"], after["logistics"]) == ("SHIPPED", "LOGISTICS_PICKUP_DONE")
    assert after["update_time"] >= before + 5
    assert order_sn in shop.listed(order_status="SHIPPED")


def test_orders_run_to_completion_by_themselves_when_told_so(control: Control, shop: Shop) -> None:
    control.post("settings", shopee={"pickup_after": 10, "deliver_after": 10, "complete_after": 10})
    order_sn = control.orders(count=1)[0]
    shop.arrange(order_sn)
    for status in ("SHIPPED", "TO_CONFIRM_RECEIVE", "COMPLETED"):
        control.post("clock", advance=11)
        assert control.order(order_sn)["status"] == status


@pytest.mark.parametrize(("country", "currency"), [("TH", "THB"), ("ID", "IDR"), ("PH", "PHP")])
def test_orders_can_be_made_for_each_country(control: Control, country: str, currency: str) -> None:
    made = control.post("shopee/orders", count=3, country=country, prefix=f"{country}X")
    assert made["order_sns"] == [f"{country}X0000{number}" for number in (1, 2, 3)]
    shop = Shop(control)
    shop.shop_id = made["shop_id"]
    shop.link()
    wanted = {"order_sn_list": made["order_sns"][0], "response_optional_fields": "recipient_address"}
    detail = shop.get("order/get_order_detail", **wanted)["order_list"][0]
    assert (detail["currency"], detail["recipient_address"]["region"]) == (currency, country)


def test_bad_wishes_are_refused_with_a_reason(control: Control) -> None:
    for path, body in (
        ("shopee/orders", {"count": 0}),
        ("shopee/orders", {"count": 1, "status": "NONSENSE"}),
        ("shopee/orders", {"count": 1, "country": "XX"}),
        ("settings", {"shopee": {"no_such_knob": 1}}),
        ("settings", {"eccang": {"ship_after": "soon"}}),
    ):
        answer = control.http.post(f"/_control/{path}", json=body)
        assert answer.status_code == 400
        assert answer.json()["error"]
    assert control.http.post("/_control/shopee/orders/NONE/status", json={"status": "SHIPPED"}).status_code == 404
    assert control.http.post("/_control/eccang/orders/NONE/status", json={"status": "D"}).status_code == 404
