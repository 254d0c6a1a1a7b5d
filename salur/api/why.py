"""“Why is this order here?”: each order's conditions, and all that orders wait for, counted."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Field, Router, Schema

from salur.orders.problems import ProblemCause
from salur.orders.queries import problem_groups
from salur.outbound.queries import blocked_groups, find_order
from salur.outbound.why import Answer, Condition, explain
from salur.outbound.why_messages import NAMES, TEXTS, condition_text

from .access import ApiRequest, acting
from .answers import READ_ERRORS, needs
from .problems import NotFound

router = Router(tags=["orders"])
SCOPE = "orders:read"


class ConditionShown(Schema):
    """One condition. `not_asked`: something before it is closed."""

    gate: str
    name: str
    state: Literal["passed", "closed", "not_asked"]
    since: datetime | None = None
    code: str = ""
    title: str = ""
    cause: str = ""
    next_action: str = ""
    who: str = Field("", description="nobody, operator, owner, developer or partner")
    remedy: str = Field("", description="The button that cures it, by its short name; empty where there is none.")
    evidence: dict[str, Any] = {}


class WhyShown(Schema):
    """All conditions of one outbound list, or of an order that has none (`outbound_id` null)."""

    outbound_id: int | None
    reference: str
    push: str
    blocked_by: str
    conditions: list[ConditionShown]


class WaitingFor(Schema):
    """How many lists wait for a push condition, or orders are held by a problem."""

    kind: Literal["push_condition", "problem"]
    code: str
    title: str
    count: int
    oldest: datetime | None
    more: bool = Field(default=False, description="Whether there are more: each is counted up to a limit.")


def shown_condition(one: Condition) -> ConditionShown:
    """With its texts in the caller's language."""
    named = {"gate": one.gate, "name": str(NAMES[one.gate]), "state": one.state}
    if one.state != "closed":
        return ConditionShown.model_validate(named)
    text = condition_text(one.code, one.evidence)
    return ConditionShown.model_validate(
        {
            **named,
            "since": one.since,
            "code": one.code,
            "title": str(text.title),
            "cause": text.cause,
            "next_action": str(text.cure),
            "who": text.who,
            "remedy": one.remedy,
            "evidence": dict(one.evidence),
        }
    )


def _answer(one: Answer) -> WhyShown:
    first, outbound = one.first, one.outbound
    return WhyShown(
        outbound_id=outbound.pk if outbound else None,
        reference=outbound.reference if outbound else "",
        push=outbound.push if outbound else "",
        blocked_by=first.code if first else "",
        conditions=[shown_condition(condition) for condition in one.conditions],
    )


@router.get(
    "/orders/{order_id}/why",
    response={200: list[WhyShown], **READ_ERRORS},
    summary="Why is this order here?",
    openapi_extra=needs(SCOPE),
)
def read_order_why(request: ApiRequest, order_id: int) -> list[WhyShown]:
    """Every condition of each of its outbound lists: passed or not, since when, and what frees it."""
    with acting(request, SCOPE):
        order = find_order(order_id)
        if order is None:
            raise NotFound
        return [_answer(one) for one in explain(order)]


@router.get(
    "/waiting",
    response={200: list[WaitingFor], **READ_ERRORS},
    summary="What orders wait for",
    openapi_extra=needs(SCOPE),
)
def list_waiting(request: ApiRequest) -> list[WaitingFor]:
    """Counted over all orders; `GET /orders` with `blocked_by` or `problem` lists them."""
    with acting(request, SCOPE):
        causes = dict(ProblemCause.choices)
        groups = [
            WaitingFor(
                kind="push_condition", code=g.code, title=_title(g.code), count=g.count, oldest=g.oldest, more=g.more
            )
            for g in blocked_groups()
        ]
        return groups + [
            WaitingFor(
                kind="problem", code=g.cause, title=str(causes[g.cause]), count=g.count, oldest=g.oldest, more=g.more
            )
            for g in problem_groups()
        ]


def _title(code: str) -> str:
    return str(TEXTS[code].title) if code in TEXTS else code
