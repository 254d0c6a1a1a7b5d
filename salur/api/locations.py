"""Product locations of warehouses, and which products lie there (R53 to R59)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.http import HttpResponse
from ninja import Body, Field, Query, Router, Schema
from pydantic import ConfigDict

from salur.locations.binding import WantedPair, bind_lines, unbind_pairs
from salur.locations.editing import (
    WantedLocation,
    change_location,
    create_locations,
    delete_locations,
    switch_locations,
)
from salur.locations.models import Location, LocationBinding
from salur.locations.problems import LineFault
from salur.locations.queries import LocationFilter, bindings_at, find_location, location_page
from salur.stock.queries import find_warehouse
from salur.tenancy.models import Entitlement

from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .paging import ListQuery, Page, fetch
from .parsing import Text
from .presenting import warehouse_ref
from .problems import NotFound
from .shown import WarehouseRef
from .writes import Answer, once

router = Router(tags=["product locations"])
NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
READ, WRITE = "stock:read", "stock:write"
MOST = 5000


class LocationShown(Schema):
    """A shelf, rack or bin of a warehouse."""

    id: int
    warehouse: WarehouseRef
    number: str
    zone: str
    note: str
    virtual: bool = Field(description="It stands in the hub only; no partner is told of it.")
    active: bool
    mskus: list[str] = Field(description="The products that lie there.")
    created_at: datetime


class LocationPage(Page[LocationShown]):
    """Locations, warehouse by warehouse in the order of walking."""


class LineFaultShown(Schema):
    """Why a line was not taken."""

    line: int = Field(description="Counted from 1.")
    code: str
    detail: str
    harmless: bool = Field(description="What the line wants is there already.")


class NewLocation(Schema):
    """A location, or a range of them such as “A-01-01 .. A-03-20”."""

    model_config = ConfigDict(extra="forbid")

    number: Text
    zone: Text = ""
    note: Text = ""


class NewLocations(Schema):
    """Locations to be made in one warehouse."""

    model_config = ConfigDict(extra="forbid")

    warehouse_id: int
    locations: list[NewLocation] = Field(min_length=1, max_length=MOST)
    virtual: bool = Field(False, description="Those of a partner's warehouse are virtual in any case.")


class LocationsMade(Schema):
    """What was made, and which lines were not taken."""

    made: list[str]
    faults: list[LineFaultShown]


class LocationChange(Schema):
    """A location as it is to be."""

    model_config = ConfigDict(extra="forbid")

    number: Text
    zone: Text = ""
    note: Text = ""
    virtual: bool | None = Field(None, description="Left out: as it is.")


class LocationAct(Schema):
    """What is to be done with some locations."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["on", "off", "delete"]
    ids: list[int] = Field(min_length=1, max_length=MOST)
    unbind: bool = Field(False, description="With “delete”: unbind what lies there; otherwise such locations stay.")


class LocationsDone(Schema):
    """What was done. ``kept``: locations that were not deleted because products lie there."""

    changed: int
    kept: list[str]


class Pair(Schema):
    """A product and a location."""

    model_config = ConfigDict(extra="forbid")

    location: Text = Field(description="The location's number.")
    msku: Text


class Pairs(Schema):
    """Products and locations of one warehouse."""

    model_config = ConfigDict(extra="forbid")

    warehouse_id: int
    bindings: list[Pair] = Field(min_length=1, max_length=10_000)


class PairsDone(Schema):
    """How many pairs changed, and which lines were not taken."""

    changed: int
    faults: list[LineFaultShown]


class LocationQuery(ListQuery):
    """Filters of the list of locations; together they narrow it."""

    warehouse: int | None = Field(None, description="Of this warehouse.")
    zone: str | None = Field(None, description="In exactly this zone.")
    search: str | None = Field(None, description="The beginning of a number, or an MSKU in full.")
    used: Literal["yes", "no", "off"] | None = Field(
        None, description="In use with products, in use and empty, or switched off."
    )


def _shown(row: Location, bound: list[LocationBinding]) -> LocationShown:
    return LocationShown(
        id=row.pk,
        warehouse=warehouse_ref(row.warehouse),
        number=row.number,
        zone=row.zone,
        note=row.note,
        virtual=row.virtual,
        active=row.active,
        mskus=[one.product.msku for one in bound],
        created_at=row.created_at,
    )


