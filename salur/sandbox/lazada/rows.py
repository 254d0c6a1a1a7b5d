"""Orders and pieces as Lazada writes them (lazada.md, Operations)."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zlib import crc32

from salur.sandbox.lazada.countries import COUNTRIES
from salur.sandbox.lazada.settings import LazadaSettings
from salur.sandbox.lazada.store import open_request, request_of, requests_of
from salur.sandbox.storefront.model import Order
from salur.sandbox.storefront.parcels import Piece, pieces_of


def when(settings: LazadaSettings, region: str, unix: float) -> str:
    """A point in time in the country's own hours."""
    local = datetime.fromtimestamp(int(unix), UTC).astimezone(timezone(timedelta(hours=COUNTRIES[region].hours)))
    return local.isoformat() if settings.times == "iso" else local.strftime("%Y-%m-%d %H:%M:%S %z")


def masked_name(name: str) -> str:
    """First and last letter."""
    return f"{name[0]}***{name[-1]}" if name else ""


def masked_phone(phone: str) -> str:
    """The first two and the last two digits."""
    return f"{phone[:2]}{'*' * max(3, len(phone) - 4)}{phone[-2:]}" if phone else ""


def order_row(settings: LazadaSettings, order: Order) -> dict[str, Any]:
    """An order without its items."""
    country = COUNTRIES[order.region]
    person, fee = order.person, Decimal(country.fee)
    name = masked_name(person.name) if settings.masked else person.name
    address = {
        "country": country.name,
        "address1": person.street,
        "address2": "",
        "address3": person.state,
        "address4": person.city,
        "address5": person.district,
        "city": person.city,
        "addressDsitrict": "",
        "post_code": person.zipcode,
        "phone": masked_phone(person.phone) if settings.masked else person.phone,
        "phone2": "",
        "first_name": name,
        "last_name": "",
    }
    return {
        "order_id": order.id,
        "order_number": order.number,
        "statuses": list(dict.fromkeys(piece.status for piece in pieces_of(order))),
        "created_at": when(settings, order.region, order.created),
        "updated_at": when(settings, order.region, order.updated),
        "price": f"{order.total:.2f}",
        "shipping_fee": f"{fee:.2f}",
        "voucher": "0.00",
        "voucher_seller": "0.00",
        "voucher_platform": "0.00",
        "payment_method": "COD" if order.cash_on_delivery else "MIXEDCARD",
        "items_count": len(pieces_of(order)),
        "warehouse_code": "dropshipping",
        "buyer_note": order.note,
        "remarks": "",
        "customer_first_name": name,
        "customer_last_name": "",
        "need_cancel_confirm": open_request(order) is not None,
        "is_cancel_pending": str(any(request.waits for request in requests_of(order))).lower(),
        "address_shipping": {} if order.extra.get("no_address") else address,
        "address_billing": {} if order.extra.get("no_address") else dict(address),
    }


def item_row(settings: LazadaSettings, order: Order, piece: Piece) -> dict[str, Any]:
    """One piece."""
    variant, parcel, request = piece.line.variant, piece.parcel, request_of(order, piece)
    price = float(piece.line.price)
    return {
        "order_item_id": piece.id,
        "order_id": order.id,
        "status": piece.status,
        "sku": variant.sku,
        "shop_sku": f"{variant.sku}_{order.region}-{variant.id}",
        "sku_id": str(variant.id),
        "product_id": str(piece.line.listing.id),
        "name": piece.line.listing.title,
        "variation": f"Variation:{variant.name}" if variant.name else "",
        "item_price": price,
        "paid_price": price,
        "currency": order.currency,
        "tracking_code": parcel.tracking if parcel else "",
        "tracking_code_pre": "",
        "package_id": parcel.id if parcel else "",
        "shipment_provider": parcel.courier if parcel else "",
        "shipping_type": "Dropshipping",
        "shipping_provider_type": "instant" if order.courier.instant else "standard",
        "delivery_option_sof": 0,
        "warehouse_code": "dropshipping",
        "sla_time_stamp": when(settings, order.region, order.ship_by),
        "is_fbl": 0,
        "is_cancel_pending": int(request is not None and request.waits),
        "need_cancel_confirm": int(request is not None and request.status == "REQUEST_INITIATE"),
        "reverse_order_id": str(request.id) if request else "",
        "cancel_trigger_time": "",
        "reason": piece.cancel_reason,
        "buyer_id": str(crc32(order.person.username.encode())),
        "created_at": when(settings, order.region, order.created),
        "updated_at": when(settings, order.region, piece.updated),
    }
