"""How parcels are handed over: the ways that a store offers for a list, and the way that is chosen (R108)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from ninja import Field, Router, Schema
from pydantic import ConfigDict, StringConstraints

from salur.flows.handover import LONGEST, MOST_FIELDS, Choice
from salur.flows.handover_asking import ask_for_ways
from salur.foundation.problems import PROBLEMS, describe
from salur.outbound.queries import find_outbound
from salur.tenancy.models import Entitlement

from .access import ApiRequest, acting
from .answers import READ_ERRORS, needs
from .problems import NotFound

router = Router(tags=["outbound lists"])
NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
Short = Annotated[str, StringConstraints(max_length=LONGEST)]


class Handover(Schema):
    """A way of handing over. It is never replaced by another: where it is not offered any more, arranging fails."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)] = Field(
        description="`pickup`, `dropoff`, or a store's own word."
    )
    fields: dict[Short, Short] = Field(
        default_factory=dict,
        max_length=MOST_FIELDS,
        description="As the store's ways tell them; empty: the store's first of this kind.",
    )


class OfferedWay(Handover):
    """A way that the store offers for this list."""

    description: str = Field(description="In the store's words.")
    begins: datetime | None = Field(description="Of a pickup slot, where the store says so.")
    ends: datetime | None


class OfferedWays(Schema):
    """All that the store offers; where it offers nothing, `held_by` and `reason` say why."""

    ways: list[OfferedWay]
    held_by: str = Field(description="A problem or push condition; else empty.")
    reason: str


def choice_from(given: Handover | None) -> Choice:
    """What was chosen, as the service takes it."""
    return Choice() if given is None else Choice(given.kind, given.fields)


@router.get(
    "/outbound/{outbound_id}/handover",
    response={200: OfferedWays, **READ_ERRORS},
    summary="Ask how a parcel may be handed over",
    openapi_extra=needs("outbound:write"),
)
def read_handover(request: ApiRequest, outbound_id: int) -> OfferedWays:
    """The list's store is called: pickup slots, branches, or neither. Nothing is arranged by asking."""
    with acting(request, "outbound:write", entitlement=NEEDS):
        if find_outbound(outbound_id) is None:
            raise NotFound
    (store,) = ask_for_ways(request.auth.merchant_id, [outbound_id], actor=request.auth.actor)
    ways = [
        OfferedWay(
            kind=way.kind, fields=dict(way.fields), description=way.description, begins=way.begins, ends=way.ends
        )
        for way in store.ways
    ]
    if not store.hindered:
        return OfferedWays(ways=ways, held_by="", reason="")
    held = store.hindered[0]
    told = describe(held.code, held.evidence) if held.code in PROBLEMS else None
    reason = f"{told.cause} {told.cure}".strip() if told is not None else ""
    return OfferedWays(ways=[], held_by=held.code, reason=reason)
