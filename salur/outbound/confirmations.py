"""Which parcels the store was not told of, or not in time, as pages and the API show it (R143)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from salur.foundation.clock import now
from salur.foundation.paging import Keyset, keyset_page
from salur.integrations.registry import STORE, plugins
from salur.orders.models import Order
from salur.orders.queries import with_prefix
from salur.orders.states import OrderState

from .awb import clean_awb
from .models import Outbound
from .states import ConfirmationState, PushState, TaskState

LATE_HOURS = 2
"""Hours after the parcel left from which an unconfirmed shipment counts as late."""
HOURS = (1, 2, 6, 12, 24, 48)
DEADLINE_NEAR = timedelta(hours=4)
"""How long before the store's ship-by an unconfirmed shipment counts as late, however fresh it is."""

OPEN = Q(confirmation__in=[ConfirmationState.DUE, ConfirmationState.FAILED])


class Show(models.TextChoices):
    """Which confirmations a list shows."""

    OPEN = "open", _("Not confirmed yet")
    FAILED = "failed", _("Failed")
    LATE = "late", _("Late")
    RETRY = "retry", _("Waiting for the next try")
    UNTOLD = "untold", _("Switched off: nobody tells the store")
    CONFIRMED = "confirmed", _("Confirmed")


@dataclass(frozen=True)
class ConfirmationFilter:
    """What the list shows; ``hours``: from when on it is late."""

    show: str = Show.OPEN
    store: int | None = None
    hours: int = LATE_HOURS
    search: str = ""


def late(hours: int = LATE_HOURS) -> Q:
    """Left longer ago than ``hours``, or the store's deadline is near or past."""
    at = now()
    return Q(completed_at__lt=at - timedelta(hours=hours)) | Q(order__ship_by__lt=at + DEADLINE_NEAR)


def lateness(outbound: Outbound, hours: int = LATE_HOURS) -> str:
    """``deadline_past``, ``deadline_near``, ``long_ago`` or empty, of an unconfirmed list (with its order)."""
    at, due = now(), outbound.order.ship_by
    if outbound.confirmation not in (ConfirmationState.DUE, ConfirmationState.FAILED):
        return ""
    if due is not None and due < at:
        return "deadline_past"
    if due is not None and due < at + DEADLINE_NEAR:
        return "deadline_near"
    left = outbound.completed_at
    return "long_ago" if left is not None and left < at - timedelta(hours=hours) else ""


def _shown(wanted: ConfirmationFilter) -> QuerySet[Outbound]:
    rows = Outbound.objects.select_related("order", "store", "warehouse")
    if wanted.show == Show.FAILED:
        return rows.filter(confirmation=ConfirmationState.FAILED)
    if wanted.show == Show.LATE:
        return rows.filter(OPEN).filter(late(wanted.hours))
    if wanted.show == Show.RETRY:
        return rows.filter(confirmation=ConfirmationState.DUE, confirmation_next_at__gt=now())
    if wanted.show == Show.CONFIRMED:
        return rows.filter(confirmation=ConfirmationState.CONFIRMED)
    if wanted.show == Show.UNTOLD:
        told = [plugin.name for plugin in plugins(STORE) if "confirm" in plugin.capabilities.abilities]
        return rows.filter(
            confirmation=ConfirmationState.NONE,
            push=PushState.PUSHED,
            task=TaskState.COMPLETED,
            store__channel__in=told,
            order__status__in=[OrderState.PAID, OrderState.READY],
        ).exclude(store__identity_key="")
    return rows.filter(OPEN)


def _filtered(wanted: ConfirmationFilter) -> QuerySet[Outbound]:
    rows = _shown(wanted)
    if wanted.store:
        rows = rows.filter(store_id=wanted.store)
    if wanted.search:
        orders = with_prefix(Order.objects.all(), wanted.search)
        named = Q(reference=wanted.search) | Q(awb=clean_awb(wanted.search))
        rows = rows.filter(named | Q(order_id__in=orders.values("pk")))
    return rows


def confirmation_page(wanted: ConfirmationFilter, cursor: str | None, size: int = 50) -> Keyset[Outbound]:
    """Lists with order, store and warehouse, the newest first."""
    return keyset_page(_filtered(wanted), order=["-id"], cursor=cursor, size=size)


def every_confirmation(wanted: ConfirmationFilter) -> Iterator[Outbound]:
    """The same, all of them."""
    return _filtered(wanted).order_by("-id").iterator(chunk_size=500)


@dataclass(frozen=True)
class ConfirmationCounts:
    """Unconfirmed parcels at a glance; one may be both."""

    failed: int
    late: int


def confirmation_counts() -> ConfirmationCounts:
    """How many confirmations failed and how many are late; reads unconfirmed lists only."""
    failed = Q(confirmation=ConfirmationState.FAILED)
    row = Outbound.objects.filter(OPEN).aggregate(failed=Count("id", filter=failed), late=Count("id", filter=late()))
    return ConfirmationCounts(row["failed"], row["late"])


def outbound_ids(ids: Sequence[int]) -> list[int]:
    """Those of these ids that are lists of the scope's merchant."""
    return list(Outbound.objects.filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))


def next_look(outbound: Outbound) -> datetime | None:
    """When the store is told next; None: at once, or never again by itself."""
    waits = outbound.confirmation == ConfirmationState.DUE
    return outbound.confirmation_next_at if waits else None
