"""Simulated WooCommerce sites against contracts/woocommerce, over real HTTP."""

from __future__ import annotations

import base64
import csv
import hashlib
import hmac
import itertools
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
import pytest

from salur.sandbox.woocommerce.keys import base_string, oauth_signature
from salur.sandbox.woocommerce.site import STEPS
from salur.sandbox.woocommerce.webhooks import signature
from tests.sandbox.clients import CONTRACTS, Control, contract
from tests.sandbox.conftest import Receiver
from tests.sandbox.test_contracts import example_shape, shape

SIGNING = contract("woocommerce", "signing.json")
MUG = "MUG-350-WHT"
_NONCES = itertools.count(1)


def enc(text: str) -> str:
    return quote(text, safe="~")


class Site:
    """A client that signs as the contract says, sharing nothing with the simulator."""

    def __init__(self, control: Control) -> None:
        form = control.get("credentials")["woocommerce"]["form"]
        self.control = control
        self.url, self.key, self.secret = form["store_url"], form["consumer_key"], form["consumer_secret"]

    def oauth(self, method: str, path: str, query: dict[str, str], **changed: str) -> dict[str, str]:
        """The query with its signature; ``changed`` replaces parameters before signing."""
        asked = {
            **query,
            "oauth_consumer_key": self.key,
            "oauth_nonce": f"n{next(_NONCES)}",
            "oauth_timestamp": str(int(self.control.get("clock")["now"])),
            "oauth_signature_method": "HMAC-SHA256",
            **changed,
        }
        pairs = "&".join(f"{key}={value}" for key, value in sorted((enc(k), enc(v)) for k, v in asked.items()))
        base = "&".join(enc(part) for part in (method, f"{self.url}{path}", pairs))
        digest = hashlib.sha1 if asked["oauth_signature_method"] == "HMAC-SHA1" else hashlib.sha256
        sign = base64.b64encode(hmac.new(f"{self.secret}&".encode(), base.encode(), digest).digest()).decode()
        return {**asked, "oauth_signature": sign}

    def send(self, method: str, name: str, body: Any = None, **query: Any) -> httpx.Response:
        """A signed call below wc/v3."""
        path = f"/wp-json/wc/v3/{name}"
        signed = self.oauth(method, path, {key: str(value) for key, value in query.items()})
        return self.raw(method, path, signed, json=body)

    def raw(self, method: str, path: str, query: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        """Any call to the site."""
        return self.control.http.request(method, self.url + path, params=query, **more)

    def good(self, method: str, name: str, body: Any = None, **query: Any) -> Any:
        """The JSON of a good answer."""
        answer = self.send(method, name, body, **query)
        assert answer.is_success, answer.text
        return answer.json()

    def refused(self, method: str, name: str, body: Any = None, **query: Any) -> tuple[int, str]:
        """Status and code of a bad answer."""
        answer = self.send(method, name, body, **query)
        told = answer.json()
        assert told["data"]["status"] == answer.status_code
        return answer.status_code, told["code"]

    def orders(self, **wish: Any) -> list[int]:
        """Make orders; their ids."""
        made = set(self.control.post("woocommerce/orders", **wish)["numbers"])
        return [row["id"] for row in self.control.get("woocommerce/orders")["orders"] if row["number"] in made]


@pytest.fixture
def site(control: Control) -> Site:
    return Site(control)


def statuses() -> set[str]:
    with (CONTRACTS / "woocommerce" / "statuses.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"] for row in csv.DictReader(file)}


@pytest.mark.parametrize("vector", SIGNING["oauth"], ids=lambda one: str(one["name"]))
def test_the_contracts_signatures_are_the_simulators(vector: dict[str, Any]) -> None:
    base = base_string(vector["method"], vector["url"], vector["params"].items())
    assert base == vector["base_string"]
    method = vector["params"]["oauth_signature_method"]
    assert oauth_signature(vector["consumer_secret"], method, base) == vector["oauth_signature"]


