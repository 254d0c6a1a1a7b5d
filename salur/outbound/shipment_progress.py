"""How far the shipments of many lists are: arranged, AWB number known, label stored, failed and why."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from .bulk import BulkOutcome, BulkRow
from .models import Outbound
from .states import PushState, ShipmentState

MOST_REASONS = 10
MOST_NAMED = 20
MOVING = (ShipmentState.DUE, ShipmentState.ARRANGED, ShipmentState.NUMBERED)


@dataclass(frozen=True)
class ShipmentProgress:
    """Figures of some lists. ``numbered`` have an AWB number and ``labelled`` a label, wherever these came from."""

    total: int
    moving: int
    numbered: int
    labelled: int
    failures: int
    reasons: list[tuple[str, int]]
    failed: list[Outbound]


def shipments_of_run(run_id: int) -> QuerySet[Outbound]:
    """The lists that a bulk run has arranged."""
    rows = BulkRow.objects.filter(run_id=run_id, outcome=BulkOutcome.DONE, outbound__isnull=False)
    return Outbound.objects.filter(pk__in=rows.values("outbound_id"))


def shipment_progress(lists: QuerySet[Outbound]) -> ShipmentProgress:
    """Three statements, however many lists there are."""
    live = lists.exclude(push=PushState.VOID)
    counted = live.aggregate(
        total=Count("pk"),
        moving=Count("pk", filter=Q(shipment__in=MOVING)),
        numbered=Count("pk", filter=~Q(awb="")),
        labelled=Count("pk", filter=Q(label__isnull=False)),
        failures=Count("pk", filter=Q(shipment=ShipmentState.FAILED)),
    )
    failed = live.filter(shipment=ShipmentState.FAILED)
    reasons = failed.values("shipment_error_message").annotate(n=Count("pk")).order_by("-n", "shipment_error_message")
    return ShipmentProgress(
        **counted,
        reasons=[(row["shipment_error_message"], row["n"]) for row in reasons[:MOST_REASONS]],
        failed=list(failed.select_related("order", "store").order_by("pk")[:MOST_NAMED]),
    )
