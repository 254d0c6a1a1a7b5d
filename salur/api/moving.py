"""Orders sent from another warehouse, and lists divided over warehouses, over the API (R75, R105, R112)."""

from __future__ import annotations

from django.http import HttpResponse
from ninja import Field, Router, Schema
from pydantic import ConfigDict

from salur.catalog.models import MasterProduct
from salur.flows.moving import move_orders, split_list
from salur.foundation.problems import describe
from salur.outbound.queries import find_outbound, orders_named
from salur.stock.queries import find_warehouse
from salur.tenancy.models import Entitlement

from .access import ApiRequest, acting
from .answers import WRITE_ERRORS, writes
from .problems import Invalid, NotFound, fault
from .writes import Answer, once

router = Router(tags=["orders"])
NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
MOST = 200


class Move(Schema):
    """Orders and the warehouse that is to send them."""

    model_config = ConfigDict(extra="forbid")

    warehouse_id: int
    ids: list[int] = Field(min_length=1, max_length=MOST, description="Ids of orders.")


class Part(Schema):
    """Pieces that another warehouse is to send."""

    model_config = ConfigDict(extra="forbid")

    msku: str
    warehouse_id: int
    quantity: int = Field(gt=0)


class Split(Schema):
    """How a list is divided; what is not named stays."""

    model_config = ConfigDict(extra="forbid")

    parts: list[Part] = Field(min_length=1, max_length=200)


class Held(Schema):
    """An order that stays as it is, and why."""

    id: int
    code: str
    title: str
    cause: str
    cure: str


class Moved(Schema):
    """Orders with their new lists, and those that stay as they are."""

    done: list[int]
    lists: list[int]
    left: list[Held]


class Divided(Schema):
    """The lists that stand in the place of the one that was split."""

    lists: list[int]


@router.post(
    "/order-moves",
    response={200: Moved, **WRITE_ERRORS},
    summary="Move orders to another warehouse",
    openapi_extra=writes("outbound:write"),
)
def move_some_orders(request: ApiRequest, payload: Move) -> HttpResponse:
    """Send up to 200 orders from another warehouse, before one has them: reserved there, freed here, in one go."""
    with acting(request, "outbound:write", entitlement=NEEDS):
        return once(request, lambda: _move(payload))


def _move(payload: Move) -> Answer:
    if find_warehouse(payload.warehouse_id) is None:
        raise NotFound
    known = [order.pk for order in orders_named(payload.ids)]
    moved = move_orders(known, payload.warehouse_id)
    left = []
    for order, held in moved.held.items():
        told = describe(held.code, held.evidence)
        left.append(Held(id=order, code=held.code, title=told.title, cause=told.cause, cure=told.cure))
    for order in dict.fromkeys(payload.ids):
        if order not in known:
            told = describe("not_found")
            left.append(Held(id=order, code="not_found", title=told.title, cause=told.cause, cure=told.cure))
    lists = [one for made in moved.lists.values() for one in made]
    return Answer(Moved(done=sorted(moved.lists), lists=lists, left=left))


@router.post(
    "/outbound/{outbound_id}/split",
    response={200: Divided, **WRITE_ERRORS},
    summary="Split a list over warehouses",
    openapi_extra=writes("outbound:write"),
)
def split_one_list(request: ApiRequest, outbound_id: int, payload: Split) -> HttpResponse:
    """Send some pieces of a list from other warehouses, before one has it; each sends its own parcel."""
    with acting(request, "outbound:write", entitlement=NEEDS):
        return once(request, lambda: _split(outbound_id, payload))


def _split(outbound_id: int, payload: Split) -> Answer:
    if find_outbound(outbound_id) is None:
        raise NotFound
    products = dict(MasterProduct.objects.filter(msku__in={p.msku for p in payload.parts}).values_list("msku", "pk"))
    faults = []
    pieces: dict[tuple[int, int], int] = {}
    for i, part in enumerate(payload.parts):
        if part.msku not in products:
            faults.append(fault("body", f"/parts/{i}/msku", "not_added"))
        elif find_warehouse(part.warehouse_id) is None:
            faults.append(fault("body", f"/parts/{i}/warehouse_id", "not_added"))
        else:
            key = products[part.msku], part.warehouse_id
            pieces[key] = pieces.get(key, 0) + part.quantity
    if faults:
        raise Invalid(*faults[:20])
    return Answer(Divided(lists=split_list(outbound_id, pieces)))