@pytest.mark.parametrize("vector", SIGNING["webhooks"], ids=lambda one: str(one["name"]))
def test_the_contracts_webhook_signatures_are_the_simulators(vector: dict[str, Any]) -> None:
    assert signature(vector["secret"], vector["body"].encode()) == vector["sign"]


@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256"])
def test_over_http_only_a_fresh_and_whole_oauth_signature_counts(control: Control, site: Site, method: str) -> None:
    path = "/wp-json/wc/v3/orders"

    def status(query: dict[str, str], **more: Any) -> int:
        return site.raw("GET", path, query, **more).status_code

    signed = site.oauth("GET", path, {"search": "A+B/ค ~1%", "include[0]": "5"}, oauth_signature_method=method)
    assert status({**signed, "per_page": "5"}) == 401
    assert status(signed) == 200
    assert status(signed) == 401, "a nonce counts once"
    twice = urlencode(site.oauth("GET", path, {"page": "1"}, oauth_signature_method=method)) + "&page=1"
    assert site.control.http.get(f"{site.url}{path}?{twice}").status_code == 200, "read as PHP reads it"
    now = int(control.get("clock")["now"])
    for away, wanted in ((-890, 200), (-910, 401), (910, 401)):
        late = site.oauth("GET", path, {}, oauth_timestamp=str(now + away), oauth_signature_method=method)
        assert status(late) == wanted
    assert status(site.oauth("GET", path, {}, oauth_signature_method="PLAINTEXT")) == 401
    assert status(site.oauth("GET", path, {}, oauth_consumer_key="ck_other")) == 401
    assert status({key: text for key, text in site.oauth("GET", path, {}).items() if key != "oauth_nonce"}) == 401
    assert status({}, auth=(site.key, site.secret)) == 401, "Basic does not count over http"


def test_over_https_basic_counts_and_keys_may_stand_in_the_query(control: Control, site: Site) -> None:
    control.post("settings", woocommerce={"https": True})
    path = "/wp-json/wc/v3/orders"
    assert site.raw("GET", path, auth=(site.key, site.secret)).status_code == 200
    assert site.raw("GET", path, {"consumer_key": site.key, "consumer_secret": site.secret}).status_code == 200
    for auth in ((site.key, "cs_wrong"), ("ck_wrong", site.secret)):
        answer = site.raw("GET", path, auth=auth)
        assert (answer.status_code, answer.json()["code"]) == (401, "woocommerce_rest_authentication_error")


def test_a_key_is_of_one_site_and_may_be_for_reading_only(control: Control, site: Site) -> None:
    (order,) = site.orders()
    control.post("woocommerce/shops", shop_id="other", region="US")
    elsewhere = Site(control)
    elsewhere.url = site.url.replace("baan-suan", "other")
    assert elsewhere.refused("GET", "orders") == (401, "woocommerce_rest_authentication_error")
    key = control.post("woocommerce/keys", permissions="read")
    reader = Site(control)
    reader.key, reader.secret = key["consumer_key"], key["consumer_secret"]
    assert reader.good("GET", f"orders/{order}")["id"] == order
    assert reader.refused("PUT", f"orders/{order}", {"status": "completed"}) == (401, "woocommerce_rest_cannot_edit")
    control.post("woocommerce/tokens", expire="link")
    assert reader.refused("GET", "orders") == (401, "woocommerce_rest_authentication_error")


