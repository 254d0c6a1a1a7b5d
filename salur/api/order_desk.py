"""What people put on orders: holds, notes, tags, and shipping although the buyer asks to cancel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Body, Field, Query, Router, Schema
from pydantic import AwareDatetime, ConfigDict, StringConstraints

from salur.flows.holds import hold_orders, release_orders
from salur.flows.wishes import ship_anyway
from salur.foundation.problems import Refusal, describe
from salur.orders.desk import LONGEST_NOTE, add_note, change_tags
from salur.orders.models import HoldReason, NoteKind, OrderNote
from salur.outbound.queries import find_order, orders_named
from salur.tenancy.tags import TagsRefused

from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .paging import ListQuery, Page, fetch
from .problems import NotFound
from .writes import Answer, once

router = Router(tags=["orders"])
READ, WRITE = "orders:read", "orders:write"
MOST = 1000

Tag = Annotated[str, StringConstraints(max_length=200)]


class DeskAct(Schema):
    """Something to put on some orders."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["hold", "release", "note", "tag", "ship_anyway"] = Field(
        description="`ship_anyway`: the orders go on although their buyers ask to cancel, where the store allows it."
    )
    ids: list[int] = Field(min_length=1, max_length=MOST, description="Ids of orders, of any store.")
    reason: HoldReason = Field(HoldReason.OTHER, description="With `hold`.")
    until: AwareDatetime | None = Field(None, description="With `hold`: when it ends by itself.")
    note: Annotated[str, StringConstraints(max_length=LONGEST_NOTE)] = Field("", description="With `hold` and `note`.")
    add: list[Tag] = Field([], description="With `tag`: tags to put on.")
    remove: list[Tag] = Field([], description="With `tag`: tags to take off.")


class NotDone(Schema):
    """An order that was left out, and why."""

    order_id: int
    code: str
    reason: str


class DeskDone(Schema):
    """How many orders are different now, and which were left out."""

    done: int
    refused: list[NotDone]


class OrderNoteShown(Schema):
    """One thing that was put on an order; it is never changed."""

    id: int
    kind: NoteKind
    text: str
    detail: dict[str, Any]
    actor: str
    at: datetime


class TagsNotKept(Refusal):
    """Tags that are too long or too many."""

    code = "tags_refused"


@router.post(
    "/order-desk",
    response={200: DeskDone, **WRITE_ERRORS},
    summary="Hold, release, note or tag orders, or ship them anyway",
    openapi_extra=writes(WRITE),
)
def put_on_orders(request: ApiRequest, payload: Body[DeskAct]) -> HttpResponse:
    """A held order is not pushed; its stock stays reserved. Orders that are not there are left out silently."""
    with acting(request, WRITE):
        return once(request, lambda: Answer(_put(payload)))


def _put(asked: DeskAct) -> DeskDone:
    ids = [order.pk for order in orders_named(asked.ids)]
    if asked.action == "hold":
        held = hold_orders(ids, str(asked.reason), asked.note, asked.until)
        return DeskDone(done=len(held.done), refused=[_refused(one, code) for one, code in held.refused.items()])
    if asked.action == "ship_anyway":
        overruled = ship_anyway(ids)
        left = [_refused(one, code, evidence) for one, (code, evidence) in overruled.refused.items()]
        return DeskDone(done=len(overruled.done), refused=left)
    if asked.action == "release":
        done = len(release_orders(ids))
    elif asked.action == "note":
        done = add_note(ids, asked.note)
    else:
        try:
            done = change_tags(ids, add=asked.add, remove=asked.remove)
        except TagsRefused as refused:
            raise TagsNotKept from refused
    return DeskDone(done=done, refused=[])


def _refused(order_id: int, code: str, evidence: Mapping[str, str] | None = None) -> NotDone:
    told = describe(code, evidence or {})
    return NotDone(order_id=order_id, code=code, reason=f"{told.cause} {told.cure}".strip())


@router.get(
    "/orders/{order_id}/notes",
    response={200: Page[OrderNoteShown], **READ_ERRORS},
    summary="List what was put on an order",
    openapi_extra=needs(READ),
)
def list_order_notes(request: ApiRequest, order_id: int, query: Query[ListQuery]) -> Page[OrderNoteShown]:
    """Notes, holds, releases and changes of tags, the newest first."""
    with acting(request, READ):
        if find_order(order_id) is None:
            raise NotFound
        page = fetch(request, query, OrderNote.objects.filter(order_id=order_id))
        items = [OrderNoteShown.model_validate(row, from_attributes=True) for row in page.rows]
        return Page[OrderNoteShown].of(page, items)
