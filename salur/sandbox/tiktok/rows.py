"""Orders, lines and packages as TikTok Shop writes them (tiktok-shop.md, Order fields)."""

from decimal import Decimal
from typing import Any
from zlib import crc32

from salur.sandbox.storefront.model import Order
from salur.sandbox.storefront.parcels import Parcel, Piece, parcels_of, pieces_of
from salur.sandbox.tiktok.markets import DELIVERY_OPTIONS, MARKETS, SEND_BY_SELLER
from salur.sandbox.tiktok.store import TiktokStore

WAREHOUSE, SECOND_WAREHOUSE = "7068517275539719942", "7068517275539719943"
_PACKAGE = {"ready": "PROCESSING", "shipped": "FULFILLING", "delivered": "COMPLETED", "completed": "COMPLETED"}


def delivery_option(order: Order) -> tuple[str, str]:
    """Its name and id."""
    if order.extra["shipping_type"] == "SELLER":
        return SEND_BY_SELLER
    name = "Instant Delivery" if order.courier.instant else "Standard Shipping"
    return name, DELIVERY_OPTIONS[name]


def order_row(store: TiktokStore, order: Order) -> dict[str, Any]:
    """An order in full; without address while it is not certain."""
    option, option_id = delivery_option(order)
    fee = Decimal(MARKETS[order.region].fee)
    row: dict[str, Any] = {
        "id": order.number,
        "status": order.status,
        "create_time": order.created,
        "paid_time": order.paid,
        "update_time": order.updated,
        "rts_sla_time": order.ship_by,
        "user_id": str(7_000_000_000_000_000_000 + crc32(order.person.username.encode())),
        "buyer_email": f"v{crc32(order.person.username.encode()):x}@chat.seller.tiktok.com",
        "buyer_message": order.note,
        "is_cod": order.cash_on_delivery,
        "is_buyer_request_cancel": bool(order.cancel_asked),
        "is_on_hold_order": order.status == "ON_HOLD",
        "cancel_reason": order.cancel_reason,
        "warehouse_id": WAREHOUSE,
        "fulfillment_type": "FULFILLMENT_BY_SELLER",
        "delivery_type": "HOME_DELIVERY",
        "shipping_type": order.extra["shipping_type"],
        "delivery_option_id": option_id,
        "delivery_option_name": option,
        "shipping_provider": order.courier.name,
        "shipping_provider_id": order.courier.code,
        "tracking_number": order.tracking,
        "commerce_platform": order.extra["commerce_platform"],
        "payment": {
            "currency": order.currency,
            "total_amount": str(order.total + fee),
            "sub_total": str(order.total),
            "shipping_fee": str(fee),
        },
        "recipient_address": _address(store, order),
        "packages": [{"id": parcel.id} for parcel in parcels_of(order)],
        "line_items": [_line(order, piece) for piece in pieces_of(order) if not order.extra.get("no_items")],
    }
    if order.status in ("UNPAID", "ON_HOLD") or order.extra.get("no_address"):
        del row["recipient_address"]
    return row


def _address(store: TiktokStore, order: Order) -> dict[str, Any]:
    person, market = order.person, MARKETS[order.region]
    name, phone = person.name, person.phone.removeprefix(market.dial[1:])
    if store.settings.masked and order.extra["shipping_type"] == "TIKTOK":
        name, phone = f"{name[:1]}***{name[-1:]}", f"{phone[:3]}***{phone[-2:]}"
    levels = [
        ("Country", market.country, "L0"),
        ("Province", person.state, "L1"),
        ("City", person.city, "L2"),
        ("District", person.district, "L3"),
    ]
    known = [level for level in levels if level[1]]
    return {
        "full_address": ", ".join([*(level[1] for level in known), person.street]),
        "phone_number": f"({market.dial}){phone}",
        "name": name,
        "first_name": name,
        "last_name": "",
        "address_detail": person.street,
        "address_line1": person.street,
        "address_line2": "",
        "address_line3": "",
        "address_line4": "",
        "postal_code": person.zipcode,
        "region_code": order.region,
        "district_info": [
            {"address_level_name": level, "address_name": text, "address_level": number}
            for level, text, number in known
        ],
    }


def _line(order: Order, piece: Piece) -> dict[str, Any]:
    line, parcel = piece.line, piece.parcel
    return {
        "id": str(piece.id),
        "sku_id": str(line.variant.id),
        "product_id": str(line.listing.id),
        "product_name": line.listing.title,
        "sku_name": line.variant.name or "Default",
        "seller_sku": line.variant.sku,
        "sale_price": str(line.price),
        "original_price": str(line.price),
        "currency": order.currency,
        "package_id": parcel.id if parcel else "",
        "package_status": package_status(piece),
        "tracking_number": parcel.tracking if parcel else "",
        "shipping_provider_id": order.courier.code if parcel and parcel.tracking else "",
        "shipping_provider_name": parcel.courier if parcel and parcel.tracking else "",
        "display_status": piece.status,
        "cancel_reason": piece.cancel_reason,
        "cancel_user": piece.cancel_by.upper(),
        "is_gift": False,
    }


def package_status(piece: Piece) -> str:
    """The state of a piece's package."""
    return "CANCELLED" if not piece.alive else _PACKAGE.get(piece.step, "TO_FULFILL")


def package_row(order: Order, parcel: Parcel) -> dict[str, Any]:
    """A package that is arranged or further."""
    first = (parcel.live or parcel.pieces)[0]
    row = {
        "package_id": parcel.id,
        "package_status": package_status(first),
        "orders": [{"id": order.number}],
        "order_line_item_ids": [str(piece.id) for piece in parcel.pieces],
        "shipping_type": order.extra["shipping_type"],
        "shipping_provider_id": order.courier.code,
        "shipping_provider_name": parcel.courier,
        "tracking_number": parcel.tracking,
        "handover_method": parcel.arranged_with.get("handover_method", "DROP_OFF"),
        "split_and_combine_tag": "DEFAULT",
        "create_time": parcel.created,
        "update_time": first.updated,
    }
    slot = parcel.arranged_with.get("pickup_slot")
    return {**row, "pickup_slot": slot} if slot else row
