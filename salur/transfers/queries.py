"""What pages and the API read of transfers. Every function takes a constant number of statements."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F, Q, Sum
from django.db.models.functions import Greatest

from salur.foundation.paging import Keyset, keyset_page
from salur.tenancy.models import Transition
from salur.tenancy.queries import moves_of

from .models import Transfer, TransferLine, TransferMove
from .states import TRANSFER, TransferState


def transfer_page(
    warehouse_id: int | None, state: str, search: str, cursor: str | None, size: int = 50
) -> Keyset[Transfer]:
    """Transfers, the latest first; ``warehouse_id``: from or to it; ``search``: reference, tracking number or MSKU."""
    rows = Transfer.objects.select_related("source", "target")
    if warehouse_id:
        rows = rows.filter(Q(source_id=warehouse_id) | Q(target_id=warehouse_id))
    if state in TransferState.values:
        rows = rows.filter(state=state)
    if search:
        named = TransferLine.objects.filter(product__msku=search).values("transfer_id")
        rows = rows.filter(Q(reference__startswith=search.upper()) | Q(tracking=search) | Q(pk__in=named))
    return keyset_page(rows, order=["-id"], cursor=cursor, size=size)


def find_transfer(transfer_id: int) -> Transfer | None:
    """One transfer with its warehouses and its inbound list."""
    return Transfer.objects.select_related("source", "target", "inbound").filter(pk=transfer_id).first()


def lines_of(transfer: Transfer) -> list[TransferLine]:
    """Its lines by MSKU."""
    return list(TransferLine.objects.filter(transfer=transfer).select_related("product").order_by("product__msku"))


def sums_of(transfer_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """Pieces by transfer: quantity, received, damaged, back, lost, and under_way of those that have left."""
    names = ("quantity", "received", "damaged", "back", "lost", "under_way")
    lines = TransferLine.objects.filter(transfer_id__in=list(transfer_ids))
    open_pieces = Greatest(0, F("quantity") - F("received") - F("damaged") - F("back") - F("lost"))
    sums = {f"n_{name}": Sum(name) for name in names[:-1]} | {"n_under_way": Sum(open_pieces)}
    rows = lines.values("transfer_id").annotate(**sums).values_list("transfer_id", *sums)
    return {row[0]: dict(zip(names, (int(n or 0) for n in row[1:]), strict=True)) for row in rows}


def moves(transfer: Transfer) -> list[Transition]:
    """What became of it, oldest first."""
    return moves_of([(TRANSFER.name, [transfer.pk])])


def links_of_moves(move_ids: Iterable[int]) -> dict[int, tuple[int, str]]:
    """(id, reference) of the transfer that each move at the source belongs to, for the ledger's pages."""
    rows = TransferMove.objects.filter(pk__in=list(move_ids))
    found = rows.values_list("pk", "line__transfer_id", "line__transfer__reference")
    return {pk: (transfer, reference) for pk, transfer, reference in found}


def transfer_of_list(list_id: int) -> Transfer | None:
    """The transfer that an inbound list announces."""
    return Transfer.objects.filter(inbound_id=list_id).first()
