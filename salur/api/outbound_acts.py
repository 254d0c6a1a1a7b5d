"""What else may be asked of outbound lists: many at once, stopped at the warehouse, settled by hand (R116 to R122)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from django.http import HttpResponse
from ninja import Field, Router, Schema
from pydantic import ConfigDict, StringConstraints

from salur.flows.arrange import arrange_now
from salur.flows.follow_up import refreshed_now
from salur.flows.intercept import LONGEST_NOTE, intercept, send_anew, settle_by_hand, settle_warning
from salur.flows.push_again import push_again
from salur.foundation.problems import Refusal
from salur.outbound.queries import find_order, find_outbound, gated_lists, outbounds_named
from salur.outbound.stopping import cut_off, held_evidence
from salur.tenancy.models import Entitlement

from . import presenting, shown
from .access import ApiRequest, acting
from .answers import WRITE_ERRORS, writes
from .handover import Handover, choice_from
from .problems import NotFound
from .writes import Answer, once

router = Router(tags=["outbound lists"])
NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
MOST = 200

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_NOTE)]


class Act(Schema):
    """Something to do with some lists."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["push_again", "refresh", "arrange", "stop"]
    ids: list[int] = Field(min_length=1, max_length=MOST, description="Ids of outbound lists, of any warehouse.")
    handover: Handover | None = Field(None, description="For `arrange`; without it as each store is set.")


class Settlement(Schema):
    """What was agreed with the warehouse."""

    model_config = ConfigDict(extra="forbid")

    how: Literal["stopped", "shipped", "seen", "warning"] = Field(
        description="`stopped`: not sent after all, its stock is free again. `shipped`: it has left, its stock is"
        " deducted. `seen`: a conflict was talked over. `warning`: what was not taken is with the warehouse now."
    )
    note: Note = Field("", description="Who said what; needed but for `warning`.")


class Acted(Schema):
    """For which lists it was done, and for which it was not: those are not in the state that it needs."""

    done: list[int]
    left: list[int]


class SentAnew(Schema):
    """An order that goes out again."""

    order_id: int


ACTS: dict[str, Callable[[Sequence[int], Act], Sequence[int]]] = {
    "push_again": lambda ids, act: push_again(ids),
    "refresh": lambda ids, act: refreshed_now(ids),
    "arrange": lambda ids, act: arrange_now(ids, choice_from(act.handover)).due,
    "stop": lambda ids, act: intercept(ids).asked,
}


@router.post(
    "/outbound-actions",
    response={202: Acted, **WRITE_ERRORS},
    summary="Do something with many lists",
    openapi_extra=writes("outbound:write"),
)
def act_on_lists(request: ApiRequest, payload: Act) -> HttpResponse:
    """Push again, refresh, arrange or stop up to 200 lists, whatever partners they are at."""
    with acting(request, "outbound:write", entitlement=NEEDS):
        return once(request, lambda: _act(payload))


def _act(payload: Act) -> Answer:
    ours = [one.pk for one in outbounds_named(payload.ids)]
    done = set(ACTS[payload.action](ours, payload))
    wanted = dict.fromkeys(payload.ids)
    return Answer(Acted(done=[i for i in wanted if i in done], left=[i for i in wanted if i not in done]), 202)


@router.post(
    "/outbound/{outbound_id}/stop",
    response={202: shown.OutboundDetail, **WRITE_ERRORS},
    summary="Stop a list at the warehouse",
    openapi_extra=writes("outbound:write"),
)
def stop_list(request: ApiRequest, outbound_id: int) -> HttpResponse:
    """Ask the warehouse not to send a list, also once more after a refusal. It decides: read the list a little later.

    `cut_off` of the list says beforehand what to expect. The order itself is cancelled at its store, not here.
    """
    with acting(request, "outbound:write", entitlement=NEEDS):
        return once(request, lambda: _stop(outbound_id))


def _detail(outbound_id: int) -> shown.OutboundDetail:
    row = find_outbound(outbound_id)
    if row is None:
        raise NotFound
    return presenting.outbound_detail(gated_lists([row])[0])


def _stop(outbound_id: int) -> Answer:
    row = find_outbound(outbound_id)
    if row is None:
        raise NotFound
    outcome = intercept([outbound_id])
    if outbound_id in outcome.held:
        raise Refusal(outcome.held[outbound_id], **held_evidence(row, cut_off(row)))
    return Answer(_detail(outbound_id), 202)


@router.post(
    "/outbound/{outbound_id}/settle",
    response={200: shown.OutboundDetail, **WRITE_ERRORS},
    summary="Settle what the warehouse refused",
    openapi_extra=writes("outbound:write"),
)
def settle_list(request: ApiRequest, outbound_id: int, payload: Settlement) -> HttpResponse:
    """Write down what became of a list that the warehouse would not stop, or did not take as a whole."""
    with acting(request, "outbound:write", entitlement=NEEDS):
        return once(request, lambda: _settle(outbound_id, payload))


def _settle(outbound_id: int, payload: Settlement) -> Answer:
    if find_outbound(outbound_id) is None:
        raise NotFound
    if payload.how == "warning":
        settle_warning(outbound_id, payload.note)
    else:
        settle_by_hand(outbound_id, payload.how, payload.note)
    return Answer(_detail(outbound_id))


@router.post(
    "/orders/{order_id}/send-after-all",
    response={202: SentAnew, **WRITE_ERRORS},
    summary="Send an order after all",
    openapi_extra=writes("outbound:write"),
)
def send_order_after_all(request: ApiRequest, order_id: int) -> HttpResponse:
    """Give an order whose list was stopped by hand a new outbound list."""
    with acting(request, "outbound:write", entitlement=NEEDS):
        return once(request, lambda: _send_anew(order_id))


def _send_anew(order_id: int) -> Answer:
    order = find_order(order_id)
    if order is None:
        raise NotFound
    if not send_anew([order_id]):
        raise Refusal("settle_nothing", reference=order.shown)
    return Answer(SentAnew(order_id=order_id), 202)
