"""The simulated Blibli against contracts/blibli, over real HTTP."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from salur.sandbox.blibli.market import STEPS
from salur.sandbox.blibli.signing import base_string, sign
from tests.sandbox.clients import Control, contract
from tests.sandbox.test_contracts import example_shape, listed, shape

SIGNING = contract("blibli", "signing.json")
NAME = "blibli"
TWO = [{"sku": "MUG-350-WHT", "quantity": 2}, {"sku": "TSHIRT-BAS-M"}]
OLDER, NEWER = "/v2/proxy/mta/api/businesspartner/v1/order", "/v2/proxy/seller/v1"


class Seller:
    """A client that signs as the contract says, sharing nothing with the simulator."""

    def __init__(self, control: Control) -> None:
        self.control, self.form = control, dict(control.get("credentials")[NAME]["form"])

    def query(self) -> dict[str, str]:
        code = self.form["store_code"]
        return {
            "requestId": "r-1", "storeId": "10001", "channelId": "salur", "username": self.form["username"],
            "storeCode": code, "businessPartnerCode": code, "merchantCode": code,
        }  # fmt: skip

    def headers(self, method: str, path: str, body: bytes, ahead: float = 0) -> dict[str, str]:
        pair = f"{self.form['client_id']}:{self.form['client_key']}"
        when = int((self.control.get("clock")["now"] + ahead) * 1000)
        date = datetime.fromtimestamp(when // 1000, UTC) + timedelta(hours=7)
        digest = hashlib.md5(body, usedforsecurity=False).hexdigest() if body else ""
        content = "" if method == "GET" else "application/json"
        below = path.split("/proxy", 1)[1].replace("/mta", "/mtaapi", 1)
        text = "\n".join((method, digest, content, date.strftime("%a %b %d %H:%M:%S WIB %Y"), below))
        signed = hmac.new(self.form.get("signature_key", "").encode(), text.encode(), hashlib.sha256).digest()
        return {
            "Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}",
            "Api-Seller-Key": self.form["seller_key"],
            "Content-Type": "application/json",
            "Signature": base64.b64encode(signed).decode(),
            "Signature-Time": str(when),
        }

    def send(self, method: str, path: str, body: Any = None, *, ahead: float = 0, **query: Any) -> httpx.Response:
        raw = b"" if body is None else json.dumps(body).encode()
        return self.control.http.request(
            method,
            self.form["base_url"] + path,
            params={**self.query(), **query},
            content=raw,
            headers=self.headers(method, path, raw, ahead),
        )

    def good(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = self.send(method, path, body, **query)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def refused(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, str]:
        answer = self.send(method, path, body, **query)
        assert answer.json()["success"] is False
        return answer.status_code, answer.json()["errorCode"]

    def orders(self, **wish: Any) -> list[str]:
        made: list[str] = self.control.post(f"{NAME}/orders", **wish)["numbers"]
        return made

    def items(self, *numbers: str) -> list[dict[str, Any]]:
        """The items of orders as the list has them, each with its packageId."""
        page = self.list(filter={"orderOrOrderItemIds": list(numbers)})
        return [{**item, "packageId": group["packageId"]} for group in page["content"] for item in group["orderItems"]]

    def list(self, **body: Any) -> dict[str, Any]:
        sorting = {"by": "statusFPUpdatedTimestamp", "direction": "ASC"}
        found: dict[str, Any] = self.good(
            "POST", f"{NEWER}/orders/packages/filter", {"sorting": sorting, "paging": {"page": 0, "size": 50}, **body}
        )
        return found

    def detail(self, item: str) -> dict[str, Any]:
        found: dict[str, Any] = self.good("GET", f"{NEWER}/orders/items/{item}")["content"]
        return found

    def pack(self, *items: str) -> int:
        found: int = self.good("POST", f"{OLDER}/createPackage", {"orderItemIds": list(items)})["value"]["packageId"]
        return found

    def fulfil_path(self, package: int) -> str:
        return f"{NEWER}/orders/regular/{package}/fulfill"


@pytest.fixture
def seller(control: Control) -> Seller:
    control.post("settings", blibli={"tracking_seconds": 0, "label_seconds": 0})
    return Seller(control)


@pytest.mark.parametrize("vector", SIGNING["vectors"], ids=lambda one: str(one["name"]))
def test_its_signatures_are_the_contracts(vector: dict[str, Any]) -> None:
    body = vector["body"].encode()
    text = base_string(vector["method"], vector["path"], body, vector["milliseconds"])
    assert text == vector["base_string"]
    assert sign(vector["key"], text) == vector["sign"]
    assert sign(vector["key"], base_string(vector["method"], vector["path"], body, 0)) != vector["sign"]


def test_a_call_needs_keys_parameters_and_a_fresh_signature(control: Control, seller: Seller) -> None:
    path = f"{NEWER}/orders/items/cancellations/reasons"
    assert seller.good("GET", path)["content"][0] == "Out of stock"
    assert seller.refused("GET", path, ahead=-310) == (401, "ERR-PA401003")
    assert seller.refused("GET", path, storeId="1")[0] == 400
    assert seller.refused("GET", path, merchantCode="other") == (400, "ERR-PA400054")
    for key, wanted in (
        ("client_key", (401, "UNAUTHORIZED")),
        ("seller_key", (400, "ERR-PA400054")),
        ("signature_key", (401, "ERR-PA401002")),
    ):
        kept, seller.form[key] = seller.form[key], "wrong"
        assert seller.refused("GET", path) == wanted
        seller.form[key] = kept
    control.post("settings", blibli={"signed": False})
    del seller.form["signature_key"]
    assert "signature_key" not in control.get("credentials")[NAME]["form"]
    assert seller.send("GET", path).status_code == 200
    control.post(f"{NAME}/tokens", expire="link")
    assert seller.refused("GET", path) == (400, "ERR-PA400054")


def test_items_are_listed_by_the_time_of_their_payment(control: Control, seller: Seller) -> None:
    made = seller.orders(count=70, lines=1, spread_seconds=3600, updated_seconds_ago=60)
    unpaid = seller.orders(count=2, step="unpaid")
    now = int(control.get("clock")["now"] * 1000)
    wanted = {"statusFPDateRange": {"start": now - 3 * 3600_000, "end": now + 60_000}}
    seen: list[str] = []
    for page in (0, 1):
        answer = seller.list(filter=wanted, paging={"page": page, "size": 50})
        seen += [item["order"]["id"] for group in answer["content"] for item in group["orderItems"]]
        control.post(f"{NAME}/orders/change", numbers=made[:1], note="changed under way")
    assert sorted(seen) == sorted(made) and not set(seen) & set(unpaid)
    assert answer["paging"] == {"pageNumber": 1, "pageSize": 50, "totalPage": 2, "totalRecord": 70}
    seller.orders(count=70, lines=1)
    assert seller.list(filter=wanted)["paging"]["totalRecord"] == 100, "one filter tells no more than a hundred"
    too_many = {"paging": {"page": 0, "size": 51}}
    assert seller.refused("POST", f"{NEWER}/orders/packages/filter", too_many)[0] == 400
    assert seller.list(filter={"orderOrOrderItemIds": ["1"]})["content"] == []


def test_an_order_is_packed_fulfilled_and_labelled(control: Control, seller: Seller) -> None:
    number = seller.orders(items=TWO, courier="JNE")[0]
    items = [item["order"]["itemId"] for item in seller.items(number)]
    offered = seller.good("GET", f"{OLDER}/getCombineShipping", orderItemNo=items[0])["value"]["combineShipping"]
    assert [row["orderItemNo"] for row in offered] == items
    package = seller.pack(*items)
    assert seller.refused("POST", f"{OLDER}/createPackage", {"orderItemIds": items}) == (400, "ERR-PK400001")
    assert {item["packageId"] for item in seller.items(number)} == {package}
    early = seller.good("GET", f"{NEWER}/orders/{package}/shippingLabel")["content"]["document"]
    assert base64.b64decode(early).startswith(b"%PDF")
    seller.good("POST", seller.fulfil_path(package), {"awbNo": ""})
    assert seller.refused("POST", seller.fulfil_path(package), {"awbNo": ""}) == (400, "ERR-FF400001")
    now = seller.detail(items[1])
    assert (now["status"], now["packageId"], now["sellerDeliveryType"]) == ("PU", package, "PICKUP")
    assert now["shipment"]["airwayBill"]["number"].startswith("JNE")
    assert control.count(NAME, "order.fulfil")["ok"] == 1
    row = next(one for one in control.get(f"{NAME}/orders")["orders"] if one["number"] == number)
    assert (row["step"], row["tracking"]) == ("ready", now["shipment"]["airwayBill"]["number"])
    control.post(f"{NAME}/orders/{number}/status", status="CX")
    assert seller.refused("GET", f"{NEWER}/orders/{package}/shippingLabel") == (400, "ERR-SL400001")


def test_two_packages_of_one_order_have_their_own_numbers(control: Control, seller: Seller) -> None:
    number = seller.orders(items=TWO, courier="JNE")[0]
    first, second = (item["order"]["itemId"] for item in seller.items(number))
    for item in (first, second):
        seller.good("POST", seller.fulfil_path(seller.pack(item)), {"awbNo": ""})
    numbers = [seller.detail(item)["shipment"]["airwayBill"]["number"] for item in (first, second)]
    assert len(set(numbers)) == 2


def test_dropship_needs_the_sellers_number_which_may_change(seller: Seller) -> None:
    number = seller.orders(items=TWO, courier="DROP-SICEPAT")[0]
    items = [item["order"]["itemId"] for item in seller.items(number)]
    package = seller.pack(*items)
    assert seller.refused("PUT", f"{NEWER}/orders/dropship/{package}", {"awbNo": "A0"})[0] == 400
    assert seller.refused("POST", seller.fulfil_path(package), {"awbNo": ""}) == (400, "ERR-FF400002")
    seller.good("POST", seller.fulfil_path(package), {"awbNo": "A1"})
    seller.good("PUT", f"{NEWER}/orders/dropship/{package}", {"awbNo": "A2"})
    now = seller.detail(items[0])
    assert (now["sellerDeliveryType"], now["shipment"]["airwayBill"]["number"]) == ("DROPSHIP", "A2")
    rows = seller.control.get(f"{NAME}/orders")["orders"]
    assert [one["tracking"] for one in rows[0]["shipments"]] == ["A2"]


def test_cancelling_an_item_by_a_listed_reason_takes_its_product_off_sale(control: Control, seller: Seller) -> None:
    number = seller.orders(items=TWO)[0]
    first, second = (item["order"]["itemId"] for item in seller.items(number))
    path = f"{NEWER}/orders/items/{{}}/cancellations"
    assert seller.refused("POST", path.format(first), {"reason": "I forgot"}) == (400, "ERR-CN400002")
    assert seller.refused("POST", path.format(first), {"reason": "x" * 490})[0] == 400
    seller.good("POST", path.format(first), {"reason": "I forgot", "cancellationQuantity": 1})
    assert (seller.detail(first)["quantity"], seller.detail(first)["status"]) == (1, "FP")
    seller.good("POST", path.format(first), {"reason": "Out of stock"})
    assert (seller.detail(first)["quantity"], seller.detail(first)["status"]) == (0, "X")
    stock = {one["sku"]: one["stock"] for one in control.get(f"{NAME}/items")["items"]}
    assert stock["MUG-350-WHT"] == 0
    assert seller.detail(second)["status"] == "FP"
    package = seller.pack(second)
    assert seller.refused("POST", path.format(second), {"reason": "Out of stock"}) == (400, "ERR-CN400001")
    assert seller.refused("GET", f"{NEWER}/orders/items/1") == (404, "ERR-NF404001")
    seller.good("POST", seller.fulfil_path(package), {"awbNo": ""})
    assert (seller.detail(first)["status"], seller.detail(second)["status"]) == ("X", "PU")


def test_every_listed_status_can_be_shown_and_an_unlisted_one_too(control: Control, seller: Seller) -> None:
    assert set(STEPS) == listed(NAME, "item")
    for status in STEPS:
        number = seller.orders(count=1)[0]
        control.post(f"{NAME}/orders/{number}/status", status=status)
        assert {item["order"]["itemStatus"] for item in seller.items(number)} == {status}
    control.post(f"{NAME}/orders/{number}/status", status="ZZ", raw=True)
    assert {item["order"]["itemStatus"] for item in seller.items(number)} == {"ZZ"}


def test_an_item_may_come_without_an_address(seller: Seller) -> None:
    number = seller.orders(count=1, extra={"no_address": True})[0]
    assert seller.detail(seller.items(number)[0]["order"]["itemId"])["recipient"] is None


def test_answers_have_the_examples_shape(control: Control, seller: Seller) -> None:
    number, packed = seller.orders(count=2, items=TWO)
    items = [item["order"]["itemId"] for item in seller.items(packed)]
    seller.good("POST", seller.fulfil_path(seller.pack(*items)), {"awbNo": ""})
    both = seller.list(filter={"orderOrOrderItemIds": [number, packed]})
    assert set(shape(both)) == example_shape(NAME, "order.list", "by time of readiness")
    item = seller.items(number)[0]["order"]["itemId"]
    for which, exchange in ((item, "ready to be fulfilled"), (items[0], "fulfilled, with AWB number")):
        answer = seller.good("GET", f"{NEWER}/orders/items/{which}")
        assert set(shape(answer)) == example_shape(NAME, "order.detail", exchange)
    control.post(f"{NAME}/items")
    page = seller.good("POST", f"{NEWER}/products/filter", {"filter": {"state": "ACTIVE"}})
    assert set(shape(page)) == example_shape(NAME, "product.list", "a page")


def test_stock_is_set_at_a_pickup_point_that_must_be_named_where_there_are_two(
    control: Control, seller: Seller
) -> None:
    control.post(f"{NAME}/items", skus=["A"], stock=5)
    product = seller.good("POST", f"{NEWER}/products/filter", {})["content"][0]["productSku"]
    path = f"{NEWER}/products/{product}/variants/filter"
    variant = seller.good("POST", path, {})["content"][0]
    stock = f"{NEWER}/products/{variant['blibliSku']}/stock"
    assert seller.good("PUT", stock, {"availableStock": 9}) is None
    control.post(f"{NAME}/pickup-points", code="PP-2", units=3)
    assert seller.refused("PUT", stock, {"availableStock": 1}) == (400, "ERR-ST400001")
    assert seller.refused("PUT", stock, {"availableStock": 1}, pickupPointCode="PP-9") == (400, "ERR-ST400002")
    seller.good("PUT", stock, {"availableStock": 4}, pickupPointCode="PP-2")
    assert [row["availableStock"] for row in seller.good("POST", path, {})["content"]] == [9, 4]
    assert seller.refused("PUT", stock, {"availableStock": -1}, pickupPointCode="PP-2")[0] == 400
    assert seller.refused("PUT", f"{NEWER}/products/X-1/stock", {"availableStock": 1}) == (404, "ERR-NF404002")


def test_the_partners_own_limits_hold_when_they_are_switched_on(control: Control, seller: Seller) -> None:
    control.post("settings", blibli={"quotas": True})
    number = seller.orders(count=1)[0]
    item = seller.items(number)[0]["order"]["itemId"]
    for _ in range(5):
        seller.detail(item)
    assert seller.refused("GET", f"{NEWER}/orders/items/{item}") == (429, "ERR-RL429001")
    control.post("clock", advance=1801)
    assert seller.detail(item)["status"] == "FP"
