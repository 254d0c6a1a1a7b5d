"""The GraphQL documents, each within Shopify's 1000 points (contracts/shopify/facts.md says what costs what).

How a page's size counts is assumed, so the pages are small enough for the dearest reading of it.
"""

from __future__ import annotations

ORDERS_PAGE = 20
LINES_PAGE = 8  # an order of more lines is read on by itself
MORE_LINES_PAGE = 150
VARIANTS_PAGE = 100
STOCK_PAGE = 100
PARTS_PAGE = 10
PART_LINES_PAGE = 8  # a fulfilment order of more lines is read on by itself
MORE_PART_LINES_PAGE = 200
FULFILLMENTS_PAGE = 40

PART_LINES = "nodes { id totalQuantity remainingQuantity lineItem { id } } pageInfo { hasNextPage endCursor }"

LINES = """
    nodes {
      id sku name quantity currentQuantity unfulfilledQuantity requiresShipping
      discountedUnitPriceSet { shopMoney { amount } }
    }
    pageInfo { hasNextPage endCursor }
"""

ORDER = f"""
fragment OrderInFull on Order {{
  legacyResourceId name createdAt updatedAt cancelledAt cancelReason
  displayFinancialStatus displayFulfillmentStatus
  currencyCode currentTotalPriceSet {{ shopMoney {{ amount }} }}
  paymentGatewayNames email phone note
  shippingAddress {{ name company phone address1 address2 city province zip countryCodeV2 }}
  shippingLine {{ title }}
  lineItems(first: {LINES_PAGE}) {{ {LINES} }}
}}
"""

ORDERS = (
    """
query Orders($first: Int!, $after: String, $query: String!) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes { ...OrderInFull }
    pageInfo { hasNextPage endCursor }
  }
}
"""
    + ORDER
)

ORDERS_BY_ID = (
    """
query OrdersById($ids: [ID!]!) {
  nodes(ids: $ids) { ...OrderInFull }
}
"""
    + ORDER
)

ORDER_LINES = f"""
query OrderLines($id: ID!, $first: Int!, $after: String) {{
  order(id: $id) {{ lineItems(first: $first, after: $after) {{ {LINES} }} }}
}}
"""

SHOP = """
query Shop {
  shop { name myshopifyDomain currencyCode ianaTimezone billingAddress { countryCodeV2 } }
  currentAppInstallation { accessScopes { handle } }
}
"""

FULFILLMENT = f"""
query Fulfillment($id: ID!) {{
  order(id: $id) {{
    cancelledAt displayFinancialStatus displayFulfillmentStatus
    fulfillmentOrders(first: {PARTS_PAGE}) {{
      nodes {{
        id status assignedLocation {{ location {{ id }} }} supportedActions {{ action }}
        lineItems(first: {PART_LINES_PAGE}) {{ {PART_LINES} }}
      }}
    }}
    fulfillments(first: {FULFILLMENTS_PAGE}) {{ id status trackingInfo(first: 10) {{ number company }} }}
  }}
}}
"""

MORE_PART_LINES = f"""
query PartLines($id: ID!, $first: Int!, $after: String) {{
  node(id: $id) {{ ... on FulfillmentOrder {{ id lineItems(first: $first, after: $after) {{ {PART_LINES} }} }} }}
}}
"""

FULFILL = """
mutation Fulfill($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { id } userErrors { field message } }
}
"""

ADD_TRACKING = """
mutation AddTracking($id: ID!, $tracking: FulfillmentTrackingInput!, $notify: Boolean) {
  fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $tracking, notifyCustomer: $notify) {
    fulfillment { id } userErrors { field message }
  }
}
"""

CANCEL = """
mutation Cancel(
  $id: ID!, $reason: OrderCancelReason!, $restock: Boolean!, $refund: OrderCancelRefundMethodInput, $notify: Boolean
) {
  orderCancel(orderId: $id, reason: $reason, restock: $restock, refundMethod: $refund, notifyCustomer: $notify) {
    job { id done } orderCancelUserErrors { code field message }
  }
}
"""

CANCELLED = """
query Cancelled($id: ID!) { order(id: $id) { cancelledAt displayFulfillmentStatus } }
"""

VARIANTS = """
query Variants($first: Int!, $after: String) {
  productVariants(first: $first, after: $after) {
    nodes {
      legacyResourceId sku title inventoryQuantity
      product { legacyResourceId title }
      inventoryItem { measurement { weight { unit value } } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""

INVENTORY_ITEMS = """
query InventoryItems($ids: [ID!]!) {
  nodes(ids: $ids) { ... on ProductVariant { id inventoryItem { id tracked } } }
}
"""

LOCATIONS = """
query Locations { locations(first: 50) { nodes { id name isActive } } }
"""

# Newer versions take a key by which they know a repeated request, and refuse to go without (facts.md, D 18).
SET_STOCK = """
mutation SetStock($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { code field message } }
}
"""

SET_STOCK_BEFORE_KEYS = """
mutation SetStock($input: InventorySetQuantitiesInput!) {
  inventorySetQuantities(input: $input) { userErrors { code field message } }
}
"""

SUBSCRIPTIONS = """
query Subscriptions($after: String) {
  webhookSubscriptions(first: 100, after: $after) {
    nodes { topic uri } pageInfo { hasNextPage endCursor }
  }
}
"""

SUBSCRIBE = """
mutation Subscribe($topic: WebhookSubscriptionTopic!, $to: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $to) {
    webhookSubscription { id } userErrors { field message }
  }
}
"""
