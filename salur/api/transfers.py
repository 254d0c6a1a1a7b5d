"""Transfers of goods between warehouses: drafted, sent, called off, settled by other programs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.http import HttpResponse
from ninja import Body, Field, Query, Router, Schema
from pydantic import ConfigDict

from salur.flows.transfers import call_off, send_transfer, settle_transfer
from salur.inbound.checking import WantedLine
from salur.inbound.editing import MOST_LINES
from salur.stock.queries import find_warehouse
from salur.tenancy.models import Entitlement
from salur.transfers.editing import TransferHead, cancel_draft, create_transfer
from salur.transfers.models import Transfer
from salur.transfers.problems import TransferRefused
from salur.transfers.queries import find_transfer, lines_of, sums_of, transfer_page
from salur.transfers.states import TransferState

from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .inbound import Money, Pieces
from .paging import ListQuery, Page, fetch
from .parsing import Text
from .presenting import warehouse_ref
from .problems import NotFound
from .shown import WarehouseRef
from .writes import Answer, once

router = Router(tags=["transfers"])
NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
READ, WRITE = "stock:read", "stock:write"


class TransferShown(Schema):
    """A transfer; pieces over all lines."""

    id: int
    reference: str
    source: WarehouseRef
    target: WarehouseRef
    state: TransferState
    inbound_id: int | None = Field(description="The inbound list that announces it to the target.")
    quantity: int
    received: int
    damaged: int
    back: int
    lost: int
    note: str
    carrier: str
    tracking: str
    reason: str = Field(description="Why pieces were taken as lost.")
    created_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None


class TransferPage(Page[TransferShown]):
    """Transfers, the latest first."""


class TransferLineShown(Schema):
    """Pieces of one product."""

    msku: str
    quantity: int
    received: int
    damaged: int
    under_way: int = Field(description="Of a transfer that was sent: pieces of which nobody has said what became.")
    back: int
    lost: int


class TransferDetail(TransferShown):
    """A transfer with its lines."""

    lines: list[TransferLineShown]


class NewTransferLine(Schema):
    """Pieces of one product."""

    model_config = ConfigDict(extra="forbid")

    msku: Text
    quantity: Pieces
    unit_cost: Money = ""


class NewTransfer(Schema):
    """A new transfer."""

    model_config = ConfigDict(extra="forbid")

    source_id: int
    target_id: int
    lines: list[NewTransferLine] = Field(description=f"1 to {MOST_LINES} lines.")
    send: bool = Field(False, description="The goods have left already; otherwise it is a draft.")
    note: Text = ""
    carrier: Text = ""
    tracking: Text = ""


class Settled(Schema):
    """What became of a product's missing pieces."""

    model_config = ConfigDict(extra="forbid")

    msku: Text
    back: int = Field(0, ge=0)
    lost: int = Field(0, ge=0)


class Settling(Schema):
    """What became of everything that is missing."""

    model_config = ConfigDict(extra="forbid")

    lines: list[Settled] = Field(min_length=1, max_length=MOST_LINES)
    reason: Text = Field("", description="Needed where something is lost.")


class TransferQuery(ListQuery):
    """Filters of the list of transfers."""

    warehouse: int | None = Field(None, description="From or to this warehouse.")
    state: TransferState | None = None
    search: str | None = Field(None, description="The beginning of a reference, or a tracking number or MSKU in full.")


def _figures(row: Transfer, sums: dict[str, int]) -> dict[str, object]:
    return {
        "id": row.pk,
        "reference": row.reference,
        "source": warehouse_ref(row.source),
        "target": warehouse_ref(row.target),
        "state": row.state,
        "inbound_id": row.inbound_id,
        **{name: sums.get(name, 0) for name in ("quantity", "received", "damaged", "back", "lost")},
        "note": row.note,
        "carrier": row.carrier,
        "tracking": row.tracking,
        "reason": row.reason,
        "created_at": row.created_at,
        "sent_at": row.sent_at,
        "ended_at": row.ended_at,
    }


def _found(transfer_id: int) -> Transfer:
    row = find_transfer(transfer_id)
    if row is None:
        raise NotFound
    return row


def _detail(transfer_id: int) -> TransferDetail:
    row = _found(transfer_id)
    left = row.sent_at is not None
    lines = [
        TransferLineShown(
            msku=line.product.msku,
            quantity=line.quantity,
            received=line.received,
            damaged=line.damaged,
            under_way=line.under_way if left else 0,
            back=line.back,
            lost=line.lost,
        )
        for line in lines_of(row)
    ]
    return TransferDetail.model_validate({**_figures(row, sums_of([row.pk]).get(row.pk, {})), "lines": lines})


