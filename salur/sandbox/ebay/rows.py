"""Orders and inventory items as eBay shows them (contracts/ebay, examples)."""

from decimal import Decimal
from typing import Any

from salur.sandbox.ebay.filters import iso
from salur.sandbox.ebay.seller import CANCELS, FULFILLMENTS, MARKETPLACES, PAYMENTS, Cancellation, Ebay, cancellations
from salur.sandbox.storefront.model import Line, Listing, Order, Shipment, Shop, Variant

_SHIPPING = Decimal("5.0")
_DAY = 86400
_PAST = ("shipped", "delivered", "completed")


def fulfillment(ebay: Ebay, order: Order) -> str:
    """By its parcels; a word that is in no list is shown as it is."""
    if order.status not in (*FULFILLMENTS, *PAYMENTS, *CANCELS):
        return order.status
    return _of_pieces(order, ebay.unshipped(order), order.lines)


def _of_pieces(order: Order, left: dict[int, int], lines: list[Line]) -> str:
    remaining = sum(left.get(line.id, 0) for line in lines)
    if order.step in _PAST or (lines and remaining == 0):
        return "FULFILLED"
    if remaining < sum(line.quantity for line in lines) or order.status == "IN_PROGRESS":
        return "IN_PROGRESS"
    return "NOT_STARTED"


def payment(order: Order) -> str:
    """What control made of it (``extra: payment``), else what follows from the order."""
    if "payment" in order.extra:
        return str(order.extra["payment"])
    if order.status in PAYMENTS:
        return order.status
    return "FULLY_REFUNDED" if order.step == "cancelled" else "PAID"


def cancel_status(order: Order, *, whole: bool) -> dict[str, Any]:
    """The list leaves the requests out (``whole`` is false)."""
    state = "CANCELED" if order.step == "cancelled" else "NONE_REQUESTED"
    if any(one.state in ("REQUESTED", "ACCEPTED") for one in cancellations(order)):
        state = "IN_PROGRESS"
    row: dict[str, Any] = {
        "cancelState": state,
        "cancelRequests": [_request(one) for one in cancellations(order)] if whole else [],
    }
    done = [one.completed for one in cancellations(order) if one.state == "COMPLETED"]
    if state == "CANCELED" and done:
        row["cancelledDate"] = iso(done[-1])
    return row


def _request(one: Cancellation) -> dict[str, Any]:
    row = {
        "cancelRequestId": one.id,
        "cancelRequestState": one.state,
        "cancelInitiator": one.initiator,
        "cancelReason": one.reason,
        "cancelRequestedDate": iso(one.requested),
    }
    return {**row, "cancelCompletedDate": iso(one.completed)} if one.completed else row


def _money(amount: Decimal, currency: str) -> dict[str, str]:
    return {"value": f"{amount.quantize(Decimal('0.01')).normalize():f}" if amount else "0.0", "currency": currency}


def order_row(ebay: Ebay, shop: Shop, order: Order, base: str, *, whole: bool) -> dict[str, Any]:
    """The whole order."""
    currency, total = order.currency, order.total + _SHIPPING
    paid = payment(order)
    return {
        "orderId": order.number,
        "legacyOrderId": order.number,
        "creationDate": iso(order.created),
        "lastModifiedDate": iso(order.updated),
        "orderFulfillmentStatus": fulfillment(ebay, order),
        "orderPaymentStatus": paid,
        "sellerId": shop.name,
        "buyer": {"username": order.person.username},
        "buyerCheckoutNotes": order.note,
        "pricingSummary": {
            "priceSubtotal": _money(order.total, currency),
            "deliveryCost": _money(_SHIPPING, currency),
            "total": _money(total, currency),
        },
        "cancelStatus": cancel_status(order, whole=whole),
        "paymentSummary": {
            "totalDueSeller": _money(total, currency),
            "refunds": [],
            "payments": [
                {
                    "paymentMethod": "EBAY",
                    "paymentReferenceId": str(order.id),
                    "paymentDate": iso(order.paid or order.created),
                    "amount": _money(total, currency),
                    "paymentStatus": "PAID" if paid != "PENDING" else "PENDING",
                }
            ],
        },
        "fulfillmentStartInstructions": [] if order.extra.get("no_address") else [_instructions(order)],
        "fulfillmentHrefs": [parcel_address(base, order, one) for one in order.shipments],
        "lineItems": [_line(ebay, shop, order, line) for line in order.lines],
        "salesRecordReference": str(order.id % 100_000),
    }