def _fault(one: LineFault) -> LineFaultShown:
    return LineFaultShown(line=one.line, code=one.code, detail=one.text(), harmless=one.harmless)


def _place(warehouse_id: int) -> int:
    if find_warehouse(warehouse_id) is None:
        raise NotFound
    return warehouse_id


@router.get(
    "/locations",
    response={200: LocationPage, **READ_ERRORS},
    summary="List locations",
    openapi_extra=needs(READ),
)
def list_locations(request: ApiRequest, query: Query[LocationQuery]) -> LocationPage:
    """Locations with the products that lie there."""
    wanted = LocationFilter(
        warehouse=query.warehouse,
        zone=(query.zone or "").replace("\x00", ""),
        search=(query.search or "").replace("\x00", ""),
        used=query.used or "",
    )
    with acting(request, READ, entitlement=NEEDS):
        page = fetch(request, query, lambda cursor, size: location_page(wanted, cursor, size))
        bound = bindings_at(row.pk for row in page.rows)
        items = [_shown(row, bound.get(row.pk, [])) for row in page.rows]
        return LocationPage.of(page, items)


@router.post(
    "/locations",
    response={200: LocationsMade, **WRITE_ERRORS},
    summary="Create locations",
    openapi_extra=writes(WRITE),
)
def create_some_locations(request: ApiRequest, body: Body[NewLocations]) -> HttpResponse:
    """Create locations singly, by list or by range; lines that cannot be taken are named, the others made."""
    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, lambda: _create(body))


def _create(body: NewLocations) -> Answer:
    wanted = [WantedLocation(n, one.number, one.zone, one.note) for n, one in enumerate(body.locations, start=1)]
    done = create_locations(_place(body.warehouse_id), wanted, virtual=body.virtual)
    return Answer(LocationsMade(made=done.numbers, faults=[_fault(one) for one in done.faults]))


@router.post(
    "/locations/act",
    response={200: LocationsDone, **WRITE_ERRORS},
    summary="Switch or delete locations",
    openapi_extra=writes(WRITE),
)
def act_on_locations(request: ApiRequest, body: Body[LocationAct]) -> HttpResponse:
    """Switch locations on or off, or delete them; ids that are none of yours are left out."""

    def work() -> Answer:
        if body.action == "delete":
            done = delete_locations(body.ids, unbind=body.unbind)
            return Answer(LocationsDone(changed=len(done.gone), kept=[number for number, _ in done.kept]))
        return Answer(LocationsDone(changed=switch_locations(body.ids, on=body.action == "on"), kept=[]))

    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, work)


@router.post(
    "/locations/bind",
    response={200: PairsDone, **WRITE_ERRORS},
    summary="Bind products to locations",
    openapi_extra=writes(WRITE),
)
def bind_products(request: ApiRequest, body: Body[Pairs]) -> HttpResponse:
    """Bind each pair; lines that cannot be taken are named, the others bound."""

    def work() -> Answer:
        done = bind_lines(_place(body.warehouse_id), _pairs(body))
        return Answer(PairsDone(changed=done.count, faults=[_fault(one) for one in done.faults]))

    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, work)


@router.post(
    "/locations/unbind",
    response={200: PairsDone, **WRITE_ERRORS},
    summary="Unbind products from locations",
    openapi_extra=writes(WRITE),
)
def unbind_products(request: ApiRequest, body: Body[Pairs]) -> HttpResponse:
    """The products no longer lie there; pairs that are not bound are left out."""

    def work() -> Answer:
        return Answer(PairsDone(changed=unbind_pairs(_place(body.warehouse_id), _pairs(body)), faults=[]))

    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, work)


@router.put(
    "/locations/{location_id}",
    response={200: LocationShown, **WRITE_ERRORS},
    summary="Change a location",
    openapi_extra=writes(WRITE),
)
def change_one_location(request: ApiRequest, location_id: int, body: Body[LocationChange]) -> HttpResponse:
    """Rename a location, or change its zone or note; what lies there stays."""

    def work() -> Answer:
        if find_location(location_id) is None:
            raise NotFound
        row = change_location(location_id, number=body.number, zone=body.zone, note=body.note, virtual=body.virtual)
        return Answer(_shown(row, bindings_at([row.pk]).get(row.pk, [])))

    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, work)


def _pairs(body: Pairs) -> list[WantedPair]:
    return [WantedPair(number, one.location, one.msku) for number, one in enumerate(body.bindings, start=1)]
