"""Own warehouses over the API: made, and their lists picked, packed and shipped, singly and many at once (R40, R85)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from django.http import HttpResponse
from ninja import Field, Router, Schema
from pydantic import ConfigDict, StringConstraints

from salur.catalog.models import MasterProduct
from salur.flows.floor import Fetching, Held, Walked, make_pick_lists, step_back, walk
from salur.flows.floor_short import report_shortage
from salur.flows.hand_over import Parcel, ship
from salur.flows.own_warehouses import OwnWarehouse, create_own_warehouse
from salur.flows.packing import pack_unscanned, scan
from salur.flows.parcels import merge_parcels, part_parcels
from salur.foundation.problems import describe
from salur.outbound.floor import find_pick_list, lists_on, walk_of
from salur.outbound.models import Outbound
from salur.outbound.queries import find_outbound, gated_lists, outbounds_named
from salur.outbound.states import TaskState
from salur.tenancy.models import Entitlement

from . import presenting, shown
from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .problems import NotFound
from .writes import Answer, once

router = Router(tags=["own warehouses"])
NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
MOST = 500

Awb = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Strict(Schema):
    """A body that names nothing else."""

    model_config = ConfigDict(extra="forbid")


class NewWarehouse(Strict):
    """An own warehouse."""

    code: str = Field(description="Short, as it is to stand in files; no other own warehouse has it.")
    name: str
    country: str = Field(description="Two letters, like TH.")
    time_zone: str = Field("", description="IANA name; without one the country's.")
    return_address: str = Field("", description="Printed on packing slips.")


class FloorAct(Strict):
    """Something to do with some lists of own warehouses."""

    action: Literal["pick", "picked", "packed", "back", "merge", "part"] = Field(
        description="`pick`: put on a pick list. `picked`, `packed`: mark so. `back`: take the last step back."
        " `merge`: let them leave as one parcel. `part`: each its own parcel again."
    )
    ids: list[int] = Field(min_length=1, max_length=MOST)


class Scan(Strict):
    """A piece at the packing table."""

    code: Code = Field(description="Its barcode or MSKU.")


class Scanned(Schema):
    """What a scan did."""

    msku: str
    packed: int = Field(description="Pieces of this master SKU that are in the parcel.")
    quantity: int
    left: int = Field(description="Pieces of the whole list still to be scanned; 0: it is packed.")


class Shortage(Strict):
    """Less on the shelf than the books say."""

    msku: str
    found: int = Field(ge=0, description="Pieces that were there.")


class ShipParcel(Strict):
    """A parcel that leaves."""

    awb: Awb = Field("", description="Not needed where the store gave one.")
    courier: Awb = ""
    unnumbered: bool = Field(False, description="It goes without an AWB number.")


class NamedParcel(ShipParcel):
    """A parcel among many."""

    outbound_id: int


class Parcels(Strict):
    """Parcels that leave."""

    parcels: list[NamedParcel] = Field(min_length=1, max_length=MOST)


class Left(Schema):
    """A list that stays as it is, and why."""

    id: int
    code: str
    title: str
    cause: str


class FloorActed(Schema):
    """For which lists it was done, and why not for the others."""

    done: list[int]
    left: list[Left]
    pick_lists: list[int] = Field(description="Made by `pick`: one for each warehouse.")


class Stop(Schema):
    """One stop of the walk."""

    locations: list[str] = Field(description="Where it lies, the one to go to first at the front.")
    msku: str
    barcode: str
    name: str
    pieces: int
    lists: list[tuple[int, int]] = Field(description="Outbound list and its pieces.")


class PickList(Schema):
    """What to fetch for some lists in one walk."""

    id: int
    warehouse: shown.WarehouseRef
    lists: list[int]
    stops: list[Stop]


@router.post(
    "/own-warehouses",
    response={201: shown.Warehouse, **WRITE_ERRORS},
    summary="Make an own warehouse",
    openapi_extra=writes("integrations:write"),
)
def create_warehouse(request: ApiRequest, payload: NewWarehouse) -> HttpResponse:
    """Make a warehouse of the merchant's own; delivery-warehouse rules may name it at once."""
    with acting(request, "integrations:write", entitlement=NEEDS):
        return once(request, lambda: _create(payload))


def _create(payload: NewWarehouse) -> Answer:
    made = create_own_warehouse(OwnWarehouse(**payload.model_dump()))
    return Answer(presenting.warehouse(made), 201, f"/api/v1/warehouses/{made.pk}")


ACTS: dict[str, Callable[[Sequence[int]], Walked]] = {
    "picked": lambda ids: walk(ids, TaskState.PICKED),
    "packed": lambda ids: pack_unscanned(list(ids)),
    "back": step_back,
    "merge": lambda ids: Walked(merge_parcels(ids)),
    "part": lambda ids: Walked(part_parcels(ids)),
}


@router.post(
    "/floor-actions",
    response={200: FloorActed, **WRITE_ERRORS},
    summary="Pick or pack many lists",
    openapi_extra=writes("outbound:write"),
)
def act_on_floor(request: ApiRequest, payload: FloorAct) -> HttpResponse:
    """Put lists of own warehouses on a pick list, mark them as picked or packed, or take the last step back."""
    with acting(request, "outbound:write", entitlement=NEEDS):
        return once(request, lambda: _act(payload))


def _act(payload: FloorAct) -> Answer:
    ids = [one.pk for one in outbounds_named(payload.ids)]
    if payload.action == "pick":
        fetched = make_pick_lists(ids)
        return _acted(payload.ids, fetched.walked, fetched)
    return _acted(payload.ids, ACTS[payload.action](ids))


