"""Blibli's JSON to our values and back: pure functions, no calls. Fields as in contracts/blibli."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from salur.connectors.base.errors import ContractBroken
from salur.connectors.base.listing import StoreListing
from salur.connectors.base.reading import (
    JsonObject,
    amount,
    as_object,
    as_objects,
    flag,
    millisecond_moment,
    needed_text,
    text,
    whole,
)
from salur.connectors.base.types import Address, OrderStatus, StoreOrder, StoreOrderLine

from .statuses import STAGES, UNLISTED_STAGE, item_status, order_status

COUNTRY, CURRENCY = "ID", "IDR"
REGULAR = 1
DROPSHIP = "DROPSHIP"
NO_PACKAGE = frozenset({"", "0"})

BUYER_ASKED, OUT_OF_STOCK, WRONG_PRICE, WRONG_SHIPPING, WRONG_WEIGHT = (
    "buyer_asked",
    "out_of_stock",
    "wrong_price",
    "wrong_shipping",
    "wrong_weight",
)
# Blibli lists four; with any other words the quantity must be told.
LISTED_REASONS: dict[str, str] = {
    OUT_OF_STOCK: "Out of stock",
    WRONG_PRICE: "Wrong price",
    WRONG_SHIPPING: "Wrong shipping type",
    WRONG_WEIGHT: "Wrong weight/shipping",
}
OTHER_REASONS: dict[str, str] = {BUYER_ASKED: "Requested by the buyer"}


@dataclass(frozen=True, slots=True)
class Item:
    """One item of an order, as the list shows it."""

    number: str
    order: str
    raw: str
    package: str
    quantity: int
    sku: str
    blibli_sku: str
    name: str
    price: Decimal
    kind: int
    dropship: bool
    ready_at: datetime | None
    ordered_at: datetime | None
    buyer: str

    @property
    def status(self) -> OrderStatus:
        """Its canonical state."""
        return item_status(self.raw)


def items(document: JsonObject) -> list[Item]:
    """All items of a page, over its packages."""
    return [item for group in groups(document) for item in group]


def groups(document: JsonObject) -> Iterator[list[Item]]:
    """The packages of a page; items without a package are one group for each order."""
    for row in as_objects(document.get("content"), "content"):
        package = text(row, "packageId")
        yield [_item(one, package) for one in as_objects(row.get("orderItems"), "orderItems")]


def total(document: JsonObject) -> int:
    """How many records the filter found, as far as it tells; 0 where it does not."""
    return whole(as_object(document.get("paging") or {}, "paging"), "totalRecord")


def has_more(document: JsonObject, page: int, size: int) -> bool:
    """Is there a page after this one? Whether its size counts packages or items no source tells."""
    paging = as_object(document.get("paging") or {}, "paging")
    if paging.get("totalPage") is not None:
        return page + 1 < whole(paging, "totalPage")
    found = list(groups(document))
    return max(len(found), sum(map(len, found))) >= size


def _item(row: JsonObject, package: str) -> Item:
    order = as_object(row.get("order"), "order")
    product = as_object(row.get("product") or {}, "product")
    packed = package not in NO_PACKAGE and flag(row, "packageCreated", default=True)
    return Item(
        number=needed_text(order, "itemId"),
        order=needed_text(order, "id"),
        raw=needed_text(order, "itemStatus"),
        package=package if packed else "",
        quantity=whole(order, "quantity"),
        sku=text(product, "sellerSku").strip(),
        blibli_sku=text(product, "blibliSku"),
        name=text(product, "itemName"),
        price=amount(product, "finalPrice", amount(product, "price")),
        kind=whole(product, "type", REGULAR),
        dropship=text(row, "sellerDeliveryType").upper() == DROPSHIP,
        ready_at=millisecond_moment(order, "statusFPUpdatedTimestamp"),
        ordered_at=millisecond_moment(order, "date"),
        buyer=text(order, "customerFullName"),
    )


def page_filter(since: int, until: int, page: int, size: int) -> dict[str, object]:
    """The question for items that became ready between two instants (milliseconds, both inclusive)."""
    return _question({"statusFPDateRange": {"start": since, "end": until}}, page, size)


def number_filter(numbers: Sequence[str], page: int, size: int) -> dict[str, object]:
    """The question for orders by their numbers."""
    return _question({"orderOrOrderItemIds": list(numbers)}, page, size)


def _question(wanted: Mapping[str, object], page: int, size: int) -> dict[str, object]:
    return {
        "filter": dict(wanted),
        "sorting": {"by": "statusFPUpdatedTimestamp", "direction": "ASC"},
        "paging": {"page": page, "size": size},
    }


def milliseconds(at: datetime) -> int:
    """An instant as Blibli writes it."""
    return int(at.timestamp()) * 1000 + at.microsecond // 1000


def store_order(own: Sequence[Item], detail: JsonObject) -> StoreOrder:
    """An order of its items, with the address and shipment of one of them (they share both).

    The version is the last change that the detail tells, and in its microseconds how far all the items are.
    """
    raws = sorted({item.raw for item in own}, key=lambda raw: (STAGES.get(raw, UNLISTED_STAGE), raw))
    status = order_status(raws)
    kept = [item for item in own if status is OrderStatus.CANCELLED or item.status is not OrderStatus.CANCELLED]
    ordered = next((item.ordered_at for item in own if item.ordered_at), None)
    changed = last_change(detail) or max((item.ready_at for item in own if item.ready_at), default=None) or ordered
    if ordered is None or changed is None:
        raise ContractBroken("missing", "an order without a date", field="date")
    steps = sum(STAGES.get(item.raw, UNLISTED_STAGE) for item in own)
    packages = {item.package for item in kept}
    return StoreOrder(
        external_id=own[0].order,
        status=status,
        raw_status=",".join(raws),
        version=changed + timedelta(microseconds=min(steps, 900_000)),
        ordered_at=ordered,
        currency=CURRENCY,
        total=sum((item.price * item.quantity for item in kept), Decimal(0)),
        address=_address(as_object(detail.get("recipient") or {}, "recipient")),
        lines=tuple(_line(item) for item in kept if item.quantity > 0),
        paid_at=min((item.ready_at for item in own if item.ready_at), default=None),
        ship_by=millisecond_moment(as_object(detail.get("timestamp") or {}, "timestamp"), "autoCancel"),
        courier=courier(detail),
        buyer=own[0].buyer,
        note=text(detail, "note"),
        awb=awb(detail),
        package=packages.pop() if len(packages) == 1 else "",
    )


def _line(item: Item) -> StoreOrderLine:
    if item.quantity < 0:
        raise ContractBroken("bad_number", "an item with less than no pieces", field="quantity")
    return StoreOrderLine(
        key=item.number,
        sku=item.sku or item.blibli_sku,
        name=item.name,
        quantity=item.quantity,
        unit_price=item.price,
        item_id=item.blibli_sku,
    )


def content(document: JsonObject) -> JsonObject:
    """What a newer answer holds."""
    return as_object(document.get("content"), "content")


def last_change(detail: JsonObject) -> datetime | None:
    """The last time in an item's history."""
    times = [millisecond_moment(row, "timestamp") for row in as_objects(detail.get("histories"), "histories")]
    return max((at for at in times if at), default=None)


