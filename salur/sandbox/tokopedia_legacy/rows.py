"""Orders as the list and the detail show them, products, shops."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from salur.sandbox.engine.dice import token
from salur.sandbox.storefront.model import Line, Listing, Order, Shop, Variant

if TYPE_CHECKING:
    from salur.sandbox.tokopedia_legacy.market import Market

SHIPPING = 9000
PLACE = {"district_id": 2270, "city_id": 175, "province_id": 13}


def iso(seconds: int) -> str | None:
    """A time of the detail; 0 is none."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if seconds else None


def whole(value: Decimal) -> int:
    """Rupiah."""
    return int(value)


def _name(line: Line) -> str:
    return f"{line.listing.title} - {line.variant.name}" if line.variant.name else line.listing.title


def _masked(market: "Market", text: str) -> str:
    """As once encryption is on: the first letter of each word."""
    if not market.settings.encrypted:
        return text
    return " ".join(word[:1] + "*" * max(1, len(word) - 1) for word in text.split())


def _secret(market: "Market", order: Order) -> dict[str, str]:
    if not market.settings.encrypted:
        return {"secret": "", "content": ""}
    return {
        "secret": token(market.core.seed, "tokopedia", "secret", order.id),
        "content": token(market.core.seed, "tokopedia", "content", order.id) * 4,
    }


def listed(market: "Market", shop: Shop, order: Order) -> dict[str, Any]:
    """An order in the list."""
    person, phone = order.person, _masked(market, order.person.phone)
    return {
        "fs_id": str(market.fs_id),
        "order_id": order.id,
        "is_cod_mitra": order.cash_on_delivery,
        "accept_partial": False,
        "invoice_ref_num": market.invoice(order),
        "have_product_bundle": False,
        "products": [_product(order, line) for line in order.lines],
        "products_fulfilled": [
            {"product_id": line.variant.id, "quantity_deliver": line.quantity, "quantity_reject": 0}
            for line in order.lines
        ],
        "device_type": "android",
        "buyer": {
            "id": order.id % 10_000_000,
            "Name": _masked(market, person.name),
            "phone": phone,
            "email": _masked(market, person.email),
        },
        "shop_id": int(shop.id),
        "payment_id": order.id + 1,
        "recipient": {"Name": _masked(market, person.name), "phone": phone, "address": _address(market, order)},
        "logistics": {
            "shipping_id": 999,
            "district_id": 0,
            "city_id": 0,
            "province_id": 0,
            "geo": "",
            "shipping_agency": order.courier.name,
            "service_type": order.courier.code,
        },
        "amt": _amounts(order),
        "dropshipper_info": {},
        "voucher_info": {"voucher_code": "", "voucher_type": 0},
        "order_status": status_of(order),
        "warehouse_id": shop.extra["warehouse"],
        "fulfill_by": 0,
        "create_time": order.created,
        "custom_fields": {"awb": order.tracking},
        "encryption": _secret(market, order),
    }


def _address(market: "Market", order: Order) -> dict[str, Any]:
    person = order.person
    if order.extra.get("no_address"):
        return {}
    return {
        "address_full": _masked(market, person.street),
        "district": person.district,
        "city": person.city,
        "province": person.state,
        "country": "Indonesia",
        "postal_code": person.zipcode,
        **PLACE,
        "geo": "-6.2115,106.8290",
    }


def _amounts(order: Order) -> dict[str, int]:
    total = whole(order.total)
    return {
        "ttl_product_price": total,
        "shipping_cost": SHIPPING,
        "insurance_cost": 0,
        "ttl_amount": total + SHIPPING,
        "voucher_amount": 0,
        "toppoints_amount": 0,
    }


def status_of(order: Order) -> int | str:
    """The code as a number; a raw word stays what it is."""
    return int(order.status) if order.status.isdigit() else order.status


