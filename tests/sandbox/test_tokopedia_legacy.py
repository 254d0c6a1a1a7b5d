"""The simulated Tokopedia (before the move) against contracts/tokopedia_legacy, over real HTTP."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import httpx
import pytest

from salur.sandbox.tokopedia_legacy.market import STEPS
from salur.sandbox.tokopedia_legacy.messages import signature
from tests.sandbox.clients import Control, contract
from tests.sandbox.conftest import Receiver
from tests.sandbox.test_contracts import example_shape, listed, shape

SIGNING = contract("tokopedia_legacy", "signing.json")
NAME = "tokopedia_legacy"
TWO = [{"sku": "MUG-350-WHT", "quantity": 2}, {"sku": "TSHIRT-BAS-M"}]


class Seller:
    """An application with a token, and its first shop."""

    def __init__(self, control: Control) -> None:
        self.control, self.form = control, control.get("credentials")[NAME]["form"]
        self.url, self.fs, self.shop = self.form["base_url"], self.form["fs_id"], self.form["shop_id"]
        self.token = ""

    def grant(self, secret: str = "", grant_type: str = "client_credentials") -> httpx.Response:
        pair = f"{self.form['client_id']}:{secret or self.form['client_secret']}"
        headers = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        url = f"{self.form['accounts_url']}/token"
        return self.control.http.post(url, params={"grant_type": grant_type}, headers=headers)

    def login(self) -> Seller:
        self.token = self.grant().json()["access_token"]
        return self

    def send(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.control.http.request(method, self.url + path, params=query, json=body, headers=headers)

    def good(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = self.send(method, path, body, **query)
        told = answer.json()
        assert answer.status_code == 200, told
        assert not told["header"].get("error_code")
        return told["data"]

    def refused(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, str]:
        answer = self.send(method, path, body, **query)
        assert answer.json()["data"] is None
        return answer.status_code, answer.json()["header"]["error_code"]

    def on(self, order: int, what: str) -> str:
        """The path of an operation on an order."""
        return f"/v1/order/{order}/fs/{self.fs}/{what}"

    def orders(self, **wish: Any) -> list[int]:
        return [int(number) for number in self.control.post(f"{NAME}/orders", **wish)["numbers"]]

    def order(self, number: int) -> Any:
        return self.good("GET", f"/v2/fs/{self.fs}/order", order_id=number)

    def listing(self, **changed: Any) -> dict[str, Any]:
        """The parameters of the list, for the last two days."""
        now = int(self.control.get("clock")["now"])
        asked = {"fs_id": self.fs, "shop_id": self.shop, "from_date": now - 2 * 86400, "to_date": now + 60}
        return {**asked, "page": 1, "per_page": 100, **changed}

    def pick_up(self, number: int) -> tuple[int, Any]:
        body = {"order_id": number, "shop_id": int(self.shop)}
        answer = self.send("POST", f"/inventory/v1/fs/{self.fs}/pick-up", body)
        return answer.status_code, answer.json()


@pytest.fixture
def seller(control: Control) -> Seller:
    control.post("settings", tokopedia_legacy={"tracking_seconds": 0})
    return Seller(control).login()


def test_its_statuses_and_signatures_are_the_contracts() -> None:
    assert set(STEPS) == listed(NAME, "order")
    for vector in SIGNING["webhooks"]:
        assert signature(vector["secret"], vector["body"].encode()) == vector["sign"]
        assert signature(vector["secret"], vector["body"].encode() + b" ") != vector["sign"]


def test_tokens_belong_to_the_application_and_end(control: Control) -> None:
    seller = Seller(control)
    assert seller.grant("wrong").status_code == 401
    assert seller.grant(grant_type="password").status_code == 400
    granted = seller.grant().json()
    assert (granted["expires_in"], granted["token_type"]) == (86400, "Bearer")
    older, newer = granted["access_token"], seller.login().token
    for seller.token in (older, newer):
        assert seller.good("GET", f"/v1/shop/fs/{seller.fs}/shop-info", shop_id=seller.shop)[0]["shop_name"]
    control.post("clock", advance=86401)
    assert seller.refused("GET", f"/v1/shop/fs/{seller.fs}/shop-info") == (401, "AUTH_MDLW_001")


def test_a_shop_that_is_not_linked_and_another_application_are_closed(control: Control, seller: Seller) -> None:
    assert seller.refused("GET", f"/v1/shop/fs/{seller.fs}/shop-info", shop_id="1") == (403, "RBAC_MDLW_001")
    assert seller.refused("GET", "/v1/shop/fs/1/shop-info", shop_id=seller.shop) == (403, "RBAC_MDLW_001")
    number = seller.orders(count=1)[0]
    control.post(f"{NAME}/tokens", expire="link")
    assert seller.refused("GET", "/v2/order/list", **seller.listing()) == (403, "RBAC_MDLW_001")
    assert seller.refused("POST", seller.on(number, "ack")) == (403, "RBAC_MDLW_001")


def test_the_list_goes_by_the_orders_date_and_shows_paid_ones_only(control: Control, seller: Seller) -> None:
    made = seller.orders(count=25, spread_seconds=3600)
    seller.orders(count=2, step="unpaid")
    seen: list[int] = []
    for page in (1, 2, 3):
        rows = seller.good("GET", "/v2/order/list", **seller.listing(page=page, per_page=10))
        seen += [row["order_id"] for row in rows]
        control.post(f"{NAME}/orders/change", numbers=[str(made[0])], note="changed under way")
    assert sorted(seen) == sorted(made) and len(seen) == 25
    dates = [row["create_time"] for row in seller.good("GET", "/v2/order/list", **seller.listing())]
    assert dates == sorted(dates)
    assert seller.good("GET", "/v2/order/list", **seller.listing(page=4, per_page=10)) is None
    now = int(control.get("clock")["now"])
    for wrong in ({"per_page": 101}, {"from_date": now - 4 * 86400}, {"page": 0}, {"to_date": "today"}):
        assert seller.refused("GET", "/v2/order/list", **seller.listing(**wrong)) == (400, "ORD_API_010")


def test_an_order_goes_by_pickup_to_its_number_and_label(control: Control, seller: Seller) -> None:
    number = seller.orders(items=TWO, courier="AnterAja")[0]
    assert seller.pick_up(number)[1]["header"]["error_code"] == "ORD_USC_001"
    assert seller.refused("GET", seller.on(number, "shipping-label"), printed=0)[1] == "ORD_USC_001"
    assert seller.good("POST", seller.on(number, "ack")) == "success"
    assert seller.refused("POST", seller.on(number, "ack")) == (400, "ORD_USC_001")
    assert seller.order(number)["order_status"] == 400
    status, answer = seller.pick_up(number)
    assert (status, answer["data"]["result"]) == (200, "success")
    now = seller.order(number)
    assert now["order_status"] == 450
    assert now["order_info"]["shipping_info"]["awb"].startswith("100")
    page = seller.send("GET", seller.on(number, "shipping-label"), printed=0)
    assert page.headers["content-type"].startswith("text/html")
    assert now["order_info"]["shipping_info"]["awb"] in page.text and "booking-code" in page.text
    assert seller.refused("POST", seller.on(number, "nack"), {"reason_code": 2, "reason": "x"}) == (400, "ORD_USC_001")
    assert control.count(NAME, "order.pickup")["ok"] == 1


def test_the_sellers_own_courier_needs_the_sellers_number(seller: Seller) -> None:
    number = seller.orders(items=TWO, courier="Kurir Toko")[0]
    own = {"order_status": 500, "shipping_ref_num": "KT123"}
    assert seller.refused("POST", seller.on(number, "status"), own) == (400, "LGS_USC_006")
    seller.good("POST", seller.on(number, "ack"))
    assert seller.pick_up(number)[1]["header"]["error_code"] == "LGS_USC_007"
    assert seller.refused("POST", seller.on(number, "status"), {"order_status": 500})[0] == 400
    assert seller.good("POST", seller.on(number, "status"), own) == "success"
    now = seller.order(number)
    assert (now["order_status"], now["order_info"]["shipping_info"]["awb"]) == (500, "KT123")
    assert seller.refused("POST", seller.on(1, "ack")) == (404, "ORD_API_008")


def test_rejecting_and_the_buyers_wish(control: Control, seller: Seller) -> None:
    first, second, third = seller.orders(count=3, items=TWO)
    product = seller.order(first)["order_info"]["order_detail"][0]["product_id"]
    assert seller.refused("POST", seller.on(first, "nack"), {"reason_code": 1, "reason": "habis"})[0] == 400
    empty = {"reason_code": 1, "reason": "habis", "empty_products": [product]}
    seller.good("POST", seller.on(first, "nack"), empty)
    assert seller.order(first)["order_status"] == 3
    for number in (second, third):
        control.post(f"{NAME}/orders/{number}/status", step="cancel_asked", reason="Ingin mengubah alamat")
        asked = seller.order(number)
        assert (asked["order_status"], asked["cancel_request_info"]["status"]) == (220, 0)
    seller.good("POST", seller.on(second, "nack"), {"reason_code": 8, "reason": "Permintaan pembeli"})
    assert seller.order(second)["order_status"] == 10
    seller.good("POST", seller.on(third, "ack"))
    now = seller.order(third)
    assert (now["order_status"], now["cancel_request_info"]["status"]) == (400, 2)


def test_every_listed_status_can_be_shown_and_an_unlisted_one_too(control: Control, seller: Seller) -> None:
    for status in STEPS:
        number = seller.orders(count=1)[0]
        control.post(f"{NAME}/orders/{number}/status", status=status)
        assert seller.order(number)["order_status"] == int(status)
    control.post(f"{NAME}/orders/{number}/status", status="999", raw=True)
    assert seller.order(number)["order_status"] == 999


def test_answers_have_the_examples_shape(control: Control, seller: Seller) -> None:
    number = seller.orders(items=TWO)[0]
    listed_now = seller.send("GET", "/v2/order/list", **seller.listing()).json()
    assert set(shape(listed_now)) == example_shape(NAME, "order.list", "orders of a day")
    detail = seller.send("GET", f"/v2/fs/{seller.fs}/order", order_id=number).json()
    assert set(shape(detail)) == example_shape(NAME, "order.detail", "paid")
    shop = seller.send("GET", f"/v1/shop/fs/{seller.fs}/shop-info", shop_id=seller.shop).json()
    assert set(shape(shop)) == example_shape(NAME, "shop.info", "the shop")
    control.post(f"{NAME}/items")
    path = f"/inventory/v1/fs/{seller.fs}/product/info"
    page = seller.send("GET", path, shop_id=seller.shop, page=1, per_page=50).json()
    assert set(shape(page)) == example_shape(NAME, "product.info", "a page")
    parents = [row for row in page["data"] if row["variant"]["isParent"]]
    assert len(page["data"]) - len(parents) == 40
    control.post("settings", tokopedia_legacy={"encrypted": True})
    masked = seller.order(number)
    assert "*" in masked["order_info"]["destination"]["receiver_name"] and masked["encryption"]["secret"]


def test_an_order_may_be_spoilt(seller: Seller) -> None:
    bare = seller.order(seller.orders(extra={"no_address": True, "no_items": True})[0])["order_info"]
    assert (bare["destination"], bare["order_detail"]) == (None, [])
    strange = {"currency": "XTS", "no_address": True}
    seller.orders(items=[{"sku": f"SKU-{number}"} for number in range(500)], extra=strange)
    row = next(one for one in seller.good("GET", "/v2/order/list", **seller.listing()) if one["products"])
    assert (len(row["products"]), row["products"][0]["currency"], row["recipient"]["address"]) == (500, "XTS", {})


def test_stock_is_set_row_by_row(control: Control, seller: Seller) -> None:
    control.post(f"{NAME}/items", skus=["A"], stock=5)
    product = seller.good("GET", f"/inventory/v1/fs/{seller.fs}/product/info", sku="A")[0]["basic"]["productID"]
    path, query = f"/inventory/v1/fs/{seller.fs}/stock/update", {"shop_id": seller.shop}
    rows = [{"product_id": product, "new_stock": 8}, {"product_id": 1, "new_stock": 3}, {"sku": "A", "new_stock": -1}]
    answer = seller.good("POST", path, rows, **query)
    assert (answer["succeed_rows"], [row["message"] for row in answer["failed_rows_data"]]) == (
        1,
        ["Product not found", "Invalid stock"],
    )
    assert control.get(f"{NAME}/items")["items"][0]["stock"] == 8
    assert seller.refused("POST", path, [rows[0]] * 101, **query)[0] == 400


def test_messages_go_to_the_registered_addresses_signed(control: Control, seller: Seller, receiver: Receiver) -> None:
    kinds = ("order_notification_url", "order_status_url", "order_cancellation_url", "order_request_cancellation_url")
    wanted = {**dict.fromkeys(kinds, receiver.url), "fs_id": int(seller.fs)}
    assert seller.refused("POST", f"/v1/fs/{seller.fs}/register", wanted)[0] == 400
    seller.good("POST", f"/v1/fs/{seller.fs}/register", {**wanted, "webhook_secret": "s3cret"})
    number = seller.orders(items=TWO)[0]
    control.post(f"{NAME}/orders/{number}/status", step="cancel_asked", reason="x")
    control.post(f"{NAME}/orders/{number}/status", status="15")
    receiver.wait_for_count(5)
    for headers, body in receiver.messages:
        sign = {key.lower(): text for key, text in headers.items()}["authorization-hmac"]
        assert sign == hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
        assert json.loads(body)["order_id"] == number
    told = receiver.json()
    assert told[0]["fs_id"] == int(seller.fs) and told[0]["products"]
    assert [one.get("order_status") for one in told] == [220, 220, 220, None, 15]