def parcel_address(base: str, order: Order, shipment: Shipment) -> str:
    """Where a parcel is read."""
    return f"{base}/sell/fulfillment/v1/order/{order.number}/shipping_fulfillment/{shipment.extra['id']}"


def _instructions(order: Order) -> dict[str, Any]:
    person = order.person
    address = {
        "addressLine1": person.street,
        "addressLine2": person.district,
        "city": person.city,
        "stateOrProvince": person.state,
        "postalCode": person.zipcode,
        "countryCode": person.region,
    }
    return {
        "fulfillmentInstructionsType": "SHIP_TO",
        **_expected(order),
        "ebaySupportedFulfillment": False,
        "shippingStep": {
            "shipTo": {
                "fullName": person.name,
                "contactAddress": address,
                "primaryPhone": {"phoneNumber": person.phone},
                "email": person.email,
            },
            "shippingCarrierCode": "USPS",
            "shippingServiceCode": "USPSParcel",
        },
    }


def _expected(order: Order) -> dict[str, str]:
    return {
        "minEstimatedDeliveryDate": iso(order.ship_by + 2 * _DAY),
        "maxEstimatedDeliveryDate": iso(order.ship_by + 4 * _DAY),
    }


def _line(ebay: Ebay, shop: Shop, order: Order, line: Line) -> dict[str, Any]:
    cost, variant = line.price * line.quantity, line.variant
    row: dict[str, Any] = {"lineItemId": str(line.id), "legacyItemId": str(110_000_000_000 + line.listing.id)}
    if variant.name:
        row["legacyVariationId"] = str(410_000_000_000 + variant.id)
        row["variationAspects"] = [{"name": "Option", "value": variant.name}]
    place = MARKETPLACES[shop.region]
    return {
        **row,
        "sku": variant.sku,
        "title": line.listing.title,
        "lineItemCost": _money(cost, order.currency),
        "quantity": line.quantity,
        "soldFormat": "FIXED_PRICE",
        "listingMarketplaceId": place,
        "purchaseMarketplaceId": place,
        "lineItemFulfillmentStatus": _of_pieces(order, ebay.unshipped(order), [line]),
        "total": _money(cost, order.currency),
        "deliveryCost": {"shippingCost": _money(Decimal(0), order.currency)},
        "appliedPromotions": [],
        "taxes": [],
        "properties": {"buyerProtection": True},
        "lineItemFulfillmentInstructions": {
            **_expected(order),
            "shipByDate": iso(order.ship_by),
            "guaranteedDelivery": False,
        },
    }


def parcel_row(shipment: Shipment) -> dict[str, Any]:
    """One parcel; carrier and number only where they were told."""
    row: dict[str, Any] = {"fulfillmentId": shipment.extra["id"]}
    if shipment.tracking:
        row |= {"shipmentTrackingNumber": shipment.tracking, "shippingCarrierCode": shipment.courier}
    pieces = [{"lineItemId": str(line_id), "quantity": count} for line_id, count in shipment.pieces.items()]
    return {**row, "shippedDate": shipment.extra["shipped"], "lineItems": pieces}


def item_row(listing: Listing, variant: Variant) -> dict[str, Any]:
    """One inventory item."""
    return {
        "sku": variant.sku,
        "locale": "en_US",
        "product": {
            "title": f"{listing.title}, {variant.name}" if variant.name else listing.title,
            "aspects": {"Option": [variant.name]} if variant.name else {},
            "imageUrls": [],
        },
        "condition": "NEW",
        "availability": {"shipToLocationAvailability": {"quantity": variant.stock}},
        "packageWeightAndSize": {
            "dimensions": {"height": 10.0, "length": 12.0, "width": 9.0, "unit": "CENTIMETER"},
            "weight": {"value": variant.grams / 1000, "unit": "KILOGRAM"},
        },
    }
