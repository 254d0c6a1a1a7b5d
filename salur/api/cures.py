"""Fix once, cure all: what holds orders, one remedy for each group, what became of its orders (R112 to R114)."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict

from salur.flows.cure_groups import KIND_OF, as_texts, cure_groups
from salur.flows.cures import CureReport, Given, apply_cure, cure_report, find_cure
from salur.orders.models import Cure
from salur.orders.problems import ProblemCause
from salur.orders.queries import problem_groups

from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .problems import Invalid, NotFound, fault
from .writes import Answer, once

router = Router(tags=["orders"])
READ, WRITE = "orders:read", "orders:write"


class GroupQuery(Schema):
    """Filters of the groups."""

    cause: ProblemCause | None = Field(None, description="Held by this cause.")


class ProblemGroup(Schema):
    """Orders that one remedy would let go on."""

    cause: ProblemCause
    remedy: str = Field(description="link, add, stock, push_again, arrange, warehouse, or address (order by order).")
    key: dict[str, str] = Field(description="Tells the group; send it back to cure it.")
    about: dict[str, str] = Field(description="Names to show.")
    orders: int
    oldest: datetime
    more: bool = Field(description="The cause holds more than 10,000 orders, and only the first were counted.")


class NewCure(Schema):
    """A remedy to be applied."""

    model_config = ConfigDict(extra="forbid")

    cause: ProblemCause
    key: dict[str, str]
    msku: str = Field("", max_length=100, description="For `link`: the master SKU that the SKU means.")
    warehouse_id: int | None = Field(None, description="For `warehouse`: where the orders are sent from.")
    pieces: int = Field(1, ge=1, description="For `link`: pieces in one unit; for `stock` in an own warehouse: added.")


class StillHeld(Schema):
    """An order that is held by something after the remedy."""

    order_id: int
    external_id: str
    cause: str


class CureShown(Schema):
    """A remedy and how its orders stand now."""

    id: int
    cause: ProblemCause
    remedy: str
    key: dict[str, str]
    at: datetime
    orders: int
    bulk_run_id: int | None = Field(
        description="Of more than 50 orders: the bulk run that works them off one by one, with an outcome for each."
    )
    cured: int = Field(description="Orders that nothing holds any more.")
    same: int = Field(description="Held by the same cause still; it falls as partners answer.")
    other: int = Field(description="Held by something else now.")
    held: list[StillHeld] = Field(description="The first of them, 200 at most.")


@router.get(
    "/problems/groups",
    response={200: list[ProblemGroup], **READ_ERRORS},
    summary="List what holds orders",
    openapi_extra=needs(READ),
)
def list_problem_groups(request: ApiRequest, query: Query[GroupQuery]) -> list[ProblemGroup]:
    """Open problems over all orders, grouped by what would cure them, the largest first (30 of a cause at most)."""
    with acting(request, READ):
        return [
            ProblemGroup(
                cause=ProblemCause(one.cause),
                remedy=one.remedy,
                key=as_texts(one.key),
                about=as_texts(one.shown),
                orders=one.orders,
                oldest=one.oldest,
                more=one.more,
            )
            for one in cure_groups(problem_groups(query.cause or ""))
        ]


@router.post(
    "/problems/cures",
    response={201: CureShown, **WRITE_ERRORS},
    summary="Cure a group of problem orders",
    openapi_extra=writes(WRITE),
)
def cure_problem(request: ApiRequest, body: NewCure) -> HttpResponse:
    """Apply the remedy of one group; its orders go on by themselves. The answer tells how they stand.

    What must be done with each order is a bulk run where they are more than 50: follow `bulk_run_id`.
    """

    def cure() -> Answer:
        kind = KIND_OF.get(body.cause)
        if kind is None or set(body.key) != set(kind.keys):
            raise Invalid(fault("body", "/key", "not_usable"))
        made = apply_cure(body.cause, body.key, Given(body.msku, str(body.pieces), body.warehouse_id))
        return Answer(_shown(cure_report(made)), 201, f"/api/v1/problems/cures/{made.pk}")

    with acting(request, WRITE):
        return once(request, cure)


@router.get(
    "/problems/cures/{cure_id}",
    response={200: CureShown, **READ_ERRORS},
    summary="Read what a remedy has done",
    openapi_extra=needs(READ),
)
def read_cure(request: ApiRequest, cure_id: int) -> CureShown:
    """How the orders of a remedy stand now."""
    with acting(request, READ):
        return _shown(cure_report(_found(cure_id)))


def _found(cure_id: int) -> Cure:
    row = find_cure(cure_id)
    if row is None:
        raise NotFound
    return row


def _shown(report: CureReport) -> CureShown:
    cure = report.cure
    return CureShown(
        id=cure.pk,
        cause=ProblemCause(cure.cause),
        remedy=cure.remedy,
        key=as_texts(cure.key),
        at=cure.at,
        orders=report.total,
        bulk_run_id=report.run.pk if report.run is not None else None,
        cured=report.cured,
        same=report.same,
        other=report.other,
        held=[
            StillHeld(order_id=row.order_id, external_id=row.order.external_id, cause=row.cause) for row in report.held
        ],
    )
