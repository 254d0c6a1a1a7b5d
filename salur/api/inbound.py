"""Inbound lists: goods announced to warehouses, made, submitted, listed, followed, called off (R60 to R71)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated

from django.http import HttpResponse
from ninja import Field, Query, Router, Schema
from pydantic import BeforeValidator, ConfigDict, WithJsonSchema

from salur.flows.inbound_cancel import cancel_inbound
from salur.flows.inbound_follow import refresh_inbound_now
from salur.flows.inbound_push import push_inbound_again, submit_inbound
from salur.foundation.problems import Refusal
from salur.inbound.checking import WantedLine
from salur.inbound.editing import MOST_LINES, Head, create_inbound_list, delete_draft
from salur.inbound.models import InboundList
from salur.inbound.queries import InboundFilter, InboundPage, find_inbound, inbound_rows, story_of
from salur.inbound.states import InboundPushState, InboundSource, InboundTaskState
from salur.stock.queries import find_warehouse
from salur.tenancy.models import Entitlement

from . import inbound_shown as shown
from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .paging import ListQuery, fetch_by
from .parsing import Text
from .problems import NotFound
from .writes import Answer, once

router = Router(tags=["inbound lists"])
NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
READ, WRITE = "inbound:read", "inbound:write"


def _text(value: object) -> object:
    """Numbers that must stay exact may come as text or as whole numbers; the domain judges what they are."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Pieces = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": ["integer", "string"]})]
Money = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": ["string", "integer", "null"]})]
Day = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": ["string", "null"], "format": "date"})]


