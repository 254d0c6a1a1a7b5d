"""Whether a store is asked just before each push (R93)."""

from __future__ import annotations

from django.http import HttpResponse
from ninja import Body, Field, Router, Schema
from pydantic import ConfigDict

from salur.flows.last_look import LEAST_FRESH, MOST_FRESH, MOST_WAIT, set_last_look
from salur.integrations.models import LastLook, StoreConnection
from salur.integrations.queries import find_store

from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .problems import NotFound
from .writes import Answer, once

router = Router(tags=["stores and warehouses"])
SCOPE = "integrations:write"


class LookRule(Schema):
    """What is done just before a list of this store is pushed. Sent whole."""

    model_config = ConfigDict(extra="forbid")

    policy: LastLook = Field(description="`push`: ask, and push all the same without an answer. `hold`: wait for it.")
    fresh_seconds: int = Field(60, ge=LEAST_FRESH, le=MOST_FRESH, description="Heard of so lately, it is not asked.")
    wait_seconds: int = Field(300, ge=0, le=MOST_WAIT, description="How long `push` waits for an answer.")


def _store(store_id: int) -> StoreConnection:
    store = find_store(store_id)
    if store is None:
        raise NotFound
    return store


def _shown(store: StoreConnection) -> LookRule:
    return LookRule(
        policy=LastLook(store.last_look),
        fresh_seconds=store.look_fresh_seconds,
        wait_seconds=store.look_wait_seconds,
    )


@router.get(
    "/stores/{store_id}/last-look",
    response={200: LookRule, **READ_ERRORS},
    summary="Whether a store is asked before each push",
    openapi_extra=needs(""),
)
def read_last_look(request: ApiRequest, store_id: int) -> LookRule:
    """The rule of one store."""
    with acting(request):
        return _shown(_store(store_id))


@router.put(
    "/stores/{store_id}/last-look",
    response={200: LookRule, **WRITE_ERRORS},
    summary="Set whether a store is asked before each push",
    openapi_extra=writes(SCOPE),
)
def change_last_look(request: ApiRequest, store_id: int, rule: Body[LookRule]) -> HttpResponse:
    """Lists that wait for the store's answer are looked at by the new rule at once."""
    with acting(request, SCOPE):
        return once(request, lambda: _write(store_id, rule))


def _write(store_id: int, rule: LookRule) -> Answer:
    _store(store_id)
    set_last_look(store_id, rule.policy, fresh_seconds=rule.fresh_seconds, wait_seconds=rule.wait_seconds)
    return Answer(_shown(_store(store_id)))
