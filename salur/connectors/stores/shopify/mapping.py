"""Shopify's JSON to our values: pure functions, no calls."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from salur.connectors.base.errors import ContractBroken
from salur.connectors.base.listing import StoreListing
from salur.connectors.base.reading import (
    JsonObject,
    amount,
    as_object,
    as_objects,
    flag,
    iso_moment,
    needed_iso_moment,
    needed_text,
    text,
    whole,
)
from salur.connectors.base.types import (
    Address,
    OrderStatus,
    PartnerIdentity,
    StoreOrder,
    StoreOrderLine,
    TimeWindow,
)

from .statuses import FULFILLMENT, Goods, order_status
from .wire import number_of

GRAMS = {
    "GRAMS": Decimal(1),
    "KILOGRAMS": Decimal(1000),
    "OUNCES": Decimal("28.349523125"),
    "POUNDS": Decimal("453.59237"),
}
ONLY_VARIANT = "Default Title"  # what Shopify calls the variant of a product that has none
AT_THE_DOOR = re.compile(r"\bcod\b|cash[ _]on[ _]delivery", re.IGNORECASE)


def identity(data: JsonObject) -> PartnerIdentity:
    """The shop; its address at Shopify, which never changes, is what one merchant may claim (R12)."""
    shop = as_object(data.get("shop"), "shop")
    where = as_object(shop.get("billingAddress") or {}, "billingAddress")
    return PartnerIdentity(
        key=needed_text(shop, "myshopifyDomain").lower(),
        name=text(shop, "name"),
        country=text(where, "countryCodeV2").upper(),
        currency=text(shop, "currencyCode").upper(),
        details={"time_zone": text(shop, "ianaTimezone")},
    )


def scopes(data: JsonObject) -> list[str]:
    """The rights that the app has in the shop."""
    app = as_object(data.get("currentAppInstallation"), "currentAppInstallation")
    return [text(row, "handle") for row in as_objects(app.get("accessScopes"), "accessScopes")]


def changed_in(window: TimeWindow) -> str:
    """The window as Shopify's search words, in whole seconds and rather wider than narrower."""
    until = window.until.astimezone(UTC)
    if until.microsecond:
        until = until.replace(microsecond=0) + timedelta(seconds=1)
    return f"updated_at:>='{_stamp(window.since.astimezone(UTC))}' AND updated_at:<'{_stamp(until)}'"


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def page_of(holder: JsonObject, key: str) -> tuple[Sequence[JsonObject], str | None]:
    """The nodes of a connection and the cursor of the next page, None on the last."""
    found = as_object(holder.get(key), key)
    nodes = as_objects(found.get("nodes"), f"{key}.nodes")
    info = as_object(found.get("pageInfo"), f"{key}.pageInfo")
    return nodes, needed_text(info, "endCursor") if flag(info, "hasNextPage") else None


def following_page(holder: JsonObject, key: str, cursor: str | None) -> tuple[Sequence[JsonObject], str | None]:
    """As :func:`page_of`; a page that names itself as the next would be read for ever."""
    nodes, following = page_of(holder, key)
    if following is not None and following == cursor:
        raise ContractBroken("endless", f"{key} names the same page again", field="endCursor")
    return nodes, following


def known_nodes(data: JsonObject) -> list[JsonObject]:
    """What was asked for by id; unknown ones are null, other kinds of things empty."""
    nodes = data.get("nodes")
    if not isinstance(nodes, list):
        raise ContractBroken("not_a_list", "nodes is no list", field="nodes")
    return [as_object(node, "nodes") for node in nodes if node]


def store_order(order: JsonObject, more_lines: Iterable[JsonObject] = (), *, trusts: bool = False) -> StoreOrder:
    """An order in full; ``more_lines`` are those that did not fit the first page. Its version is the update time.

    People know the order by its name ("#1001"), so that is the first line of the note, as in an imported export.
    """
    money, goods = text(order, "displayFinancialStatus"), needed_text(order, "displayFulfillmentStatus")
    cancelled_at = iso_moment(order, "cancelledAt")
    rows = [*as_objects(as_object(order.get("lineItems"), "lineItems").get("nodes"), "lineItems"), *more_lines]
    at_door = pays_at_door(order)
    status = order_status(
        money, goods, cancelled=cancelled_at is not None, pays_at_door=at_door and money == "PENDING", trusts=trusts
    )
    status, lines = what_to_ship(rows, status, partly=FULFILLMENT.get(goods) is Goods.PARTLY)
    name, note = text(order, "name"), text(order, "note")
    return StoreOrder(
        external_id=needed_text(order, "legacyResourceId"),
        status=status,
        raw_status=f"{money or '-'}/{goods}" + ("/CANCELLED" if cancelled_at else ""),
        version=needed_iso_moment(order, "updatedAt"),
        ordered_at=needed_iso_moment(order, "createdAt"),
        currency=needed_text(order, "currencyCode"),
        total=money_of(order, "currentTotalPriceSet"),
        address=address(order),
        lines=lines,
        courier=text(as_object(order.get("shippingLine") or {}, "shippingLine"), "title"),
        buyer=text(order, "email") or text(order, "phone"),
        note=f"{name}\n{note}".strip(),
        cash_on_delivery=at_door,
        cancel_reason=text(order, "cancelReason"),
        number=name,
    )


