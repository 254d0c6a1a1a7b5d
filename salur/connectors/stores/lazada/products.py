"""Products and their stock (contract sheet, "products", "stock")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypedDict
from xml.sax.saxutils import escape

from salur.connectors.base.errors import ContractBroken, Rejected, TooLate
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.reading import JsonObject, as_object, as_objects, needed_text, text, whole
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import ItemResult, Page

from .orders import stamp
from .wire import Wire

PAGE = 50
FURTHEST = 10_000  # offset
FIRST = int(datetime(2010, 1, 1, tzinfo=UTC).timestamp())
GONE = frozenset({"deleted"})
TARGETS = 20  # as Lazada advises; it takes 50
LARGEST_FIGURE = 10_000_000


@dataclass(frozen=True, slots=True)
class Slice:
    """Products created from ``since`` to ``until`` (Unix seconds, both included), out of those up to ``end``.

    Lazada neither sorts the list nor lets its offset pass 10,000: a slice with more is halved, and the next begins
    where it ended. Products that are made meanwhile lie behind ``end`` and wait for the next pull.
    """

    since: int
    until: int
    end: int
    offset: int = 0

    def written(self) -> str:
        """As cursor."""
        return "|".join(str(part) for part in (self.since, self.until, self.end, self.offset))

    @classmethod
    def of(cls, cursor: str) -> Slice:
        """Back from :meth:`written`; ContractBroken for anything else."""
        try:
            since, until, end, offset = (int(part) for part in cursor.split("|"))
            return cls(since, until, end, offset)
        except ValueError as error:
            raise ContractBroken("bad_cursor", cursor[:60], field="cursor") from error


def page(wire: Wire, cursor: str | None) -> Page[StoreListing]:
    """Products that are not deleted, one entry per SKU."""
    now = int(wire.clock())
    part = Slice.of(cursor) if cursor else Slice(FIRST, now, now)
    data = _ask(wire, part)
    while whole(data, "total_products") > FURTHEST and part.until > part.since and part.offset == 0:
        part = Slice(part.since, part.since + (part.until - part.since) // 2, part.end)
        data = _ask(wire, part)
    rows = as_objects(data.get("products"), "products")
    living = [row for row in rows if text(row, "status").lower() not in GONE]
    return Page([entry for row in living for entry in entries(row)], _following(part, len(rows)))


def _ask(wire: Wire, part: Slice) -> JsonObject:
    asked = {
        "filter": "all",
        "create_after": _written(part.since),
        "create_before": _written(part.until),
        "offset": str(part.offset),
        "limit": str(PAGE),
    }
    return as_object(wire.get("/products/get", asked).get("data") or {}, "data")


def _written(seconds: int) -> str:
    try:
        return stamp(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError) as error:
        raise ContractBroken("bad_cursor", str(seconds)[:30], field="cursor") from error


def _following(part: Slice, rows: int) -> str | None:
    if rows == PAGE and part.offset + PAGE <= FURTHEST:
        return Slice(part.since, part.until, part.end, part.offset + PAGE).written()
    if part.until >= part.end:
        return None
    return Slice(part.until + 1, part.end, part.end).written()


class Size(TypedDict):
    """Weight in grams, lengths in millimetres."""

    weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int


def entries(product: JsonObject) -> list[StoreListing]:
    """The SKUs of a product."""
    name = text(as_object(product.get("attributes") or {}, "attributes"), "name")
    return [
        StoreListing(
            item_id=needed_text(product, "item_id"),
            model_id=needed_text(sku, "SkuId"),
            sku=text(sku, "SellerSku").strip(),
            name=name,
            variation=_variation(sku),
            stock=_stock(sku),
            **_size(sku),
        )
        for sku in as_objects(product.get("skus"), "skus")
    ]


def _variation(sku: JsonObject) -> str:
    chosen = sku.get("saleProp")
    return ", ".join(str(value) for value in chosen.values()) if isinstance(chosen, dict) else ""


def _stock(sku: JsonObject) -> int | None:
    for key in ("Available", "quantity"):
        if sku.get(key) not in (None, ""):
            return whole(sku, key)
    return None


def _size(sku: JsonObject) -> Size:
    """Lazada writes kilograms and centimetres."""
    return {
        "weight_g": _scaled(sku.get("package_weight"), 1000),
        "length_mm": _scaled(sku.get("package_length"), 10),
        "width_mm": _scaled(sku.get("package_width"), 10),
        "height_mm": _scaled(sku.get("package_height"), 10),
    }


def _scaled(value: object, by: int) -> int:
    """A figure in our unit; what is no sensible figure counts as not said."""
    try:
        amount = Decimal(str(value)) * by
    except ArithmeticError:
        return 0
    return int(amount) if amount.is_finite() and 0 < amount < LARGEST_FIGURE else 0


def set_stock(wire: Wire, batch: Sequence[StockTarget]) -> list[ItemResult]:
    """Set what may be sold, of the dropshipping warehouse. One bad SKU fails its request, so then each goes alone."""
    try:
        _send(wire, batch)
        return [ItemResult(target.key) for target in batch]
    except (Rejected, TooLate) as refusal:
        if len(batch) == 1:
            return [ItemResult(batch[0].key, error=refusal)]
    return [outcome for target in batch for outcome in set_stock(wire, [target])]


def _send(wire: Wire, batch: Sequence[StockTarget]) -> None:
    skus = "".join(_sku(target) for target in batch)
    subject = batch[0].sku if len(batch) == 1 else ""
    form = {"payload": f"<Request><Product><Skus>{skus}</Skus></Product></Request>"}
    wire.post("/product/stock/sellable/update", form, Effect.REPEATABLE, subject)


def _sku(target: StockTarget) -> str:
    parts = {"ItemId": target.item_id, "SkuId": target.model_id, "SellableQuantity": str(target.quantity)}
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in parts.items() if value)
    return f"<Sku>{inner}</Sku>"
