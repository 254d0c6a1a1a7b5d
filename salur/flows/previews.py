"""What an uploaded file would become, worked out in the background: its first orders, its counts, all its problems."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, BinaryIO

from django.db import connection

from salur.connectors.base.types import StoreOrder
from salur.foundation.clock import now
from salur.orders.formats import FileRefused, ParsedOrder, RowProblem, read_orders
from salur.orders.formats.template import NO_TIME
from salur.orders.formats.workbook import SIGNATURE
from salur.orders.models import Order, OrderUpload, UploadProblem
from salur.orders.states import UploadState
from salur.tenancy.models import Merchant
from salur.tenancy.scope import current_scope, merchant_scope

from .filed import Reading, as_file, restored_reading
from .runs import ACTOR
from .uploads import pieces_of

LEASE = timedelta(seconds=120)
BATCH = 2000
SHOWN_ORDERS = 10
SHOWN_LINES = 5
MOST_WORDS = 30  # words of a status column that a person is asked about
# Files up to these sizes are looked over at once, while the person waits for the page; of a workbook what it unpacks to
# counts, because a small one may be a very long table.
AT_ONCE = 512 << 10
WORKBOOK_AT_ONCE = 2 << 20

CLAIM = """
UPDATE orders_orderupload SET state = 'running', epoch = epoch + 1, lease_until = %(lease)s
WHERE merchant_id = %(merchant)s AND id = %(id)s
  AND (state = 'queued' OR (state = 'running' AND lease_until < %(now)s))
RETURNING epoch
"""


class PreviewLost(Exception):
    """Somebody has dropped the file, or asked for another reading of it."""


@dataclass(slots=True)
class Found:
    """What a preview counts and keeps."""

    orders: int = 0
    lines: int = 0
    known: int = 0
    problems: int = 0
    first: list[dict[str, Any]] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    def add(self, item: ParsedOrder | RowProblem) -> None:
        """Count an order or a problem."""
        if isinstance(item, RowProblem):
            self.problems += 1
            word = item.detail.get("value", "")
            if item.code == "unknown_status" and word not in self.words and len(self.words) < MOST_WORDS:
                self.words.append(word)
            return
        self.orders += 1
        self.lines += len(item.order.lines)
        self.statuses[item.order.status] = self.statuses.get(item.order.status, 0) + 1
        if len(self.first) < SHOWN_ORDERS:
            self.first.append(_shown(item.order, item.line))

    def stored(self) -> dict[str, Any]:
        """As the upload keeps it."""
        counts = {"orders": self.orders, "lines": self.lines, "known": self.known, "problems": self.problems}
        return {**counts, "sample": {"orders": self.first, "statuses": self.statuses, "words": self.words}}


def carry_on_preview(merchant_id: int, upload_id: int) -> int:
    """Look the file over if nobody is at it (no scope open); answers 1 if it was taken."""
    cause = f"upload:{upload_id}"
    with merchant_scope(merchant_id, actor=ACTOR, cause=cause):
        epoch = _claim(merchant_id, upload_id)
        if epoch is None:
            return 0
        UploadProblem.objects.filter(upload_id=upload_id).delete()  # of a worker that was lost, or another reading
        upload = OrderUpload.objects.get(pk=upload_id)
        zone = Merchant.objects.get(pk=merchant_id).time_zone
    with as_file(_pieces(upload)) as (copy, _), suppress(PreviewLost):
        _look_over(upload, epoch, copy, zone, restored_reading(upload.reading))
    return 1


def _pieces(upload: OrderUpload) -> Iterator[bytes]:
    with merchant_scope(upload.merchant_id, actor=ACTOR, cause=f"upload:{upload.pk}"):
        yield from pieces_of(upload.pk)


def is_small(upload: OrderUpload) -> bool:
    """Whether the file can be looked over while a person waits (inside a scope)."""
    if upload.size > AT_ONCE:
        return False
    content = b"".join(pieces_of(upload.pk))
    if not content.startswith(SIGNATURE):
        return True
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return sum(part.file_size for part in archive.infolist()) <= WORKBOOK_AT_ONCE
    except zipfile.BadZipFile:
        return True  # its preview says so at once


def _claim(merchant_id: int, upload_id: int) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"merchant": merchant_id, "id": upload_id, "now": now(), "lease": now() + LEASE})
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def _look_over(upload: OrderUpload, epoch: int, copy: BinaryIO, zone: str, reading: Reading) -> None:
    found = Found()
    cause = f"upload:{upload.pk}"
    try:
        items = read_orders(copy, zone=zone, now=now(), options=reading.options, mapping=reading.mapping)
        for batch in _batches(items):
            for item in batch:
                found.add(item)
            with merchant_scope(upload.merchant_id, actor=ACTOR, cause=cause):
                found.known += _known(upload.store_id, batch)
                _note(upload.pk, epoch, read=copy.tell(), lease_until=now() + LEASE, **found.stored())
                _keep_problems(upload.pk, batch)
    except FileRefused as refused:
        with merchant_scope(upload.merchant_id, actor=ACTOR, cause=cause):
            _note(upload.pk, epoch, state=UploadState.REFUSED, code=refused.code, detail=dict(refused.detail))
        return
    with merchant_scope(upload.merchant_id, actor=ACTOR, cause=cause):
        _note(upload.pk, epoch, state=UploadState.READY, lease_until=None, read=upload.size, **found.stored())


def _batches(items: Iterator[ParsedOrder | RowProblem]) -> Iterator[list[ParsedOrder | RowProblem]]:
    batch: list[ParsedOrder | RowProblem] = []
    for item in items:
        batch.append(item)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _known(store_id: int, batch: list[ParsedOrder | RowProblem]) -> int:
    """How many of these orders the store has already."""
    numbers = [item.order.external_id for item in batch if isinstance(item, ParsedOrder)]
    return Order.objects.filter(store_id=store_id, external_id__in=numbers).count()


def _keep_problems(upload_id: int, batch: list[ParsedOrder | RowProblem]) -> None:
    rows = [item for item in batch if isinstance(item, RowProblem)]
    if not rows:
        return
    UploadProblem.objects.bulk_create(
        UploadProblem(
            merchant_id=current_scope().merchant_id,
            upload_id=upload_id,
            external_id=row.external_id,
            line=row.line,
            column=row.column,
            code=row.code,
            detail=dict(row.detail),
        )
        for row in rows
    )


def _note(upload_id: int, epoch: int, **changes: Any) -> None:
    """Write only while this preview is the one that is wanted; else what was kept with it is rolled back."""
    if not OrderUpload.objects.filter(pk=upload_id, epoch=epoch, state=UploadState.RUNNING).update(**changes):
        raise PreviewLost


def _shown(order: StoreOrder, line: int) -> dict[str, Any]:
    """An order as the page shows it."""
    return {
        "line": line,
        "number": order.number or order.external_id,
        "status": str(order.status),
        "raw_status": order.raw_status,
        "ordered_at": None if order.version == NO_TIME else order.ordered_at.isoformat(),
        "recipient": order.address.name,
        "address": ", ".join(filter(None, (*order.address.lines, order.address.city, order.address.province))),
        "country": order.address.country,
        "currency": order.currency,
        "total": str(order.total),
        "lines": [{"sku": one.sku, "name": one.name, "quantity": one.quantity} for one in order.lines[:SHOWN_LINES]],
        "more": max(0, len(order.lines) - SHOWN_LINES),
    }
