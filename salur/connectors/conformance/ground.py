"""Ground for a warehouse's checks: a warehouse, products in it, and lists to push."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from salur.connectors.base.errors import PartnerError
from salur.connectors.base.inbound import InboundLine, InboundRequest
from salur.connectors.base.types import (
    Document,
    OutboundLine,
    OutboundRequest,
    PartnerRef,
    PartnerWarehouse,
    ProductRequest,
)

from . import samples
from .bench import Bench
from .checks import Bypass, Fails, Power

SKUS = ("KIT-A", "KIT-B")
PLENTY = 1000
MOST_PAGES = 400
CHANNELS = ("shopee", "lazada", "tiktok", "tokopedia", "shopify", "manual")


@dataclass
class Ground:
    """A warehouse with two products in it. ``numbers`` are the partner's own numbers of the products."""

    bench: Bench
    connector: Any
    place: PartnerWarehouse
    skus: tuple[str, ...]
    numbers: Mapping[str, str] = field(default_factory=dict)

    @property
    def country(self) -> str:
        """Where the buyers are."""
        can = self.bench.can
        return self.place.country or (can.countries[0] if can.countries else "US")

    def line(self, sku: str, quantity: int) -> OutboundLine:
        """One line of an outbound list."""
        return OutboundLine(
            sku,
            quantity,
            f"Article {sku}",
            Decimal("10.50"),
            self.numbers.get(sku, ""),
            samples.filled(self.bench.can.product_fields, sku),
        )

    def request(self, reference: str, **changes: Any) -> OutboundRequest:
        """An outbound list of both products."""
        can = self.bench.can
        channel = next((one for one in CHANNELS if one not in can.unsupported_channels), "shopee")
        values: dict[str, Any] = {
            "reference": reference,
            "warehouse_code": self.place.code,
            "order_number": f"N{reference[-12:]}",
            "channel": channel,
            "store_name": "Conformance store",
            "address": samples.address(self.country),
            "lines": tuple(self.line(sku, count) for count, sku in enumerate(self.skus, start=1)),
            "awb": f"AWB{reference[-12:]}".replace("-", "") if can.needs_awb else "",
            "courier": "J&T Express",
            "currency": "THB",
            "total": Decimal("31.50"),
            "label_url": "https://hub.example/label.pdf" if can.label_by_url and can.needs_label else "",
        }
        return OutboundRequest(**(values | changes))

    def label(self) -> Document | None:
        """The label, where one is handed over."""
        return samples.label() if self.bench.can.needs_label else None

    def push(self, reference: str, connector: Any = None, **changes: Any) -> PartnerRef:
        """Push an outbound list."""
        ref = (connector or self.connector).push_outbound(self.request(reference, **changes), self.label())
        if not isinstance(ref, PartnerRef) or not ref.number:
            raise Fails(f"push_outbound answered {ref!r}", "a PartnerRef with the partner's number")
        return ref

    def pushed(self, count: int = 1) -> list[PartnerRef]:
        """Some outbound lists at the partner, each with its reference in ``reference``."""
        references = [self.bench.reference() for _ in range(count)]
        return [PartnerRef(self.push(reference).number, reference) for reference in references]

    def inbound_request(self, reference: str, quantity: int = 10, **changes: Any) -> InboundRequest:
        """An inbound list of both products."""
        lines = tuple(
            InboundLine(
                sku,
                quantity,
                f"Article {sku}",
                Decimal("4.20"),
                self.numbers.get(sku, ""),
                details=samples.filled(self.bench.can.product_fields, sku),
            )
            for sku in self.skus
        )
        values: dict[str, Any] = {
            "reference": reference,
            "warehouse_code": self.place.code,
            "lines": lines,
            "currency": "THB",
            "carrier": "Own truck",
        }
        return InboundRequest(**(values | changes))

    def push_inbound(self, reference: str, **changes: Any) -> PartnerRef:
        """Announce an inbound list."""
        ref = self.connector.push_inbound(self.inbound_request(reference, **changes))
        if not isinstance(ref, PartnerRef) or not ref.number:
            raise Fails(f"push_inbound answered {ref!r}", "a PartnerRef with the partner's number")
        return PartnerRef(ref.number, reference)

    def read_stock(self, skus: list[str] | None) -> dict[str, int]:
        """Sellable pieces by SKU over all pages, added up as the hub does."""
        totals: dict[str, int] = {}
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = self.connector.stock(self.place.code, skus, cursor)
            for level in page.items:
                totals[level.sku] = totals.get(level.sku, 0) + level.sellable
            cursor = page.cursor
            if cursor is None:
                return totals
        raise Fails(f"{MOST_PAGES} pages and no end", "a last page, whose cursor is None")


def product(sku: str, warehouse_code: str, bench: Bench, **changes: Any) -> ProductRequest:
    """A master product as a warehouse registers it."""
    values: dict[str, Any] = {
        "sku": sku,
        "name": f"Article {sku}",
        "name_en": f"Article {sku}",
        "weight_g": 250,
        "length_mm": 300,
        "width_mm": 200,
        "height_mm": 20,
        "declared_value": Decimal("4.50"),
        "barcode": sku,
        "warehouse_code": warehouse_code,
        "details": samples.filled(bench.can.product_fields, sku),
    }
    return ProductRequest(**(values | changes))


def ground(bench: Bench, deadline: float | None = None) -> Ground:
    """A connector, a warehouse of the account, and products in stock there."""
    connector = bench.connector(deadline)
    places = [place for place in bench.connector().list_warehouses() if place.usable]
    if not places:
        raise Fails("list_warehouses names no usable warehouse", "at least one")
    place = places[0]
    if bench.rig.skus:
        return Ground(bench, connector, place, tuple(bench.rig.skus[:2]))
    if Power.STOCK not in bench.rig.powers:
        raise Bypass('the credentials file names no products in stock ("skus": [...])')
    numbers = register(bench, place, SKUS)
    bench.rig.set_stock(dict.fromkeys(SKUS, PLENTY), place.code)
    return Ground(bench, connector, place, SKUS, numbers)


def register(bench: Bench, place: PartnerWarehouse, skus: tuple[str, ...]) -> dict[str, str]:
    """Push products where the partner takes any; answers the partner's numbers of them."""
    if "products" not in bench.can.abilities:
        return {}
    offer(bench, place.code, skus)
    numbers: dict[str, str] = {}
    connector = bench.connector()
    size = max(1, bench.can.product_batch)
    for start in range(0, len(skus), size):
        batch = [product(sku, place.code, bench) for sku in skus[start : start + size]]
        for result in connector.push_products(batch):
            if isinstance(result.error, PartnerError):
                raise result.error
            numbers[result.key] = result.ref.number if result.ref else ""
    return numbers


def offer(bench: Bench, code: str, skus: Sequence[str]) -> None:
    """Where a product must be one of the partner's own catalogue, put these into it."""
    if bench.can.product_fields and Power.STOCK in bench.rig.powers:
        bench.rig.set_stock(dict.fromkeys(skus, 0), code)
