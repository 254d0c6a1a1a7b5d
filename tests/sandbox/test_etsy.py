"""The simulated Etsy against contracts/etsy, over real HTTP."""

from __future__ import annotations

import base64
import csv
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from salur.sandbox.etsy.shop import STEPS
from salur.sandbox.etsy.webhooks import signature
from tests.sandbox.clients import CONTRACTS, Control, contract
from tests.sandbox.conftest import Receiver
from tests.sandbox.test_contracts import example_shape, shape

SIGNING = contract("etsy", "signing.json")
PKCE = SIGNING["pkce"][0]
MUG, SHIRT = "MUG-350-WHT", "TSHIRT-BAS-M"
BACK = "https://hub.example.com/callback"
SCOPES = "transactions_r transactions_w listings_r listings_w shops_r"


class Etsy:
    """A client written from the contract."""

    def __init__(self, control: Control) -> None:
        given = control.get("credentials")["etsy"]
        self.control, self.form, self.shop_id = control, given["form"], given["shop_id"]
        self.key = f"{self.form['keystring']}:{self.form['shared_secret']}"
        self.token = ""

    def link(self) -> Etsy:
        """Take a token from control."""
        self.token = self.control.post("etsy/tokens")["access_token"]
        return self

    def agree(self, answer: str = "yes", **query: str) -> httpx.Response:
        """The seller's answer on the consent page."""
        asked = {
            "response_type": "code",
            "client_id": self.form["keystring"],
            "redirect_uri": BACK,
            "scope": SCOPES,
            "state": "st&ate=1",
            "code_challenge": PKCE["code_challenge"],
            "code_challenge_method": "S256",
            **query,
        }
        return self.control.http.post("/etsy/oauth/connect", params=asked, data={"answer": answer})

    def code(self, **query: str) -> str:
        """The code that the browser brings back."""
        return parse_qs(urlsplit(self.agree(**query).headers["location"]).query)["code"][0]

    def exchange(self, code: str, **form: str) -> httpx.Response:
        """A code for tokens."""
        asked = {"redirect_uri": BACK, "code": code, "code_verifier": PKCE["code_verifier"], **form}
        return self.grant(grant_type="authorization_code", **asked)

    def grant(self, **form: str) -> httpx.Response:
        """The token address."""
        return self.control.http.post("/etsy/v3/public/oauth/token", data={"client_id": self.form["keystring"], **form})

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Any call below v3/application."""
        headers = {"x-api-key": self.key, **({"Authorization": f"Bearer {self.token}"} if self.token else {})}
        return self.control.http.request(method, f"/etsy/v3/application/{path}", headers=headers, **options)

    def good(self, method: str, path: str, **options: Any) -> Any:
        """The JSON of a good answer."""
        answer = self.send(method, path, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, method: str, path: str, **options: Any) -> tuple[int, str]:
        """Status and error of a bad answer."""
        answer = self.send(method, path, **options)
        return answer.status_code, answer.json()["error"]

    def receipts(self, **query: Any) -> Any:
        """The list."""
        return self.good("GET", f"shops/{self.shop_id}/receipts", params=query)

    def receipt(self, number: str) -> Any:
        """One in full."""
        return self.good("GET", f"shops/{self.shop_id}/receipts/{number}")

    def track(self, number: str, **form: str) -> httpx.Response:
        """Tell a parcel, form-encoded."""
        told = {"tracking_code": "9400", "carrier_name": "usps", "send_bcc": "false", **form}
        return self.send("POST", f"shops/{self.shop_id}/receipts/{number}/tracking", data=told)

    def make(self, **wish: Any) -> list[str]:
        """Receipts."""
        made: list[str] = self.control.post("etsy/orders", **wish)["numbers"]
        return made


@pytest.fixture
def etsy(control: Control) -> Etsy:
    return Etsy(control).link()


@pytest.mark.parametrize("vector", SIGNING["webhooks"], ids=lambda one: str(one["name"]))
def test_the_contracts_webhook_signatures_are_the_simulators(vector: dict[str, Any]) -> None:
    told = signature(vector["secret"], vector["webhook-id"], vector["webhook-timestamp"], vector["body"].encode())
    assert (told == vector["sign"]) is vector["good"]


def test_a_code_needs_its_verifier_and_works_once(control: Control) -> None:
    etsy = Etsy(control)
    answer = etsy.agree()
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (answer.status_code, query["state"]) == (302, ["st&ate=1"])
    code = query["code"][0]
    for wrong in ({"code_verifier": "x" * 43}, {"code_verifier": ""}, {"redirect_uri": "https://else.example"}):
        assert etsy.exchange(code, **wrong).json()["error"] == "invalid_grant", wrong
    pair = etsy.exchange(code).json()
    assert (pair["expires_in"], pair["token_type"]) == (3600, "Bearer")
    assert etsy.exchange(code).json()["error"] == "invalid_grant"
    etsy.token = pair["access_token"]
    me = etsy.good("GET", "users/me")
    assert (str(me["shop_id"]), pair["access_token"].partition(".")[0]) == (etsy.shop_id, str(me["user_id"]))
    assert parse_qs(urlsplit(etsy.agree("no").headers["location"]).query)["error"] == ["access_denied"]


def test_the_consent_page_wants_s256_a_state_known_scopes_and_a_registered_address(control: Control) -> None:
    etsy = Etsy(control)
    for wrong in (
        {"code_challenge_method": "plain"}, {"code_challenge": ""}, {"state": ""}, {"scope": "everything"},
        {"scope": ""}, {"client_id": "else"}, {"response_type": "token"}, {"redirect_uri": "nowhere"},
    ):  # fmt: skip
        assert etsy.agree(**wrong).status_code == 400, wrong
    control.post("settings", etsy={"redirects": f"https://else.example {BACK}"})
    assert etsy.agree().status_code == 302
    assert etsy.agree(redirect_uri=BACK + "/").status_code == 400


def test_a_refresh_token_is_used_up_and_an_old_access_token_refused(control: Control) -> None:
    etsy = Etsy(control)
    held = control.post("etsy/tokens")["refresh_token"]
    pair = etsy.grant(grant_type="refresh_token", refresh_token=held).json()
    assert etsy.grant(grant_type="refresh_token", refresh_token=held).json()["error"] == "invalid_grant"
    etsy.token = pair["access_token"]
    assert etsy.receipts()["count"] == 0
    control.post("clock", advance=3601)
    assert etsy.refused("GET", "users/me") == (401, "invalid_token")
    control.post("clock", advance=90 * 86400)
    assert etsy.grant(grant_type="refresh_token", refresh_token=pair["refresh_token"]).status_code == 400


def test_key_scope_and_shop_are_checked_on_every_call(control: Control, etsy: Etsy) -> None:
    path = f"shops/{etsy.shop_id}/receipts"
    etsy.key = etsy.form["keystring"]
    assert etsy.send("GET", path).status_code == 200, "the older rule"
    control.post("settings", etsy={"require_shared_secret": True})
    assert etsy.send("GET", path).status_code == 403
    etsy.key += ":" + etsy.form["shared_secret"]
    assert etsy.send("GET", path).status_code == 200
    assert etsy.refused("GET", "shops/1/receipts") == (403, "You do not have access to this shop.")
    granted = etsy.exchange(etsy.code(scope="transactions_r")).json()
    etsy.token = granted["access_token"]
    assert etsy.send("GET", path).status_code == 200
    assert etsy.refused("GET", "users/me") == (403, "insufficient_scope")
    assert etsy.refused("POST", f"{path}/1/tracking", data={}) == (403, "insufficient_scope")
    etsy.token = ""
    assert etsy.refused("GET", path) == (401, "invalid_token")
    assert etsy.send("GET", f"shops/{etsy.shop_id}").status_code == 200, "a shop is shown to every key"


def test_receipts_are_paged_by_offset_and_both_ends_belong_to_the_range(control: Control, etsy: Etsy) -> None:
    made = etsy.make(count=25, spread_seconds=2500, updated_seconds_ago=100)
    asked = {"sort_on": "updated", "sort_order": "asc", "limit": 10}
    pages = [etsy.receipts(**asked, offset=offset) for offset in (0, 10, 20, 30)]
    found = [str(row["receipt_id"]) for page in pages for row in page["results"]]
    assert (found, {page["count"] for page in pages}) == (made, {25})
    first, last = (row["updated_timestamp"] for row in (pages[0]["results"][0], pages[2]["results"][-1]))
    assert etsy.receipts(min_last_modified=first, max_last_modified=last)["count"] == 25
    assert etsy.receipts(min_last_modified=first + 1, max_last_modified=last - 1)["count"] == 23
    control.post("etsy/orders/change", numbers=[made[0]], note="changed")
    assert etsy.receipts(min_last_modified=first, max_last_modified=last)["count"] == 24
    assert len(etsy.receipts()["results"]) == 25, "25 unless told otherwise"
    for wrong in ({"limit": 101}, {"limit": 0}, {"sort_on": "name"}, {"min_last_modified": 5}, {"was_paid": "maybe"}):
        assert etsy.send("GET", f"shops/{etsy.shop_id}/receipts", params=wrong).status_code == 400, wrong


def test_receipts_are_found_by_their_flags(etsy: Etsy) -> None:
    (paid,), (unpaid,), (sent,) = etsy.make(), etsy.make(step="unpaid"), etsy.make()
    assert etsy.track(sent).status_code == 200

    def found(**query: str) -> set[str]:
        return {str(row["receipt_id"]) for row in etsy.receipts(**query)["results"]}

    assert found() == {paid, unpaid, sent}
    assert found(was_paid="true", was_shipped="false") == {paid}
    assert found(was_paid="false") == {unpaid}


def test_tracking_completes_a_receipt_and_a_repeat_makes_a_second_shipment(control: Control, etsy: Etsy) -> None:
    (number,) = etsy.make(items=[{"sku": MUG, "quantity": 5}])
    row = etsy.track(number).json()
    assert (row["status"], row["is_shipped"], len(row["shipments"])) == ("completed", True, 1)
    again = etsy.send(
        "POST", f"shops/{etsy.shop_id}/receipts/{number}/tracking", json={"tracking_code": "2", "carrier_name": "ups"}
    )
    assert [one["carrier_name"] for one in again.json()["shipments"]] == ["usps", "ups"]
    (unknown,) = etsy.make(items=[{"sku": MUG}])
    row = etsy.track(unknown, carrier_name="Nobody's Parcels").json()
    assert (row["is_shipped"], row["shipments"]) == (True, [])
    kept = {one["number"]: one for one in control.get("etsy/orders")["orders"]}
    assert [one["tracking"] for one in kept[number]["shipments"]] == ["9400", "2"]


def test_tracking_is_refused_where_it_cannot_be(control: Control, etsy: Etsy) -> None:
    (dear,), (cheap,) = etsy.make(items=[{"sku": MUG, "quantity": 5}]), etsy.make(items=[{"sku": MUG}])
    assert etsy.track(dear, tracking_code="").json() == {"error": "A tracking number is required"}
    assert etsy.track(dear, carrier_name="").status_code == 400
    assert etsy.track(cheap, tracking_code="").status_code == 200, "10 dollars or less"
    (unpaid,) = etsy.make(step="unpaid")
    assert etsy.track(unpaid).status_code == 400
    control.post(f"etsy/orders/{dear}/status", status="canceled")
    assert etsy.track(dear).json() == {"error": "Cannot add tracking to a canceled receipt"}
    assert etsy.track("1").status_code == 404


def test_every_listed_status_and_no_other_is_shown(control: Control, etsy: Etsy) -> None:
    with (CONTRACTS / "etsy" / "statuses.csv").open(encoding="utf-8", newline="") as file:
        listed = {row["code"] for row in csv.DictReader(file)}
    assert set(STEPS) == listed
    seen = set()
    for status in sorted(listed):
        (number,) = etsy.make(step="unpaid")
        control.post(f"etsy/orders/{number}/status", status=status)
        seen.add(etsy.receipt(number)["status"])
    assert seen == listed


def test_a_receipt_may_be_spoilt(etsy: Etsy) -> None:
    (number,) = etsy.make(extra={"no_address": True, "no_items": True, "currency": "XTS"})
    bare = etsy.receipt(number)
    assert (bare["grandtotal"]["currency_code"], bare["transactions"], bare["first_line"]) == ("XTS", [], None)
    (number,) = etsy.make(items=[{"sku": f"SKU-{one}"} for one in range(500)], person={"name": "محمد 😀"})
    full = etsy.receipt(number)
    assert (len(full["transactions"]), full["name"]) == (500, "محمد 😀")


def inventory(row: dict[str, Any], **quantities: int) -> dict[str, Any]:
    """An inventory as it was read, as it may be written, with other quantities by SKU."""
    products = [
        {
            "sku": one["sku"],
            "property_values": [
                {key: value for key, value in held.items() if key != "scale_name"} for held in one["property_values"]
            ],
            "offerings": [
                {
                    "price": one["offerings"][0]["price"]["amount"] / 100,
                    "quantity": quantities.get(one["sku"], one["offerings"][0]["quantity"]),
                    "is_enabled": True,
                }
            ],
        }
        for one in row["products"]
    ]
    return {"products": products, **{key: row[key] for key in row if key.endswith("_on_property")}}


def test_an_inventory_is_replaced_as_a_whole(control: Control, etsy: Etsy) -> None:
    control.post("etsy/items", stock=9)
    (order,) = etsy.make(items=[{"sku": SHIRT}])
    listings = etsy.good("GET", f"shops/{etsy.shop_id}/listings", params={"limit": 100, "includes": "Inventory"})
    shirt = next(one for one in listings["results"] if one["title"] == "Basic T-shirt")
    path = f"listings/{shirt['listing_id']}/inventory"
    read = etsy.good("GET", path)
    assert read == shirt["inventory"] and len(read["products"]) == 3
    body = inventory(read, **{SHIRT: 7})
    assert etsy.good("PUT", path, json=body)["products"] == [
        one if one["sku"] != SHIRT else {**one, "offerings": [{**one["offerings"][0], "quantity": 7}]}
        for one in read["products"]
    ]
    body["products"].pop()
    assert [one["sku"] for one in etsy.good("PUT", path, json=body)["products"]] == ["TSHIRT-BAS-S", SHIRT]
    assert etsy.receipt(order)["transactions"][0]["sku"] == SHIRT
    as_read = etsy.good("GET", path)
    assert etsy.refused("PUT", path, json=as_read) == (400, "Invalid keys in products: product_id, is_deleted")
    shared = {**body, "quantity_on_property": []}
    assert "must be consistent" in etsy.refused("PUT", path, json=shared)[1]
    assert etsy.send("PUT", path, json=inventory(as_read, **{SHIRT: 1000})).status_code == 400
    assert etsy.refused("PUT", "listings/5/inventory", json=body) == (404, "Resource not found")


def test_nothing_left_is_told_by_the_listings_state_and_not_by_its_inventory(control: Control, etsy: Etsy) -> None:
    (number,) = control.post("etsy/items", skus=[MUG], stock=5)["item_ids"]
    path, listing = f"listings/{number}/inventory", f"shops/{etsy.shop_id}/listings/{number}"
    none = inventory(etsy.good("GET", path), **{MUG: 0})
    assert etsy.refused("PUT", path, json=none) == (400, "One offering must have quantity greater than 0")
    assert etsy.good("PATCH", listing, data={"state": "inactive"})["state"] == "inactive"

    def counted(state: str) -> int:
        found: int = etsy.good("GET", f"shops/{etsy.shop_id}/listings", params={"state": state})["count"]
        return found

    assert (counted("active"), counted("inactive")) == (0, 1)
    assert etsy.good("PATCH", listing, json={"state": "active"})["state"] == "active"
    etsy.make(items=[{"sku": MUG, "quantity": 5}])
    assert (counted("active"), counted("sold_out")) == (0, 1)


def check_signed(message: tuple[dict[str, str], bytes], secret: str) -> str:
    """The message's id, once its signature holds."""
    headers, body = message
    number, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{number}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
    return number


