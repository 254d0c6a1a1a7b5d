"""Schemas of stock syncs and product pushes, and how rows become them (R48, R132)."""

from __future__ import annotations

from datetime import datetime

from ninja import Field, Schema

from salur.catalog.messages import push_reason
from salur.catalog.models import ProductPushState, WarehouseProduct
from salur.foundation.problems import PROBLEMS, describe
from salur.stock.messages import explain, reason_words, unexplained
from salur.stock.models import StockSyncLine, StockSyncRun

from .paging import Page
from .presenting import warehouse_ref
from .shown import WarehouseRef


class StockSync(Schema):
    """One stock sync of a warehouse. It is under way until `finished_at` is set; `error` tells why it failed."""

    id: int
    warehouse: WarehouseRef
    trigger: str
    skus: int = Field(description="SKUs found so far.")
    whole: bool = Field(description="Of the whole warehouse; false: of chosen SKUs.")
    pages: int = Field(description="Pages read at the warehouse so far.")
    done: int = Field(description="SKUs written so far.")
    changed: int = Field(description="SKUs whose figure was changed.")
    started_at: datetime
    read_at: datetime | None = Field(description="When all pages were read.")
    finished_at: datetime | None
    error: str
    error_title: str


class StockSyncPage(Page[StockSync]):
    """One page of stock syncs."""


class StockSyncLineShown(Schema):
    """One SKU of a stock sync, in pieces. A SKU that is no master product here has no `before` and `after`."""

    sku: str
    before: int | None
    partner_sellable: int
    partner_allocated: int
    after: int | None
    difference: int | None
    unexplained: int | None = Field(description="What neither pending lists nor receipts account for.")
    reason_code: str
    reason: str
    explanation: list[str]
    evidence: dict[str, int]


class StockSyncLinePage(Page[StockSyncLineShown]):
    """One page of a stock sync's SKUs."""


class ProductPush(Schema):
    """A product that was added to a warehouse, and whether the warehouse knows it."""

    id: int
    warehouse: WarehouseRef
    msku: str
    push: ProductPushState
    partner_number: str
    reason: str = Field(description="Why it is not there, in words; empty where nothing went wrong.")
    error_code: str
    error_message: str = Field(description="The warehouse's own words.")
    attempts: int
    next_at: datetime | None = Field(description="When it is tried again.")
    pushed_at: datetime | None


class ProductPushPage(Page[ProductPush]):
    """One page of product pushes."""


class PushedAgain(Schema):
    """What is being pushed once more."""

    count: int
    mskus: list[str] = Field(description="The first of them, 200 at most.")


def stock_sync(row: StockSyncRun) -> StockSync:
    """A stock sync."""
    known = row.error in PROBLEMS
    return StockSync(
        id=row.pk,
        warehouse=warehouse_ref(row.warehouse),
        trigger=row.trigger,
        skus=row.skus,
        whole=row.wanted is None,
        pages=row.pages,
        done=row.done,
        changed=row.changed,
        started_at=row.started_at,
        read_at=row.read_at,
        finished_at=row.finished_at,
        error=row.error,
        error_title=describe(row.error, {}).title if known else "",
    )


def stock_sync_line(row: StockSyncLine) -> StockSyncLineShown:
    """A SKU of a stock sync."""
    return StockSyncLineShown(
        sku=row.sku,
        before=row.before,
        partner_sellable=row.partner_sellable,
        partner_allocated=row.partner_allocated,
        after=row.after,
        difference=row.difference,
        unexplained=unexplained(row),
        reason_code=row.reason,
        reason=reason_words(row.reason),
        explanation=explain(row),
        evidence=dict(row.evidence),
    )


def product_push(row: WarehouseProduct) -> ProductPush:
    """A product at a warehouse."""
    return ProductPush(
        id=row.pk,
        warehouse=warehouse_ref(row.warehouse),
        msku=row.product.msku,
        push=ProductPushState(row.push),
        partner_number=row.partner_number,
        reason=push_reason(row),
        error_code=row.error_code,
        error_message=row.error_message,
        attempts=row.attempts,
        next_at=row.next_at,
        pushed_at=row.pushed_at,
    )
