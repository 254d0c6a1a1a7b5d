"""Orders, fulfilment orders and fulfilments as GraphQL shows them."""

from decimal import Decimal
from typing import Any

from salur.sandbox.engine.people import Person
from salur.sandbox.shopify.goods import product_node, variant_node
from salur.sandbox.shopify.model import (
    ACTIONS,
    CASH_ON_DELIVERY,
    FulfillmentOrder,
    Location,
    amount,
    digital,
    financial_of,
    gid,
    refunded,
    utc,
)
from salur.sandbox.shopify.paging import connection
from salur.sandbox.shopify.store import ShopifyStore
from salur.sandbox.storefront.model import Line, Order, Shipment, Shop

SIXTY_DAYS = 60 * 86400
REASONS = ("CUSTOMER", "DECLINED", "FRAUD", "INVENTORY", "OTHER", "STAFF")


def money(value: Decimal, currency: str) -> dict[str, Any]:
    """A MoneyBag; buyers pay in the shop's currency."""
    one = {"amount": amount(value), "currencyCode": currency}
    return {"shopMoney": one, "presentmentMoney": one}


def order_node(store: ShopifyStore, shop: Shop, order: Order) -> dict[str, Any]:
    """An Order."""
    cancelled = order.step == "cancelled"
    private = store.settings.protected_data
    return {
        "__typename": "Order",
        "id": gid("Order", order.id),
        "legacyResourceId": str(order.id),
        "name": f"#{order.number}",
        "createdAt": utc(order.created),
        "processedAt": utc(order.created),
        "updatedAt": utc(order.updated),
        "cancelledAt": utc(_cancelled_at(order)) if cancelled else None,
        "cancelReason": _reason(order) if cancelled else None,
        "closedAt": None,
        "test": False,
        "displayFinancialStatus": financial_of(order),
        "displayFulfillmentStatus": store.fulfillment_status(order),
        "currencyCode": order.currency,
        "currentTotalPriceSet": money(Decimal(0) if cancelled else _current_total(order), order.currency),
        "paymentGatewayNames": [CASH_ON_DELIVERY if order.cash_on_delivery else "shopify_payments"],
        "email": order.person.email if private else None,
        "phone": None,
        "note": order.note or None,
        "requiresShipping": any(not digital(order, line) for line in order.lines),
        "shippingAddress": address_node(order) if private and not order.extra.get("no_address") else None,
        "shippingLine": {"id": gid("ShippingLine", order.id), "title": order.courier.name, "code": order.courier.name},
        "lineItems": lambda given: connection(
            order.lines, lambda one: one.id, lambda one: _line(store, shop, order, one), given
        ),
        "fulfillments": lambda given: [fulfillment_node(one) for one in order.shipments[: given.get("first")]],
        "fulfillmentOrders": lambda given: connection(
            store.groups(order), lambda one: one.id, lambda one: group_node(store, shop, order, one), given
        ),
    }


def _cancelled_at(order: Order) -> int:
    return int(order.extra.get("cancelled_at") or order.updated)


def _reason(order: Order) -> str:
    given = order.cancel_reason
    return given if given in REASONS else "CUSTOMER" if order.cancel_by == "buyer" else "OTHER"


def _current_total(order: Order) -> Decimal:
    return sum((line.price * (line.quantity - refunded(order, line)) for line in order.lines), Decimal(0))


def address_node(order: Order) -> dict[str, Any]:
    """The MailingAddress of an order."""
    person: Person = order.person
    return {
        "__typename": "MailingAddress",
        "id": gid("MailingAddress", order.id),
        "name": person.name,
        "company": None,
        "phone": f"+{person.phone.lstrip('+')}" if person.phone else None,
        "address1": person.street,
        "address2": person.district or None,
        "city": person.city,
        "province": person.state or None,
        "provinceCode": None,
        "zip": person.zipcode,
        "countryCodeV2": person.region,
    }


def _line(store: ShopifyStore, shop: Shop, order: Order, line: Line) -> dict[str, Any]:
    variant = line.variant
    left = line.quantity - refunded(order, line) if digital(order, line) else store.unshipped(order).get(line.id, 0)
    return {
        "__typename": "LineItem",
        "id": gid("LineItem", line.id),
        "sku": variant.sku or None,
        "name": f"{line.listing.title} - {variant.name}" if variant.name else line.listing.title,
        "title": line.listing.title,
        "variantTitle": variant.name or None,
        "quantity": line.quantity,
        "currentQuantity": line.quantity - refunded(order, line),
        "unfulfilledQuantity": left,
        "requiresShipping": not digital(order, line),
        "discountedUnitPriceSet": money(line.price, order.currency),
        "product": lambda _given: product_node(line.listing),
        "variant": lambda _given: variant_node(store, shop, line.listing, variant),
    }


def location_node(location: Location) -> dict[str, Any]:
    """A Location."""
    return {
        "__typename": "Location",
        "id": gid("Location", location.id),
        "legacyResourceId": str(location.id),
        "name": location.name,
        "isActive": location.active,
    }


def fulfillment_node(shipment: Shipment) -> dict[str, Any]:
    """A Fulfillment."""
    numbers = shipment.extra.get("numbers") or ([shipment.tracking] if shipment.tracking else [])
    urls = shipment.extra.get("urls") or []
    tracking = [
        {"company": shipment.courier or None, "number": number, "url": urls[place] if place < len(urls) else None}
        for place, number in enumerate(numbers)
    ]
    return {
        "__typename": "Fulfillment",
        "id": gid("Fulfillment", shipment.id),
        "status": "SUCCESS",
        "createdAt": utc(shipment.at),
        "trackingInfo": lambda given: tracking[: given.get("first")],
    }


def group_node(store: ShopifyStore, shop: Shop, order: Order, group: FulfillmentOrder) -> dict[str, Any]:
    """A FulfillmentOrder."""
    status = store.group_status(order, group)
    return {
        "__typename": "FulfillmentOrder",
        "id": gid("FulfillmentOrder", group.id),
        "status": status,
        "requestStatus": "UNSUBMITTED",
        "assignedLocation": {"name": group.location.name, "location": location_node(group.location)},
        "supportedActions": [{"action": action} for action in ACTIONS.get(status, ())],
        "lineItems": lambda given: connection(
            list(group.lines.items()),
            lambda one: one[0],
            lambda one: _group_line(store, shop, order, status, *one),
            given,
        ),
    }


def _group_line(store: ShopifyStore, shop: Shop, order: Order, status: str, line_id: int, line: Line) -> dict[str, Any]:
    remaining = 0 if status == "CANCELLED" else store.unshipped(order).get(line.id, 0)
    return {
        "__typename": "FulfillmentOrderLineItem",
        "id": gid("FulfillmentOrderLineItem", line_id),
        "sku": line.variant.sku or None,
        "totalQuantity": line.quantity - refunded(order, line),
        "remainingQuantity": remaining,
        "lineItem": lambda _given: _line(store, shop, order, line),
    }


def hidden(store: ShopifyStore, scopes: frozenset[str], order: Order) -> bool:
    """Whether the order is too old for an app without read_all_orders."""
    return "read_all_orders" not in scopes and order.created < store.core.clock.now() - SIXTY_DAYS