def test_orders_are_paged_by_number_and_both_ends_of_the_window_are_outside(control: Control, site: Site) -> None:
    made = site.orders(count=25, spread_seconds=2500, updated_seconds_ago=100)
    rows = [site.good("GET", f"orders/{order}") for order in (made[0], made[-1])]
    asked = {"status": "any", "dates_are_gmt": "true", "orderby": "id", "order": "asc", "per_page": 10}
    found, page = [], 1
    while True:
        answer = site.send("GET", "orders", page=page, **asked)
        assert (answer.headers["x-wp-total"], answer.headers["x-wp-totalpages"]) == ("25", "3")
        found += [row["id"] for row in answer.json()]
        if "next" not in answer.links:
            break
        page += 1
        assert f"page={page}" in urlsplit(answer.links["next"]["url"]).query
    assert found == made
    assert site.good("GET", "orders", page=9, **asked) == []
    first, last = (row["date_modified_gmt"] for row in rows)
    inside = site.good("GET", "orders", **{**asked, "per_page": 100, "modified_after": first, "modified_before": last})
    assert [row["id"] for row in inside] == made[1:-1]
    local = rows[0]["date_modified"]
    assert len(site.good("GET", "orders", modified_after=local, per_page=100)) == 24, "without dates_are_gmt: local"


@pytest.mark.parametrize(
    "query",
    [
        {"per_page": 101}, {"per_page": 0}, {"page": "x"}, {"status": "nope"}, {"orderby": "total"},
        {"modified_after": "yesterday"}, {"modified_after": "2026-13-01T00:00:00"},
    ],
    ids=str,
)  # fmt: skip
def test_bad_parameters_are_refused(site: Site, query: dict[str, Any]) -> None:
    assert site.refused("GET", "orders", **query) == (400, "rest_invalid_param")


def test_an_order_is_told_its_parcel_completed_and_cancelled(control: Control, site: Site) -> None:
    first, second = site.orders(count=2, items=[{"sku": MUG, "quantity": 2}])
    meta = [{"key": "_tracking_number", "value": "TH1"}, {"key": "_tracking_provider", "value": "Flash Express"}]
    row = site.good("PUT", f"orders/{first}", {"status": "completed", "meta_data": meta})
    assert (row["status"], bool(row["date_completed_gmt"])) == ("completed", True)
    again = {**row["meta_data"][0], "value": "TH2"}
    row = site.good("PUT", f"orders/{first}", {"meta_data": [again, {"key": "_tracking_provider", "value": "J&T"}]})
    assert [one["value"] for one in row["meta_data"]] == ["TH2", "Flash Express", "J&T"], "replaced by id, else added"
    kept = {one["id"]: one for one in control.get("woocommerce/orders")["orders"]}
    assert [one["tracking"] for one in kept[first]["shipments"]] == ["TH1", "TH2"]
    assert kept[first]["status"] == "completed"
    note = site.good("POST", f"orders/{first}/notes", {"note": "Flash TH1", "customer_note": True})
    assert site.good("GET", f"orders/{first}/notes") == [note]
    stock = {one["sku"]: one["stock"] for one in control.get("woocommerce/items")["items"]}[MUG]
    assert site.good("PUT", f"orders/{second}", {"status": "cancelled"})["status"] == "cancelled"
    after = {one["sku"]: one["stock"] for one in control.get("woocommerce/items")["items"]}[MUG]
    assert after == stock + 2
    assert site.refused("PUT", f"orders/{second}", {"status": "nope"}) == (400, "rest_invalid_param")
    assert site.refused("PUT", "orders/1", {}) == (404, "woocommerce_rest_shop_order_invalid_id")
    assert site.refused("POST", f"orders/{second}/notes", {}) == (400, "rest_missing_callback_param")


def test_an_order_may_be_spoilt(site: Site) -> None:
    (number,) = site.orders(extra={"no_address": True, "no_items": True, "currency": "XTS"})
    bare = site.good("GET", f"orders/{number}")
    assert (bare["currency"], bare["line_items"], bare["billing"]["address_1"]) == ("XTS", [], "")
    (number,) = site.orders(items=[{"sku": f"SKU-{one}"} for one in range(500)], person={"name": "محمد 😀"})
    full = site.good("GET", f"orders/{number}")
    assert (len(full["line_items"]), full["shipping"]["last_name"]) == (500, "😀")


