"""What is done with orders at their store: accept, cancel, answer a buyer who wants to cancel (R101, R117, R121)."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpResponse
from ninja import Field, Router, Schema
from pydantic import ConfigDict, StringConstraints

from salur.flows.store_acts import ActOutcome, act_at_store
from salur.foundation.problems import describe
from salur.outbound.queries import orders_named

from .access import ApiRequest, acting
from .answers import WRITE_ERRORS, writes
from .writes import Answer, once_outside

router = Router(tags=["orders"])
SCOPE = "orders:write"
MOST = 200


class StoreAct(Schema):
    """Something to do with some orders at their store."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["accept", "cancel", "agree", "disagree"] = Field(
        description="`agree` and `disagree` answer a buyer who wants to cancel."
    )
    ids: list[int] = Field(min_length=1, max_length=MOST, description="Ids of orders, of any store.")
    reason: Annotated[str, StringConstraints(max_length=100)] = Field(
        "", description="One of the store's reasons for cancelling; empty: its usual one."
    )


class StoreActOutcome(Schema):
    """What became of one order."""

    order_id: int
    external_id: str
    done: bool
    code: str = Field(description="Of the problem; empty where it was done.")
    reason: str = Field(description="In words: what happened, and what to do.")


class StoreActed(Schema):
    """One outcome for each order that there is."""

    outcomes: list[StoreActOutcome]


@router.post(
    "/order-actions",
    response={200: StoreActed, **WRITE_ERRORS},
    summary="Do something with orders at their store",
    openapi_extra=writes(SCOPE),
)
def act_on_orders(request: ApiRequest, payload: StoreAct) -> HttpResponse:
    """The stores are called at once, and asked how the orders stand then: what counts is what they show."""
    who = request.auth
    with acting(request, SCOPE):
        ours = [order.pk for order in orders_named(payload.ids)]
    return once_outside(
        request,
        lambda: Answer(_shown(act_at_store(who.merchant_id, ours, payload.action, payload.reason, actor=who.actor))),
    )


def _shown(outcomes: list[ActOutcome]) -> StoreActed:
    return StoreActed(outcomes=[_one(outcome) for outcome in outcomes])


def _one(outcome: ActOutcome) -> StoreActOutcome:
    told = describe(outcome.code, outcome.evidence or {}) if outcome.code else None
    return StoreActOutcome(
        order_id=outcome.order_id,
        external_id=outcome.external_id,
        done=not outcome.code,
        code=outcome.code,
        reason=f"{told.cause} {told.cure}".strip() if told else "",
    )