def test_messages_are_signed_point_to_the_receipt_and_are_repeated_under_one_id(
    control: Control, etsy: Etsy, receiver: Receiver
) -> None:
    control.post("etsy/callback", url=receiver.url)
    receiver.answer = 500
    (number,) = etsy.make(step="unpaid")
    control.post(f"etsy/orders/{number}/status", status="paid")
    receiver.wait_for_count(1)
    control.post("clock", advance=6)
    receiver.answer = 200
    receiver.wait_for_count(2)
    first, second = receiver.messages
    secret = etsy.form["webhook_secret"]
    assert check_signed(first, secret) == check_signed(second, secret)
    assert int(second[0]["webhook-timestamp"]) >= int(first[0]["webhook-timestamp"]) + 5
    assert first[1] == second[1]
    path = f"/v3/application/shops/{etsy.shop_id}/receipts/{number}"
    told = json.loads(first[1])
    assert (told["event_type"], urlsplit(told["resource_url"]).path[-len(path) :]) == ("order.paid", path)
    control.post("settings", etsy={"webhook_times": 3})
    etsy.track(number)
    receiver.wait_for_count(5)
    assert {check_signed(one, secret) for one in receiver.messages[2:]} != {check_signed(first, secret)}
    assert {json.loads(body)["event_type"] for _, body in receiver.messages[2:]} == {"order.shipped"}
    control.post("settings", etsy={"webhook_text": "older"})
    etsy.make()
    receiver.wait_for_count(8)
    assert set(receiver.json()[-1]) == {"event_type", "event_id", "created_at", "data"}


