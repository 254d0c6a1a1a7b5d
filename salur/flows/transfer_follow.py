"""What the target says of a transfer's goods: its inbound list's figures, taken over as they are (inside a scope)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import Sum

from salur.foundation.clock import now
from salur.foundation.locks import lock_rows
from salur.inbound.models import InboundLine, InboundList
from salur.inbound.states import ENDED, InboundPushState
from salur.transfers.models import Transfer, TransferLine
from salur.transfers.states import TransferState

FOLLOWED = (TransferState.SENT, TransferState.RECEIVING)
Figures = Mapping[tuple[int, int], tuple[int, int]]


def follow_transfers(list_ids: Iterable[int]) -> int:
    """Take over what arrived of the transfers that these inbound lists announce; answers how many there are.

    Totals are taken, never added up, so repeating changes nothing. What arrives after a transfer has ended is on its
    lines as well, as too many; its state stays. To be called with the lists locked.
    """
    named = Transfer.objects.filter(inbound_id__in=list(list_ids))
    rows = lock_rows(Transfer.objects.select_related("inbound"), named.values_list("pk", flat=True))
    if not rows:
        return 0
    figures = _figures(rows)
    lines: dict[int, list[TransferLine]] = {}
    for line in TransferLine.objects.filter(transfer_id__in=[row.pk for row in rows]):
        lines.setdefault(line.transfer_id, []).append(line)
    for row in rows:
        _take(row, lines.get(row.pk, []), figures)
    return len(rows)


def _figures(rows: Iterable[Transfer]) -> Figures:
    sums = (
        InboundLine.objects.filter(inbound_id__in=[row.inbound_id for row in rows])
        .values("inbound_id", "product_id")
        .annotate(good=Sum("received"), bad=Sum("damaged"))
    )
    return {(one["inbound_id"], one["product_id"]): (one["good"], one["bad"]) for one in sums}


def _take(row: Transfer, lines: Iterable[TransferLine], figures: Figures) -> None:
    own = list(lines)
    for line in own:
        line.received, line.damaged = figures.get((row.inbound_id or 0, line.product_id), (0, 0))
    TransferLine.objects.bulk_update(own, ["received", "damaged"], batch_size=500)
    if row.state not in FOLLOWED:
        return
    missing = sum(line.under_way for line in own)
    state = row.state
    if not missing:
        state = TransferState.COMPLETED
    elif has_ended(row.inbound):
        state = TransferState.SHORT
    elif any(line.received or line.damaged for line in own):
        state = TransferState.RECEIVING
    if state != row.state:
        row.state = state
        row.ended_at = now() if state == TransferState.COMPLETED else None
        row.save(update_fields=["state", "ended_at"])


def has_ended(inbound: InboundList | None) -> bool:
    """Whether the target expects nothing more of the list."""
    return inbound is None or inbound.push == InboundPushState.VOID or inbound.task in ENDED
