"""Amazon's JSON to our values: pure functions, no calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from salur.connectors.base.errors import ContractBroken, Rejected
from salur.connectors.base.listing import StoreListing
from salur.connectors.base.reading import (
    JsonObject,
    amount,
    as_object,
    as_objects,
    iso_moment,
    needed_iso_moment,
    needed_text,
    text,
    whole,
)
from salur.connectors.base.types import (
    Address,
    OrderHead,
    OrderStatus,
    PartnerIdentity,
    StoreOrder,
    StoreOrderLine,
)

from .markets import Market
from .statuses import PACKAGE, PackageStage, order_status

INCLUDED = "BUYER,RECIPIENT,PROCEEDS,CANCELLATION,FULFILLMENT,PACKAGES"
OPEN = frozenset({OrderStatus.PAID, OrderStatus.READY})
OWN_STOCK = "DEFAULT"  # the channel of goods that the seller sends


def part(source: JsonObject, key: str) -> JsonObject:
    """The object under ``key``; missing and null are an empty one."""
    return as_object(source.get(key) or {}, key)


def identity(document: JsonObject, seller: str, market: Market) -> PartnerIdentity:
    """The seller in one marketplace; that pair is what one merchant may claim (R12)."""
    for row in as_objects(document.get("payload"), "payload"):
        where = part(row, "marketplace")
        if text(where, "id") == market.id and text(part(row, "participation"), "isParticipating") == "true":
            return PartnerIdentity(
                key=f"{seller}:{market.id}",
                name=text(row, "storeName") or text(where, "name"),
                country=text(where, "countryCode").upper() or market.country,
                currency=text(where, "defaultCurrencyCode") or market.currency,
            )
    raise Rejected("marketplace", f"the seller does not sell at {market.name}", field="marketplace")


def order_heads(document: JsonObject, market: Market) -> list[OrderHead]:
    """A page of the search: whole orders, so that none is asked for again."""
    return [_head(row, market) for row in as_objects(document.get("orders"), "orders")]


def _head(row: JsonObject, market: Market) -> OrderHead:
    order = store_order(row, market)
    return OrderHead(order.external_id, order.version, order.raw_status, order)


def next_token(document: JsonObject) -> str:
    """The token of the following page; empty on the last."""
    return text(part(document, "pagination"), "nextToken")


def fulfilled_by_amazon(order: JsonObject) -> bool:
    """Amazon itself sends such an order; nothing of it is ours to do."""
    return text(part(order, "fulfillment"), "fulfilledBy") == "AMAZON"


def store_order(order: JsonObject, market: Market) -> StoreOrder:
    """An order in full. Its version is Amazon's time of the last update."""
    fulfilment = part(order, "fulfillment")
    raw = needed_text(fulfilment, "fulfillmentStatus")
    items = as_objects(order.get("orderItems"), "orderItems")
    status, wish = _with_wish(order_status(raw), items)
    total = part(part(order, "proceeds"), "grandTotal")
    parcels = living_packages(order)
    lone: JsonObject = parcels[0] if len(parcels) == 1 else {}
    return StoreOrder(
        external_id=needed_text(order, "orderId"),
        status=status,
        raw_status=raw,
        version=needed_iso_moment(order, "lastUpdatedTime"),
        ordered_at=needed_iso_moment(order, "createdTime"),
        currency=(text(total, "currencyCode") or market.currency).upper(),
        total=amount(total, "amount"),
        address=address(order),
        lines=order_lines(items, status),
        ship_by=_ship_by(fulfilment),
        courier=text(lone, "carrier"),
        buyer=text(part(order, "buyer"), "buyerName"),
        note=text(part(part(order, "recipient"), "deliveryPreference"), "addressInstruction"),
        cash_on_delivery=any(_cash(item) for item in items),
        awb=text(lone, "trackingNumber"),
        cancel_reason=wish,
    )


def _with_wish(status: OrderStatus, items: Sequence[JsonObject]) -> tuple[OrderStatus, str]:
    """The status, and why it was or is to be cancelled; a buyer's open wish makes it one that waits for a decision."""
    executed = [part(part(item, "cancellation"), "cancellationExecution") for item in items]
    if status is OrderStatus.CANCELLED:
        return status, next((text(one, "cancelReason") for one in executed if one), "")
    for item in items:
        cancellation = part(item, "cancellation")
        wish = part(cancellation, "cancellationRequest")
        if wish and not part(cancellation, "cancellationExecution") and status in OPEN:
            return OrderStatus.CANCEL_REQUESTED, text(wish, "cancelReason")
    return status, ""


