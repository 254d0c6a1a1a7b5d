"""Inbound lists as the API shows them. Money is text with its decimals, times RFC 3339 in UTC, quantities pieces."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Field, Schema

from salur.inbound import models
from salur.inbound.models import ReceiptKind
from salur.inbound.queries import InboundRow, InboundStory
from salur.inbound.states import (
    InboundCancellationState,
    InboundFlag,
    InboundPushState,
    InboundSource,
    InboundTaskState,
)

from .amounts import money
from .paging import Page
from .presenting import warehouse_ref
from .shown import WarehouseRef


class Inbound(Schema):
    """An inbound list: goods announced to one warehouse. Pieces add up over its lines."""

    id: int
    reference: str
    warehouse: WarehouseRef
    source: InboundSource
    push: InboundPushState
    push_error: str
    partner_number: str
    task: InboundTaskState
    task_raw: str = Field(description="The partner's own status.")
    task_reason: str
    cancellation: InboundCancellationState
    flags: list[InboundFlag] = Field(description="What is odd about the warehouse's reports.")
    warning: str
    quantity: int
    arrived: int = Field(description="Good pieces that the warehouse has reported so far.")
    received: int = Field(
        description="Those of them that are stock already; at many partners none until the list is completed there."
    )
    damaged: int
    expected_on: date | None
    carrier: str
    tracking: str
    currency: str
    note: str
    created_at: datetime
    submitted_at: datetime | None
    pushed_at: datetime | None
    completed_at: datetime | None


class InboundPage(Page[Inbound]):
    """Inbound lists."""


class Line(Schema):
    """What was announced of a product, and what has come of it.

    `arrived` are good pieces that the warehouse reports, `received` those that are in stock, `damaged` the others.
    """

    id: int
    msku: str
    name: str
    quantity: int
    unit_cost: str | None
    batch: str
    expires_on: date | None
    arrived: int
    received: int
    damaged: int


class Receipt(Schema):
    """One arrival. `line_id` is null for a SKU that is not on the list."""

    id: int
    line_id: int | None
    kind: ReceiptKind
    sku: str
    pieces: int
    damaged: int
    batch: str
    expires_on: date | None
    at: datetime
    actor: str


class InboundDetail(Inbound):
    """An inbound list in full."""

    lines: list[Line]
    receipts: list[Receipt]


class Deleted(Schema):
    """A draft that is gone."""

    id: int
    reference: str


PLAIN = (
    "reference", "source", "push", "partner_number", "task", "task_raw", "task_reason", "cancellation", "flags",
    "warning", "expected_on", "carrier", "tracking", "currency", "note", "created_at", "submitted_at", "pushed_at",
    "completed_at",
)  # fmt: skip


def _fields(row: models.InboundList, pieces: tuple[int, int, int, int]) -> dict[str, object]:
    return {
        **{name: getattr(row, name) for name in PLAIN},
        "id": row.pk,
        "warehouse": warehouse_ref(row.warehouse),
        "push_error": row.push_error_message or row.push_error_code,
        **dict(zip(("quantity", "arrived", "received", "damaged"), pieces, strict=True)),
    }


def summary(row: InboundRow) -> Inbound:
    """A list with its sums."""
    return Inbound.model_validate(_fields(row.inbound, (row.quantity, row.arrived, row.received, row.damaged)))


def detail(story: InboundStory) -> InboundDetail:
    """A list with its lines and receipts."""
    damaged = sum(line.damaged for line in story.lines)
    return InboundDetail.model_validate(
        {
            **_fields(story.inbound, (story.quantity, story.arrived, story.received, damaged)),
            "lines": [_line(line) for line in story.lines],
            "receipts": [_receipt(receipt) for receipt in story.receipts],
        }
    )


def _line(line: models.InboundLine) -> Line:
    return Line(
        id=line.pk,
        msku=line.product.msku,
        name=line.product.name,
        quantity=line.quantity,
        unit_cost=None if line.unit_cost is None else money(line.unit_cost),
        batch=line.batch,
        expires_on=line.expires_on,
        arrived=max(line.arrived, line.received),
        received=line.received,
        damaged=line.damaged,
    )


def _receipt(row: models.InboundReceipt) -> Receipt:
    return Receipt(
        id=row.pk,
        line_id=row.line_id,
        kind=ReceiptKind(row.kind),
        sku=row.sku,
        pieces=row.pieces,
        damaged=row.damaged,
        batch=row.batch,
        expires_on=row.expires_on,
        at=row.at,
        actor=row.actor,
    )