def test_shipment_tracking_is_there_only_with_its_extension(control: Control, site: Site) -> None:
    (order,) = site.orders()
    path, told = f"orders/{order}/shipment-trackings", {"custom_tracking_provider": "Flash", "tracking_number": "T1"}
    assert site.refused("POST", path, told) == (404, "rest_no_route")
    control.post("settings", woocommerce={"shipment_tracking": True})
    assert site.send("POST", path, told).status_code == 201
    assert [one["tracking_number"] for one in site.good("GET", path)] == ["T1"]
    assert site.good("GET", f"orders/{order}")["status"] == "processing"


def test_every_listed_status_and_no_other_is_shown(control: Control, site: Site) -> None:
    assert set(STEPS) == statuses()
    seen = set()
    for status in sorted(statuses()):
        (order,) = site.orders()
        control.post(f"woocommerce/orders/{order}/status", status=status)
        seen.add(site.good("GET", f"orders/{order}")["status"])
    assert seen == statuses()
    hidden = {row["status"] for row in site.good("GET", "orders", status="any", per_page=100)}
    assert hidden == statuses() - {"trash", "checkout-draft"}
    control.post(f"woocommerce/orders/{order}/status", status="awaiting-shipment", raw=True)
    assert site.good("GET", f"orders/{order}")["status"] == "awaiting-shipment"


def test_stock_lies_in_simple_products_and_in_variations(control: Control, site: Site) -> None:
    control.post("woocommerce/items", stock=9)
    products = site.good("GET", "products", per_page=100, orderby="id", order="asc")
    simple = next(one for one in products if one["sku"] == MUG)
    variable = next(one for one in products if one["type"] == "variable")
    assert (simple["stock_quantity"], variable["manage_stock"], len(products)) == (9, False, 28)
    variations = site.good("GET", f"products/{variable['id']}/variations")
    assert [one["id"] for one in variations] == variable["variations"]
    changes = [{"id": simple["id"], "manage_stock": True, "stock_quantity": 4}, {"id": 1, "stock_quantity": 1}]
    done, failed = site.good("POST", "products/batch", {"update": changes})["update"]
    assert (done["stock_quantity"], failed["error"]["code"]) == (4, "woocommerce_rest_product_invalid_id")
    path = f"products/{variable['id']}/variations"
    one = {"id": variations[0]["id"], "manage_stock": True, "stock_quantity": 2}
    assert site.good("POST", f"{path}/batch", {"update": [one]})["update"][0]["stock_quantity"] == 2
    assert site.good("PUT", f"{path}/{variations[1]['id']}", {"stock_quantity": 3})["stock_quantity"] == 3
    stock = {row["sku"]: row["stock"] for row in control.get("woocommerce/items")["items"]}
    assert (stock[MUG], stock[variations[0]["sku"]], stock[variations[1]["sku"]]) == (4, 2, 3)
    control.post("woocommerce/managed", sku=MUG, managed=False)
    ignored = site.good("PUT", f"products/{simple['id']}", {"stock_quantity": 5})
    assert (ignored["manage_stock"], ignored["stock_quantity"]) == (False, None)
    assert site.refused("POST", "products/batch", {"update": changes * 51})[0] == 413
    assert site.refused("PUT", f"products/{simple['id']}", {"stock_quantity": "5"}) == (400, "rest_invalid_param")


@pytest.fixture
def hook(site: Site, receiver: Receiver) -> Iterator[dict[str, Any]]:
    made = {"name": "hub", "topic": "order.updated", "delivery_url": receiver.url, "secret": "whs", "status": "active"}
    yield site.good("POST", "webhooks", made)