def test_the_keys_limits_are_told_and_held(control: Control, etsy: Etsy) -> None:
    headers = etsy.send("GET", "users/me").headers
    assert (headers["x-limit-per-second"], headers["x-remaining-today"]) == ("10", "9999")
    control.post("settings", etsy={"key_limits": True, "per_second": 3})
    control.post("clock", advance=5)
    codes = [etsy.send("GET", "users/me").status_code for _ in range(40)]
    assert set(codes[:3]) == {200} and 429 in codes
    control.post("settings", etsy={"per_second": 1000, "per_day": 20})
    answers = [etsy.send("GET", "users/me") for _ in range(21)]
    assert (answers[-1].status_code, answers[-1].headers["x-remaining-today"]) == (429, "0")
    assert int(answers[-1].headers["retry-after"]) > 80_000
    control.post("clock", advance=86_410)
    etsy.link()
    assert etsy.send("GET", "users/me").status_code == 200


def test_answers_have_the_examples_shape(control: Control, etsy: Etsy) -> None:
    (number,) = etsy.make(items=[{"sku": MUG, "quantity": 2}, {"sku": SHIRT}])

    def same(got: Any, name: str, exchange: str) -> None:
        assert set(shape(got)) == example_shape("etsy", name, exchange), name

    control.post("etsy/items")
    same(etsy.receipt(number), "getShopReceipt", "paid")
    same(etsy.receipts(), "getShopReceipts", "two receipts")
    same(etsy.track(number).json(), "createReceiptShipment", "taken")
    listings = etsy.good("GET", f"shops/{etsy.shop_id}/listings", params={"limit": 100, "includes": "Inventory"})
    same(listings, "getListingsByShop", "a page")
    same(etsy.good("GET", "users/me"), "getMe", "the seller")
    same(etsy.good("GET", f"shops/{etsy.shop_id}"), "getShop", "the shop")
    control.post("settings", etsy={"withhold_addresses": True})
    assert etsy.receipt(number)["zip"] is None