def _acted(wanted: Sequence[int], walked: Walked, fetched: Fetching | None = None) -> Answer:
    done = set(walked.done)
    absent = [i for i in dict.fromkeys(wanted) if i not in done and i not in walked.held]
    left = [_left(i, held) for i, held in walked.held.items()]
    left += [_left(i, Held("not_found", {})) for i in absent]
    lists = [one.pk for one in fetched.pick_lists] if fetched is not None else []
    return Answer(FloorActed(done=[i for i in dict.fromkeys(wanted) if i in done], left=left, pick_lists=lists))


def _left(outbound_id: int, held: Held) -> Left:
    told = describe(held.code, held.evidence)
    return Left(id=outbound_id, code=held.code, title=told.title, cause=told.cause)


@router.get(
    "/pick-lists/{pick_list_id}",
    response={200: PickList, **READ_ERRORS},
    summary="Read a pick list",
    openapi_extra=needs("outbound:read"),
)
def read_pick_list(request: ApiRequest, pick_list_id: int) -> PickList:
    """The stops in walking order, merged over its lists; those stopped since are left out."""
    with acting(request, "outbound:read", entitlement=NEEDS):
        row = find_pick_list(pick_list_id)
        if row is None:
            raise NotFound
        live = [one for one in lists_on(row) if one.push != "void"]
        stops = [
            Stop(
                locations=stop.locations,
                msku=stop.product.msku,
                barcode=stop.product.barcode,
                name=stop.product.name,
                pieces=stop.pieces,
                lists=[(one.pk, pieces) for one, pieces in stop.lists],
            )
            for stop in walk_of(live)
        ]
        place = shown.WarehouseRef(id=row.warehouse.pk, code=row.warehouse.code, name=row.warehouse.name)
        return PickList(id=row.pk, warehouse=place, lists=[one.pk for one in live], stops=stops)


def _found(outbound_id: int) -> Outbound:
    row = find_outbound(outbound_id)
    if row is None:
        raise NotFound
    return row


def _detail(outbound_id: int) -> shown.OutboundDetail:
    return presenting.outbound_detail(gated_lists([_found(outbound_id)])[0])


@router.post(
    "/outbound/{outbound_id}/scan",
    response={200: Scanned, **WRITE_ERRORS},
    summary="Scan a piece into the parcel",
    openapi_extra=writes("outbound:write"),
)
def scan_piece(request: ApiRequest, outbound_id: int, payload: Scan) -> HttpResponse:
    """Check one piece against the list of an own warehouse. A wrong piece, one too many, or a list whose order was
    cancelled is refused; the last piece packs the list."""
    with acting(request, "outbound:write", entitlement=NEEDS):
        return once(request, lambda: _scan(outbound_id, payload))


def _scan(outbound_id: int, payload: Scan) -> Answer:
    _found(outbound_id)
    done = scan(outbound_id, payload.code)
    return Answer(Scanned(msku=done.msku, packed=done.packed, quantity=done.quantity, left=done.left))


@router.post(
    "/outbound/{outbound_id}/ship",
    response={200: shown.OutboundDetail, **WRITE_ERRORS},
    summary="Ship a list by hand",
    openapi_extra=writes("outbound:write"),
)
def ship_list(request: ApiRequest, outbound_id: int, payload: ShipParcel) -> HttpResponse:
    """Say that a parcel of an own warehouse has left: its stock is deducted, and the store is told."""
    with acting(request, "outbound:write", entitlement=NEEDS):
        return once(request, lambda: _ship(outbound_id, payload))


def _ship(outbound_id: int, payload: ShipParcel) -> Answer:
    _found(outbound_id)
    ship([Parcel(outbound_id, payload.awb, payload.courier, unnumbered=payload.unnumbered)]).only(outbound_id)
    return Answer(_detail(outbound_id))


@router.post(
    "/shipments",
    response={200: FloorActed, **WRITE_ERRORS},
    summary="Ship many lists by hand",
    openapi_extra=writes("outbound:write"),
)
def ship_lists(request: ApiRequest, payload: Parcels) -> HttpResponse:
    """Say of many parcels of own warehouses that they have left; those that are held say why."""
    with acting(request, "outbound:write", entitlement=NEEDS):
        return once(request, lambda: _ship_all(payload))


def _ship_all(payload: Parcels) -> Answer:
    known = {one.pk for one in outbounds_named([parcel.outbound_id for parcel in payload.parcels])}
    parcels = [
        Parcel(one.outbound_id, one.awb, one.courier, unnumbered=one.unnumbered)
        for one in payload.parcels
        if one.outbound_id in known
    ]
    return _acted([one.outbound_id for one in payload.parcels], ship(parcels))


@router.post(
    "/outbound/{outbound_id}/shortage",
    response={200: shown.OutboundDetail, **WRITE_ERRORS},
    summary="Report a shortage",
    openapi_extra=writes("outbound:write"),
)
def report_list_shortage(request: ApiRequest, outbound_id: int, payload: Shortage) -> HttpResponse:
    """Say that fewer pieces lay on the shelf of an own warehouse. Answers the list that stands in the place of this."""
    with acting(request, "outbound:write", entitlement=NEEDS):
        return once(request, lambda: _short(outbound_id, payload))


def _short(outbound_id: int, payload: Shortage) -> Answer:
    _found(outbound_id)
    product = MasterProduct.objects.filter(msku=payload.msku).values_list("pk", flat=True).first()
    return Answer(_detail(report_shortage(outbound_id, product or 0, payload.found)))
