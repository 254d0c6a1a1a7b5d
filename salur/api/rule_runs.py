"""Dry runs of the rules over orders that are there, and applying the published rules to open orders (R72)."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from ninja import Body, Field, Query, Router, Schema
from pydantic import ConfigDict

from salur.flows.rule_runs import MOST_PICKED, start_run, stop_run
from salur.routing.comparing import Outcome
from salur.routing.models import RuleRun, RuleRunRow, RunChoice, RunKind, RunState
from salur.routing.run_queries import find_rule_run, rule_run_rows
from salur.tenancy.models import Entitlement

from .access import ApiRequest, acting
from .answers import ACCEPTED, READ_ERRORS, WRITE_ERRORS, needs, writes
from .paging import ListQuery, Page, fetch
from .problems import NotFound
from .writes import Answer, once

router = Router(tags=["rules"])
READ, WRITE = "orders:read", "orders:write"
NEEDS = Entitlement.WAREHOUSE_MANAGEMENT


class NewRun(Schema):
    """Which orders to look at."""

    model_config = ConfigDict(extra="forbid")

    kind: RunKind = Field(RunKind.TRIAL, description="`trial` changes nothing; `apply` moves orders not pushed yet.")
    choice: RunChoice = RunChoice.OPEN
    order_ids: list[int] = Field([], max_length=MOST_PICKED, description="With `picked`.")
    also_by_hand: bool = Field(
        False, description="With `open`: also orders whose warehouse a person chose. Otherwise they stay there."
    )
    numbers: list[str] = Field([], max_length=MOST_PICKED, description="With `picked`: order numbers of any store.")


class RuleRunShown(Schema):
    """A run. `summary` counts orders by outcome, newly stuck ones by cause, and splits before and after."""

    id: int
    kind: RunKind
    choice: RunChoice
    state: RunState
    draft: bool = Field(description="Whether a draft was compared with the published rules.")
    also_by_hand: bool
    version: int
    expected: int
    done: int
    unknown: list[str]
    summary: dict[str, dict[str, int] | int]
    created_at: datetime
    finished_at: datetime | None


class PlanShown(Schema):
    """Where rules send an order, by which rules, and why it would be stuck there."""

    warehouse_ids: list[int]
    rules: list[str]
    cause: str


class RuleRunRowShown(Schema):
    """What a run says of one order."""

    id: int
    order_id: int
    external_id: str
    outcome: Outcome
    pushed: bool
    now_at: list[int]
    before: PlanShown
    after: PlanShown


class RowQuery(ListQuery):
    """Filters of a run's rows."""

    outcome: Outcome | None = None


def _run(run: RuleRun) -> RuleRunShown:
    return RuleRunShown.model_validate(run, from_attributes=True)


def _row(row: RuleRunRow) -> RuleRunRowShown:
    return RuleRunRowShown(
        id=row.pk,
        order_id=row.order_id,
        external_id=row.order.external_id,
        outcome=Outcome(row.outcome),
        pushed=row.fixed,
        now_at=row.now_at,
        before=PlanShown(warehouse_ids=row.before_at, rules=row.before_rules, cause=row.before_cause),
        after=PlanShown(warehouse_ids=row.after_at, rules=row.after_rules, cause=row.after_cause),
    )


def _found(run_id: int) -> RuleRun:
    run = find_rule_run(run_id)
    if run is None:
        raise NotFound
    return run


@router.post(
    "/rule-runs",
    response={202: RuleRunShown, **WRITE_ERRORS},
    summary="Run rules over orders",
    openapi_extra=writes(WRITE, responses=ACCEPTED),
)
def start_rule_run(request: ApiRequest, run: Body[NewRun]) -> HttpResponse:
    """A dry run of the draft (or of the published rules), or the published rules applied. Runs in the background."""
    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, lambda: _start(run))


def _start(wanted: NewRun) -> Answer:
    run = start_run(
        wanted.kind, wanted.choice, order_ids=wanted.order_ids, numbers=wanted.numbers, also_by_hand=wanted.also_by_hand
    )
    return Answer(_run(run), 202, f"/api/v1/rule-runs/{run.pk}")


@router.get(
    "/rule-runs/{run_id}",
    response={200: RuleRunShown, **READ_ERRORS},
    summary="Read a run of rules",
    openapi_extra=needs(READ),
)
def read_rule_run(request: ApiRequest, run_id: int) -> RuleRunShown:
    """How far it is and what it counts."""
    with acting(request, READ, entitlement=NEEDS):
        return _run(_found(run_id))


@router.post(
    "/rule-runs/{run_id}/stop",
    response={200: RuleRunShown, **WRITE_ERRORS},
    summary="Stop a run of rules",
    openapi_extra=writes(WRITE),
)
def stop_rule_run(request: ApiRequest, run_id: int) -> HttpResponse:
    """It ends after the page that it is at; what was moved stays moved. A run that has ended stays as it is."""
    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, lambda: _stop(run_id))


def _stop(run_id: int) -> Answer:
    _found(run_id)
    stop_run(run_id)
    return Answer(_run(_found(run_id)))


@router.get(
    "/rule-runs/{run_id}/rows",
    response={200: Page[RuleRunRowShown], **READ_ERRORS},
    summary="List what a run says",
    openapi_extra=needs(READ),
)
def list_rule_run_rows(request: ApiRequest, run_id: int, query: Query[RowQuery]) -> Page[RuleRunRowShown]:
    """Order by order: where it is, where the published rules and the draft send it."""
    with acting(request, READ, entitlement=NEEDS):
        _found(run_id)
        page = fetch(request, query, lambda at, size: rule_run_rows(run_id, str(query.outcome or ""), at, size))
        return Page[RuleRunRowShown].of(page, [_row(row) for row in page.rows])
