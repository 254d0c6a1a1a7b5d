"""Transactions and products on the wire."""

from datetime import datetime
from typing import Any

from salur.sandbox.bukalapak.market import JAKARTA
from salur.sandbox.storefront.model import Line, Listing, Order, Shop, Variant

SHIPPING = 9000


def iso(seconds: int) -> str:
    """With Jakarta's offset."""
    return datetime.fromtimestamp(seconds, JAKARTA).isoformat()


def transaction(shop: Shop, order: Order) -> dict[str, Any]:
    """A transaction in full, in the list and alone."""
    person, amount = order.person, int(order.total)
    several = len(order.lines) > 1
    return {
        "id": order.id,
        "state": order.status,
        "unread": False,
        "transaction_id": order.number,
        "amount": amount,
        "quantity": sum(line.quantity for line in order.lines),
        "shipping_fee": SHIPPING,
        "total_amount": amount + SHIPPING,
        "products": [_line(shop, line, several) for line in order.lines],
        "consignee": None
        if order.extra.get("no_address")
        else {
            "name": person.name,
            "address": f"{person.street}, {person.district}",
            "city": person.city,
            "province": person.state,
            "post_code": person.zipcode,
        },
        "buyer": {"id": order.id % 1_000_000, "name": person.name, "username": person.username},
        "seller": {"id": int(shop.id), "name": shop.name, "username": shop.extra["username"].split("@")[0]},
        "actions": ["deliver", "reject"] if order.status == "paid" else [],
        "created_at": iso(order.created),
    }


def _line(shop: Shop, line: Line, several: bool) -> dict[str, Any]:
    row = {
        "id": line.variant.id,
        "category": "Lainnya",
        "category_id": 60,
        "category_structure": ["Lainnya"],
        "name": name_of(line.listing, line.variant),
        "city": "Jakarta Barat",
        "province": "DKI Jakarta",
        "price": int(line.price),
        "weight": str(line.variant.grams),
        "images": [],
        "small_images": [],
        "url": f"https://www.bukalapak.com/p/x/{line.variant.id}",
        "desc": "",
        "condition": "new",
        "nego": False,
        "seller_name": shop.name,
        "payment_ready": True,
        "stock": line.variant.stock,
        "specs": {},
        "state_description": [],
    }
    return {**row, "quantity": line.quantity} if several else row


def name_of(listing: Listing, variant: Variant) -> str:
    """Each variant is a product of its own; there are no SKUs."""
    return f"{listing.title} - {variant.name}" if variant.name else listing.title


def product(shop: Shop, listing: Listing, variant: Variant) -> dict[str, Any]:
    """A product of the seller's."""
    for_sale = listing.live and variant.stock > 0
    return {
        "active": listing.live,
        "available": for_sale,
        "category_id": 242,
        "city": "Jakarta Barat",
        "created_at": iso(listing.created),
        "description": "",
        "id": variant.id,
        "name": name_of(listing, variant),
        "negotiable": False,
        "new": True,
        "price": int(variant.price),
        "province": "DKI Jakarta",
        "state": "active" if listing.live else "inactive",
        "stock": variant.stock,
        "updated_at": iso(listing.updated),
        "user_id": int(shop.id),
        "weight": str(variant.grams),
    }
