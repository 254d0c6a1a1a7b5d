"""Outbound lists: listed, read with every push condition, their labels, and what may be asked of them (R79 to R88)."""

from __future__ import annotations

import hashlib
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpResponse
from ninja import Field, File, Form, Query, Router
from ninja.files import UploadedFile

from salur.flows.arrange import arrange_now, attach_label
from salur.flows.follow_up import refresh_now
from salur.flows.handover import Choice
from salur.flows.push_again import push_again
from salur.foundation.problems import Refusal
from salur.outbound.labels import LARGEST
from salur.outbound.messages import GATE_TEXTS, NOT_ARRANGED
from salur.outbound.models import Outbound
from salur.outbound.queries import find_label, find_outbound, gated_lists
from salur.outbound.states import PushState, TaskState
from salur.tenancy.models import Entitlement

from . import handover, outbound_acts, presenting, shown
from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .handover import Handover, choice_from
from .paging import ListQuery, fetch
from .problems import NotFound
from .writes import Answer, once

router = Router(tags=["outbound lists"])
router.add_router("", outbound_acts.router)
router.add_router("", handover.router)
NEEDS = Entitlement.WAREHOUSE_MANAGEMENT


class OutboundQuery(ListQuery):
    """Filters of the list of outbound lists; together they narrow it."""

    warehouse: int | None = Field(None, description="For this warehouse.")
    store: int | None = Field(None, description="Of orders of this store.")
    order: int | None = Field(None, description="Of this order.")
    push: PushState | None = Field(None, description="With this push status.")
    task: TaskState | None = Field(None, description="With this task status.")
    blocked_by: str | None = Field(None, description="Waiting for this push condition.")


@router.get(
    "/outbound",
    response={200: shown.OutboundPage, **READ_ERRORS},
    summary="List outbound lists",
    openapi_extra=needs("outbound:read"),
)
def list_outbound(request: ApiRequest, query: Query[OutboundQuery]) -> shown.OutboundPage:
    """Outbound lists of all warehouses, the newest first."""
    with acting(request, "outbound:read", entitlement=NEEDS):
        page = fetch(request, query, _filtered(query))
        items = [shown.Outbound.model_validate(presenting.outbound_fields(row)) for row in page.rows]
        return shown.OutboundPage.of(page, items)


def _filtered(query: OutboundQuery) -> QuerySet[Outbound]:
    rows = Outbound.objects.select_related("order", "store", "warehouse")
    for field, value in (
        ("warehouse_id", query.warehouse),
        ("store_id", query.store),
        ("order_id", query.order),
        ("push", query.push),
        ("task", query.task),
    ):
        if value is not None:
            rows = rows.filter(**{field: value})
    if query.blocked_by is not None:
        rows = rows.filter(push=PushState.WAITING, blocked_by=query.blocked_by)
    return rows


def _found(outbound_id: int) -> Outbound:
    row = find_outbound(outbound_id)
    if row is None:
        raise NotFound
    return row


def _detail(row: Outbound) -> shown.OutboundDetail:
    return presenting.outbound_detail(gated_lists([row])[0])


@router.get(
    "/outbound/{outbound_id}",
    response={200: shown.OutboundDetail, **READ_ERRORS},
    summary="Read an outbound list",
    openapi_extra=needs("outbound:read"),
)
def read_outbound(request: ApiRequest, outbound_id: int) -> shown.OutboundDetail:
    """One outbound list with its lines and every push condition as it stands now."""
    with acting(request, "outbound:read", entitlement=NEEDS):
        return _detail(_found(outbound_id))


LABEL = f"The label as a PDF of at most {LARGEST >> 20} MB; only a partner that takes the number alone needs none."
PDF = {"responses": {200: {"description": "The label", "content": {"application/pdf": {}}}}}