def pays_at_door(order: JsonObject) -> bool:
    """Cash on delivery, by the names of the ways of paying."""
    ways = order.get("paymentGatewayNames")
    return isinstance(ways, list) and any(AT_THE_DOOR.search(str(way)) for way in ways)


def what_to_ship(
    rows: Sequence[JsonObject], status: OrderStatus, *, partly: bool
) -> tuple[OrderStatus, tuple[StoreOrderLine, ...]]:
    """The lines that a warehouse has to do with, and what they say about the order.

    Gift cards and files are left out; so is what was removed or given back, and of a partly shipped order what has
    left, which must not leave again. An order of which nothing remains keeps its lines as they were bought.
    """
    goods = [row for row in rows if flag(row, "requiresShipping", True)]
    if rows and not goods:
        done = status is not OrderStatus.CANCELLED
        return OrderStatus.COMPLETED if done else status, tuple(_line(row, whole(row, "quantity")) for row in rows)
    counts = "unfulfilledQuantity" if partly else "currentQuantity"
    left = [(row, whole(row, counts)) for row in goods]
    if any(quantity < 0 for _, quantity in left):
        raise ContractBroken("bad_number", "a line has less than no pieces", field=counts)
    remaining = [(row, quantity) for row, quantity in left if quantity > 0]
    if remaining and status is not OrderStatus.CANCELLED:
        return status, tuple(_line(row, quantity) for row, quantity in remaining)
    if goods and status in (OrderStatus.PAID, OrderStatus.UNPAID):
        status = OrderStatus.CANCELLED  # every line was taken out of the order
    return status, tuple(_line(row, whole(row, "quantity")) for row in goods if whole(row, "quantity") > 0)


def _line(row: JsonObject, quantity: int) -> StoreOrderLine:
    return StoreOrderLine(
        key=number_of(needed_text(row, "id")),
        sku=text(row, "sku").strip(),
        name=text(row, "name"),
        quantity=quantity,
        unit_price=money_of(row, "discountedUnitPriceSet"),
    )


def money_of(source: JsonObject, key: str) -> Decimal:
    """An amount in the shop's currency."""
    bag = as_object(source.get(key) or {}, key)
    return amount(as_object(bag.get("shopMoney") or {}, key), "amount")


def address(order: JsonObject) -> Address:
    """Where the parcel goes. Without access to customers' data Shopify gives null for all of it."""
    where = as_object(order.get("shippingAddress") or {}, "shippingAddress")
    company = text(where, "company")
    lines = (text(where, "address1"), text(where, "address2"), company)
    return Address(
        name=text(where, "name") or company,
        phone=text(where, "phone") or text(order, "phone"),
        email=text(order, "email"),
        lines=tuple(line for line in lines if line),
        city=text(where, "city"),
        province=text(where, "province"),
        postal_code=text(where, "zip"),
        country=text(where, "countryCodeV2").upper(),
    )


def listing(variant: JsonObject) -> StoreListing:
    """One variant. What customers ordered beyond the stock shows as a figure below nought; none can be sold then."""
    product = as_object(variant.get("product"), "product")
    title = text(variant, "title")
    held = variant.get("inventoryQuantity")
    return StoreListing(
        item_id=needed_text(product, "legacyResourceId"),
        model_id=needed_text(variant, "legacyResourceId"),
        sku=text(variant, "sku").strip(),
        name=text(product, "title"),
        variation="" if title == ONLY_VARIANT else title,
        stock=None if held is None else max(0, whole(variant, "inventoryQuantity")),
        weight_g=weight(variant),
    )


def weight(variant: JsonObject) -> int:
    """In grams, 0 where the shop does not say."""
    item = as_object(variant.get("inventoryItem") or {}, "inventoryItem")
    measured = as_object(item.get("measurement") or {}, "measurement")
    said = as_object(measured.get("weight") or {}, "weight")
    grams = amount(said, "value") * GRAMS.get(text(said, "unit"), Decimal(0))
    return int(grams) if 0 < grams < 10_000_000 else 0