def _product(order: Order, line: Line) -> dict[str, Any]:
    price, weight = whole(line.price), line.variant.grams / 1000
    return {
        "id": line.variant.id,
        "Name": _name(line),
        "quantity": line.quantity,
        "notes": order.note,
        "weight": weight,
        "total_weight": round(weight * line.quantity, 3),
        "price": price,
        "total_price": price * line.quantity,
        "currency": order.extra.get("currency", "Rp"),
        "sku": line.variant.sku,
        "is_wholesale": False,
    }


def detailed(market: "Market", shop: Shop, order: Order) -> dict[str, Any]:
    """An order in the detail."""
    total, paid = whole(order.total), iso(order.paid)
    return {
        "order_id": order.id,
        "buyer_id": order.id % 10_000_000,
        "seller_id": int(shop.id),
        "payment_id": order.id + 1,
        "is_affiliate": False,
        "is_fulfillment": False,
        "order_warehouse": {
            "warehouse_id": shop.extra["warehouse"],
            "fulfill_by": "0",
            "meta_data": {"warehouse_id": shop.extra["warehouse"], "warehouse_name": "Shop Location"},
        },
        "order_status": status_of(order),
        "invoice_number": market.invoice(order),
        "invoice_pdf": "",
        "invoice_url": "",
        "open_amt": total + SHIPPING,
        "lp_amt": 0,
        "cashback_amt": 0,
        "info": "",
        "comment": order.note,
        "item_price": total,
        "buyer_info": _buyer(market, order),
        "shop_info": _owner(shop),
        "shipment_fulfillment": _deadlines(order, paid),
        "preorder": {"order_id": 0, "preorder_type": 0, "preorder_process_time": 0},
        "order_info": _info(market, order),
        "payment_info": _payment(order, paid),
        "hold_info": None,
        "cancel_request_info": order.extra.get("cancel_request"),
        "create_time": iso(order.created),
        "shipping_date": iso(order.shipped),
        "update_time": iso(order.updated),
        "payment_date": paid,
        "delivered_date": iso(order.updated) if order.step in ("delivered", "completed") else None,
        "custom_fields": None,
        "encryption": _secret(market, order),
    }


def _buyer(market: "Market", order: Order) -> dict[str, Any]:
    return {
        "buyer_id": order.id % 10_000_000,
        "buyer_fullname": _masked(market, order.person.name),
        "buyer_email": _masked(market, order.person.email),
        "buyer_phone": _masked(market, order.person.phone),
    }


def _owner(shop: Shop) -> dict[str, Any]:
    return {
        "shop_owner_id": 5512,
        "shop_owner_email": "",
        "shop_owner_phone": "",
        "shop_name": shop.name,
        "shop_domain": f"toko{shop.id}",
        "shop_id": int(shop.id),
    }


def _payment(order: Order, paid: str | None) -> dict[str, Any]:
    return {
        "payment_id": order.id + 1,
        "payment_ref_num": f"PYM/{order.id}",
        "payment_date": paid,
        "payment_method": 0,
        "payment_status": "Verified" if order.paid else "Pending",
        "payment_status_id": 2 if order.paid else 1,
        "discount_amount": 0,
    }


def _deadlines(order: Order, paid: str | None) -> dict[str, Any]:
    return {
        "id": 1,
        "order_id": order.id,
        "payment_date_time": paid,
        "is_same_day": order.courier.instant,
        "accept_deadline": iso((order.paid or order.created) + 86400),
        "confirm_shipping_deadline": iso((order.paid or order.created) + 3 * 86400),
        "is_accepted": bool(order.times_accepted) or order.step in ("ready", "shipped", "delivered", "completed"),
        "is_confirm_shipping": bool(order.shipped),
        "is_item_delivered": order.step in ("delivered", "completed"),
        "fulfillment_status": 0,
    }


