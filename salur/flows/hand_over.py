"""Shipping by hand from an own warehouse: courier and AWB number typed, or those the store gave (R85, R104, R108)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from salur.foundation.clock import now
from salur.outbound.awb import REUSED_AFTER, clean_awb, other_form
from salur.outbound.models import Outbound
from salur.outbound.queries import IN_FORCE
from salur.outbound.states import ShipmentState, TaskState

from .floor import Held, Walked, locked_lists, walk_on, why_held
from .parcels import parcel_mates

LONGEST_AWB, LONGEST_COURIER = 100, 100
Taken = dict[str, tuple[int, int]]
"""By AWB number: the order, and the list that stands for the parcel."""
FROM_STORE = (ShipmentState.ARRANGED, ShipmentState.NUMBERED, ShipmentState.LABELLED)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A list that leaves. ``awb`` and ``courier`` as typed, empty for what is known; ``unnumbered``: it has none."""

    outbound_id: int
    awb: str = ""
    courier: str = ""
    unnumbered: bool = False


def ship(parcels: Sequence[Parcel]) -> Walked:
    """These lists have left the own warehouse (inside a scope): stock deducted, store told, as by a partner's report.

    A list without AWB number is held unless it is said to go without one; a number that another order's parcel has,
    or another one than the store gave, is refused.
    """
    named = _whole(parcels)
    walked = Walked()
    going: list[Outbound] = []
    taken = _in_use(list(named.values()))
    for row in locked_lists(named):
        held = why_held(row) or _wrong_number(row, named[row.pk], taken)
        if held is not None:
            walked.held[row.pk] = held
        else:
            going.append(row)
            taken[clean_awb(named[row.pk].awb) or row.awb] = (row.order_id, row.together_id or row.pk)
    shipped = walk_on(going, TaskState.COMPLETED, {row.pk: named[row.pk].awb for row in going})
    gone = set(shipped.done)
    for row in going:
        courier = " ".join(named[row.pk].courier.split())[:LONGEST_COURIER]
        if row.pk in gone and courier and courier != row.courier:
            Outbound.objects.filter(pk=row.pk).update(courier=courier)
    return Walked(shipped.done, {**walked.held, **shipped.held})


def _whole(parcels: Sequence[Parcel]) -> dict[int, Parcel]:
    """By list, with the lists that go in the same parcels: they leave together, under one number."""
    named = {parcel.outbound_id: parcel for parcel in parcels}
    for one, mates in parcel_mates(list(Outbound.objects.filter(pk__in=named).order_by("pk"))).items():
        for mate in mates:
            named.setdefault(mate, replace(named[one], outbound_id=mate))
    return named


def _in_use(parcels: Sequence[Parcel]) -> Taken:
    """Which parcels of own warehouses have the numbers that were typed."""
    numbers = {clean_awb(parcel.awb) for parcel in parcels} - {""}
    rows = Outbound.objects.filter(
        IN_FORCE, awb__in=numbers, account_id__isnull=True, created_at__gt=now() - REUSED_AFTER
    )
    return {row.awb: (row.order_id, row.together_id or row.pk) for row in rows.order_by("-pk")}


def _wrong_number(row: Outbound, parcel: Parcel, taken: Taken) -> Held | None:
    typed = clean_awb(parcel.awb)
    named = {"reference": row.reference, "order": row.order.shown, "awb": typed}
    if not typed:
        return None if row.awb or parcel.unnumbered else Held("ship_number_missing", named)
    if len(parcel.awb) > LONGEST_AWB:
        return Held("ship_number_long", {**named, "most": LONGEST_AWB})
    order, head = taken.get(typed, (row.order_id, 0))
    if order != row.order_id and head != (row.together_id or row.pk):
        return Held("ship_number_in_use", named)
    if row.awb and row.awb != typed:
        if row.shipment in FROM_STORE:
            return Held("ship_number_differs", {**named, "given": row.awb})
        Outbound.objects.filter(pk=row.pk).update(awb=typed, awb_given=other_form(parcel.awb))
    return None
