"""Items, groups and products on the wire."""

from typing import Any

from salur.sandbox.blibli.market import Blibli, Package, dropship
from salur.sandbox.storefront.model import Line, Listing, Order, Shop, Variant


def product_sku(shop: Shop, listing: Listing) -> str:
    """A product's number."""
    return f"{shop.id}-{listing.id % 100_000:05d}"


def blibli_sku(shop: Shop, listing: Listing, variant: Variant) -> str:
    """A variant's number."""
    return f"{product_sku(shop, listing)}-{listing.variants.index(variant) + 1:05d}"


def name_of(listing: Listing, variant: Variant) -> str:
    """What buyers see."""
    return f"{listing.title} - {variant.name}" if variant.name else listing.title


def kind_of(order: Order) -> int:
    """1 regular, 2 big product, 3 store pickup."""
    return int(order.extra.get("product_type", 1))


def delivery_of(order: Order) -> str:
    """Who comes for it."""
    return "DROPSHIP" if dropship(order) else "PICKUP"


def ready_at(order: Order) -> int:
    """When it became ready, in milliseconds: no two orders of one second do so at once."""
    return order.paid * 1000 + order.id % 1000


def listed(market: Blibli, shop: Shop, order: Order, line: Line) -> dict[str, Any]:
    """An item in the list."""
    price = int(line.price)
    return {
        "createdDate": order.created * 1000,
        "storeCode": shop.id,
        "sellerDeliveryType": delivery_of(order),
        "packageCreated": line.id in market.packed,
        "order": {
            "id": order.number,
            "itemId": str(line.id),
            "itemStatus": market.status_of(order, line),
            "quantity": line.quantity,
            "date": order.created * 1000,
            "statusFPUpdatedTimestamp": ready_at(order),
            "customerFullName": order.person.name,
        },
        "product": {
            "type": kind_of(order),
            "blibliSku": blibli_sku(shop, line.listing, line.variant),
            "sellerSku": line.variant.sku,
            "itemName": name_of(line.listing, line.variant),
            "price": price,
            "finalPrice": price,
        },
    }


def detailed(market: Blibli, shop: Shop, order: Order, line: Line) -> dict[str, Any]:
    """An item in the detail."""
    package: Package | None = market.packed.get(line.id)
    price, status = int(line.price), market.status_of(order, line)
    gone = status in ("X", "OS", "DX")
    return {
        "id": order.number,
        "itemId": str(line.id),
        "packageId": package.id if package else None,
        "status": status,
        "quantity": 0 if gone else line.quantity,
        "sellerDeliveryType": delivery_of(order),
        "timestamp": {
            "created": order.created * 1000,
            "statusUpdatedToFP": ready_at(order),
            "autoCancel": (order.paid + 2 * 86400) * 1000,
        },
        "histories": [{"status": word, "timestamp": at * 1000} for at, word in order.history if word],
        "amount": {
            "item": price,
            "itemTotal": price * line.quantity,
            "seller": price * line.quantity,
            "shipping": {"cost": 0},
        },
        "product": {
            "type": kind_of(order),
            "blibliSku": blibli_sku(shop, line.listing, line.variant),
            "sellerSku": line.variant.sku,
            "name": name_of(line.listing, line.variant),
        },
        "shipment": {
            "airwayBill": {"number": package.awb} if package and package.awb else None,
            "logistic": {
                "product": {"code": order.courier.code, "name": order.courier.name},
                "option": {"code": "EXPRESS", "name": "Instant" if order.courier.instant else "Reguler"},
            },
            "cashlessHandover": not dropship(order),
            "statuses": [],
        },
        "recipient": None if order.extra.get("no_address") else _recipient(order),
        "customer": {"fullName": order.person.name},
        "note": order.note,
    }


def _recipient(order: Order) -> dict[str, Any]:
    person = order.person
    return {
        "name": person.name,
        "phoneNumber": f"0{person.phone[2:]}" if person.phone.startswith("62") else person.phone,
        "streetAddress": person.street,
        "subDistrict": person.district,
        "district": person.district,
        "city": person.city,
        "state": person.state,
        "zipCode": person.zipcode,
        "country": "Indonesia",
    }


def product_row(shop: Shop, listing: Listing) -> dict[str, Any]:
    """A product without its variants."""
    return {"productSku": product_sku(shop, listing), "productName": listing.title, "state": state_of(listing)}


def state_of(listing: Listing) -> str:
    """ACTIVE while anything of it is in stock."""
    return "ACTIVE" if any(one.stock > 0 for one in listing.variants) else "OOS"


def variant_rows(market: Blibli, shop: Shop, listing: Listing) -> list[dict[str, Any]]:
    """Each variant at each pickup point."""
    return [
        {
            "blibliSku": blibli_sku(shop, listing, one),
            "sellerSku": one.sku,
            "itemName": name_of(listing, one),
            "pickupPointCode": point,
            "availableStock": market.units(shop, one, point),
            "price": int(one.price),
        }
        for one in listing.variants
        for point in market.points(shop)
    ]
