"""Receipts, listings and inventories as Etsy shows them (contracts/etsy, examples)."""

from decimal import Decimal
from typing import Any

from salur.sandbox.etsy.shop import Etsy
from salur.sandbox.storefront.model import Line, Listing, Order, Shipment, Shop, Variant

#: The one property in which variations differ here.
PROPERTY = 513
_SHIPPING = Decimal("5.00")
#: A few of the carriers that Etsy knows; a shipment by another shows no tracking.
CARRIERS = frozenset(
    {
        "usps", "ups", "fedex", "dhl", "dhl-germany", "royal-mail", "parcelforce", "dpd", "hermes", "yodel",
        "canada-post", "australia-post", "singapore-post", "thailand-post", "4px", "china-post", "other",
    }
)  # fmt: skip


def money(amount: Decimal, currency: str) -> dict[str, Any]:
    """Hundredths."""
    return {"amount": int((amount * 100).to_integral_value()), "divisor": 100, "currency_code": currency}


def receipt_row(etsy: Etsy, shop: Shop, order: Order) -> dict[str, Any]:
    """A receipt in full."""
    none, currency = money(Decimal(0), order.currency), order.currency
    return {
        "receipt_id": int(order.number),
        "receipt_type": 0,
        "seller_user_id": etsy.user_of(shop),
        "seller_email": "seller@example.com",
        "buyer_user_id": order.id,
        "buyer_email": order.person.email,
        **_address(etsy, order),
        "status": order.status,
        "payment_method": "cc",
        "payment_email": order.person.email,
        "message_from_payment": None,
        "message_from_seller": "",
        "message_from_buyer": order.note,
        "is_shipped": bool(order.shipped),
        "is_paid": bool(order.paid),
        "create_timestamp": order.created,
        "created_timestamp": order.created,
        "update_timestamp": order.updated,
        "updated_timestamp": order.updated,
        "is_gift": False,
        "gift_message": "",
        "grandtotal": money(order.total + _SHIPPING, currency),
        "subtotal": money(order.total, currency),
        "total_price": money(order.total, currency),
        "total_shipping_cost": money(_SHIPPING, currency),
        "total_tax_cost": none,
        "total_vat_cost": none,
        "discount_amt": none,
        "gift_wrap_price": none,
        "shipments": [_shipment(one) for one in order.shipments if one.courier in CARRIERS and one.tracking],
        "transactions": [_transaction(etsy, shop, order, line) for line in order.lines],
        "refunds": [],
    }


def _address(etsy: Etsy, order: Order) -> dict[str, Any]:
    person = order.person
    lines = [person.name, person.street, person.district, f"{person.city} {person.state} {person.zipcode}".strip()]
    row = {
        "name": person.name,
        "first_line": person.street,
        "second_line": person.district,
        "city": person.city,
        "state": person.state,
        "zip": person.zipcode,
        "formatted_address": "\n".join(line for line in lines if line),
        "country_iso": person.region,
    }
    hidden = etsy.settings.withhold_addresses or order.extra.get("no_address")
    return dict.fromkeys(row) if hidden else row


def _shipment(one: Shipment) -> dict[str, Any]:
    return {
        "receipt_shipping_id": one.id,
        "shipment_notification_timestamp": one.at,
        "carrier_name": one.courier,
        "tracking_code": one.tracking,
    }


def _transaction(etsy: Etsy, shop: Shop, order: Order, line: Line) -> dict[str, Any]:
    return {
        "transaction_id": line.id,
        "title": line.listing.title,
        "description": "",
        "seller_user_id": etsy.user_of(shop),
        "buyer_user_id": order.id,
        "create_timestamp": order.created,
        "created_timestamp": order.created,
        "paid_timestamp": order.paid or None,
        "shipped_timestamp": order.shipped or None,
        "quantity": line.quantity,
        "listing_image_id": None,
        "receipt_id": int(order.number),
        "is_digital": bool(order.extra.get("digital", False)),
        "file_data": "",
        "listing_id": line.listing.id,
        "transaction_type": "listing",
        "product_id": line.variant.id,
        "sku": line.variant.sku,
        "price": money(line.price, order.currency),
        "shipping_cost": money(Decimal(0), order.currency),
        "variations": _variations(line.variant),
        "product_data": [],
        "shipping_profile_id": 1,
        "min_processing_days": 1,
        "max_processing_days": 3,
        "shipping_method": None,
        "shipping_upgrade": None,
        "expected_ship_date": order.ship_by,
        "buyer_coupon": 0,
        "shop_coupon": 0,
    }


def _variations(variant: Variant) -> list[dict[str, Any]]:
    if not variant.name:
        return []
    value = {"formatted_name": "Option", "formatted_value": variant.name}
    return [{"property_id": PROPERTY, "value_id": variant.id, **value}]


def listing_state(listing: Listing) -> str:
    """active, inactive or sold_out."""
    if not listing.live:
        return "inactive"
    return "active" if any(one.stock > 0 for one in listing.variants) else "sold_out"


def listing_row(etsy: Etsy, shop: Shop, listing: Listing, *, inventory: bool) -> dict[str, Any]:
    """A listing, with its inventory where ``includes`` asks for it."""
    measures = ("item_weight", "item_weight_unit", "item_length", "item_width", "item_height", "item_dimensions_unit")
    row: dict[str, Any] = {
        "listing_id": listing.id,
        "user_id": etsy.user_of(shop),
        "shop_id": int(shop.id),
        "title": listing.title,
        "state": listing_state(listing),
        "quantity": sum(one.stock for one in listing.variants),
        "url": f"https://www.etsy.com/listing/{listing.id}",
        **dict.fromkeys(measures),
    }
    return {**row, "inventory": inventory_row(shop, listing)} if inventory else row


def inventory_row(shop: Shop, listing: Listing) -> dict[str, Any]:
    """The products of a listing."""
    on = [PROPERTY] if any(one.name for one in listing.variants) else []
    return {
        "products": [_product(shop, one) for one in listing.variants],
        "price_on_property": [],
        "quantity_on_property": on,
        "sku_on_property": on,
        "readiness_state_on_property": [],
    }


def _product(shop: Shop, variant: Variant) -> dict[str, Any]:
    property_values = {
        "property_id": PROPERTY,
        "property_name": "Option",
        "scale_id": None,
        "scale_name": None,
        "value_ids": [variant.id],
        "values": [variant.name],
    }
    return {
        "product_id": variant.id,
        "sku": variant.sku,
        "is_deleted": False,
        "offerings": [
            {
                "offering_id": variant.id + 1_000_000_000,
                "quantity": variant.stock,
                "is_enabled": True,
                "is_deleted": False,
                "price": money(variant.price, shop.currency),
                "readiness_state_id": None,
            }
        ],
        "property_values": [property_values] if variant.name else [],
    }
