"""The simulated ShopBase against contracts/shopbase, over real HTTP."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from salur.sandbox.shopbase.messages import signature
from salur.sandbox.shopbase.store import FINANCIAL, FULFILLMENT
from tests.sandbox.clients import Control, contract
from tests.sandbox.conftest import Receiver
from tests.sandbox.test_contracts import example_shape, listed, shape

SIGNING = contract("shopbase", "signing.json")
TWO = [{"sku": "MUG-350-WHT", "quantity": 2}, {"sku": "TSHIRT-BAS-M"}]
BACK = "https://hub.example.org/back"


class Owner:
    """A shop and a token."""

    def __init__(self, control: Control) -> None:
        given = control.get("credentials")["shopbase"]
        self.control, self.form, self.private, self.shop_id = control, given["form"], given["private"], given["shop_id"]
        self.url, self.token = given["form"]["base_url"], ""

    def link(self, **more: Any) -> Owner:
        self.token = self.control.post("shopbase/tokens", shop_id=self.shop_id, **more)["access_token"]
        return self

    def send(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        headers = {"X-ShopBase-Access-Token": self.token}
        return self.control.http.request(method, f"{self.url}/admin/{path}", params=query, json=body, headers=headers)

    def good(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = self.send(method, path, body, **query)
        assert answer.is_success, answer.text
        return answer.json()

    def refused(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, Any]:
        answer = self.send(method, path, body, **query)
        return answer.status_code, answer.json()["errors"]

    def code(self) -> str:
        asked = {"client_id": self.form["client_id"], "scope": "read_orders", "redirect_uri": BACK, "state": "st 1"}
        page = f"{self.url}/admin/oauth/authorize"
        assert self.control.http.get(page, params=asked).status_code == 200
        back = self.control.http.post(page, params=asked, data={"answer": "yes"}).headers["location"]
        query = dict(parse_qsl(urlsplit(back).query))
        assert (query["state"], query["shop"]) == ("st 1", self.shop_id)
        return query["code"]

    def exchange(self, **more: str) -> httpx.Response:
        body = {"client_id": self.form["client_id"], "client_secret": self.form["client_secret"], **more}
        return self.control.http.post(f"{self.url}/admin/oauth/access_token", json=body)

    def orders(self, **wish: Any) -> list[int]:
        made = self.control.post("shopbase/orders", **wish)["numbers"]
        rows = {row["number"]: row["id"] for row in self.control.get("shopbase/orders")["orders"]}
        return [rows[number] for number in made]

    def order(self, number: int) -> dict[str, Any]:
        found: dict[str, Any] = self.good("GET", f"orders/{number}.json")["order"]
        return found


@pytest.fixture
def shop(control: Control) -> Owner:
    return Owner(control).link()


@pytest.mark.parametrize("vector", SIGNING["webhooks"], ids=lambda one: str(one["name"]))
def test_webhooks_are_signed_as_the_contract_says(vector: dict[str, Any]) -> None:
    assert signature(vector["secret"], vector["body"].encode()) == vector["sign"]
    assert signature("other", vector["body"].encode()) != vector["sign"]


def test_a_code_works_once_for_a_token_that_opens_what_was_asked_for(control: Control) -> None:
    shop = Owner(control)
    code = shop.code()
    assert shop.exchange(code=code, client_secret="wrong").status_code == 400
    answer = shop.exchange(code=code)
    assert set(answer.json()) == {"access_token", "scope"}
    again = shop.exchange(code=code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_request")
    shop.token = answer.json()["access_token"]
    control.post("clock", advance=900 * 86400)
    number = shop.orders(count=1)[0]
    assert shop.order(number)["id"] == number
    assert shop.refused("POST", f"orders/{number}/cancel.json", {})[0] == 403
    control.post("shopbase/tokens", expire="link")
    assert shop.refused("GET", "shop.json")[0] == 401


def test_a_private_app_comes_in_by_key_and_password(shop: Owner) -> None:
    shop.token = ""
    assert shop.refused("GET", "shop.json")[0] == 401
    pair = (shop.private["api_key"], shop.private["password"])
    for password, status in ((pair[1], 200), ("wrong", 401)):
        answer = shop.control.http.get(f"{shop.url}/admin/shop.json", auth=(pair[0], password))
        assert answer.status_code == status


def test_answers_have_the_examples_shape(control: Control, shop: Owner) -> None:
    number = shop.orders(items=TWO)[0]
    assert set(shape(shop.good("GET", "shop.json"))) == example_shape("shopbase", "shop", "the shop")
    assert set(shape(shop.good("GET", f"orders/{number}.json"))) == example_shape(
        "shopbase", "order", "paid, nothing sent"
    )
    assert set(shape(shop.good("GET", "products.json"))) == example_shape("shopbase", "products", "a page")
    sent = shop.good("POST", f"orders/{number}/fulfillments.json", {"fulfillment": {"tracking_number": "T1"}})
    assert set(shape(sent)) == example_shape("shopbase", "order.fulfillments", "made")
    assert set(shape(shop.good("GET", f"orders/{number}.json"))) == example_shape("shopbase", "order", "sent")


def test_pages_by_number_are_complete_while_orders_change(control: Control, shop: Owner) -> None:
    made = shop.orders(count=25)
    control.post(f"shopbase/orders/{made[3]}/status", step="cancelled")
    seen: list[int] = []
    while True:
        rows = shop.good("GET", "orders.json", status="any", limit=10, since_id=seen[-1] if seen else 0)["orders"]
        if not rows:
            break
        seen += [row["id"] for row in rows]
        control.post("shopbase/orders/change", numbers=["1002"], note="changed under way")
    assert seen == sorted(made)
    assert len(shop.good("GET", "orders.json", limit=250)["orders"]) == 24, "cancelled ones only when asked for"
    assert shop.good("GET", "orders/count.json", status="any") == {"count": 25}
    assert shop.refused("GET", "orders.json", limit=251)[0] == 400
    assert shop.refused("GET", "orders.json", limit=250, page=401)[0] == 429
    assert shop.refused("GET", "orders.json", updated_at_min="2023-11-14 00:00:00")[0] == 400
    assert shop.good("GET", "orders.json", status="any", updated_at_min="2100-01-01T00:00:00+07:00")["orders"] == []


def test_an_order_is_sent_in_parts_and_then_no_more(control: Control, shop: Owner) -> None:
    number = shop.orders(items=TWO)[0]
    path, line = f"orders/{number}/fulfillments.json", shop.order(number)["line_items"][0]["id"]

    def sending(**more: Any) -> dict[str, Any]:
        return {"fulfillment": {"tracking_number": "T1", "tracking_company": "USPS", **more}}

    assert shop.refused("POST", path, {})[0] == 400
    assert shop.refused("POST", path, sending(line_items=[{"id": line, "quantity": 3}]))[0] == 422
    assert shop.refused("POST", path, sending(line_items=[{"id": 1}]))[0] == 422
    shop.good("POST", path, sending(line_items=[{"id": line, "quantity": 1}]))
    now = shop.order(number)
    assert (now["fulfillment_status"], now["line_items"][0]["fulfillable_quantity"]) == ("partial", 1)
    part = shop.good("POST", path, sending(tracking_number="T2"))["fulfillment"]
    assert sum(one["quantity"] for one in part["line_items"]) == 2
    assert shop.refused("POST", path, sending()) == (422, {"base": ["All line items are already fulfilled"]})
    assert shop.refused("POST", f"orders/{number}/cancel.json", {"reason": "customer"})[0] == 422
    shop.good("PUT", f"orders/{number}/fulfillments/{part['id']}.json", {"fulfillment": {"tracking_number": "T9"}})
    now = shop.order(number)
    assert [one["tracking_number"] for one in now["fulfillments"]] == ["T1", "T9"]
    assert now["fulfillment_status"] == "fulfilled"
    assert control.count("shopbase", "order.fulfillments")["ok"] == 2


def test_cancelling_again_changes_nothing(shop: Owner) -> None:
    number = shop.orders(items=TWO)[0]
    assert shop.refused("POST", f"orders/{number}/cancel.json", {"reason": "boredom"})[0] == 422
    first = shop.good("POST", f"orders/{number}/cancel.json", {"reason": "inventory"})["order"]
    again = shop.good("POST", f"orders/{number}/cancel.json", {"reason": "fraud"})["order"]
    assert (again["cancelled_at"], again["cancel_reason"]) == (first["cancelled_at"], "inventory")
    assert shop.refused("POST", f"orders/{number}/fulfillments.json", {"fulfillment": {}})[0] == 422
    assert shop.refused("GET", "orders/1.json") == (404, "Not Found")


def test_every_listed_status_can_be_shown_and_an_unlisted_one_too(control: Control, shop: Owner) -> None:
    assert set(FINANCIAL) == listed("shopbase", "financial")
    assert set(FULFILLMENT) == listed("shopbase", "fulfillment")
    number = shop.orders(count=1)[0]
    for status in (*FINANCIAL, *FULFILLMENT):
        control.post(f"shopbase/orders/{number}/status", status=status)
        now = shop.order(number)
        assert status in (now["financial_status"], now["fulfillment_status"] or "unfulfilled")
    control.post(f"shopbase/orders/{number}/status", status="lost", raw=True, machine="financial")
    assert shop.order(number)["financial_status"] == "lost"


def test_an_order_may_be_spoilt(shop: Owner) -> None:
    bare = shop.order(shop.orders(extra={"no_address": True, "no_items": True, "currency": "XTS"})[0])
    assert (bare["currency"], bare["shipping_address"], bare["line_items"]) == ("XTS", None, [])
    crowd = [{"sku": f"SKU-{number}"} for number in range(500)]
    assert len(shop.order(shop.orders(items=crowd)[0])["line_items"]) == 500


def test_stock_is_set_by_variant(control: Control, shop: Owner) -> None:
    control.post("shopbase/items", skus=["A"], stock=5)
    variant = shop.good("GET", "products.json")["products"][0]["variants"][0]
    assert variant["inventory_quantity"] == 5
    path = f"variants/{variant['id']}.json"
    assert shop.good("PUT", path, {"variant": {"inventory_quantity": 9}})["variant"]["inventory_quantity"] == 9
    assert shop.refused("PUT", path, {"variant": {"inventory_quantity": -1}})[0] == 422
    assert shop.refused("PUT", "variants/1.json", {"variant": {"inventory_quantity": 1}})[0] == 404
    assert control.get("shopbase/items")["items"][0]["stock"] == 9


def test_the_bucket_runs_over_and_its_header_tells(control: Control, shop: Owner) -> None:
    control.post("settings", shopbase={"leak_per_second": 0.001, "bucket_calls": 3})
    answers = [shop.send("GET", "shop.json") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert [one.headers["X-Sb-Shop-Api-Call-Limit"] for one in answers] == ["1/3", "2/3", "3/3", "3/3"]


def test_webhooks_tell_each_topic_signed(control: Control, shop: Owner, receiver: Receiver) -> None:
    for topic in ("orders/create", "orders/updated", "fulfillments/create"):
        shop.good("POST", "webhooks.json", {"webhook": {"topic": topic, "address": receiver.url, "format": "json"}})
    twice = {"webhook": {"topic": "orders/create", "address": receiver.url, "format": "json"}}
    assert shop.refused("POST", "webhooks.json", twice)[0] == 422
    control.post("settings", shopbase={"public_addresses": True})
    for address in ("http://hub.example.org/x", "https://localhost/x", "https://a.internal/x"):
        wrong = {"webhook": {"topic": "orders/paid", "address": address}}
        assert shop.refused("POST", "webhooks.json", wrong) == (422, {"address": ["is not allowed"]})
    number = shop.orders(count=1)[0]
    shop.good("POST", f"orders/{number}/fulfillments.json", {"fulfillment": {"tracking_number": "T1"}})
    receiver.wait_for_count(3)
    sent = [({key.lower(): text for key, text in headers.items()}, body) for headers, body in receiver.messages]
    topics = [headers["x-shopbase-topic"] for headers, _ in sent]
    assert sorted(topics) == ["fulfillments/create", "orders/create", "orders/updated"]
    for headers, body in sent:
        assert headers["x-shopbase-hmac-sha256"] == signature(shop.form["client_secret"], body)
        told = json.loads(body)
        assert told.get("order_id", told["id"]) == number
    hook = shop.good("GET", "webhooks.json")["webhooks"][0]["id"]
    shop.good("DELETE", f"webhooks/{hook}.json")
    assert len(shop.good("GET", "webhooks.json")["webhooks"]) == 2
