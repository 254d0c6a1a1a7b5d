"""A client of the simulated Shopify, written from contracts/shopify and sharing nothing with the simulator."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.sandbox.clients import Control

ORDERS = """
query Page($first: Int!, $after: String, $query: String!, $lines: Int = 5) {
  found: orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes { ...Head lineItems(first: $lines) { nodes { sku quantity unfulfilledQuantity } } }
    pageInfo { hasNextPage endCursor }
  }
}
fragment Head on Order { id name updatedAt displayFinancialStatus displayFulfillmentStatus }
"""
TO_SHIP = """
query ($id: ID!) { order(id: $id) {
  displayFinancialStatus displayFulfillmentStatus cancelledAt cancelReason
  fulfillments(first: 10) { id trackingInfo { company number } }
  fulfillmentOrders(first: 10) { nodes {
    id status assignedLocation { location { id } } supportedActions { action }
    lineItems(first: 10) { nodes { id sku remainingQuantity } } } } } }
"""
FULFILL = """
mutation ($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { id status } userErrors { field message } } }
"""
CANCEL = """
mutation ($id: ID!, $refund: OrderCancelRefundMethodInput) {
  orderCancel(orderId: $id, reason: INVENTORY, restock: true, refundMethod: $refund) {
    job { id done } orderCancelUserErrors { code field message } } }
"""
SET_STOCK = """
mutation ($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { code field message } } }
"""
SUBSCRIBE = """
mutation ($topic: WebhookSubscriptionTopic!, $to: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $to) {
    webhookSubscription { id } userErrors { field message } } }
"""
SCOPES = (
    "write_orders,read_products,read_inventory,write_inventory,read_locations,write_merchant_managed_fulfillment_orders"
)
BACK = "https://hub.example.org/back"


class Merchant:
    """A shop, the app's keys and a token."""

    def __init__(self, control: Control) -> None:
        given = control.get("credentials")["shopify"]
        self.control, self.form, self.shop_id = control, given["form"], given["shop_id"]
        self.url, self.token = given["form"]["base_url"], ""
        self.version = "2026-10"

    def link(self, **more: Any) -> Merchant:
        """Take a token from control."""
        self.token = self.control.post("shopify/tokens", shop_id=self.shop_id, **more)["access_token"]
        return self

    def login(self, **changed: str) -> httpx.Response:
        """The browser's way, up to its redirect."""
        asked = {"client_id": self.form["client_id"], "scope": SCOPES, "redirect_uri": BACK, "state": "s:1"}
        page = self.control.http.get(f"{self.url}/admin/oauth/authorize", params={**asked, **changed})
        if page.status_code != 200:
            return page
        return self.control.http.post(
            f"{self.url}/admin/oauth/authorize", params={**asked, **changed}, data={"answer": "yes"}
        )

    def code(self, **changed: str) -> dict[str, str]:
        """What the redirect brings back."""
        back = self.login(**changed)
        assert back.status_code == 302, back.text
        assert back.headers["location"].startswith(BACK)
        return dict(parse_qsl(urlsplit(back.headers["location"]).query))

    def exchange(self, url: str = "", **more: str) -> httpx.Response:
        """POST access_token."""
        body = {"client_id": self.form["client_id"], "client_secret": self.form["client_secret"], **more}
        return self.control.http.post(f"{url or self.url}/admin/oauth/access_token", json=body)

    def send(self, document: str, /, **variables: Any) -> httpx.Response:
        """Any query."""
        return self.control.http.post(
            f"{self.url}/admin/api/{self.version}/graphql.json",
            json={"query": document, "variables": variables},
            headers={"X-Shopify-Access-Token": self.token},
        )

    def ask(self, document: str, /, **variables: Any) -> dict[str, Any]:
        """The data of an answer without errors."""
        answer = self.send(document, **variables).json()
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    def error(self, document: str, /, **variables: Any) -> dict[str, Any]:
        """The first top-level error."""
        answer = self.send(document, **variables)
        assert answer.status_code == 200
        first: dict[str, Any] = answer.json()["errors"][0]
        return first

    def orders(self, **wish: Any) -> list[str]:
        """Make orders; their global ids."""
        made = self.control.post("shopify/orders", **wish)["numbers"]
        rows = {row["number"]: row["id"] for row in self.control.get("shopify/orders")["orders"]}
        return [f"gid://shopify/Order/{rows[number]}" for number in made]

    def order(self, gid: str) -> dict[str, Any]:
        """Its fulfilment."""
        found: dict[str, Any] = self.ask(TO_SHIP, id=gid)["order"]
        return found

    def fulfill(self, *parts: dict[str, Any], number: str = "TH1", company: str = "Flash Express") -> dict[str, Any]:
        """fulfillmentCreate."""
        wanted = {
            "lineItemsByFulfillmentOrder": list(parts),
            "trackingInfo": {"number": number, "company": company},
        }
        found: dict[str, Any] = self.ask(FULFILL, fulfillment=wanted)["fulfillmentCreate"]
        return found