def _shipment(detail: JsonObject) -> JsonObject:
    return as_object(detail.get("shipment") or {}, "shipment")


def awb(detail: JsonObject) -> str:
    """The AWB number, empty until there is one."""
    return text(as_object(_shipment(detail).get("airwayBill") or {}, "airwayBill"), "number").strip()


def courier(detail: JsonObject) -> str:
    """The carrier as Blibli names it."""
    logistic = as_object(_shipment(detail).get("logistic") or {}, "logistic")
    return text(as_object(logistic.get("product") or {}, "product"), "name")


def _address(where: JsonObject) -> Address:
    """The recipient; Blibli serves Indonesia only and writes the country's name, not its code."""
    street = text(where, "streetAddress")
    return Address(
        name=text(where, "name"),
        phone=text(where, "phoneNumber"),
        lines=(street,) if street else (),
        district=text(where, "district") or text(where, "subDistrict"),
        city=text(where, "city"),
        province=text(where, "state"),
        postal_code=text(where, "zipCode"),
        country=COUNTRY,
    )


def combinable(document: JsonObject) -> set[str]:
    """The item numbers that may go in one package."""
    value = as_object(document.get("value") or {}, "value")
    return {text(row, "orderItemNo") for row in as_objects(value.get("combineShipping"), "combineShipping")}


def made_package(document: JsonObject) -> str:
    """The number of a package that was just made."""
    return needed_text(as_object(document.get("value"), "value"), "packageId")


def label_file(document: JsonObject) -> bytes:
    """The label's bytes out of their base64; none while Blibli answers well and has nothing yet."""
    try:
        return base64.b64decode(text(content(document), "document"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ContractBroken("bad_file", "the label is not base64", field="document") from error


def cancellation(item: Item, reason: str) -> dict[str, object]:
    """The body that cancels one item whole."""
    if reason in LISTED_REASONS:
        return {"reason": LISTED_REASONS[reason]}
    return {"reason": OTHER_REASONS[reason], "cancellationQuantity": item.quantity}


def product_codes(document: JsonObject) -> list[str]:
    """The products of a page of the product list."""
    return [needed_text(row, "productSku") for row in as_objects(document.get("content"), "content")]


def variants(product: str, document: JsonObject, pickup_point: str) -> list[StoreListing]:
    """A product's variants: each once, its stock over the pickup points added, or of the chosen one alone."""
    found: dict[str, StoreListing] = {}
    for row in as_objects(document.get("content"), "content"):
        code = needed_text(row, "blibliSku")
        here = not pickup_point or text(row, "pickupPointCode") == pickup_point
        stock = whole(row, "availableStock") if here else 0
        before = found[code].stock or 0 if code in found else 0
        found[code] = StoreListing(product, code, text(row, "sellerSku"), text(row, "itemName"), stock=before + stock)
    return list(found.values())
