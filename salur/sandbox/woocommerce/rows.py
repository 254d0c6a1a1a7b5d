"""Orders and products as REST v3 shows them (contracts/woocommerce, examples)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from decimal import Decimal

    from salur.sandbox.engine.people import Person
    from salur.sandbox.storefront.model import Line, Listing, Order, Shop, Variant
    from salur.sandbox.woocommerce.site import Sites

_EMPTY_SIZE = {"length": "", "width": "", "height": ""}


def gmt(unix: float) -> str:
    """UTC without a Z."""
    return datetime.fromtimestamp(int(unix), UTC).strftime("%Y-%m-%dT%H:%M:%S")


def money(amount: Decimal) -> str:
    """Text with two decimals."""
    return f"{amount:.2f}"


def _dates(sites: Sites, shop: Shop, name: str, unix: int) -> dict[str, str | None]:
    if not unix:
        return {name: None, f"{name}_gmt": None}
    return {name: gmt(unix + sites.offset(shop)), f"{name}_gmt": gmt(unix)}


def order_row(sites: Sites, shop: Shop, order: Order) -> dict[str, Any]:
    """The whole order; a list shows the same."""
    cash, person = order.cash_on_delivery, order.person
    paid = 0 if cash else order.paid
    where = _address(person)
    if order.extra.get("no_address"):
        where = dict.fromkeys(where, "")
    return {
        "id": order.id,
        "parent_id": 0,
        "number": order.number,
        "order_key": f"wc_order_{order.id:x}",
        "created_via": "checkout",
        "version": "9.4.0",
        "status": order.status,
        "currency": order.currency,
        **_dates(sites, shop, "date_created", order.created),
        **_dates(sites, shop, "date_modified", order.updated),
        "discount_total": "0.00",
        "shipping_total": "40.00",
        "total": money(order.total + 40),
        "total_tax": "0.00",
        "prices_include_tax": False,
        "customer_id": 0,
        "customer_note": order.note,
        "billing": {**where, "email": person.email, "phone": person.phone},
        "shipping": {**(dict.fromkeys(where, "") if order.extra.get("billing_only") else where), "phone": ""},
        "payment_method": "cod" if cash else "stripe",
        "payment_method_title": "Cash on delivery" if cash else "Credit card",
        "transaction_id": "" if cash or not paid else f"ch_{order.id}",
        **_dates(sites, shop, "date_paid", paid),
        **_dates(sites, shop, "date_completed", order.shipped),
        "meta_data": sites.meta(order),
        "line_items": [_line(one) for one in order.lines],
        "shipping_lines": [
            {"id": order.id + 1, "method_title": "Flat rate", "method_id": "flat_rate", "total": "40.00"}
        ],
        "fee_lines": [],
        "coupon_lines": [],
        "refunds": [{"id": order.id + 2, "reason": "", "total": f"-{money(order.total + 40)}"}]
        if order.status == "refunded"
        else [],
    }


def _address(person: Person) -> dict[str, str]:
    first, _, last = person.name.partition(" ")
    return {
        "first_name": first,
        "last_name": last,
        "company": "",
        "address_1": person.street,
        "address_2": person.district,
        "city": person.city,
        "state": person.state,
        "postcode": person.zipcode,
        "country": person.region,
    }


def _line(line: Line) -> dict[str, Any]:
    total, varied = money(line.price * line.quantity), bool(line.variant.name)
    return {
        "id": line.id,
        "name": f"{line.listing.title} - {line.variant.name}" if varied else line.listing.title,
        "product_id": line.listing.id,
        "variation_id": line.variant.id if varied else 0,
        "quantity": line.quantity,
        "tax_class": "",
        "subtotal": total,
        "total": total,
        "sku": line.variant.sku,
        "price": float(line.price),
        "meta_data": [],
    }


def is_variable(listing: Listing) -> bool:
    """Whether the product's stock lies in its variations."""
    return bool(listing.variants[0].name)


def product_row(sites: Sites, listing: Listing) -> dict[str, Any]:
    """A product; a variable one keeps no stock of its own."""
    only, variable = listing.variants[0], is_variable(listing)
    return {
        "id": listing.id,
        "name": listing.title,
        "type": "variable" if variable else "simple",
        "status": "publish" if listing.live else "draft",
        "sku": "" if variable else only.sku,
        "price": money(only.price),
        **(_unkept() if variable else _stock(sites, only)),
        "weight": f"{only.grams / 1000:g}",
        "dimensions": {"length": "10", "width": "9", "height": "8.5"},
        "variations": [one.id for one in listing.variants] if variable else [],
    }


def variation_row(sites: Sites, variant: Variant) -> dict[str, Any]:
    """One variation."""
    return {
        "id": variant.id,
        "sku": variant.sku,
        "price": money(variant.price),
        **_stock(sites, variant),
        "weight": "",
        "dimensions": dict(_EMPTY_SIZE),
        "attributes": [{"id": 6, "name": "Option", "option": variant.name}],
    }


def _stock(sites: Sites, variant: Variant) -> dict[str, Any]:
    managed = sites.managed.get(variant.id, True)
    if managed is not True:
        return {**_unkept(), "manage_stock": managed}
    status = "instock" if variant.stock > 0 else "outofstock"
    return {"manage_stock": True, "stock_quantity": variant.stock, "stock_status": status}


def _unkept() -> dict[str, Any]:
    return {"manage_stock": False, "stock_quantity": None, "stock_status": "instock"}
