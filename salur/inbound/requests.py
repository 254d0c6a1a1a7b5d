"""An inbound list as the warehouse needs it, read for a whole claim at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from salur.catalog.models import WarehouseProduct
from salur.connectors.base.inbound import InboundLine as LineRequest
from salur.connectors.base.inbound import InboundRequest

from .models import InboundLine, InboundList


@dataclass(frozen=True, slots=True)
class InboundContent:
    """What one push sends, with the digest that later proves whether a re-push sends the same."""

    request: InboundRequest
    digest: str


def inbound_contents(list_ids: Iterable[int]) -> dict[int, InboundContent]:
    """Requests of these lists by id (inside a scope)."""
    lists = list(InboundList.objects.filter(pk__in=list(list_ids)).select_related("warehouse"))
    lines: dict[int, list[InboundLine]] = {row.pk: [] for row in lists}
    for line in InboundLine.objects.filter(inbound__in=lists).select_related("product").order_by("pk"):
        lines[line.inbound_id].append(line)
    wanted = {line.product_id for some in lines.values() for line in some}
    known = {
        (row.warehouse_id, row.product_id): row
        for row in WarehouseProduct.objects.filter(
            warehouse_id__in={row.warehouse_id for row in lists}, product_id__in=wanted
        )
    }
    return {row.pk: _content(row, lines[row.pk], known) for row in lists}


def _content(
    row: InboundList, lines: Iterable[InboundLine], known: dict[tuple[int, int], WarehouseProduct]
) -> InboundContent:
    request = InboundRequest(
        reference=row.reference,
        warehouse_code=row.warehouse.code,
        lines=tuple(_line(line, known.get((row.warehouse_id, line.product_id))) for line in lines),
        currency=row.currency,
        expected_on=row.expected_on,
        carrier=row.carrier,
        tracking=row.tracking,
        note=row.note,
    )
    canonical = json.dumps(asdict(request), default=str, sort_keys=True, ensure_ascii=False)
    return InboundContent(request, hashlib.sha256(canonical.encode()).hexdigest())


def _line(line: InboundLine, known: WarehouseProduct | None) -> LineRequest:
    return LineRequest(
        sku=line.product.msku,
        quantity=line.quantity,
        name=line.product.name,
        unit_cost=line.unit_cost,
        partner_number=known.partner_number if known else "",
        batch=line.batch,
        expires_on=line.expires_on,
        details={str(k): str(v) for k, v in (known.details if known else {}).items()},
    )
