"""Making and changing drafts of transfers (inside a scope); the target's rules for goods hold from the beginning."""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from dataclasses import dataclass

from salur.foundation.clock import now
from salur.foundation.locks import lock_rows
from salur.inbound.checking import LineProblem, LineResult, WantedLine
from salur.inbound.editing import MOST_LINES, LinesRefused, ListRefused, check_list
from salur.stock.models import Warehouse
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .models import Transfer, TransferLine
from .problems import TransferRefused
from .states import TransferState

LIMITS = {"note": 500, "carrier": 100, "tracking": 100}


@dataclass(frozen=True, slots=True)
class TransferHead:
    """What a transfer says besides its lines."""

    note: str = ""
    carrier: str = ""
    tracking: str = ""


def create_transfer(
    source_id: int, target_id: int, lines: Sequence[WantedLine], head: TransferHead | None = None
) -> Transfer:
    """Make a draft. Raises :class:`TransferRefused`, ListRefused, LinesRefused and ``Warehouse.DoesNotExist``."""
    source, target = Warehouse.objects.get(pk=source_id), Warehouse.objects.get(pk=target_id)
    if source.pk == target.pk:
        raise TransferRefused("transfer_same")
    good = _checked(target.pk, lines)
    made = Transfer(
        reference="ST" + base64.b32encode(os.urandom(7)).decode()[:10],
        source=source,
        target=target,
        created_by=current_scope().actor,
        created_at=now(),
    )
    _put_head(made, head or TransferHead())
    made.save()
    _put_lines(made, good)
    audit.record("transfer.created", f"transfer:{made.pk}", reference=made.reference, lines=len(good))
    return made


def change_draft(transfer_id: int, lines: Sequence[WantedLine], head: TransferHead | None = None) -> Transfer:
    """Replace lines and head of a draft. Raises what :func:`create_transfer` does."""
    row = locked_draft(transfer_id)
    good = _checked(row.target_id, lines)
    _put_head(row, head or TransferHead())
    row.save()
    TransferLine.objects.filter(transfer=row).delete()
    _put_lines(row, good)
    audit.record("transfer.changed", f"transfer:{row.pk}", reference=row.reference, lines=len(good))
    return row


def cancel_draft(transfer_id: int) -> Transfer:
    """A draft is not wanted any more. Raises :class:`TransferRefused`."""
    row = locked_draft(transfer_id)
    row.state, row.ended_at = TransferState.CANCELLED, now()
    row.save()
    audit.record("transfer.cancelled", f"transfer:{row.pk}", reference=row.reference)
    return row


def locked_transfer(transfer_id: int) -> Transfer:
    """The transfer, held until the transaction ends; raises ``Transfer.DoesNotExist``."""
    rows = lock_rows(Transfer.objects.select_related("source", "target"), [transfer_id])
    if not rows:
        raise Transfer.DoesNotExist(transfer_id)
    return rows[0]


def locked_draft(transfer_id: int) -> Transfer:
    """The same for a draft; raises :class:`TransferRefused` for any other."""
    row = locked_transfer(transfer_id)
    if row.state != TransferState.DRAFT:
        raise TransferRefused("transfer_not_draft", reference=row.reference)
    return row


def wanted_lines(transfer: Transfer) -> list[WantedLine]:
    """The stored lines as they would be given again."""
    rows = TransferLine.objects.filter(transfer=transfer).select_related("product").order_by("pk")
    return [WantedLine(r.product.msku, r.quantity, r.unit_cost, number=n) for n, r in enumerate(rows, start=1)]


def _checked(target_id: int, lines: Sequence[WantedLine]) -> list[LineResult]:
    if not lines:
        raise ListRefused("inbound_no_lines")
    if len(lines) > MOST_LINES:
        raise ListRefused("inbound_too_many_lines", limit=MOST_LINES, count=len(lines))
    results = check_list(target_id, lines)
    first: dict[int, int] = {}
    for result in results:
        if result.line is None or result.problems:
            continue
        line = first.setdefault(result.line.product_id, result.number)
        if line != result.number:  # other batches of a product are one line here: stock knows no batches
            result.problems.append(LineProblem("transfer_line_twice", "sku", {"sku": result.line.sku, "line": line}))
    if any(result.problems for result in results):
        raise LinesRefused(results)
    return results


def _put_head(row: Transfer, head: TransferHead) -> None:
    for name, limit in LIMITS.items():
        text = getattr(head, name).strip()
        if len(text) > limit:
            raise ListRefused("inbound_text_too_long", field=name, limit=limit, length=len(text))
        setattr(row, name, text)


def _put_lines(row: Transfer, results: Sequence[LineResult]) -> None:
    TransferLine.objects.bulk_create(
        TransferLine(
            merchant_id=row.merchant_id,
            transfer=row,
            product_id=one.line.product_id,
            quantity=one.line.quantity,
            unit_cost=one.line.unit_cost,
        )
        for one in results
        if one.line is not None
    )