class NewInboundLine(Schema):
    """Goods of one master product, and of one batch where given."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"required": ["msku", "quantity"]})

    msku: Text = Field("", description="A master SKU that the warehouse has accepted.")
    quantity: Pieces = Field("", description="Whole pieces, at least 1.")
    unit_cost: Money = Field("", description="Cost of a piece, like “12.50”; some partners need it.")
    batch: Text = ""
    expires_on: Day = Field("", description="Like 2027-03-31.")


class NewInbound(Schema):
    """A new inbound list."""

    model_config = ConfigDict(extra="forbid")

    warehouse_id: int
    lines: list[NewInboundLine] = Field(description=f"1 to {MOST_LINES} lines.")
    submit: bool = Field(False, description="Submit it at once; otherwise it is a draft.")
    expected_on: date | None = None
    carrier: Text = ""
    tracking: Text = ""
    currency: Text = Field("", description="Of the costs, ISO 4217; without it the merchant's.")
    note: Text = ""


class Cancelling(Schema):
    """Why a list is called off."""

    model_config = ConfigDict(extra="forbid")

    reason: Text = ""


class InboundQuery(ListQuery):
    """Filters of the list of inbound lists; together they narrow it."""

    warehouse: int | None = Field(None, description="For this warehouse.")
    push: InboundPushState | None = Field(None, description="With this push status.")
    task: InboundTaskState | None = Field(None, description="With this status at the warehouse.")
    search: str | None = Field(
        None, description="The beginning of our reference, or partner's number, tracking number or MSKU in full."
    )
    flagged: bool = Field(False, description="Only lists whose reports somebody should look at.")


@router.get(
    "/inbound",
    response={200: shown.InboundPage, **READ_ERRORS},
    summary="List inbound lists",
    openapi_extra=needs(READ),
)
def list_inbound(request: ApiRequest, query: Query[InboundQuery]) -> shown.InboundPage:
    """Inbound lists of all warehouses, the newest first."""
    wanted = InboundFilter(
        warehouse=query.warehouse,
        push=query.push or "",
        task=query.task or "",
        search=(query.search or "").replace("\x00", ""),
        flagged=query.flagged,
    )

    def read(cursor: str | None, size: int) -> InboundPage:
        return inbound_rows(wanted, cursor, size)

    with acting(request, READ, entitlement=NEEDS):
        page = fetch_by(request, query, read)
        items = [shown.summary(row) for row in page.rows]
        return shown.InboundPage.of(page, items)


@router.get(
    "/inbound/{inbound_id}",
    response={200: shown.InboundDetail, **READ_ERRORS},
    summary="Read an inbound list",
    openapi_extra=needs(READ),
)
def read_inbound(request: ApiRequest, inbound_id: int) -> shown.InboundDetail:
    """One list with its lines, and each receipt of goods."""
    with acting(request, READ, entitlement=NEEDS):
        return _detail(_found(inbound_id))


@router.post(
    "/inbound",
    response={201: shown.InboundDetail, **WRITE_ERRORS},
    summary="Make an inbound list",
    openapi_extra=writes(WRITE),
)
def create_inbound(request: ApiRequest, body: NewInbound) -> HttpResponse:
    """Announce goods. If any line is wrong nothing is made, and “errors” names each wrong value."""
    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, lambda: _create(body))


def _create(body: NewInbound) -> Answer:
    if find_warehouse(body.warehouse_id) is None:
        raise NotFound
    lines = [
        WantedLine(line.msku, line.quantity, line.unit_cost, line.batch, line.expires_on, number)
        for number, line in enumerate(body.lines, start=1)
    ]
    head = Head(body.note, body.currency, body.expected_on, body.carrier, body.tracking)
    made = create_inbound_list(body.warehouse_id, lines, head, source=InboundSource.API)
    if body.submit:
        submit_inbound(made.pk)
    return Answer(_detail(_found(made.pk)), 201, f"/api/v1/inbound/{made.pk}")


def _found(inbound_id: int) -> InboundList:
    row = find_inbound(inbound_id)
    if row is None:
        raise NotFound
    return row


def _detail(row: InboundList) -> shown.InboundDetail:
    return shown.detail(story_of(row))


def _written(
    request: ApiRequest, inbound_id: int, work: Callable[[InboundList], object], status: int = 200
) -> HttpResponse:
    """Do something with a list, and answer it as it stands then."""

    def answer() -> Answer:
        work(_found(inbound_id))
        return Answer(_detail(_found(inbound_id)), status)

    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, answer)


@router.post(
    "/inbound/{inbound_id}/submit",
    response={202: shown.InboundDetail, **WRITE_ERRORS},
    summary="Submit a draft",
    openapi_extra=writes(WRITE),
)
def submit_inbound_list(request: ApiRequest, inbound_id: int) -> HttpResponse:
    """Let a draft go to its warehouse; it is told in the background."""
    return _written(request, inbound_id, lambda row: submit_inbound(row.pk), 202)


@router.post(
    "/inbound/{inbound_id}/push-again",
    response={202: shown.InboundDetail, **WRITE_ERRORS},
    summary="Push a refused list again",
    openapi_extra=writes(WRITE),
)
def push_inbound_list_again(request: ApiRequest, inbound_id: int) -> HttpResponse:
    """Send a list once more that its warehouse refused; its reference stays the same."""
    return _written(request, inbound_id, _push_again, 202)


def _push_again(row: InboundList) -> None:
    if not push_inbound_again([row.pk]):
        raise Refusal("inbound_not_failed", reference=row.reference)


@router.post(
    "/inbound/{inbound_id}/refresh",
    response={202: shown.InboundDetail, **WRITE_ERRORS},
    summary="Ask the warehouse now",
    openapi_extra=writes(WRITE),
)
def refresh_inbound_list(request: ApiRequest, inbound_id: int) -> HttpResponse:
    """Have the warehouse asked what has arrived; read the list a little later."""
    return _written(request, inbound_id, _refresh, 202)


def _refresh(row: InboundList) -> None:
    if not refresh_inbound_now([row.pk]):
        raise Refusal("inbound_not_at_warehouse", reference=row.reference)


@router.post(
    "/inbound/{inbound_id}/cancel",
    response={202: shown.InboundDetail, **WRITE_ERRORS},
    summary="Cancel a list",
    openapi_extra=writes(WRITE),
)
def cancel_inbound_list(request: ApiRequest, inbound_id: int, body: Cancelling | None = None) -> HttpResponse:
    """Call a submitted list off: at once where no warehouse has it, else by asking the warehouse."""
    reason = body.reason if body else ""
    return _written(request, inbound_id, lambda row: cancel_inbound(row.pk, reason), 202)


@router.delete(
    "/inbound/{inbound_id}",
    response={200: shown.Deleted, **WRITE_ERRORS},
    summary="Delete a draft",
    openapi_extra=writes(WRITE),
)
def delete_inbound_draft(request: ApiRequest, inbound_id: int) -> HttpResponse:
    """Take a draft away. One whose push was tried before stays, as void."""

    def answer() -> Answer:
        row = _found(inbound_id)
        delete_draft(row.pk)
        return Answer(shown.Deleted(id=inbound_id, reference=row.reference))

    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, answer)
