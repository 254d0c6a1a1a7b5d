"""Warehouses, and a store's sync by hand (R139, R140)."""

from __future__ import annotations

from django.http import HttpResponse
from ninja import Body, Field, Router, Schema
from pydantic import AwareDatetime, ConfigDict

from salur.flows.sync import start_store_sync
from salur.foundation.clock import now
from salur.foundation.problems import Refusal
from salur.integrations.lines import store_line
from salur.integrations.queries import find_store
from salur.orders.models import OrderSource, SyncRun
from salur.orders.states import RunState
from salur.stock.queries import warehouses
from salur.tenancy.models import Entitlement

from . import presenting, shown
from .access import ApiRequest, acting
from .answers import ACCEPTED, READ_ERRORS, WRITE_ERRORS, needs, writes
from .problems import Invalid, NotFound, fault
from .runs import accepted
from .writes import Answer, once

router = Router(tags=["stores and warehouses"])


@router.get(
    "/warehouses",
    response={200: shown.WarehouseList, **READ_ERRORS},
    summary="List warehouses",
    openapi_extra=needs(""),
)
def list_warehouses(request: ApiRequest) -> shown.WarehouseList:
    """All warehouses of the merchant, its own and its partners'."""
    with acting(request, entitlement=Entitlement.WAREHOUSE_MANAGEMENT):
        return shown.WarehouseList(items=[presenting.warehouse(row) for row in warehouses()])


class Window(Schema):
    """Which orders to fetch: those changed in this time."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime | None = Field(None, description="Without it: where the last sync ended, less an overlap.")
    until: AwareDatetime | None = Field(None, description="Exclusive; without it: now.")


NO_WINDOW = Window(since=None, until=None)


@router.post(
    "/stores/{store_id}/sync",
    response={202: shown.Run, **WRITE_ERRORS},
    summary="Sync a store",
    openapi_extra=writes("imports:write", responses=ACCEPTED),
)
def sync_store(request: ApiRequest, store_id: int, window: Body[Window] = NO_WINDOW) -> HttpResponse:
    """Fetch the store's orders now. It runs in the background; follow the run named in `Location`."""
    with acting(request, "imports:write"):
        return once(request, lambda: _sync(store_id, window))


def _sync(store_id: int, window: Window) -> Answer:
    if find_store(store_id) is None:
        raise NotFound
    at = now()
    until = min(window.until, at) if window.until else None
    if (window.since and window.since >= (until or at)) or (window.until and not window.since):
        raise Invalid(fault("body", "/since", "bad_window"))
    store_line(store_id)  # raises what keeps the store from being called
    run = start_store_sync(store_id, trigger="api", since=window.since, until=until)
    if run is None:
        busy = SyncRun.objects.filter(
            store_id=store_id, source=OrderSource.SYNC, state__in=[RunState.QUEUED, RunState.RUNNING]
        ).first()
        raise Refusal("sync_busy", run=busy.pk if busy else "–")
    return accepted(SyncRun.objects.select_related("store").get(pk=run.pk))