def test_a_webhook_is_pinged_unsigned_and_then_signed(
    control: Control, site: Site, receiver: Receiver, hook: dict[str, Any]
) -> None:
    receiver.wait_for_count(1)
    headers, body = receiver.messages[0]
    assert body == f"webhook_id={hook['id']}".encode()
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "X-WC-Webhook-Signature" not in headers
    (order,) = site.orders()
    assert site.good("PUT", f"orders/{order}", {"status": "completed"})
    receiver.wait_for_count(2)
    headers, body = receiver.messages[1]
    sign = base64.b64encode(hmac.new(b"whs", body, hashlib.sha256).digest()).decode()
    assert (headers["X-WC-Webhook-Signature"], headers["X-WC-Webhook-Topic"]) == (sign, "order.updated")
    assert json.loads(body) == site.good("GET", f"orders/{order}")
    assert "secret" not in site.good("GET", "webhooks")[0]


def test_a_webhook_may_fire_ten_times_and_five_failures_in_a_row_disable_it(
    control: Control, site: Site, receiver: Receiver, hook: dict[str, Any]
) -> None:
    receiver.wait_for_count(1)
    control.post("settings", woocommerce={"webhook_times": 10})
    (order,) = site.orders()
    site.good("PUT", f"orders/{order}", {"customer_note": "hello"})
    receiver.wait_for_count(11)
    ids = {headers["X-WC-Webhook-Delivery-ID"] for headers, _ in receiver.messages[1:]}
    assert (len(ids), len({body for _, body in receiver.messages[1:]})) == (10, 1)
    receiver.answer = 500
    control.post("settings", woocommerce={"webhook_times": 4})
    site.good("PUT", f"orders/{order}", {"customer_note": "one"})
    control.post("tick")
    assert control.get("woocommerce/webhooks")["webhooks"][0]["status"] == "active"
    control.post("settings", woocommerce={"webhook_times": 1})
    site.good("PUT", f"orders/{order}", {"customer_note": "two"})
    control.post("tick")
    assert site.good("GET", f"webhooks/{hook['id']}")["status"] == "disabled"
    told = len(receiver.messages)
    site.good("PUT", f"orders/{order}", {"customer_note": "three"})
    control.post("tick")
    assert len(receiver.messages) == told
    receiver.answer = 200
    site.good("PUT", f"webhooks/{hook['id']}", {"status": "active"})
    receiver.wait_for_count(told + 1)
    assert receiver.messages[-1][1].startswith(b"webhook_id=")


def test_a_webhook_needs_a_topic_and_an_address(site: Site) -> None:
    for body in (
        {"topic": "order.lost", "delivery_url": "http://hub/x"},
        {"topic": "order.updated", "delivery_url": "ftp://hub"},
        {"topic": "order.updated"},
        {"delivery_url": "http://hub/x"},
    ):
        assert site.send("POST", "webhooks", body).status_code == 400


READS = {
    "orders.get": ("cash on delivery, sent to the billing address", "orders/{order}"),
    "orders.list": ("a page of three", "orders"),
    "products": ("simple, variable and one without stock keeping", "products"),
    "products.variations": ("two", "products/{variable}/variations"),
    "settings": ("currency", "settings/general/woocommerce_currency"),
    "webhooks.list": ("one switched off by failures", "webhooks"),
}


@pytest.mark.parametrize("name", sorted(READS))
def test_answers_have_the_examples_shape(
    control: Control, site: Site, receiver: Receiver, hook: dict[str, Any], name: str
) -> None:
    control.post("woocommerce/items")
    (order,) = site.orders(items=[{"sku": "TSHIRT-BAS-M"}])
    variable = next(one["id"] for one in site.good("GET", "products", per_page=100) if one["variations"])
    exchange, path = READS[name]
    got = site.good("GET", path.format(order=order, variable=variable))
    assert set(shape(got)) == example_shape("woocommerce", name, exchange)


def test_the_site_says_what_it_is_to_anybody(site: Site) -> None:
    told = site.raw("GET", "/wp-json/").json()
    assert set(shape(told)) == example_shape("woocommerce", "index", "the site")
    assert told["url"] == site.url
    assert site.refused("GET", "nonsense") == (404, "rest_no_route")