def _ship_by(fulfilment: JsonObject) -> datetime | None:
    return iso_moment(part(fulfilment, "shipByWindow"), "latestDateTime")


def _cash(item: JsonObject) -> bool:
    shipping = part(part(item, "fulfillment"), "shipping")
    return text(part(shipping, "shippingConstraints"), "cashOnDelivery") == "MANDATORY"


def address(order: JsonObject) -> Address:
    """Where the parcel goes; empty as long as the payment is not authorised."""
    where = part(part(order, "recipient"), "deliveryAddress")
    street = [text(where, key).strip() for key in ("addressLine1", "addressLine2", "addressLine3")]
    company = text(where, "companyName").strip()
    return Address(
        name=text(where, "name") or company,
        phone=text(where, "phone"),
        email=text(part(order, "buyer"), "buyerEmail"),
        lines=tuple(line for line in (*street, company if text(where, "name") else "") if line),
        district=text(where, "districtOrCounty") or text(where, "municipality"),
        city=text(where, "city"),
        province=text(where, "stateOrRegion"),
        postal_code=text(where, "postalCode"),
        country=text(where, "countryCode").upper(),
    )


def order_lines(items: Sequence[JsonObject], status: OrderStatus) -> tuple[StoreOrderLine, ...]:
    """All items with something to send; of a cancelled order all as they were bought."""
    kept = [item for item in items if status is OrderStatus.CANCELLED or not is_cancelled(item)]
    lines = [order_line(item) for item in kept]
    if any(line.quantity < 0 for line in lines):
        raise ContractBroken("bad_number", "an item has less than no pieces", field="quantityOrdered")
    return tuple(line for line in lines if line.quantity > 0)


def is_cancelled(item: JsonObject) -> bool:
    """The item alone was cancelled; nothing of it is to be sent."""
    return bool(part(part(item, "cancellation"), "cancellationExecution"))


def order_line(item: JsonObject) -> StoreOrderLine:
    """One item."""
    product = part(item, "product")
    return StoreOrderLine(
        key=needed_text(item, "orderItemId"),
        sku=text(product, "sellerSku").strip(),
        name=text(product, "title"),
        quantity=whole(item, "quantityOrdered"),
        unit_price=amount(part(part(product, "price"), "unitPrice"), "amount"),
        item_id=text(product, "asin"),
    )


def left_to_send(order: JsonObject) -> dict[str, int]:
    """Pieces that no parcel holds yet, by item."""
    left: dict[str, int] = {}
    for item in as_objects(order.get("orderItems"), "orderItems"):
        done = whole(part(item, "fulfillment"), "quantityFulfilled")
        pieces = 0 if is_cancelled(item) else whole(item, "quantityOrdered") - done
        if pieces > 0:
            left[needed_text(item, "orderItemId")] = pieces
    return left


def living_packages(order: JsonObject) -> list[JsonObject]:
    """The parcels that were not called off."""
    return [
        package
        for package in as_objects(order.get("packages"), "packages")
        if PACKAGE.get(text(part(package, "packageStatus"), "status")) is not PackageStage.GONE
    ]


def listings(document: JsonObject, market: Market) -> list[StoreListing]:
    """A page of the seller's listings. A stock of None: Amazon keeps the goods, or shows no figure."""
    return [_listing(row, market) for row in as_objects(document.get("items"), "items")]


def _listing(row: JsonObject, market: Market) -> StoreListing:
    summaries = as_objects(row.get("summaries"), "summaries")
    own = [one for one in summaries if text(one, "marketplaceId") == market.id] or summaries
    summary: JsonObject = own[0] if own else {}
    stocks = as_objects(row.get("fulfillmentAvailability"), "fulfillmentAvailability")
    figures = [one for one in stocks if text(one, "fulfillmentChannelCode") == OWN_STOCK and "quantity" in one]
    sku = needed_text(row, "sku")
    return StoreListing(
        item_id=sku,
        model_id="",
        sku=sku,
        name=text(summary, "itemName"),
        stock=whole(figures[0], "quantity") if figures else None,
    )
