"""Orders as searchOrders and getOrder show them (contracts/amazon, examples)."""

from collections.abc import Collection
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from salur.sandbox.amazon.seller import MARKETPLACES, Seller
from salur.sandbox.storefront.model import Line, Order, Shipment, Shop

DATASETS = (
    "BUYER", "RECIPIENT", "PROCEEDS", "EXPENSE", "PROMOTION", "CANCELLATION", "FULFILLMENT", "PACKAGES", "TAX",
    "PAYMENT", "FULFILLMENT_ORDERS",
)  # fmt: skip
_SHIPPING = Decimal("5.00")
_DAY = 86400
_BY = {"buyer": "BUYER", "seller": "MERCHANT"}


def iso(unix: float) -> str:
    """UTC with a Z."""
    return datetime.fromtimestamp(int(unix), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _money(amount: Decimal, currency: str) -> dict[str, str]:
    return {"amount": f"{amount:.2f}", "currencyCode": currency}


def order_row(seller: Seller, shop: Shop, order: Order, wanted: Collection[str]) -> dict[str, Any]:
    """The order with the datasets asked for; a pending one shows neither people nor amounts."""
    place, pending = MARKETPLACES[shop.region], order.step == "unpaid"
    row: dict[str, Any] = {
        "orderId": order.number,
        "orderAliases": [{"aliasId": order.number, "aliasType": "SELLER_ORDER_ID"}],
        "createdTime": iso(order.created),
        "lastUpdatedTime": iso(order.updated),
        "programs": list(order.extra.get("programs", [])),
        "salesChannel": {"channelName": "AMAZON", "marketplaceId": place.id, "marketplaceName": place.name},
    }
    if "BUYER" in wanted and not pending:
        row["buyer"] = {"buyerName": order.person.name, "buyerEmail": f"{order.person.username}@marketplace.example"}
    if "RECIPIENT" in wanted and not pending and not order.extra.get("no_address"):
        row["recipient"] = {"deliveryAddress": _address(order)}
    if "PROCEEDS" in wanted and not pending:
        row["proceeds"] = _proceeds(order)
    if "FULFILLMENT" in wanted:
        row["fulfillment"] = {
            "fulfillmentStatus": order.status,
            "fulfilledBy": fulfilled_by(order),
            "fulfillmentServiceLevel": "STANDARD",
            "shipByWindow": {"earliestDateTime": iso(order.created), "latestDateTime": iso(order.ship_by)},
            "deliverByWindow": {
                "earliestDateTime": iso(order.ship_by + 2 * _DAY),
                "latestDateTime": iso(order.ship_by + 5 * _DAY),
            },
        }
    left = seller.unshipped(order)
    row["orderItems"] = [_item(order, line, left.get(line.id, 0), wanted, pending) for line in order.lines]
    if "PACKAGES" in wanted:
        row["packages"] = [_package(order, one) for one in order.shipments]
    return row


def fulfilled_by(order: Order) -> str:
    """MERCHANT, or AMAZON where control made it so (``extra``: ``fulfilled_by``)."""
    return str(order.extra.get("fulfilled_by", "MERCHANT"))


def _address(order: Order) -> dict[str, str]:
    person = order.person
    return {
        "name": person.name,
        "companyName": "",
        "addressLine1": person.street,
        "addressLine2": "",
        "addressLine3": "",
        "city": person.city,
        "districtOrCounty": person.district,
        "stateOrRegion": person.state,
        "municipality": "",
        "postalCode": person.zipcode,
        "countryCode": person.region,
        "phone": f"+{person.phone}" if person.phone[:1].isdigit() else person.phone,
        "addressType": "RESIDENTIAL",
    }


def _proceeds(order: Order) -> dict[str, Any]:
    return {
        "grandTotal": _money(order.total + _SHIPPING, order.currency),
        "breakdowns": [
            {"type": "ITEM", "subtotal": _money(order.total, order.currency)},
            {"type": "SHIPPING", "subtotal": _money(_SHIPPING, order.currency)},
        ],
    }


def _item(order: Order, line: Line, left: int, wanted: Collection[str], pending: bool) -> dict[str, Any]:
    title, variant = line.listing.title, line.variant
    product: dict[str, Any] = {
        "asin": asin(variant.id),
        "title": f"{title}, {variant.name}" if variant.name else title,
        "sellerSku": variant.sku,
    }
    row: dict[str, Any] = {
        "orderItemId": str(line.id),
        "quantityOrdered": line.quantity,
        "programs": [],
        "product": product,
    }
    if not pending:
        product["condition"] = {"conditionType": "NEW", "conditionSubtype": "NEW", "conditionNote": ""}
        product["price"] = {"unitPrice": _money(line.price, order.currency)}
        if "PROCEEDS" in wanted:
            total = _money(line.price * line.quantity, order.currency)
            row["proceeds"] = {"proceedsTotal": total, "breakdowns": [{"type": "ITEM", "subtotal": total}]}
    if "FULFILLMENT" in wanted:
        row["fulfillment"] = {"quantityFulfilled": line.quantity - left, "quantityUnfulfilled": left}
        if order.cash_on_delivery:
            row["fulfillment"]["shipping"] = {"shippingConstraints": {"cashOnDelivery": "MANDATORY"}}
    cancelled = _cancellation(order)
    if "CANCELLATION" in wanted and cancelled:
        row["cancellation"] = cancelled
    return row


def _cancellation(order: Order) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if order.cancel_asked:
        told["cancellationRequest"] = {"requester": "BUYER", "cancelReason": order.cancel_asked}
    if order.step == "cancelled":
        by = _BY.get(order.cancel_by, "AMAZON")
        told["cancellationExecution"] = {"cancelledBy": by, "cancelReason": order.cancel_reason}
    return told


def _package(order: Order, shipment: Shipment) -> dict[str, Any]:
    return {
        "packageReferenceId": shipment.extra.get("reference", str(shipment.id)),
        "createdTime": iso(shipment.at),
        "packageStatus": {"status": "DELIVERED" if order.step in ("delivered", "completed") else "SHIPPED"},
        "carrier": shipment.courier,
        "shipTime": shipment.extra.get("ship_time", iso(shipment.at)),
        "shippingService": shipment.extra.get("service", "Standard"),
        "trackingNumber": shipment.tracking,
        "packageItems": [
            {"orderItemId": str(line_id), "quantity": pieces} for line_id, pieces in shipment.pieces.items()
        ],
    }


def asin(variant_id: int) -> str:
    """Ten characters."""
    return f"B{variant_id % 10**9:09d}"
