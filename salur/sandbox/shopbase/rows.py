"""Orders, parcels and products in the REST form."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from salur.sandbox.storefront.model import Line, Listing, Order, Shipment, Shop, Variant

if TYPE_CHECKING:
    from salur.sandbox.shopbase.store import ShopbaseStore

_COUNTRIES = {
    "US": "United States", "GB": "United Kingdom", "VN": "Vietnam", "TH": "Thailand", "ID": "Indonesia",
    "MY": "Malaysia", "SG": "Singapore", "PH": "Philippines",
}  # fmt: skip
ZONES = {
    "US": "America/Los_Angeles", "GB": "Europe/London", "VN": "Asia/Ho_Chi_Minh", "TH": "Asia/Bangkok",
    "ID": "Asia/Jakarta", "MY": "Asia/Kuala_Lumpur", "SG": "Asia/Singapore", "PH": "Asia/Manila",
}  # fmt: skip


def stamp(seconds: int) -> str:
    """ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def money(value: Decimal) -> str:
    """Text with two decimals."""
    return f"{value:.2f}"


def order_row(store: "ShopbaseStore", shop: Shop, order: Order) -> dict[str, Any]:
    """An order in full."""
    left, goods = store.unshipped(order), money(order.total)
    cancelled = order.step == "cancelled"
    return {
        "id": order.id,
        "name": f"#{order.number}",
        "order_number": int(order.number) if order.number.isdigit() else order.id,
        "email": order.person.email,
        "phone": "",
        "created_at": stamp(order.created),
        "updated_at": stamp(order.updated),
        "processed_at": stamp(order.created),
        "cancelled_at": stamp(int(order.extra.get("cancelled_at") or order.updated)) if cancelled else None,
        "cancel_reason": (order.extra.get("reason") or "customer") if cancelled else None,
        "closed_at": stamp(order.extra["closed"]) if order.extra.get("closed") else None,
        "currency": order.currency,
        "total_price": goods,
        "subtotal_price": goods,
        "total_tax": "0.00",
        "total_discounts": "0.00",
        "financial_status": store.financial(order),
        "fulfillment_status": store.fulfillment(order),
        "note": order.note,
        "gateway": "Cash on Delivery (COD)" if order.cash_on_delivery else "paypal",
        "test": False,
        "line_items": [_line(line, left.get(line.id, 0)) for line in order.lines],
        "shipping_lines": [{"id": 1, "title": order.courier.name, "code": order.courier.code, "price": "0.00"}],
        "shipping_address": None if order.extra.get("no_address") else _address(order),
        "fulfillments": [shipment_row(order, one) for one in order.shipments],
    }


def _line(line: Line, left: int) -> dict[str, Any]:
    title, variant = line.listing.title, line.variant.name
    return {
        "id": line.id,
        "product_id": line.listing.id,
        "variant_id": line.variant.id,
        "sku": line.variant.sku,
        "title": title,
        "variant_title": variant or "Default Title",
        "name": f"{title} - {variant}" if variant else title,
        "quantity": line.quantity,
        "price": money(line.price),
        "fulfillable_quantity": left,
        "fulfillment_status": None if left == line.quantity else "partial" if left else "fulfilled",
        "requires_shipping": True,
    }


def _address(order: Order) -> dict[str, Any]:
    person = order.person
    first, _, last = person.name.rpartition(" ")
    return {
        "first_name": first,
        "last_name": last,
        "name": person.name,
        "phone": f"+{person.phone.lstrip('+')}" if person.phone else "",
        "address1": person.street,
        "address2": person.district,
        "city": person.city,
        "province": person.state,
        "province_code": "",
        "zip": person.zipcode,
        "country": _COUNTRIES.get(person.region, person.region),
        "country_code": person.region,
        "company": "",
    }


def shipment_row(order: Order, shipment: Shipment) -> dict[str, Any]:
    """A fulfilment."""
    return {
        "id": shipment.id,
        "order_id": order.id,
        "status": "success",
        "tracking_company": shipment.courier,
        "tracking_number": shipment.tracking,
        "created_at": stamp(shipment.at),
        "line_items": [{"id": line_id, "quantity": pieces} for line_id, pieces in shipment.pieces.items()],
    }


def product_row(listing: Listing) -> dict[str, Any]:
    """A product with its variants."""
    return {
        "id": listing.id,
        "title": listing.title,
        "updated_at": stamp(listing.updated),
        "variants": [variant_row(listing, one) for one in listing.variants],
    }


def variant_row(listing: Listing, variant: Variant) -> dict[str, Any]:
    """A variant with its stock."""
    return {
        "id": variant.id,
        "product_id": listing.id,
        "title": variant.name or "Default Title",
        "sku": variant.sku,
        "price": money(variant.price),
        "inventory_quantity": variant.stock,
        "inventory_management": "shopbase",
        "grams": variant.grams,
        "weight": variant.grams / 1000,
        "weight_unit": "kg",
    }
