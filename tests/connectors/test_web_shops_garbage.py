"""Whatever Shopify or a WooCommerce site sends, the connector answers with a value or a partner error, nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from salur.connectors.base.listing import StockTarget
from salur.connectors.base.types import Credentials, RawRequest, TimeWindow
from salur.connectors.stores.shopify.connector import ShopifyConnector
from salur.connectors.stores.shopify.wire import webhook_digest
from salur.connectors.stores.woocommerce.connector import WooCommerceConnector
from salur.connectors.stores.woocommerce.wire import webhook_secret, webhook_signature

from .answers import Answers
from .garbage import documents, names, unusable

SHOPIFY_WORDS = names(
    "data errors message extensions code cost throttleStatus requestedQueryCost currentlyAvailable restoreRate shop "
    "myshopifyDomain billingAddress currentAppInstallation accessScopes handle orders nodes pageInfo hasNextPage "
    "endCursor order id legacyResourceId displayFinancialStatus displayFulfillmentStatus createdAt updatedAt "
    "cancelledAt currencyCode currentTotalPriceSet shopMoney amount paymentGatewayNames shippingAddress lineItems "
    "quantity currentQuantity unfulfilledQuantity requiresShipping fulfillmentOrders status supportedActions action "
    "assignedLocation location fulfillments trackingInfo number fulfillmentCreate userErrors field orderCancel job "
    "done orderCancelUserErrors productVariants product inventoryQuantity inventoryItem measurement weight unit value "
    "locations isActive inventorySetQuantities webhookSubscriptions topic uri webhookSubscriptionCreate tracked"
)
WOO_WORDS = names(
    "id status number currency total billing shipping address_1 country line_items quantity price sku meta_data key "
    "value date_created_gmt date_modified_gmt date_paid_gmt date_completed_gmt shipping_lines method_title code "
    "message data params update error type variations manage_stock stock_quantity weight dimensions length attributes "
    "option name delivery_url topic note tracking_number customer_note payment_method refunds"
)
SHOPIFY = Credentials({"shop_domain": "a", "client_id": "i", "client_secret": "s", "access_token": "t", "state": "x"})
WOO = Credentials({"store_url": "http://shop.invalid", "consumer_key": "k", "consumer_secret": "s"})
NOW = datetime(2026, 3, 1, tzinfo=UTC)
WINDOW = TimeWindow(NOW - timedelta(hours=1), NOW)
TARGETS = [StockTarget("k", "1", "2", "A", 3), StockTarget("l", "4", "", "B", 3)]


def framed(words: list[str], frame: str) -> st.SearchStrategy[Any]:
    """Documents, half of them inside what a success looks like."""
    anything = documents(words)
    return anything | anything.map(lambda inner: {frame: inner})


@settings(max_examples=120, deadline=None)
@given(framed(SHOPIFY_WORDS, "data"), st.sampled_from([200, 200, 400, 429]))
def test_any_json_from_shopify(document: Any, status: int) -> None:
    def shop() -> ShopifyConnector:
        return ShopifyConnector(SHOPIFY, Answers(json.dumps(document).encode(), status=status))

    found = unusable(
        lambda: shop().verify(),
        lambda: shop().orders(WINDOW, None),
        lambda: shop().order_details(["1"]),
        lambda: shop().confirm("1", "T", "C"),
        lambda: shop().cancel_order("1", "OTHER"),
        lambda: shop().listings(None),
        lambda: shop().set_stock(TARGETS),
        lambda: shop().subscribe("https://hub.example.com"),
        lambda: shop().refresh(),
        lambda: shop().exchange({"code": "c"}),
    )
    assert found == []


@settings(max_examples=120, deadline=None)
@given(documents(WOO_WORDS) | st.lists(documents(WOO_WORDS), max_size=3), st.sampled_from([200, 200, 400, 404]))
def test_any_json_from_woocommerce(document: Any, status: int) -> None:
    def site() -> WooCommerceConnector:
        return WooCommerceConnector(WOO, Answers(json.dumps(document).encode(), status=status))

    found = unusable(
        lambda: site().verify(),
        lambda: site().orders(WINDOW, None),
        lambda: site().order_details(["1", "2"]),
        lambda: site().confirm("1", "T", "C"),
        lambda: site().cancel_order("1", "other"),
        lambda: site().listings(None),
        lambda: site().set_stock(TARGETS),
        lambda: site().subscribe("https://hub.example.com"),
    )
    assert found == []


@settings(max_examples=120, deadline=None)
@given(documents(SHOPIFY_WORDS + WOO_WORDS).map(lambda d: json.dumps(d).encode()) | st.binary(max_size=60))
def test_any_message(body: bytes) -> None:
    shop, site = ShopifyConnector(SHOPIFY, Answers(b"")), WooCommerceConnector(WOO, Answers(b""))
    signed = {
        "X-Shopify-Hmac-SHA256": webhook_digest(body, "s"),
        "X-Shopify-Shop-Domain": "a.myshopify.com",
        "X-Shopify-Topic": "orders/updated",
        "X-WC-Webhook-Signature": webhook_signature(webhook_secret("s"), body),
        "X-WC-Webhook-Topic": "order.updated",
    }
    for headers in (signed, {}):
        request = RawRequest("POST", "https://hub.example.com/hook", headers, {}, body)
        assert unusable(partial(shop.parse_callback, request), partial(site.parse_callback, request)) == []