@router.get(
    "/outbound/{outbound_id}/label",
    response=READ_ERRORS,
    summary="Read the label",
    openapi_extra=needs("outbound:read", **PDF),
)
def read_label(request: ApiRequest, outbound_id: int) -> HttpResponse:
    """The label as a PDF. It holds the buyer's name and address."""
    with acting(request, "outbound:read", entitlement=NEEDS):
        row, label = _found(outbound_id), find_label(outbound_id)
        if label is None:
            raise Refusal("label_absent", reference=row.reference)
        response = HttpResponse(bytes(label.content), content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="label-{row.reference}.pdf"'
        return response


@router.post(
    "/outbound/{outbound_id}/label",
    response={200: shown.OutboundDetail, **WRITE_ERRORS},
    summary="Give AWB number and label",
    openapi_extra=writes("outbound:write"),
)
def give_label(
    request: ApiRequest,
    outbound_id: int,
    awb: Annotated[str, Form(description="The AWB number, as it is printed on the label.", max_length=100)],
    label: Annotated[UploadedFile | None, File(description=LABEL)] = None,
) -> HttpResponse:
    """Give what the store does not, as multipart/form-data: AWB number and label PDF. The list goes on by itself.

    They take the place of those that were there, as long as the warehouse does not have the list.
    """
    content = b"" if label is None else label.read(LARGEST + 1)
    with acting(request, "outbound:write", entitlement=NEEDS):
        return once(
            request,
            lambda: _give_label(outbound_id, awb, content),
            content=lambda: hashlib.sha256(awb.encode() + b"\n" + content).digest(),
        )


def _give_label(outbound_id: int, awb: str, content: bytes) -> Answer:
    _found(outbound_id)
    attach_label(outbound_id, awb, content)
    return Answer(_detail(_found(outbound_id)))


@router.post(
    "/outbound/{outbound_id}/push-again",
    response={200: shown.OutboundDetail, **WRITE_ERRORS},
    summary="Push a refused list again",
    openapi_extra=writes("outbound:write"),
)
def push_list_again(request: ApiRequest, outbound_id: int) -> HttpResponse:
    """Send a list once more that its warehouse refused; its reference stays the same."""
    with acting(request, "outbound:write", entitlement=NEEDS):
        return once(request, lambda: _push_again(outbound_id))


def _push_again(outbound_id: int) -> Answer:
    row = _found(outbound_id)
    if not push_again([outbound_id]):
        raise Refusal("push_not_refused", reference=row.reference, state=PushState(row.push).label)
    return Answer(_detail(_found(outbound_id)))


@router.post(
    "/outbound/{outbound_id}/refresh",
    response={202: shown.OutboundDetail, **WRITE_ERRORS},
    summary="Ask the warehouse now",
    openapi_extra=writes("outbound:write"),
)
def refresh_list(request: ApiRequest, outbound_id: int) -> HttpResponse:
    """Have the warehouse asked for this list before all others; read the list a little later."""
    with acting(request, "outbound:write", entitlement=NEEDS):
        return once(request, lambda: _refresh(outbound_id))


def _refresh(outbound_id: int) -> Answer:
    row = _found(outbound_id)
    if not refresh_now([outbound_id]):
        raise Refusal("not_at_warehouse", reference=row.reference)
    return Answer(_detail(row), 202)


@router.post(
    "/outbound/{outbound_id}/arrange",
    response={202: shown.OutboundDetail, **WRITE_ERRORS},
    summary="Arrange the shipment",
    openapi_extra=writes("outbound:write"),
)
def arrange_list(request: ApiRequest, outbound_id: int, payload: Handover | None = None) -> HttpResponse:
    """Have the store arrange the shipment, or ask it again for what it still owes: AWB number and label.

    Without a body it is handed over as the store is set.
    """
    with acting(request, "outbound:write", entitlement=NEEDS):
        return once(request, lambda: _arrange(outbound_id, choice_from(payload)))


def _arrange(outbound_id: int, choice: Choice) -> Answer:
    _found(outbound_id)
    asked = arrange_now([outbound_id], choice)
    if outbound_id in asked.held:
        code = asked.held[outbound_id]
        titles = {**NOT_ARRANGED, **{name: text.title for name, text in GATE_TEXTS.items()}}
        raise Refusal("shipment_held", reason=str(titles.get(code, code)), held_by=code)
    return Answer(_detail(_found(outbound_id)), 202)
