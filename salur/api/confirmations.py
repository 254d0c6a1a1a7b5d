"""Confirmations at the store: what failed, is late or waits, and told again (R143)."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict

from salur.flows.confirm import confirm_again
from salur.outbound.confirmations import (
    LATE_HOURS,
    ConfirmationFilter,
    Show,
    confirmation_page,
    lateness,
    next_look,
    outbound_ids,
)
from salur.outbound.models import Outbound
from salur.outbound.states import ConfirmationState, Told
from salur.tenancy.models import Entitlement

from . import presenting, shown
from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .outbound_acts import MOST, Acted
from .paging import ListQuery, Page, fetch
from .writes import Answer, once

router = Router(tags=["outbound lists"])
NEEDS = Entitlement.WAREHOUSE_MANAGEMENT


class ConfirmationQuery(ListQuery):
    """Filters of the confirmations."""

    show: Show = Field(Show.OPEN, description="`untold`: the store's switch is off, so nobody tells it.")
    store: int | None = Field(None, description="Of this store.")
    hours: int = Field(LATE_HOURS, ge=1, le=720, description="From how many hours after leaving it is late.")


class Confirmation(Schema):
    """Whether the store knows that a parcel has left."""

    outbound_id: int
    reference: str
    order_id: int
    external_id: str = Field(description="The order's number at its store.")
    store: shown.StoreRef
    awb: str
    sent_at: datetime | None
    ship_by: datetime | None
    confirmation: ConfirmationState
    tells: Told
    attempts: int
    next_at: datetime | None = Field(description="When it is tried next; null: at once, or not by itself.")
    late: str = Field(description="`deadline_past`, `deadline_near`, `long_ago`, or empty.")
    error_code: str
    error_message: str
    confirmed_at: datetime | None


class ConfirmationPage(Page[Confirmation]):
    """One page of confirmations."""


class Again(Schema):
    """Lists whose stores are to be told now."""

    model_config = ConfigDict(extra="forbid")

    ids: list[int] = Field(min_length=1, max_length=MOST, description="Ids of outbound lists.")


def _shown(row: Outbound, hours: int) -> Confirmation:
    return Confirmation(
        outbound_id=row.pk,
        reference=row.reference,
        order_id=row.order_id,
        external_id=row.order.external_id,
        store=presenting.store_ref(row.store),
        awb=row.awb,
        sent_at=row.completed_at,
        ship_by=row.order.ship_by,
        confirmation=ConfirmationState(row.confirmation),
        tells=Told(row.confirmation_tells),
        attempts=row.confirmation_attempts,
        next_at=next_look(row),
        late=lateness(row, hours),
        error_code=row.confirmation_error_code,
        error_message=row.confirmation_error_message,
        confirmed_at=row.confirmed_at,
    )


@router.get(
    "/confirmations",
    response={200: ConfirmationPage, **READ_ERRORS},
    summary="List confirmations at the store",
    openapi_extra=needs("outbound:read"),
)
def list_confirmations(request: ApiRequest, query: Query[ConfirmationQuery]) -> ConfirmationPage:
    """Parcels that have left and whether their store knows, the newest first."""
    with acting(request, "outbound:read", entitlement=NEEDS):
        wanted = ConfirmationFilter(query.show, query.store, query.hours)
        page = fetch(request, query, lambda cursor, size: confirmation_page(wanted, cursor, size))
        items = [_shown(row, query.hours) for row in page.rows]
        return ConfirmationPage.of(page, items)


@router.post(
    "/confirmations",
    response={202: Acted, **WRITE_ERRORS},
    summary="Tell stores now that parcels have left",
    openapi_extra=writes("outbound:write"),
)
def confirm_lists(request: ApiRequest, payload: Again) -> HttpResponse:
    """What failed, what waits for its next try, and what nobody tells by itself. Those confirmed already are `left`."""
    with acting(request, "outbound:write", entitlement=NEEDS):
        return once(request, lambda: _again(payload.ids))


def _again(ids: list[int]) -> Answer:
    done = set(confirm_again(outbound_ids(ids)))
    wanted = dict.fromkeys(ids)
    return Answer(Acted(done=[i for i in wanted if i in done], left=[i for i in wanted if i not in done]), 202)
