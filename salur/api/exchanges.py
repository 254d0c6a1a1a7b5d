"""Recorded calls to partners: read, judged by today's code, done again (idea 3)."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from ninja import Field, Query, Router, Schema

from salur.flows.judging import judge
from salur.flows.replay import do_again, find_exchange
from salur.integrations.models import ExchangeRecord

from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .paging import ListQuery, Page, fetch
from .problems import NotFound
from .writes import Answer, once

router = Router(tags=["exchanges"])


class ExchangeQuery(ListQuery):
    """Filters of the exchanges."""

    subject: str = Field(min_length=1, description="An order number, a reference or a partner's number.")


class Exchange(Schema):
    """One call to a partner, with secrets and personal data masked."""

    id: int
    store_id: int | None
    account_id: int | None
    operation: str
    effect: str = Field(description="`read`, `repeatable` or `create`: what the call does at the partner.")
    subject: str
    method: str
    url: str
    request_body: str
    status: int | None = Field(description="The answer's HTTP status; null: there was no answer.")
    response_body: str
    outcome: str = Field(description="`ok`, or what kind of failure it was.")
    started_at: datetime
    duration_ms: int


class ExchangePage(Page[Exchange]):
    """One page of exchanges."""


class Judged(Schema):
    """What today's code makes of a recorded answer."""

    operation: str
    then: str
    today: str
    detail: str


class DoneAgain(Schema):
    """How it is being done again."""

    how: str = Field(
        description="`asked`: the warehouse is asked. `looked_up`: looked up by reference first. `pushed`: pushed again"
        " under the same reference. `waits`: it had not arrived and is sent when its conditions are met."
    )


def _shown(row: ExchangeRecord) -> Exchange:
    return Exchange(
        id=row.pk,
        store_id=row.store_id,
        account_id=row.account_id,
        operation=row.operation,
        effect=row.effect,
        subject=row.subject,
        method=row.method,
        url=row.url,
        request_body=row.request_body,
        status=row.status,
        response_body=row.response_body,
        outcome=row.outcome,
        started_at=row.started_at,
        duration_ms=row.duration_ms,
    )


@router.get(
    "/exchanges",
    response={200: ExchangePage, **READ_ERRORS},
    summary="List calls to partners",
    openapi_extra=needs("outbound:write"),
)
def list_exchanges(request: ApiRequest, query: Query[ExchangeQuery]) -> ExchangePage:
    """Calls about one order or list, the newest first."""
    with acting(request, "outbound:write"):
        page = fetch(request, query, ExchangeRecord.objects.filter(subject=query.subject), ["-id"])
        items = [_shown(row) for row in page.rows]
        return ExchangePage.of(page, items)


@router.get(
    "/exchanges/{exchange_id}/judgement",
    response={200: Judged, **READ_ERRORS},
    summary="Judge a call by today's code",
    openapi_extra=needs("outbound:write"),
)
def judge_exchange(request: ApiRequest, exchange_id: int) -> Judged:
    """Give the recorded answer to today's code. Nobody is called, nothing is changed."""
    with acting(request, "outbound:write"):
        if find_exchange(exchange_id) is None:
            raise NotFound
        told = judge(exchange_id)
        return Judged(operation=told.operation, then=told.then, today=told.today, detail=told.detail)


@router.post(
    "/exchanges/{exchange_id}/again",
    response={200: DoneAgain, **WRITE_ERRORS},
    summary="Do a failed call again",
    openapi_extra=writes("outbound:write"),
)
def do_exchange_again(request: ApiRequest, exchange_id: int) -> HttpResponse:
    """Do what a failed call was for. A list that may have arrived is looked up first, and never sent twice."""
    with acting(request, "outbound:write"):
        if find_exchange(exchange_id) is None:
            raise NotFound
        return once(request, lambda: Answer(DoneAgain(how=do_again(exchange_id))))