@router.get(
    "/transfers", response={200: TransferPage, **READ_ERRORS}, summary="List transfers", openapi_extra=needs(READ)
)
def list_transfers(request: ApiRequest, query: Query[TransferQuery]) -> TransferPage:
    """Transfers between all warehouses."""
    search = (query.search or "").replace("\x00", "")
    with acting(request, READ, entitlement=NEEDS):
        page = fetch(
            request,
            query,
            lambda cursor, size: transfer_page(query.warehouse, query.state or "", search, cursor, size),
        )
        sums = sums_of(row.pk for row in page.rows)
        items = [TransferShown.model_validate(_figures(row, sums.get(row.pk, {}))) for row in page.rows]
        return TransferPage.of(page, items)


@router.get(
    "/transfers/{transfer_id}",
    response={200: TransferDetail, **READ_ERRORS},
    summary="Read a transfer",
    openapi_extra=needs(READ),
)
def read_transfer(request: ApiRequest, transfer_id: int) -> TransferDetail:
    """One transfer with its lines."""
    with acting(request, READ, entitlement=NEEDS):
        return _detail(transfer_id)


@router.post(
    "/transfers", response={201: TransferDetail, **WRITE_ERRORS}, summary="Make a transfer", openapi_extra=writes(WRITE)
)
def create_one_transfer(request: ApiRequest, body: Body[NewTransfer]) -> HttpResponse:
    """Draft a transfer, or send it at once. If any line is wrong nothing is made, and “errors” names each."""

    def work() -> Answer:
        if find_warehouse(body.source_id) is None or find_warehouse(body.target_id) is None:
            raise NotFound
        lines = [
            WantedLine(one.msku, one.quantity, one.unit_cost, number=number)
            for number, one in enumerate(body.lines, start=1)
        ]
        head = TransferHead(body.note, body.carrier, body.tracking)
        made = create_transfer(body.source_id, body.target_id, lines, head)
        if body.send:
            send_transfer(made.pk)
        return Answer(_detail(made.pk), 201, f"/api/v1/transfers/{made.pk}")

    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, work)


def _written(request: ApiRequest, transfer_id: int, work: Callable[[Transfer], object]) -> HttpResponse:
    def answer() -> Answer:
        work(_found(transfer_id))
        return Answer(_detail(transfer_id))

    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, answer)


@router.post(
    "/transfers/{transfer_id}/send",
    response={200: TransferDetail, **WRITE_ERRORS},
    summary="Send a transfer",
    openapi_extra=writes(WRITE),
)
def send_one_transfer(request: ApiRequest, transfer_id: int) -> HttpResponse:
    """The goods have left: they are deducted from the source, and the target is told."""
    return _written(request, transfer_id, lambda row: send_transfer(row.pk))


@router.post(
    "/transfers/{transfer_id}/cancel",
    response={200: TransferDetail, **WRITE_ERRORS},
    summary="Cancel a transfer",
    openapi_extra=writes(WRITE),
)
def cancel_one_transfer(request: ApiRequest, transfer_id: int) -> HttpResponse:
    """Cancel a draft, or call off one that was sent: then the target expects nothing more, and it is settled next."""

    def work(row: Transfer) -> Transfer:
        return cancel_draft(row.pk) if row.state == TransferState.DRAFT else call_off(row.pk)

    return _written(request, transfer_id, work)


@router.post(
    "/transfers/{transfer_id}/settle",
    response={200: TransferDetail, **WRITE_ERRORS},
    summary="Settle what is missing",
    openapi_extra=writes(WRITE),
)
def settle_one_transfer(request: ApiRequest, transfer_id: int, body: Body[Settling]) -> HttpResponse:
    """Say of every missing piece whether it is back at the source or lost; once only."""

    def work(row: Transfer) -> Transfer:
        ids = {line.product.msku: line.pk for line in lines_of(row)}
        for one in body.lines:
            if one.msku not in ids:
                given = one.back + one.lost
                raise TransferRefused("transfer_unsettled", msku=one.msku, open=0, given=given)
        back = {ids[one.msku]: one.back for one in body.lines}
        return settle_transfer(row.pk, back, {ids[one.msku]: one.lost for one in body.lines}, body.reason)

    return _written(request, transfer_id, work)
