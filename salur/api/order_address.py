"""An order's address corrected, or left to its store again (R113, R114)."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpResponse
from ninja import Field, Router, Schema
from pydantic import ConfigDict, StringConstraints

from salur.connectors.base.types import Address
from salur.flows.addresses import LONGEST, MOST_LINES, correct_address, leave_address_to_store
from salur.outbound.queries import find_order

from . import presenting
from .access import ApiRequest, acting
from .answers import WRITE_ERRORS, writes
from .problems import NotFound
from .shown import Recipient
from .writes import Answer, once

router = Router(tags=["orders"])
SCOPE = "orders:write"
Part = Annotated[str, StringConstraints(max_length=LONGEST)]


class NewAddress(Schema):
    """The whole address as it is to count."""

    model_config = ConfigDict(extra="forbid")

    name: Part = ""
    phone: Part = ""
    email: Part = ""
    lines: list[Part] = Field([], max_length=MOST_LINES, description="Street lines, the most important first.")
    district: Part = ""
    city: Part = ""
    province: Part = ""
    postal_code: Part = ""
    country: Annotated[str, StringConstraints(pattern="^([A-Z]{2})?$")] = ""


@router.put(
    "/orders/{order_id}/address",
    response={200: Recipient, **WRITE_ERRORS},
    summary="Correct an order's address",
    openapi_extra=writes(SCOPE),
)
def put_address(request: ApiRequest, order_id: int, payload: NewAddress) -> HttpResponse:
    """It counts instead of the store's address until it is left to the store; no later sync replaces it."""
    given = payload.model_dump()
    address = Address(**{**given, "lines": tuple(given["lines"])})

    def correct() -> Answer:
        _must_be_there(order_id)
        return Answer(presenting.recipient(correct_address(order_id, address)))

    with acting(request, SCOPE):
        return once(request, correct)


@router.delete(
    "/orders/{order_id}/address",
    response={200: Recipient, **WRITE_ERRORS},
    summary="Use the store's address again",
    openapi_extra=writes(SCOPE),
)
def delete_address(request: ApiRequest, order_id: int) -> HttpResponse:
    """The address as the store showed it last counts again, and later sights of the order change it."""

    def leave() -> Answer:
        _must_be_there(order_id)
        return Answer(presenting.recipient(leave_address_to_store(order_id)))

    with acting(request, SCOPE):
        return once(request, leave)


def _must_be_there(order_id: int) -> None:
    if find_order(order_id) is None:
        raise NotFound
