"""Sending, calling off and settling transfers between warehouses (inside a scope).

The source is lowered once, when the goods leave; the target rises only by its inbound list, as for all goods (R61).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext

from salur.foundation.clock import now
from salur.foundation.locks import lock_ids
from salur.inbound.editing import Head, create_inbound_list
from salur.inbound.models import InboundList
from salur.inbound.states import InboundPushState, InboundSource
from salur.stock.ledger import Entry, balance_ids, post
from salur.stock.models import Balance, MovementCause
from salur.tenancy import audit
from salur.tenancy.scope import current_scope
from salur.transfers.editing import locked_draft, locked_transfer, wanted_lines
from salur.transfers.models import Transfer, TransferLine, TransferMove, TransferMoveKind
from salur.transfers.problems import TransferRefused
from salur.transfers.queries import lines_of
from salur.transfers.states import TransferState

from .inbound_cancel import cancel_inbound
from .inbound_push import submit_inbound
from .transfer_follow import FOLLOWED, follow_transfers, has_ended
from .wakeups import wake

NAMED = 5  # products that a refusal names
LONGEST_REASON = 500


def send_transfer(transfer_id: int) -> Transfer:
    """The goods leave the source: its stock falls, and the target is told by an inbound list.

    Only free pieces go. Raises :class:`TransferRefused`, and what making an inbound list raises; nothing is sent then.
    """
    row = locked_draft(transfer_id)
    head = Head(note=row.note or row.reference, carrier=row.carrier, tracking=row.tracking)
    inbound = create_inbound_list(row.target_id, wanted_lines(row), head, source=InboundSource.TRANSFER)
    lines = lines_of(row)
    ids = _hold_balances(row, lines)
    _refuse_short(row, lines, ids)
    _post(row, {line: line.quantity for line in lines}, TransferMoveKind.SENT, ids)
    row.state, row.sent_at, row.inbound = TransferState.SENT, now(), inbound
    row.save()
    submit_inbound(inbound.pk)
    pieces = sum(line.quantity for line in lines)
    audit.record("transfer.sent", f"transfer:{row.pk}", reference=row.reference, pieces=pieces)
    return row


def call_off(transfer_id: int, reason: str = "") -> Transfer:
    """A transfer under way is called off: the target expects it no more; what is missing is settled afterwards.

    A partner is asked and decides; an own warehouse expects nothing more at once. Raises :class:`TransferRefused` and
    what cancelling an inbound list raises.
    """
    row = _with_list(transfer_id)
    if row.state not in FOLLOWED or row.inbound_id is None:
        raise TransferRefused(reference=row.reference)
    cancel_inbound(row.inbound_id, reason)
    follow_transfers([row.inbound_id])
    audit.record("transfer.called_off", f"transfer:{row.pk}", reference=row.reference)
    return Transfer.objects.get(pk=row.pk)


def settle_transfer(
    transfer_id: int, back: Mapping[int, int], lost: Mapping[int, int] | None = None, reason: str = ""
) -> Transfer:
    """Say of every missing piece, by line id, whether it is back at the source or lost. Once only.

    Raises :class:`TransferRefused`: the target still expects goods, the pieces do not add up, no reason for a loss.
    """
    row = _with_list(transfer_id)
    if row.state in FOLLOWED:
        _refuse_awaited(row)
        row.state = TransferState.SHORT
        row.save(update_fields=["state"])
    elif row.state != TransferState.SHORT:
        raise TransferRefused(reference=row.reference)
    lines = lines_of(row)
    gone = lost or {}
    for line in lines:
        given = back.get(line.pk, 0), gone.get(line.pk, 0)
        if min(given) < 0 or sum(given) != line.under_way:
            evidence = {"msku": line.product.msku, "open": line.under_way, "given": sum(given)}
            raise TransferRefused("transfer_unsettled", **evidence)
    if any(gone.values()) and not reason.strip():
        raise TransferRefused("transfer_reason", lost=sum(gone.values()))
    _settle(row, lines, back, gone)
    whole = all(line.back == line.quantity for line in lines)
    row.state = TransferState.CANCELLED if whole else TransferState.COMPLETED
    row.reason, row.ended_at = reason.strip()[:LONGEST_REASON], now()
    row.save()
    told = {"back": sum(back.values()), "lost": sum(gone.values())}
    audit.record("transfer.settled", f"transfer:{row.pk}", reference=row.reference, **told)
    return row


def _settle(row: Transfer, lines: Sequence[TransferLine], back: Mapping[int, int], lost: Mapping[int, int]) -> None:
    for line in lines:
        line.back, line.lost = back.get(line.pk, 0), lost.get(line.pk, 0)
    TransferLine.objects.bulk_update(lines, ["back", "lost"], batch_size=500)
    returned = {line: line.back for line in lines if line.back}
    if returned:
        _post(row, returned, TransferMoveKind.BACK, _hold_balances(row, lines))
        wake("restock", row.source_id)


# -- parts ----------------------------------------------------------------------------------------------------------


def _with_list(transfer_id: int) -> Transfer:
    """The transfer, locked after its inbound list, as receiving locks them."""
    known = Transfer.objects.values_list("inbound_id", flat=True).get(pk=transfer_id)
    if known is not None:
        lock_ids("inbound_inboundlist", current_scope().merchant_id, [known])
    return locked_transfer(transfer_id)


def _refuse_awaited(row: Transfer) -> None:
    inbound = InboundList.objects.filter(pk=row.inbound_id).first() if row.inbound_id else None
    draft = inbound is not None and inbound.push == InboundPushState.DRAFT
    if inbound is not None and (draft or not has_ended(inbound)):
        raise TransferRefused("transfer_awaited", warehouse=row.target.name, inbound=inbound.reference)


def _hold_balances(row: Transfer, lines: Sequence[TransferLine]) -> dict[tuple[int, int], int]:
    """The balances at both ends, made where missing, and all locked at once in their order."""
    ids = balance_ids([(place, line.product_id) for line in lines for place in (row.source_id, row.target_id)])
    lock_ids("stock_balance", current_scope().merchant_id, ids.values())
    return ids


def _refuse_short(row: Transfer, lines: Sequence[TransferLine], ids: Mapping[tuple[int, int], int]) -> None:
    held = Balance.objects.filter(pk__in=[ids[row.source_id, line.product_id] for line in lines])
    free = {b.product_id: b.on_hand - b.reserved for b in held}
    short = [line for line in lines if free[line.product_id] < line.quantity]
    if short:
        told = [
            gettext("%(msku)s: %(free)s free, %(wanted)s to be sent.")
            % {"msku": line.product.msku, "free": free[line.product_id], "wanted": line.quantity}
            for line in short[:NAMED]
        ]
        raise TransferRefused("transfer_short", detail=" ".join(told) + (" …" if len(short) > NAMED else ""))


def _post(
    row: Transfer, pieces: Mapping[TransferLine, int], kind: TransferMoveKind, ids: Mapping[tuple[int, int], int]
) -> None:
    """Write the moves at the source, and the ledger with them as its causes (balances locked)."""
    at, scope = now(), current_scope()
    sign = -1 if kind == TransferMoveKind.SENT else 1
    rows = TransferMove.objects.bulk_create(
        TransferMove(merchant_id=scope.merchant_id, line=line, kind=kind, pieces=many, actor=scope.actor, at=at)
        for line, many in pieces.items()
    )
    post(
        [
            Entry(
                ids[row.source_id, move.line.product_id],
                MovementCause.TRANSFER,
                move.pk,
                d_on_hand=sign * move.pieces,
                note=row.reference,
            )
            for move in rows
        ],
        locked=True,
    )