def _info(market: "Market", order: Order) -> dict[str, Any]:
    return {
        "order_detail": [_detail(line) for line in order.lines],
        "order_history": [
            {
                "action_by": "system",
                "hist_status_code": int(status) if status.isdigit() else status,
                "message": "",
                "timestamp": iso(at),
                "comment": "",
                "create_by": "system",
                "update_by": "system",
            }
            for at, status in order.history
        ],
        "shipping_info": {
            "sp_id": 1,
            "shipping_id": 999,
            "logistic_name": order.courier.name,
            "logistic_service": order.courier.code,
            "shipping_price": SHIPPING,
            "insurance_price": 0,
            "awb": order.tracking,
            "autoresi_cashless_status": 1,
            "autoresi_awb": "" if order.shipments else order.tracking,
            "isCashless": True,
        },
        "destination": _destination(market, order),
    }


def _destination(market: "Market", order: Order) -> dict[str, Any] | None:
    person = order.person
    if order.extra.get("no_address"):
        return None
    return {
        "receiver_name": _masked(market, person.name),
        "receiver_phone": _masked(market, person.phone),
        "address_street": _masked(market, person.street),
        "address_district": person.district,
        "address_city": person.city,
        "address_province": person.state,
        "address_postal": person.zipcode,
        **PLACE,
    }


def _detail(line: Line) -> dict[str, Any]:
    price, weight = whole(line.price), line.variant.grams / 1000
    return {
        "order_detail_id": line.id,
        "product_id": line.variant.id,
        "product_name": _name(line),
        "product_price": price,
        "subtotal_price": price * line.quantity,
        "weight": weight,
        "total_weight": round(weight * line.quantity, 3),
        "quantity": line.quantity,
        "quantity_deliver": line.quantity,
        "quantity_reject": 0,
        "sku": line.variant.sku,
    }


def products(shop: Shop) -> list[dict[str, Any]]:
    """Every product; one with variants comes as itself and as each variant."""
    rows: list[dict[str, Any]] = []
    for listing in shop.listings.values():
        if len(listing.variants) == 1 and not listing.variants[0].name:
            rows.append(_row(shop, listing, listing.variants[0], {"isParent": False, "isVariant": False}))
            continue
        children = [one.id for one in listing.variants]
        parent = Variant(listing.id, "", "", listing.variants[0].price, listing.variants[0].grams, 0)
        rows.append(_row(shop, listing, parent, {"isParent": True, "isVariant": False, "childrenID": children}))
        rows += [
            _row(shop, listing, one, {"isParent": False, "isVariant": True, "parentID": listing.id})
            for one in listing.variants
        ]
    return rows


def _row(shop: Shop, listing: Listing, variant: Variant, family: dict[str, Any]) -> dict[str, Any]:
    price = whole(variant.price)
    name = f"{listing.title} - {variant.name}" if variant.name else listing.title
    return {
        "basic": {
            "productID": variant.id,
            "shopID": int(shop.id),
            "status": 1 if listing.live else 3,
            "name": name,
            "condition": 1,
            "childCategoryID": 562,
        },
        "price": {"value": price, "currency": 1, "idr": price},
        "weight": {"value": variant.grams, "unit": 1},
        "stock": {"useStock": True, "value": variant.stock},
        "variant": {"parentID": 0, "childrenID": [], **family},
        "other": {"sku": variant.sku, "url": f"https://www.tokopedia.com/toko{shop.id}/{variant.id}"},
        "extraAttribute": {"minOrder": 1},
    }


def shop_row(shop: Shop) -> dict[str, Any]:
    """A shop of the application."""
    return {
        "shop_id": int(shop.id),
        "user_id": 5512,
        "shop_name": shop.name,
        "logo": "",
        "shop_url": f"https://www.tokopedia.com/toko{shop.id}",
        "is_open": 1,
        "status": 1,
        "date_shop_created": "2015-03-04",
        "domain": f"toko{shop.id}",
        "admin_id": [],
        "reason": "",
        "district_id": 2270,
        "province_name": "DKI Jakarta",
        "warehouses": [
            {
                "warehouse_id": shop.extra["warehouse"],
                "warehouse_name": "Shop Location",
                "district_id": 2270,
                "is_default": 1,
                "status": 1,
            }
        ],
        "subscribe_tokocabang": False,
        "is_mitra": False,
    }
