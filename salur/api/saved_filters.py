"""Named filters of the order list (issue 6, 10): those of all, and the token's own."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from ninja import Body, Field, Router, Schema
from pydantic import ConfigDict

from salur.orders.models import SavedFilter
from salur.orders.saved_filters import find_filter, remove_filter, save_filter, saved_filters

from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .problems import NotFound
from .writes import Answer, once

router = Router(tags=["orders"])
READ, WRITE = "orders:read", "orders:write"


class NewFilter(Schema):
    """A filter to keep."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200)
    query: str = Field(max_length=2000, description="The order list's address after its `?`: `status=ready&tag=vip`.")
    shared: bool = Field(True, description="For all of the merchant; otherwise the token sees it alone.")


class KeptFilter(Schema):
    """A filter as it is kept."""

    id: int
    name: str
    query: str
    shared: bool
    created_by: str
    created_at: datetime


class KeptFilterList(Schema):
    """All that the token sees, by name."""

    items: list[KeptFilter]


@router.get(
    "/order-filters",
    response={200: KeptFilterList, **READ_ERRORS},
    summary="List saved filters",
    openapi_extra=needs(READ),
)
def list_order_filters(request: ApiRequest) -> KeptFilterList:
    """Filters of the order list that were given a name."""
    with acting(request, READ):
        return _list()


@router.post(
    "/order-filters",
    response={201: KeptFilter, **WRITE_ERRORS},
    summary="Save a filter",
    openapi_extra=writes(WRITE),
)
def save_order_filter(request: ApiRequest, wanted: Body[NewFilter]) -> HttpResponse:
    """What the list does not understand is left out of the query."""
    with acting(request, WRITE):
        return once(request, lambda: _save(wanted))


@router.delete(
    "/order-filters/{filter_id}",
    response={200: KeptFilterList, **WRITE_ERRORS},
    summary="Remove a saved filter",
    openapi_extra=writes(WRITE),
)
def remove_order_filter(request: ApiRequest, filter_id: int) -> HttpResponse:
    """Answers those that are left."""
    with acting(request, WRITE):
        return once(request, lambda: _remove(filter_id))


def _shown(row: SavedFilter) -> KeptFilter:
    return KeptFilter(
        id=row.pk,
        name=row.name,
        query=row.query,
        shared=not row.owner,
        created_by=row.created_by,
        created_at=row.created_at,
    )


def _list() -> KeptFilterList:
    return KeptFilterList(items=[_shown(row) for row in saved_filters()])


def _save(wanted: NewFilter) -> Answer:
    return Answer(_shown(save_filter(wanted.name, wanted.query, shared=wanted.shared)), 201)


def _remove(filter_id: int) -> Answer:
    row = find_filter(filter_id)
    if row is None:
        raise NotFound
    remove_filter(row)
    return Answer(_list())
