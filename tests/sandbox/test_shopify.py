"""The simulated Shopify against contracts/shopify, over real HTTP."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
from graphql import build_schema
from graphql.utilities import find_breaking_changes

from salur.sandbox.shopify.model import FINANCIAL, FULFILLMENT, FULFILLMENT_ORDER
from salur.sandbox.shopify.schema import schema_of
from salur.sandbox.shopify.signing import callback_hmac, callback_text, webhook_hmac
from tests.sandbox.clients import CONTRACTS, Control, contract
from tests.sandbox.shopify_client import CANCEL, ORDERS, TO_SHIP, Merchant
from tests.sandbox.test_contracts import listed

SIGNING = contract("shopify", "signing.json")
TWO = [{"sku": "MUG-350-WHT", "quantity": 2}, {"sku": "TSHIRT-BAS-M"}]


@pytest.fixture
def shop(control: Control) -> Merchant:
    control.post("settings", shopify={"cancel_seconds": 0})
    return Merchant(control).link()


# --- contracts -------------------------------------------------------------------------------------------------------


def test_whatever_the_contracts_schema_offers_the_simulator_offers_too() -> None:
    closed = (CONTRACTS / "shopify" / "schema.graphql").read_text(encoding="utf-8")
    changes = find_breaking_changes(build_schema(closed), schema_of("2026-10"))
    open_enums = {"OrderDisplayFinancialStatus", "OrderDisplayFulfillmentStatus", "FulfillmentOrderStatus"}
    assert [one.description for one in changes if not any(name in one.description for name in open_enums)] == []


def test_its_statuses_are_the_contracts() -> None:
    assert set(FINANCIAL) == listed("shopify", "financial")
    assert set(FULFILLMENT) == listed("shopify", "fulfillment")
    assert set(FULFILLMENT_ORDER) == listed("shopify", "fulfillment_order")


@pytest.mark.parametrize("vector", SIGNING["callback"], ids=lambda one: str(one["name"]))
def test_the_redirect_is_signed_as_the_contract_says(vector: dict[str, Any]) -> None:
    assert callback_text(vector["query"]) == vector["base_string"]
    assert callback_hmac(vector["secret"], vector["query"]) == vector["hmac"]
    altered = {**vector["query"], "state": "other"}
    assert callback_hmac(vector["secret"], altered) != vector["hmac"]


@pytest.mark.parametrize("vector", SIGNING["webhooks"], ids=lambda one: str(one["name"]))
def test_webhooks_are_signed_as_the_contract_says(vector: dict[str, Any]) -> None:
    assert webhook_hmac(vector["secret"], vector["body"].encode()) == vector["sign"]


# --- the login -------------------------------------------------------------------------------------------------------


def test_the_login_brings_a_signed_code_that_works_once(control: Control) -> None:
    shop = Merchant(control)
    back = shop.code()
    signed = "&".join(f"{key}={back[key]}" for key in sorted(back) if key != "hmac")
    secret = shop.form["client_secret"].encode()
    assert back["hmac"] == hmac.new(secret, signed.encode(), hashlib.sha256).hexdigest()
    assert (back["state"], back["shop"]) == ("s:1", shop.form["shop_domain"])
    answer = shop.exchange(code=back["code"])
    assert set(answer.json()) == {"access_token", "scope"}
    shop.token = answer.json()["access_token"]
    assert shop.ask("{ shop { myshopifyDomain } }")["shop"]["myshopifyDomain"] == back["shop"]
    control.post("clock", advance=400 * 86400)
    assert shop.send("{ shop { id } }").status_code == 200, "an offline token does not end"
    again = shop.exchange(code=back["code"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_request")


def test_what_is_wrong_with_a_login_is_refused(control: Control) -> None:
    shop = Merchant(control)
    assert shop.login(client_id="other").status_code == 400
    assert shop.login(scope="read_everything").status_code == 400
    assert shop.login(redirect_uri="javascript:alert(1)").status_code == 400
    code = shop.code()["code"]
    assert shop.exchange(code=code, client_secret="wrong").status_code == 401
    control.post("shopify/shops", shop_id="other-shop", name="Other", region="US")
    elsewhere = shop.url.rsplit("/", 1)[0] + "/other-shop"
    assert shop.exchange(elsewhere, code=code).status_code == 400, "a code counts at its own shop's host"
    control.post("clock", advance=700)
    assert shop.exchange(code=code).status_code == 400


def test_a_token_that_ends_is_refreshed_once(control: Control) -> None:
    shop = Merchant(control)
    first = shop.exchange(code=shop.code()["code"], expiring="1").json()
    assert first["expires_in"] == 3600
    shop.token = first["access_token"]
    control.post("clock", advance=3601)
    assert shop.send("{ shop { id } }").status_code == 401
    refreshed = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = shop.exchange(**refreshed).json()
    shop.token = second["access_token"]
    assert shop.send("{ shop { id } }").status_code == 200
    assert shop.exchange(**refreshed).status_code == 400


def test_a_removed_app_and_a_token_of_another_shop_are_refused(control: Control, shop: Merchant) -> None:
    control.post("shopify/shops", shop_id="other-shop", name="Other", region="US")
    other = control.post("shopify/tokens", shop_id="other-shop.myshopify.com")["access_token"]
    own, shop.token = shop.token, other
    assert shop.send("{ shop { id } }").status_code == 401
    shop.token = own
    control.post("shopify/tokens", expire="link")
    answer = shop.send("{ shop { id } }")
    assert (answer.status_code, "Invalid API key" in answer.json()["errors"]) == (401, True)


# --- GraphQL ---------------------------------------------------------------------------------------------------------


def test_pages_with_variables_aliases_and_fragments_are_complete_while_orders_change(
    control: Control, shop: Merchant
) -> None:
    made = shop.orders(count=30, updated_seconds_ago=600, spread_seconds=300)
    wanted = {"first": 7, "query": "updated_at:>='2020-01-01T00:00:00Z' AND updated_at:<'2100-01-01T00:00:00+07:00'"}
    seen: list[str] = []
    after = None
    while True:
        page = shop.ask(ORDERS, **wanted, after=after)["found"]
        seen += [row["id"] for row in page["nodes"]]
        if after is None:
            control.post("shopify/orders/change", numbers=["1002"], note="changed under way")
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert set(seen) == set(made)
    assert sorted(set(seen)) != sorted(seen) or len(seen) == 31, "the changed one came again, at its new time"
    assert shop.ask(ORDERS, first=5, query="updated_at:>='2100-01-01T00:00:00Z'")["found"]["nodes"] == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ shop { nope } }", "undefinedField"),
        ("{ orders(first: 1) { nodes { lineItems(first: 1, since: 3) { nodes { id } } } } }", "argumentNotAccepted"),
        ("{ order { id } }", "missingRequiredArguments"),
        ('{ locations(first: "many") { nodes { id } } }', "argumentLiteralsIncompatible"),
        ("query ($n: String) { locations(first: $n) { nodes { id } } }", "variableMismatch"),
        ("{ orders(first: 250) { nodes { lineItems(first: 250) { nodes { id } } } } }", "MAX_COST_EXCEEDED"),
        ("{ orders { nodes { id } } }", "BAD_REQUEST"),
        ("{ orders(first: 1, query: \"updated_at:>'yesterday'\") { nodes { id } } }", "BAD_REQUEST"),
    ],
)
def test_a_document_that_does_not_fit_the_schema_is_refused(shop: Merchant, query: str, code: str) -> None:
    assert shop.error(query)["extensions"]["code"] == code


def test_bad_calls_before_graphql_have_their_own_answers(shop: Merchant) -> None:
    assert "Syntax Error" in shop.error("{ shop {")["message"]
    assert "id" in shop.error("query ($id: ID!) { order(id: $id) { id } }")["message"]
    shop.version = "2019-01"
    assert shop.send("{ shop { id } }").status_code == 404
    shop.version, shop.token = "2026-10", "wrong"
    assert shop.send("{ shop { id } }").status_code == 401


def test_each_field_needs_its_scope_and_old_orders_their_own(control: Control, shop: Merchant) -> None:
    gid = shop.orders(count=1)[0]
    old = shop.orders(count=1, updated_seconds_ago=61 * 86400)[0]
    assert shop.ask("query ($id: ID!) { order(id: $id) { id } }", id=old)["order"] is None
    shop.link(scopes=["read_orders", "read_all_orders"])
    assert shop.ask("query ($id: ID!) { order(id: $id) { id } }", id=old)["order"] == {"id": old}
    for query in (TO_SHIP, CANCEL, "query ($id: ID!) { node(id: $id) { id } locations(first: 1) { nodes { id } } }"):
        assert shop.error(query, id=gid)["extensions"]["code"] == "ACCESS_DENIED"
    assert control.get("shopify/orders")["orders"][0]["cancelled"] is False


def test_points_are_taken_given_back_and_run_out(control: Control, shop: Merchant) -> None:
    control.post("settings", shopify={"points_per_second": 0.001})
    query = "{ orders(first: 100) { nodes { id lineItems(first: 2) { nodes { id } } } } }"
    cost = shop.send(query).json()["extensions"]["cost"]
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (1 + 100 * (1 + 1 + 2), 1)
    assert cost["throttleStatus"]["currentlyAvailable"] == 1000 - 1
    shop.orders(count=100, lines=2)
    spent = 1
    for _ in range(2):
        spent += shop.send(query).json()["extensions"]["cost"]["actualQueryCost"]
    assert spent == 1 + 2 * (1 + 100 * (1 + 1 + 2))
    answer = shop.send(query)
    assert answer.status_code == 200
    assert answer.json()["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert answer.json()["extensions"]["cost"]["actualQueryCost"] is None
    control.post("settings", shopify={"throttled_status": 429})
    assert shop.send(query).status_code == 429


# --- orders ----------------------------------------------------------------------------------------------------------


def test_an_order_is_shipped_in_parts_from_each_of_its_locations(control: Control, shop: Merchant) -> None:
    gid = shop.orders(items=TWO, extra={"split": True})[0]
    first, second = shop.order(gid)["fulfillmentOrders"]["nodes"]
    whole = [{"fulfillmentOrderId": one["id"]} for one in (first, second)]
    assert "location" in shop.fulfill(*whole)["userErrors"][0]["message"]
    line = first["lineItems"]["nodes"][0]
    assert (line["sku"], line["remainingQuantity"]) == ("MUG-350-WHT", 2)
    part = {"fulfillmentOrderId": first["id"], "fulfillmentOrderLineItems": [{"id": line["id"], "quantity": 1}]}
    too_many = {**part, "fulfillmentOrderLineItems": [{"id": line["id"], "quantity": 3}]}
    assert shop.fulfill(too_many)["fulfillment"] is None
    assert shop.fulfill(part, number="A1")["userErrors"] == []
    assert shop.order(gid)["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert shop.fulfill({"fulfillmentOrderId": first["id"]}, number="A2")["userErrors"] == []
    closed = shop.fulfill({"fulfillmentOrderId": first["id"]})
    assert "unfulfillable status= closed" in closed["userErrors"][0]["message"]
    assert shop.fulfill({"fulfillmentOrderId": second["id"]}, number="A3")["userErrors"] == []
    now = shop.order(gid)
    assert now["displayFulfillmentStatus"] == "FULFILLED"
    assert [one["trackingInfo"][0]["number"] for one in now["fulfillments"]] == ["A1", "A2", "A3"]
    assert {one["status"] for one in now["fulfillmentOrders"]["nodes"]} == {"CLOSED"}
    assert control.count("shopify", "fulfillmentCreate")["ok"] == 3
    assert shop.ask(CANCEL, id=gid)["orderCancel"]["orderCancelUserErrors"][0]["code"] == "INVALID"


def test_a_number_can_be_given_later(shop: Merchant) -> None:
    gid = shop.orders(items=TWO)[0]
    group = shop.order(gid)["fulfillmentOrders"]["nodes"][0]["id"]
    made = shop.fulfill({"fulfillmentOrderId": group}, number="")["fulfillment"]["id"]
    assert shop.order(gid)["fulfillments"][0]["trackingInfo"] == []
    change = """mutation ($id: ID!, $to: FulfillmentTrackingInput!) {
      fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $to) { userErrors { message } } }"""
    assert shop.ask(change, id=made, to={"number": "N9", "company": "J&T"}) == {
        "fulfillmentTrackingInfoUpdate": {"userErrors": []}
    }
    assert shop.order(gid)["fulfillments"][0]["trackingInfo"] == [{"company": "J&T", "number": "N9"}]
    unknown = shop.ask(change, id="gid://shopify/Fulfillment/1", to={"number": "N9"})
    assert unknown["fulfillmentTrackingInfoUpdate"]["userErrors"]


def test_cancelling_is_a_job(control: Control, shop: Merchant) -> None:
    control.post("settings", shopify={"cancel_seconds": 3600})
    gid = shop.orders(items=TWO)[0]
    job = shop.ask(CANCEL, id=gid, refund={"originalPaymentMethodsRefund": True})["orderCancel"]["job"]
    assert (job["done"], shop.order(gid)["cancelledAt"]) == (False, None)
    control.post("clock", advance=3601)
    done = shop.ask("query ($id: ID!) { job(id: $id) { done } }", id=job["id"])
    now = shop.order(gid)
    assert (done["job"]["done"], now["displayFinancialStatus"], now["cancelReason"]) == (True, "REFUNDED", "INVENTORY")
    assert now["fulfillmentOrders"]["nodes"][0]["status"] == "CANCELLED"
    assert now["fulfillmentOrders"]["nodes"][0]["supportedActions"] == []
    again = shop.ask(CANCEL, id=gid)["orderCancel"]
    assert again["orderCancelUserErrors"][0]["code"] == "INVALID"
    missing = shop.ask(CANCEL, id="gid://shopify/Order/1")["orderCancel"]
    assert missing["orderCancelUserErrors"][0]["code"] == "NOT_FOUND"


def test_every_listed_status_can_be_shown_and_an_unlisted_one_too(control: Control, shop: Merchant) -> None:
    shown: dict[str, set[str]] = {"financial": set(), "fulfillment": set(), "fulfillment_order": set()}
    gid = shop.orders(count=1)[0]
    number = gid.rsplit("/", 1)[1]

    def look() -> dict[str, Any]:
        now = shop.order(gid)
        shown["financial"].add(now["displayFinancialStatus"])
        shown["fulfillment"].add(now["displayFulfillmentStatus"])
        shown["fulfillment_order"] |= {one["status"] for one in now["fulfillmentOrders"]["nodes"]}
        return now

    for status in (*FULFILLMENT[:-2], *FINANCIAL):
        control.post(f"shopify/orders/{number}/status", status=status)
        now = look()
        assert status in (now["displayFinancialStatus"], now["displayFulfillmentStatus"])
    for status in FULFILLMENT_ORDER:
        control.post(f"shopify/orders/{number}/status", fulfillment_order=status)
        look()
    gid = shop.orders(items=[{"sku": "GIFT"}], extra={"digital": ["GIFT"]})[0]
    look()
    gid = shop.orders(count=1, step="completed")[0]
    look()
    assert shown == {name: listed("shopify", name) for name in shown}
    control.post(f"shopify/orders/{gid.rsplit('/', 1)[1]}/status", status="LOST_IN_SPACE", raw=True)
    assert shop.order(gid)["displayFulfillmentStatus"] == "LOST_IN_SPACE"


def test_an_order_may_be_spoilt(shop: Merchant) -> None:
    query = """query ($id: ID!) { order(id: $id) { currencyCode shippingAddress { name }
      lineItems(first: 250) { nodes { sku } pageInfo { hasNextPage } } } }"""
    bare = shop.ask(query, id=shop.orders(extra={"no_address": True, "no_items": True, "currency": "XTS"})[0])["order"]
    assert (bare["currencyCode"], bare["shippingAddress"], bare["lineItems"]["nodes"]) == ("XTS", None, [])
    crowd = {"items": [{"sku": f"SKU-{number}"} for number in range(500)], "person": {"name": "محمد 😀"}}
    full = shop.ask(query, id=shop.orders(**crowd)[0])["order"]
    assert full["shippingAddress"]["name"] == "محمد 😀"
    assert (len(full["lineItems"]["nodes"]), full["lineItems"]["pageInfo"]["hasNextPage"]) == (250, True)
